// The description of a command as data, and the reading of a call: which words are arguments and which are flags.
// Rule: help, completion, the man page and the README's table are rendered from these descriptions.
import { misuse } from './misuse.ts';
import type { Misuse } from './misuse.ts';
import { nearest } from './nearest.ts';
import type { Word } from './parse.ts';

export const commandGroups = [
  'connection',
  'transfers',
  'packets',
  'exams',
  'settings',
  'server',
  'teaching',
  'local',
  'session',
] as const;
export type CommandGroup = (typeof commandGroups)[number];

/** What a word means. It decides how the word is completed. */
export type ArgumentKind =
  | 'host'
  | 'port'
  | 'remote' // a file on the server
  | 'local' // a local file
  | 'either' // a remote or a local file
  | 'directory'
  | 'setting'
  | 'value' // of the setting before it
  | 'command'
  | 'transfer' // a number
  | 'running' // the number of a running transfer
  | 'packet' // the number of a packet of the transfer that --transfer names
  | 'offered' // a name that our server offers and can stop offering
  | 'word' // one of `words`
  | 'text';

export interface Argument {
  readonly name: string;
  readonly kind: ArgumentKind;
  /** Whether it may be missing. Default: false. */
  readonly optional?: boolean;
  /** Whether it may be repeated. Only the last argument may. Default: false. */
  readonly many?: boolean;
  /** The words it takes, for completion. */
  readonly words?: readonly string[];
  /** Endings of the files that completion offers, such as `.pcap`. If no file has one, it offers all files. */
  readonly endings?: readonly string[];
}

/** A command inside a command, chosen by the first word: `serve stop`. */
export interface Form {
  readonly word: string;
  readonly summary: string;
  /** The arguments after the word. */
  readonly args: readonly Argument[];
  /** The names of the flags that it takes. Default: none. */
  readonly flags?: readonly string[];
}

export interface Flag {
  /** With its dashes. */
  readonly name: string;
  readonly short?: string;
  /** The name of the value that follows. If undefined, the flag is a switch. */
  readonly value?: string;
  readonly kind?: ArgumentKind;
  /** The words it takes, for completion. */
  readonly words?: readonly string[];
  readonly endings?: readonly string[];
  /** Whether it takes several values, separated by commas. */
  readonly list?: boolean;
  readonly summary: string;
}

/** The description of a command, without its code. */
export interface CommandSpec {
  readonly name: string;
  /** Other names. A single letter is BSD's abbreviation; it takes precedence over unique prefixes. */
  readonly aliases: readonly string[];
  readonly group: CommandGroup;
  /** The command whose row in the short table of the README lists it too. */
  readonly with?: string;
  /** The forms of what follows the name. */
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
  /** The words after the name that are not flags. */
  readonly words: readonly Word[];
  /** The flags by their long names. The value of a switch is the word itself. */
  readonly flags: ReadonlyMap<string, Word>;
  readonly background: boolean;
}

/** Separates flags from other words. `--` ends the flags; `-` alone is not a flag. */
export function readCall(
  command: CommandSpec,
  words: readonly Word[],
): Pick<Call, 'words' | 'flags'> | Misuse {
  const others: Word[] = [];
  const flags = new Map<string, Word>();
  for (let i = 1; i < words.length; i++) {
    const word = words[i];
    if (word === undefined) break;
    if (word.text === '--') {
      others.push(...words.slice(i + 1));
      break;
    }
    if (!word.text.startsWith('-') || word.text === '-') {
      others.push(word);
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
    // A second value would silently replace the first.
    if (flag.value !== undefined && flags.has(flag.name))
      return misuse(
        `Give ${flag.name} only once${flag.list === true ? '; separate several values with commas' : ''}.`,
        word,
      );
    flags.set(flag.name, value);
  }
  const most = command.args.at(-1)?.many === true ? Infinity : command.args.length;
  const extra = others[most];
  if (extra !== undefined) return misuse(`${command.name} takes ${argumentCount(most)}.`, extra);
  return { words: others, flags };
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

/** More flags than these are for the help of the command, not for a message. */
const mostListed = 12;

function unknownFlag(command: CommandSpec, word: Word): Misuse {
  const flags = command.flags ?? [];
  const known = flags.map(({ short, name }) => (short === undefined ? name : `${short} ${name}`));
  const near = nearest(
    word.text.replace(/^-+|=.*$/gs, ''),
    flags.map(({ name }) => name.replace(/^--?/, '')),
  );
  const escape = 'put "--" before a file name that begins with "-"';
  if (near !== undefined) return misuse(`Did you mean --${near}? Or ${escape}.`, word);
  if (known.length > mostListed) return misuse(`"help ${command.name}" lists its flags; ${escape}.`, word);
  const takes = known.length === 0 ? 'no flags' : known.join(', ');
  return misuse(`${command.name} takes ${takes}; ${escape}.`, word);
}
