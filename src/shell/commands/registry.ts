// The one list of commands, and how a typed word finds its command: exact name, BSD's letter, unique prefix.
// Rule: what is not in this list is never offered, explained or advised.
import { printable } from '../../wire/text.ts';
import type { Printable } from '../../wire/text.ts';
import type { Command } from '../language/command.ts';
import { connectionCommands } from './connection.ts';
import { getCommand } from './get.ts';
import { captureCommands } from './captures.ts';
import { localCommands } from './local-directory.ts';
import { listCommand } from './ls.ts';
import { packetCommands } from './packets.ts';
import { putCommand } from './put.ts';
import { serveCommand } from './serve.ts';
import { sessionCommands } from './session.ts';
import { settingCommands } from './settings.ts';
import { statusCommands } from './status.ts';
import { statCommand } from './stat.ts';
import { nearest } from '../language/nearest.ts';

/** Every command, in the order of help. */
export const registry: readonly Command[] = [
  ...connectionCommands,
  getCommand,
  putCommand,
  statCommand,
  ...statusCommands,
  ...packetCommands,
  ...captureCommands,
  ...settingCommands,
  serveCommand,
  listCommand,
  ...localCommands,
  ...sessionCommands,
];

export type LookUp =
  | { readonly type: 'found'; readonly command: Command }
  | { readonly type: 'unknown'; readonly message: Printable };

/** Finds the command that `word` means. */
export function lookUp(word: string, commands: readonly Command[] = registry): LookUp {
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

/** The command of exactly that name or alias. */
export function findExact(word: string, commands: readonly Command[] = registry): Command | undefined {
  return commands.find(({ name, aliases }) => name === word || aliases.includes(word));
}

/** Each command once, by the name that `prefix` begins. */
function matching(
  prefix: string,
  commands: readonly Command[],
): readonly { command: Command; name: string }[] {
  return commands.flatMap((command) => {
    const name = [command.name, ...command.aliases].find((one) => one.length > 1 && one.startsWith(prefix));
    return name === undefined ? [] : [{ command, name }];
  });
}

function shown(word: string): string {
  return `"${word.length > 40 ? `${word.slice(0, 40)}…` : word}"`;
}
