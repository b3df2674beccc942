// One transfer for every view, page and export: its packets, from one end or joined from both.
import type { PacketLog } from '../../trace/record/packet-log.ts';
import type { Tag, TraceEvent } from '../../trace/record/event.ts';
import { Statistics, type Figures } from '../../trace/figures/statistics.ts';
import { SideLog } from '../../trace/record/side-log.ts';
import type { Printable } from '../../wire/text.ts';

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
  figures(): Figures;
  /** Adds the events since the last call. @returns whether there were any. */
  refresh(): boolean;
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
