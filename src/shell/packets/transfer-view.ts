// One transfer for every view, page and export: its packets, from one end or joined from both.
import type { LadderRow } from '../../trace/ladder/ladder.ts';
import type { PacketLog } from '../../trace/record/packet-log.ts';
import type { Tag, TraceEvent } from '../../trace/record/event.ts';
import { Statistics, type Figures } from '../../trace/figures/statistics.ts';
import { SideLog, type PacketRec } from '../../trace/record/side-log.ts';
import type { Printable } from '../../wire/text.ts';
import type { ReadingJob } from '../session/work.ts';

/** A packet that is looked for in a long transfer. */
export interface Sought {
  /** It lies after this packet, or before it; the search goes on around the end. */
  readonly from: number;
  readonly step: 1 | -1;
  /** Whether a row of the ladder is wanted. */
  readonly is: (row: LadderRow, log: PacketLog) => boolean;
  /** The test whether a usual packet could be, for packets of that log; undefined: no usual packet is. */
  readonly mayBe: ((log: PacketLog) => (rec: PacketRec) => boolean) | undefined;
  /** The number of its block can decide it. */
  readonly byBlock: boolean;
}

/** A packet that was found, in the part of its transfer around it. */
export interface Found {
  readonly packet: number;
  readonly transfer: TransferView;
}

/** One side of one transfer, for every view. */
export interface TransferView {
  readonly number: number;
  /** Joined from both ends, where both are local. */
  readonly log: PacketLog;
  /** What one end saw; an exported capture file has one observer. */
  readonly own: SideLog;
  /** Which packets are missing, as text; undefined where all are present. */
  readonly lacks: Printable | undefined;
  /** Nanoseconds since 1970 UTC at which its clock was 0; undefined: our own clock. */
  readonly epoch?: bigint;
  /** Of the packets that were read: of all, but for a part of a long transfer. */
  figures(): Figures;
  /** Adds the events since the last call. @returns whether there were any. */
  refresh(): boolean;
  /** Too many packets are new for {@link refresh} to be quick. */
  readonly isBehind?: boolean;
  /** The newest packets only. */
  readonly latest?: () => TransferView | undefined;
  /** The packet that was asked for, where the packets around it are here. */
  readonly packet?: number | undefined;
  /** Another part of a long transfer, around that packet. Absent where all packets are here. Rejects with FileError. */
  readonly around?: ((packet: number, signal?: AbortSignal) => Promise<TransferView | undefined>) | undefined;
  /** The next packet that is wanted, in the parts that are not here either; undefined: none is. Rejects with FileError. */
  readonly seek?: ((sought: Sought, job: Partial<ReadingJob>) => Promise<Found | undefined>) | undefined;
  /** All its packets, a part at a time. Absent where all packets are here. Rejects with FileError. */
  readonly parts?: ((job: Partial<ReadingJob>) => AsyncIterable<TransferView>) | undefined;
  /** The same with the figures of all packets. */
  readonly whole?: (signal?: AbortSignal) => Promise<TransferView | undefined>;
}

/** A transfer whose events are all in memory. */
export function transferViewOf(
  tag: Tag,
  events: readonly TraceEvent[],
  more: Partial<TransferView> = {},
): TransferView {
  const statistics = new Statistics(tag.side);
  for (const event of events) statistics.add(event);
  const transcript = new SideLog(tag, events);
  return {
    ...{ number: tag.transfer, log: transcript, own: transcript },
    lacks: undefined,
    figures: () => statistics.figures(),
    refresh: () => false,
    ...more,
  };
}
