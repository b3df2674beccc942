// What lesson prints: the list, a step, a judgement. Pure: data in, lines out.
import { wrapped } from '../../trace/text/wrap.ts';
import { printable, say, type Printable } from '../../wire/text.ts';
import type { Line } from '../session/state.ts';
import type { Lesson } from './lesson-file.ts';
import type { Place } from './player.ts';

/** A row of the list of lessons. */
export interface LessonRow {
  readonly lesson: Lesson;
  readonly number: number;
  /** Steps that are done. */
  readonly done: number;
  readonly isCurrent: boolean;
}

/** How lines are drawn. */
export interface LessonStyle {
  readonly columns: number;
  readonly mark: Printable;
}

/** Fits a screen of 24 rows. */
export function listLines(rows: readonly LessonRow[], { mark }: LessonStyle): readonly Printable[] {
  const done = rows.filter((row) => isDone(row)).length;
  return [
    say`${rows.length} lessons, ${done} done. They play in the lab: client and server in this process.`,
    ...rows.map((row) => {
      const { lesson, number, isCurrent } = row;
      const state = isDone(row) ? mark : isCurrent ? '>' : ' ';
      const number2 = String(number).padStart(2);
      const steps = `${row.done} of ${lesson.steps.length}${`${lesson.minutes} min`.padStart(9)}`;
      return printable(
        `${number2} ${state.padEnd(mark.length)} ${lesson.name.padEnd(14)} ${lesson.title.padEnd(43)} ${steps}`,
      );
    }),
    say`"lesson next" goes on, "lesson NAME" starts one, "help lesson" shows more.`,
  ];
}

function isDone({ done, lesson }: LessonRow): boolean {
  return done >= lesson.steps.length;
}

/** A step: its text, what is set up, and the task. */
export function stepLines(
  { lesson, at }: Place,
  number: number | undefined,
  { columns }: LessonStyle,
): readonly Line[] {
  const step = lesson.steps[at];
  if (step === undefined) return [];
  const title = [number === undefined ? '' : `${number} · `, lesson.title].join('');
  const setUp = step.setUp.join('; ');
  return [
    {
      kind: 'good',
      text: printable(`LESSON ${title} · step ${at + 1} of ${lesson.steps.length}: ${step.title}`),
    },
    ...step.text.map((line): Line => ({ kind: 'received', text: printable(line) })),
    ...(step.text.length === 0 ? [] : [{ kind: 'plain', text: say`` } as const]),
    ...(setUp === '' ? [] : flow(`Set up:  ${setUp}`, columns, 9)),
    ...flow(`Task:    ${step.task}`, columns, 9, 'unusual'),
    {
      kind: 'hint',
      isResult: true,
      text: say`Then: "lesson check". Help: "hint". This text again: "lesson show".`,
    },
  ];
}

/** A paragraph as lines of the page. */
export function flow(
  text: string,
  columns: number,
  indent: number,
  kind: Line['kind'] = 'plain',
): readonly Line[] {
  return wrapped(printable(text, 2000), columns, { indent }).map((line) => ({ kind, text: line }));
}
