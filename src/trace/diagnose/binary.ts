// Whether octets are text: netascii (RFC 764) changes every octet that a text does not have.
import type { PacketRec } from '../record/side-log.ts';

/** RFC 1350 §5: opcode and block number. */
const dataHead = 4;
const del = 127;
/** BEL, BS, TAB, LF, VT, FF, CR and ESC occur in texts; NUL only after CR. */
const inTexts = [7, 8, 9, 10, 11, 12, 13, 27];

/** Whether the first octets of a DATA hold a control character that no text has. */
export function isBinary({ packet, octets }: PacketRec): boolean {
  if (packet.op !== 'DATA') return false;
  const known = octets?.subarray(dataHead) ?? packet.data;
  return known.some((octet, at) => {
    if (octet >= 32 && octet !== del) return false;
    return octet === 0 ? at > 0 && known[at - 1] !== 13 : !inTexts.includes(octet);
  });
}
