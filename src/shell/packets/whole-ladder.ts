// The ladder of a transfer that is longer than what is kept of it, folded while its parts are read.
// Rule: memory is bounded by one part.
import { GrowingFold } from '../../trace/ladder/fold.ts';
import {
  ladder,
  troubleOf,
  troubleWords,
  type Ladder,
  type LadderRow,
  type Trouble,
} from '../../trace/ladder/ladder.ts';
import type { PacketLog } from '../../trace/record/packet-log.ts';
import type { ReadingJob } from '../session/work.ts';
import type { TransferView } from './transfer-view.ts';

/** Chooses rows of a ladder. */
export type ChooseRows = (rows: readonly LadderRow[], log: PacketLog) => readonly LadderRow[];

/** The ladder of all parts; undefined where all packets are here already. Rejects with FileError. */
export async function wholeLadder(
  transfer: TransferView,
  choose: ChooseRows | undefined,
  job: Partial<ReadingJob>,
): Promise<Ladder | undefined> {
  if (transfer.parts === undefined) return undefined;
  const fold = new GrowingFold();
  const isChosen = choose !== undefined;
  let head: Ladder | undefined;
  let trouble: Trouble | undefined;
  for await (const { log } of transfer.parts(job)) {
    const drawn = ladder(log);
    head ??= drawn;
    trouble = sumOf(trouble, troubleOf(log));
    fold.add(choose === undefined ? drawn.rows : choose(drawn.rows, log), isChosen);
  }
  if (head === undefined || trouble === undefined) return undefined;
  return fold.result({ ...head, figures: troubleWords(trouble, transfer.log) }, isChosen);
}

function sumOf(before: Trouble | undefined, more: Trouble): Trouble {
  if (before === undefined) return more;
  return {
    gaps: before.gaps + more.gaps,
    lost: before.lost + more.lost,
    ours: before.ours + more.ours,
    theirs: before.theirs + more.theirs,
    copies: before.copies + more.copies,
    timers: before.timers + more.timers,
    strangers: before.strangers + more.strangers,
  };
}
