// One transfer as every view, page and export sees it: its packets, from one end or joined from both.
import type { PacketLog } from '../../trace/record/packet-log.ts';
import type { Tag, TraceEvent } from '../../trace/record/event.ts';
import { Statistics, type Figures } from '../../trace/figures/statistics.ts';
import { SideLog } from '../../trace/record/side-log.ts';
import type { Printable } from '../../wire/text.ts';

/** One side of one transfer, for every view. */
export interface TransferView {
  readonly number: number;
  /** Joined from both ends, where both are ours. */
  readonly log: PacketLog;
  /** What that one end saw: a capture has one observer. */
  readonly own: SideLog;
  /** What is not there, in words; undefined where all is. */
  readonly lacks: Printable | undefined;
  /** Nanoseconds since 1970 UTC at which its clock was 0; undefined: our own clock. */
  readonly epoch?: bigint;
  figures(): Figures;
  /** Adds what has happened since. @returns whether anything had. */
  refresh(): boolean;
}

/** A transfer of which all events are at hand. */
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
