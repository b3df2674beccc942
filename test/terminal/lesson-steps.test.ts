// Every step of every lesson at a terminal of both sizes, played by the lines of its self-test: the text is on the screen
// as a whole, each wrong turn gets its reason, and the solution passes. Rule: it reads only the screen.
import { describe, expect, it } from 'vitest';
import { builtInLessons } from '../../src/shell/lesson/lessons.ts';
import type { LessonStep } from '../../src/shell/lesson/lesson-file.ts';
import { slowMissing } from '../support/slow.ts';
import { sharedStage } from './stage.ts';

const lab = 'tftp lab> ';

/** A file of 65,540 blocks takes seconds. */
const played = builtInLessons().filter(({ name }) => slowMissing === undefined || name !== 'rollover');

/** What lines say as one paragraph, however they are wrapped. */
const flat = (rows: readonly string[]): string =>
  rows
    .map((row) => row.trim())
    .filter((row) => row !== '')
    .join(' ');

/** What a line of a self-test writes at its end. */
function saysOf(line: string): RegExp {
  if (/^(?:get|put) /.test(line)) return /^[✔✗] /m;
  const [, times] = /^next (\d+)$/.exec(line) ?? [];
  return times === undefined ? /(?:)/ : new RegExp(`(?:: passed\\n[^]*){${times}}`);
}

describe.each([
  [80, 24],
  [120, 40],
])('at a terminal of %d × %d', (columns, rows) => {
  const stage = sharedStage({ columns, rows });

  /** Types each line, and waits for what it says. */
  async function play(lines: readonly string[]): Promise<void> {
    for (const line of lines) {
      if (line.endsWith('&')) await inPanel(line);
      else await stage().run(line, saysOf(line));
    }
  }

  /** The panel of step mode opens; the lines that follow are for the prompt. */
  async function inPanel(line: string): Promise<void> {
    const { program } = stage();
    program.write(`${line}\r`);
    await program.until(
      (): boolean => program.isOn(1049) && program.screen().join('\n').includes('packet 1'),
    );
    program.write('\u001b');
    await program.until((): boolean => !program.isOn(1049) && program.cursorRow() === `${lab}|`);
  }

  /** Begins a step, and reads it on the screen. */
  async function begin(line: string, step: LessonStep, before = lab): Promise<void> {
    stage().prompt = lab;
    const shown = await stage().run(line, 'This text again: "lesson show".', before);
    const from = shown.findIndex((row) => row.startsWith('LESSON '));
    expect(shown[from]).toMatch(new RegExp(`^LESSON \\d+ · .* · step \\d of \\d: ${step.title}$`));
    // Nothing of it has scrolled away, and the line that was typed stands above it.
    expect(stage().program.screen()).toEqual(expect.arrayContaining([`${before}${line}`, ...shown]));
    expect(shown.slice(from + 1, from + 1 + step.text.length)).toEqual(step.text);
    expect(flat(shown)).toContain(step.task);
  }

  async function check(says: string): Promise<void> {
    const rest = await stage().run('lesson check', /^[✔✗] (?:Right|Not yet)\. /m);
    expect(flat(rest)).toContain(says);
    expect(rest.length).toBeLessThanOrEqual(8);
  }

  it.each(played.map(({ name, steps }) => [name, steps] as const))(
    'lesson %s',
    async (name, steps) => {
      for (const [at, step] of steps.entries()) {
        await begin(at === 0 ? `lesson ${name}` : 'lesson next', step, stage().prompt);
        for (const { play: mistake, why } of step.wrongTurns) {
          await play(mistake);
          await check(`✗ Not yet. ${why}`);
          await begin('lesson again', step);
        }
        for (const text of step.hints)
          expect(flat(await stage().run('hint', text.slice(0, 40)))).toContain(text);
        await play(step.solution);
        await check(`✔ Right. ${step.passed}`);
      }
      expect(
        stage()
          .program.all()
          .filter((row) => row.length > columns),
      ).toEqual([]);
      expect(stage().program.broken()).toEqual([]);
    },
    60_000,
  );

  it('what was played is done, and stop gives the prompt back', async () => {
    stage().prompt = 'tftp> ';
    await stage().run('lesson stop', 'The lesson has ended', lab);
    const list = await stage().run('lesson', `${builtInLessons().length} lessons, ${played.length} done.`);
    expect(list.length).toBeLessThanOrEqual(rows - 3);
  });
});
