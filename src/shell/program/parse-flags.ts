// What the program's flags ask for, read out of them. Meow is loaded only where a flag carries a value.
// Never imports process.
import { onlyTold, programFlags } from './flags.ts';
import type { Chosen } from '../settings/table.ts';
import { findSetting, readSetting } from '../settings/settings.ts';

/** What the flags say. */
export interface ProgramOptions {
  readonly chosen: Chosen;
  readonly seed: number | undefined;
  readonly json: boolean;
  readonly plain: boolean;
  readonly color: boolean;
  readonly demo: boolean;
  readonly startup: boolean;
  readonly only: (typeof onlyTold)[number] | undefined;
}

/** The program's package.json. */
export type Package = Readonly<Record<string, unknown>>;

type Given = Readonly<Record<string, string | boolean | undefined>>;

/** Reads flags in their long form. A string: why they are refused. */
export async function readFlags(
  argv: readonly string[],
  { env, pkg }: { readonly env: Readonly<Record<string, string | undefined>>; readonly pkg: Package },
): Promise<ProgramOptions | string> {
  // Meow reads what carries a value; switches are whole words by now, and not worth loading it for 25 ms.
  const given = argv.some((word) => word.includes('=')) ? await parseFlags(argv, pkg) : readSwitches(argv);
  let chosen: Chosen = {};
  for (const flag of programFlags) {
    const value = given[flag.name];
    if (flag.setting === undefined || value === undefined || value === false) continue;
    const row = findSetting(flag.setting);
    if (row === undefined) continue;
    const read = readSetting(row, flag.sets ?? String(value));
    if (!read.ok) return `--${flag.name}: ${read.message}`;
    chosen = { ...chosen, [row.name]: read.value };
  }
  const seed = given['seed'];
  if (seed !== undefined && !/^[0-9]{1,15}$/.test(String(seed))) return '--seed takes a whole number';
  if (![undefined, 'bash'].includes(given['completions'] as string)) return '--completions knows bash';
  const noColor = given['no-color'] === true || (env['NO_COLOR'] ?? '') !== '';
  return {
    chosen,
    seed: seed === undefined ? undefined : Number(seed),
    json: given['json'] === true,
    plain: given['plain'] === true,
    color: !noColor,
    demo: given['demo'] === true,
    startup: given['no-startup'] !== true,
    only: onlyTold.find((name) => given[name] !== undefined && given[name] !== false),
  };
}

function readSwitches(argv: readonly string[]): Given {
  return Object.fromEntries(argv.map((word) => [word.slice('--'.length), true]));
}

async function parseFlags(argv: readonly string[], pkg: Package): Promise<Given> {
  const { default: meow } = await import('meow');
  // A leading "no-" would be taken for the negation of another flag: those travel under another name.
  const safe = (name: string): string => name.replace(/^no-/, 'without-');
  const { flags } = meow({
    importMeta: import.meta,
    argv: argv.map((word) => word.replace(/^--no-/, '--without-')),
    pkg,
    autoHelp: false,
    autoVersion: false,
    flags: Object.fromEntries(
      programFlags.map(({ name, value }) => [
        camel(safe(name)),
        { type: value === undefined ? 'boolean' : 'string' },
      ]),
    ),
  });
  return Object.fromEntries(programFlags.map(({ name }) => [name, flags[camel(safe(name))]])) as Given;
}

function camel(name: string): string {
  return name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
