// A transfer as a pcapng capture: every datagram as one end sent or received it.
import { encode } from '../../wire/encode.ts';
import { captureDatagram, captureHead, wallClock } from '../capture/file/pcapng-write.ts';
import { fatesText } from '../explain/fates.ts';
import { headKept } from '../record/ring.ts';
import type { Became } from '../record/event.ts';
import type { PacketRec, SideLog } from '../record/side-log.ts';

/**
 * The parts of the file: each packet as it travelled, and as often. `epoch`: nanoseconds since 1970 UTC at which the clock
 * of the packets was 0.
 */
export function captureOf(own: SideLog, epoch: bigint): readonly Uint8Array[] {
  const blocks = own.packets.flatMap((rec) => {
    const { at, direction, local, peer, fates, fateReasons, follower } = rec;
    const [from, to] = direction === 'sent' ? [local, peer] : [peer, local];
    const about = { at: wallClock(epoch, at), from, to };
    const comment = fatesText(fates, fateReasons);
    const copies = fates.filter((fate) => fate === 'duplicated' && direction === 'sent').length;
    const block = captureDatagram({ ...about, ...travelled(rec), comment });
    const extra =
      follower &&
      captureDatagram({ ...about, ...partOf(follower), comment: fatesText(['injected'], fateReasons) });
    return [block, ...Array.from({ length: copies }, () => block), ...(extra === undefined ? [] : [extra])];
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
  const cut = own.packets.filter((rec) => {
    const { payload, length } = travelled(rec);
    return payload.length < length;
  });
  return cut[0] === undefined ? undefined : { count: cut.length, first: cut[0].number };
}

/** The known octets of a datagram, and how many it had. */
interface Part {
  readonly payload: Uint8Array;
  readonly length: number;
}

/** What travelled on. */
function travelled(rec: PacketRec): Part {
  const { became, octets, packet, length, fates } = rec;
  if (became !== undefined) return partOf(became);
  if (octets !== undefined) return { payload: octets, length };
  if (packet.op === 'malformed') return { payload: new Uint8Array(0), length };
  const whole = encode(packet);
  // Of DATA that was lost on its way to us, only the head is known.
  return { payload: fates.includes('lost') ? whole.subarray(0, headKept) : whole, length };
}

function partOf({ octets, length }: Became): Part {
  return { payload: octets, length };
}
