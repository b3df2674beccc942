// Reads the program's flags and checks their values.
import { completionShells, programFlags, textFlags } from './flags.ts';
import { isMisuse, misuse } from '../language/misuse.ts';
import type { Misuse } from '../language/misuse.ts';
import { printable, say } from '../../wire/text.ts';
import type { Chosen } from '../settings/table.ts';
import { findSetting, readSetting } from '../settings/settings.ts';
import type { FlagValues, Package } from './flag-values.ts';

/** The flags, read. */
export interface ProgramOptions {
  readonly chosen: Chosen;
  readonly seed: number | undefined;
  /** What to impair, line by line as the command reads it. */
  readonly impair: readonly string[];
  readonly json: boolean;
  readonly plain: boolean;
  readonly color: boolean;
  readonly demo: boolean;
  readonly startup: boolean;
  /** A flag that prints a text and ends the program. */
  readonly text: (typeof textFlags)[number] | undefined;
  /** The shell whose completions are printed. */
  readonly completions: (typeof completionShells)[number] | undefined;
}

/** Reads flags in their long form. Of a flag that is given twice, and of two flags of one setting, the last one counts. */
export async function readFlags(
  words: readonly string[],
  { env, pkg }: { readonly env: Readonly<Record<string, string | undefined>>; readonly pkg: Package },
): Promise<ProgramOptions | Misuse> {
  const argv = lastOfEach(words);
  const given = await readValues(argv, pkg);
  if (isMisuse(given)) return given;
  let chosen: Chosen = {};
  for (const word of argv) {
    const flag = programFlags.find(({ name }) => name === flagName(word));
    const value = flag && given[flag.name];
    if (flag?.setting === undefined || value === undefined || value === false) continue;
    const row = findSetting(flag.setting);
    if (row === undefined) continue;
    const read = readSetting(row, typeof value === 'string' && value !== '' ? value : (flag.sets ?? ''));
    if (!read.ok) return { ...read, message: say`--${printable(flag.name)}: ${read.message}` };
    chosen = { ...chosen, [row.name]: read.value };
  }
  const seed = given['seed'];
  if (seed !== undefined && !/^[0-9]{1,15}$/.test(String(seed)))
    return misuse('--seed takes a whole number of at most 15 digits');
  const completions = completionShells.find((shell) => shell === given['completions']);
  if (given['completions'] !== undefined && completions === undefined)
    return misuse(`--completions takes ${completionShells.join(', ')}`);
  const impair = readFaults(given['impair']);
  if (isMisuse(impair)) return impair;
  const noColor = given['no-color'] === true || (env['NO_COLOR'] ?? '') !== '';
  return {
    chosen,
    seed: seed === undefined ? undefined : Number(seed),
    impair,
    json: given['json'] === true,
    plain: given['plain'] === true,
    color: !noColor,
    demo: given['demo'] === true,
    startup: given['no-startup'] !== true,
    completions,
    text: textFlags.find((name) => given[name] !== undefined && given[name] !== false),
  };
}

/** Lines of `impair`; each says something. */
function readFaults(value: FlagValues[string]): readonly string[] | Misuse {
  const lines = typeof value === 'string' ? value.split(';') : [];
  if (lines.every((line) => line.trim() !== '')) return lines;
  return misuse(`--impair takes faults, as in 'loss 5%; client drop ACK 2 once'; see "help impair"`);
}

/** The words without those that a later word of the same flag replaces: an alias, and what was typed after it. */
function lastOfEach(words: readonly string[]): readonly string[] {
  return words.filter((word, at) => !words.slice(at + 1).some((later) => flagName(later) === flagName(word)));
}

function flagName(word: string): string {
  return word.slice('--'.length).replace(/=.*$/s, '');
}

function readSwitches(argv: readonly string[]): FlagValues {
  return Object.fromEntries(argv.map((word) => [word.slice('--'.length), true]));
}

async function readValues(argv: readonly string[], pkg: Package): Promise<FlagValues | Misuse> {
  // The parser is in a file of its own, which switches alone do not need: each is a whole word here.
  if (!argv.some((word) => word.includes('='))) return readSwitches(argv);
  const { parseFlags } = await import('./flag-values.ts');
  try {
    return parseFlags(argv, pkg);
  } catch (error) {
    // Whatever the parser does not accept is a wrong word of the user, never a fault of the program.
    return misuse(error instanceof Error ? error.message : 'the flags cannot be read; see --help');
  }
}
