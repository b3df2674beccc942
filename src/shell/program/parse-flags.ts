// Reads the program's flags and checks their values.
import { programFlags, textFlags } from './flags.ts';
import { misuse } from '../language/misuse.ts';
import type { Misuse } from '../language/misuse.ts';
import { printable, say } from '../../wire/text.ts';
import type { Chosen } from '../settings/table.ts';
import { findSetting, readSetting } from '../settings/settings.ts';
import type { FlagValues, Package } from './flag-values.ts';

/** The flags, read. */
export interface ProgramOptions {
  readonly chosen: Chosen;
  readonly seed: number | undefined;
  readonly json: boolean;
  readonly plain: boolean;
  readonly color: boolean;
  readonly demo: boolean;
  readonly startup: boolean;
  /** A flag that prints a text and ends the program. */
  readonly text: (typeof textFlags)[number] | undefined;
}

/** Reads flags in their long form. */
export async function readFlags(
  argv: readonly string[],
  { env, pkg }: { readonly env: Readonly<Record<string, string | undefined>>; readonly pkg: Package },
): Promise<ProgramOptions | Misuse> {
  // The parser is in a file of its own, which switches alone do not need: each is a whole word here.
  const given = argv.some((word) => word.includes('='))
    ? (await import('./flag-values.ts')).parseFlags(argv, pkg)
    : readSwitches(argv);
  let chosen: Chosen = {};
  for (const flag of programFlags) {
    const value = given[flag.name];
    if (flag.setting === undefined || value === undefined || value === false) continue;
    const row = findSetting(flag.setting);
    if (row === undefined) continue;
    const read = readSetting(row, flag.sets ?? String(value));
    if (!read.ok) return { ...read, message: say`--${printable(flag.name)}: ${read.message}` };
    chosen = { ...chosen, [row.name]: read.value };
  }
  const seed = given['seed'];
  if (seed !== undefined && !/^[0-9]{1,15}$/.test(String(seed)))
    return misuse('--seed takes a whole number of at most 15 digits');
  if (![undefined, 'bash'].includes(given['completions'] as string))
    return misuse('--completions takes bash');
  const noColor = given['no-color'] === true || (env['NO_COLOR'] ?? '') !== '';
  return {
    chosen,
    seed: seed === undefined ? undefined : Number(seed),
    json: given['json'] === true,
    plain: given['plain'] === true,
    color: !noColor,
    demo: given['demo'] === true,
    startup: given['no-startup'] !== true,
    text: textFlags.find((name) => given[name] !== undefined && given[name] !== false),
  };
}

function readSwitches(argv: readonly string[]): FlagValues {
  return Object.fromEntries(argv.map((word) => [word.slice('--'.length), true]));
}
