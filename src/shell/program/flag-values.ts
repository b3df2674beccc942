// Parses the program's flags with meow. The build makes a bundle of its own of this file: few starts need it.
import { pathToFileURL } from 'node:url';
import meow from 'meow';
import { programFlags } from './flags.ts';

/** The program's package.json. */
export type Package = Readonly<Record<string, unknown>>;

/** Values of the flags by name; undefined: not given. */
export type FlagValues = Readonly<Record<string, string | boolean | undefined>>;

/** Parses flags in their long form. */
export function parseFlags(argv: readonly string[], pkg: Package): FlagValues {
  // Meow reads a leading "no-" as the negation of another flag: these flags get another prefix.
  const safe = (name: string): string => name.replace(/^no-/, 'without-');
  const { flags } = meow({
    // Meow looks there for a package.json, if it is given none.
    importMeta: { url: pathToFileURL('.').href } as ImportMeta,
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
  return Object.fromEntries(programFlags.map(({ name }) => [name, flags[camel(safe(name))]])) as FlagValues;
}

function camel(name: string): string {
  return name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
