// A transfer as a pcapng capture: every datagram as one end sent or received it.
import { encode } from '../../wire/encode.ts';
import { captureDatagram, captureHead, wallClock } from '../capture/file/pcapng-write.ts';
import { fatesText } from '../explain/fates.ts';
import { headKept } from '../record/ring.ts';
import type { PacketRec, SideLog } from '../record/side-log.ts';

/** The parts of the file. `epoch`: nanoseconds since 1970 UTC at which the clock of the packets was 0. */
export function captureOf(own: SideLog, epoch: bigint): readonly Uint8Array[] {
  const blocks = own.packets.map((rec) => {
    const { at, direction, length, local, peer, fates, fateReasons } = rec;
    const [from, to] = direction === 'sent' ? [local, peer] : [peer, local];
    const comment = fatesText(fates, fateReasons);
    return captureDatagram({ at: wallClock(epoch, at), from, to, payload: payloadOf(rec), length, comment });
  });
  return [captureHead(), ...blocks];
}

/** Packets that were cut: the ring kept only the beginning of their DATA. */
export interface CutPackets {
  readonly count: number;
  /** The number of the first one. */
  readonly first: number;
}

/** Undefined: the capture has every packet whole. */
export function cutPackets({ own }: { readonly own: SideLog }): CutPackets | undefined {
  const cut = own.packets.filter((rec) => payloadOf(rec).length < rec.length);
  return cut[0] === undefined ? undefined : { count: cut.length, first: cut[0].number };
}

/** The known octets of a datagram. Of DATA that was lost on its way to us, the ring keeps only the head. */
function payloadOf({ octets, packet, fates }: PacketRec): Uint8Array {
  if (octets !== undefined) return octets;
  if (packet.op === 'malformed') return new Uint8Array(0);
  const whole = encode(packet);
  return fates.includes('lost') ? whole.subarray(0, headKept) : whole;
}
