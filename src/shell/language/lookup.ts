// Finds the command that a typed word means: by exact name, by BSD's letter, by unique prefix.
import { printable } from '../../wire/text.ts';
import type { Printable } from '../../wire/text.ts';
import type { CommandSpec } from './command.ts';
import { nearest } from './nearest.ts';

/** What a typed word means. */
export type LookUp<C extends CommandSpec> =
  { readonly type: 'found'; readonly command: C } | { readonly type: 'unknown'; readonly message: Printable };

/** Finds the command that `word` means: an exact name or alias first, then a unique prefix. */
export function lookUp<C extends CommandSpec>(word: string, commands: readonly C[]): LookUp<C> {
  const exact = findExact(word, commands);
  if (exact !== undefined) return { type: 'found', command: exact };
  const matches = word === '' ? [] : matching(word, commands);
  const [first] = matches;
  if (first !== undefined && matches.length === 1) return { type: 'found', command: first.command };
  if (first !== undefined) {
    const names = matches.map(({ name }) => name).join(', ');
    return { type: 'unknown', message: printable(`?Ambiguous command ${shown(word)}: ${names}`, 400) };
  }
  const near = nearest(
    word,
    commands.flatMap(({ name, aliases }) => [name, ...aliases]),
  );
  const hint = near === undefined ? 'Try "help".' : `Did you mean "${near}"?`;
  return { type: 'unknown', message: printable(`?Invalid command ${shown(word)}. ${hint}`) };
}

/** The command with exactly that name or alias. */
export function findExact<C extends CommandSpec>(word: string, commands: readonly C[]): C | undefined {
  return commands.find(({ name, aliases }) => name === word || aliases.includes(word));
}

/** Each command that has a name with this prefix, with its first such name. */
function matching<C extends CommandSpec>(
  prefix: string,
  commands: readonly C[],
): readonly { command: C; name: string }[] {
  return commands.flatMap((command) => {
    const name = [command.name, ...command.aliases].find((one) => one.length > 1 && one.startsWith(prefix));
    return name === undefined ? [] : [{ command, name }];
  });
}

function shown(word: string): string {
  return `"${word.length > 40 ? `${word.slice(0, 40)}…` : word}"`;
}
