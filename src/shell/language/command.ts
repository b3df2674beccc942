// A command as data, and how the words of a call are sorted into arguments and flags.
// Rule: help, completion, the man page and the README's table are rendered from these records.
import { misuse } from './misuse.ts';
import type { Misuse } from './misuse.ts';
import type { Word } from './parse.ts';

export const commandGroups = [
  'connection',
  'transfers',
  'packets',
  'settings',
  'server',
  'local',
  'session',
] as const;
export type CommandGroup = (typeof commandGroups)[number];

/** What a word stands for: decides how it is completed. */
export type ArgumentKind =
  | 'host'
  | 'port'
  | 'remote' // a file on the server
  | 'local' // a file here
  | 'either' // one or the other
  | 'directory'
  | 'setting'
  | 'value' // of the setting before it
  | 'command'
  | 'transfer' // a number
  | 'running' // the number of a transfer that runs
  | 'packet' // a number, of the transfer that --transfer names
  | 'offered' // a name of our own server that can be dropped
  | 'word' // one of `words`
  | 'text';

export interface Argument {
  readonly name: string;
  readonly kind: ArgumentKind;
  /** Needed unless true. */
  readonly optional?: boolean;
  /** May be repeated; only the last one. */
  readonly many?: boolean;
  /** The words it takes, for completion. */
  readonly words?: readonly string[];
  /** How names of files that it takes end, as `.pcap`; where no name does, any will do. */
  readonly endings?: readonly string[];
}

/** A first word that makes another command of it. */
export interface Form {
  readonly word: string;
  readonly summary: string;
  /** What follows the word. */
  readonly args: readonly Argument[];
  /** Names of the flags that it takes; none. */
  readonly flags?: readonly string[];
}

export interface Flag {
  /** With its dashes. */
  readonly name: string;
  readonly short?: string;
  /** Name of the value that follows; none: a switch. */
  readonly value?: string;
  readonly kind?: ArgumentKind;
  /** The words it takes, for completion. */
  readonly words?: readonly string[];
  readonly endings?: readonly string[];
  /** Takes several values with commas. */
  readonly list?: boolean;
  readonly summary: string;
}

/** All that is known about a command but its code. */
export interface CommandSpec {
  readonly name: string;
  /** Other names; one letter: BSD's old form, which beats the prefix rule. */
  readonly aliases: readonly string[];
  readonly group: CommandGroup;
  /** What follows the name, one form each. */
  readonly usage: readonly string[];
  /** One phrase without a full stop. */
  readonly summary: string;
  readonly details?: readonly string[];
  readonly args: readonly Argument[];
  readonly flags?: readonly Flag[];
  readonly forms?: readonly Form[];
  readonly examples: readonly string[];
}

/** A command with the words it was called with. */
export interface Call {
  readonly command: CommandSpec;
  readonly line: string;
  /** Words behind the name that are no flags. */
  readonly words: readonly Word[];
  /** By long name; a switch has its own word as value. */
  readonly flags: ReadonlyMap<string, Word>;
  readonly background: boolean;
}

/** Sorts the words of a line into flags and the rest. `--` ends the flags; `-` alone is a word. */
export function readCall(
  command: CommandSpec,
  words: readonly Word[],
): Pick<Call, 'words' | 'flags'> | Misuse {
  const rest: Word[] = [];
  const flags = new Map<string, Word>();
  for (let i = 1; i < words.length; i++) {
    const word = words[i];
    if (word === undefined) break;
    if (word.text === '--') {
      rest.push(...words.slice(i + 1));
      break;
    }
    if (!word.text.startsWith('-') || word.text === '-') {
      rest.push(word);
      continue;
    }
    const [name, attached] = splitFlag(word);
    const flag = command.flags?.find((one) => one.name === name || one.short === name);
    if (flag === undefined) return unknownFlag(command, word);
    const value = attached ?? (flag.value === undefined ? word : words[++i]);
    if (value === undefined)
      return misuse(`${flag.name} needs a value: ${flag.name} ${flag.value ?? ''}.`, word);
    if (attached !== undefined && flag.value === undefined)
      return misuse(`${flag.name} takes no value.`, word);
    // Of two values one would be forgotten without a word.
    if (flag.value !== undefined && flags.has(flag.name))
      return misuse(
        `Give ${flag.name} only once${flag.list === true ? '; separate several values with commas' : ''}.`,
        word,
      );
    flags.set(flag.name, value);
  }
  const most = command.args.at(-1)?.many === true ? Infinity : command.args.length;
  const extra = rest[most];
  if (extra !== undefined) return misuse(`${command.name} takes ${argumentCount(most)}.`, extra);
  return { words: rest, flags };
}

function argumentCount(most: number): string {
  if (most === 0) return 'no arguments';
  return most === 1 ? 'at most one argument' : `at most ${most} arguments`;
}

function splitFlag(word: Word): readonly [string, Word | undefined] {
  const equals = word.text.startsWith('--') ? word.text.indexOf('=') : -1;
  if (equals < 0) return [word.text, undefined];
  return [word.text.slice(0, equals), { ...word, text: word.text.slice(equals + 1) }];
}

function unknownFlag(command: CommandSpec, word: Word): Misuse {
  const known =
    command.flags?.map((flag) => (flag.short === undefined ? flag.name : `${flag.short} ${flag.name}`)) ?? [];
  const takes =
    known.length === 0 ? `${command.name} takes no flags` : `${command.name} takes ${known.join(', ')}`;
  return misuse(`${takes}; put "--" before a file name that begins with "-".`, word);
}
