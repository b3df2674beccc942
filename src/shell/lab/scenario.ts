// A scenario: lines of commands for the lab, then the ladder that they must give. A teacher writes one, the tests play them.
// Rule: it starts from the beginning (a new lab, default settings, nothing impaired), so that it means the same anywhere.
import { readText } from '../../files/local/small-files.ts';
import { ladder } from '../../trace/ladder/ladder.ts';
import { counted } from '../../wire/counts.ts';
import { ladderText } from '../../trace/ladder/text.ts';
import { printable, say, type Printable } from '../../wire/text.ts';
import { exitStatus } from '../report/exit-status.ts';
import type { ShellContext } from '../session/context.ts';
import { settingsTable, type Chosen } from '../settings/table.ts';

const longestFile = 256 * 1024;
/** The width of an expected ladder, as `ladder --plain` draws it. */
const columns = 79;

interface Scenario {
  readonly commands: string;
  /** Undefined: the file has none yet. */
  readonly expected: readonly string[] | undefined;
}

/** Splits the text at its line `ladder:`. */
export function readScenario(text: string): Scenario {
  const lines = text.replace(/^\ufeff/, '').split(/\r?\n/);
  const at = lines.indexOf('ladder:');
  if (at < 0) return { commands: lines.join('\n'), expected: undefined };
  const expected = lines.slice(at + 1).map((line) => line.trimEnd());
  while (expected.at(-1) === '') expected.pop();
  return { commands: lines.slice(0, at).join('\n'), expected };
}

/** Plays the file. Rejects with FileError where it cannot be read. @returns the exit status: 65 if the ladder differs. */
export async function runScenario(name: string, shell: ShellContext): Promise<number> {
  const { commands, expected } = readScenario(await readText(shell.directory.resolve(name), longestFile));
  const { chosen } = shell.settings;
  applySettings(shell, { glyphs: shell.settings.get('glyphs') });
  const impairments = await shell.impairments.load();
  impairments.off();
  const status = await shell.scripts.run({ name: printable(name), text: commands, keepGoing: true });
  const drawn = await lastLadder(shell);
  applySettings(shell, chosen);
  impairments.off();
  if (drawn === undefined) {
    shell.output.print([say`The scenario made no transfer.`], 'bad');
    return status || exitStatus.usage;
  }
  return compare(shell, drawn, expected);
}

function applySettings(shell: ShellContext, chosen: Chosen): void {
  for (const { name } of settingsTable) {
    const value = chosen[name];
    if (value !== shell.settings.chosen[name]) shell.settings.set(name, value);
  }
}

async function lastLadder(shell: ShellContext): Promise<readonly Printable[] | undefined> {
  const { newest } = shell.transfers;
  const view = newest === 0 ? undefined : await shell.inspector.find(newest);
  return view && ladderText(ladder(view.log), { columns, ascii: false });
}

function compare(
  shell: ShellContext,
  drawn: readonly Printable[],
  expected: readonly string[] | undefined,
): number {
  if (expected === undefined) {
    shell.output.print([say`The scenario expects no ladder yet. This is the one, to append to it:`]);
    shell.output.print([say`ladder:`, ...drawn]);
    return exitStatus.done;
  }
  const at = drawn.findIndex((line, index) => line !== expected[index]);
  if (at < 0 && drawn.length === expected.length) {
    shell.output.print([say`The ladder is the expected one: ${counted(drawn.length, 'line')}.`], 'good');
    return exitStatus.done;
  }
  const first = at < 0 ? drawn.length : at;
  shell.output.print(
    [
      say`The ladder differs from line ${first + 1} on.`,
      say`  expected ${printable(expected[first] ?? 'the end')}`,
      say`  is       ${drawn[first] ?? say`the end`}`,
    ],
    'bad',
  );
  return exitStatus.integrity;
}
