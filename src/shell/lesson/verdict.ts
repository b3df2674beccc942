// The judgement about a step: whether a transfer shows what was asked for, or else what is missing and why.
// Rule: any way that leads there is right; only the trace counts.
import { printable, say, type Printable } from '../../wire/text.ts';
import type { TransferView } from '../packets/transfer-view.ts';
import type { LessonStep, WrongTurn } from './lesson-file.ts';
import { missingIn, seenIn, type Seen } from './judge.ts';

export interface Judgement {
  /** The transfer that passes; undefined: none does. */
  readonly passed: TransferView | undefined;
  /** What is missing, most important first; empty where a transfer passes. */
  readonly missing: readonly Printable[];
  /** The known mistake that the newest transfer shows. */
  readonly turn: WrongTurn | undefined;
}

/** `views`: the transfers since the step began, oldest first. */
export function judge(step: LessonStep, views: readonly TransferView[]): Judgement {
  const seen = views.map((view) => ({ view, ...seenIn(view.log) }));
  const passed = seen.findLast((one) => flawsOf(step, one).length === 0);
  if (passed !== undefined) return { passed: passed.view, missing: [], turn: undefined };
  const newest = seen.at(-1);
  if (newest === undefined)
    return { passed, missing: [say`No transfer has begun since the step began.`], turn: undefined };
  const turn = step.wrongTurns.find(({ when }) => when.every((one) => missingIn(one, newest) === undefined));
  const flaws = flawsOf(step, newest);
  return { passed, missing: turn === undefined ? flaws : [printable(turn.why, 1000), ...flaws], turn };
}

function flawsOf({ check }: LessonStep, seen: Seen): readonly Printable[] {
  return check.flatMap((condition) => missingIn(condition, seen) ?? []);
}
