// Plays every model solution, which must pass, and every wrong turn, which must be recognised.
// Rule: it plays as a student does, in the lab, and judges with the same code.
import { printable, say, type Printable } from '../../wire/text.ts';
import type { ShellContext } from '../session/context.ts';
import { Classroom } from './classroom.ts';
import type { Lesson, LessonStep } from './lesson-file.ts';

export interface SelfTest {
  /** Solutions and wrong turns that were played. */
  readonly plays: number;
  /** What is wrong with the lessons, one line each. */
  readonly faults: readonly Printable[];
}

/** Plays all of them. `each` is called before a lesson is played. */
export async function selfTest(
  lessons: readonly Lesson[],
  shell: ShellContext,
  signal: AbortSignal,
): Promise<SelfTest> {
  const room = new Classroom(shell);
  const faults: Printable[] = [];
  let plays = 0;
  try {
    for (const { name, steps } of lessons)
      for (const [at, step] of steps.entries()) {
        if (signal.aborted) break;
        const found = await playStep(step, room);
        plays += 1 + step.wrongTurns.length;
        faults.push(...found.map((text) => say`${printable(name)}, step ${at + 1}: ${text}`));
      }
  } finally {
    await room.leave();
  }
  return { plays, faults };
}

async function playStep(step: LessonStep, room: Classroom): Promise<readonly Printable[]> {
  const faults: Printable[] = [];
  const failed = await room.begin(step);
  if (failed !== undefined) faults.push(say`its set-up fails: ${failed.text}`);
  const early = room.judge(step);
  if (early.passed !== undefined) faults.push(say`it passes before anything was done`);
  await room.run(step.solution);
  const { passed, missing } = room.judge(step);
  if (passed === undefined)
    faults.push(say`its solution does not pass: ${missing[0] ?? say`nothing happened`}`);
  for (const turn of step.wrongTurns) {
    await room.begin(step);
    await room.run(turn.play);
    const judged = room.judge(step);
    const words = printable(`"${turn.why}"`, 60);
    if (judged.passed !== undefined) faults.push(say`the wrong turn ${words} passes`);
    else if (judged.turn !== turn)
      faults.push(
        say`the wrong turn ${words} is not recognised: ${judged.missing[0] ?? say`nothing happened`}`,
      );
  }
  return faults;
}
