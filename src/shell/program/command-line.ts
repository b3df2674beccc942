// How a command line is split into flags, host and command. Pure.
import { servicePort } from '../../network/resolve.ts';
import { registry } from '../commands/registry.ts';
import { findExact } from '../language/lookup.ts';
import { isMisuse, misuse } from '../language/misuse.ts';
import type { Misuse } from '../language/misuse.ts';
import { nearest } from '../language/nearest.ts';
import { parse, quoteWord } from '../language/parse.ts';
import { readDuration } from '../language/units.ts';
import { isUri } from '../language/remote-file.ts';
import { parseTarget } from '../../wire/uri.ts';
import { programFlags, type ProgramFlag } from './flags.ts';
import { fromOtherClients } from './other-clients.ts';

/** A command line, split. */
export interface CommandLine {
  readonly type: 'run';
  /** Flags in their long form, `--name` or `--name=value`, for the flag parser. */
  readonly flags: readonly string[];
  readonly host: readonly string[];
  /** The words of the one command to run; undefined: a shell. */
  readonly command: readonly string[] | undefined;
}

/** Splits the arguments. All words after `-c` belong to the command; so do unknown flags after a COMMAND or the URL of a file. */
export function readCommandLine(given: readonly string[]): CommandLine | Misuse {
  const argv = fromOtherClients(given, isCommand);
  if (isMisuse(argv)) return argv;
  const flags: string[] = [];
  const words: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] ?? '';
    if (word === '-c') return withCommand(flags, words, argv.slice(i + 1));
    if (word === '--') {
      words.push(...(commandIn(words) === undefined ? argv.slice(i + 1) : argv.slice(i)));
      break;
    }
    const command = commandIn(words);
    const found = isOfCommand(command, word) ? undefined : findFlag(word);
    if (found === undefined) {
      if (word.startsWith('-') && word !== '-' && command === undefined) return unknownFlag(word);
      words.push(word);
      continue;
    }
    const { flag, attached } = found;
    const takesWord = flag.value !== undefined && (flag.sets === undefined || isTime(argv[i + 1]));
    const value = attached ?? (takesWord ? argv[++i] : undefined);
    // An empty value, of `--impair "$FAULTS"` for one, is a mistake: it must not mean that nothing was asked for.
    if (attached === '' || (takesWord && (value === undefined || value === '')))
      return misuse(`--${flag.name} needs a value: --${flag.name} ${flag.value}`);
    flags.push(value === undefined ? `--${flag.name}` : `--${flag.name}=${value}`);
  }
  if (isCommand(words[0])) return { type: 'run', flags, host: [], command: words };
  return withHost(flags, words, undefined);
}

function withCommand(flags: readonly string[], words: readonly string[], command: readonly string[]) {
  const [only = '', second] = command;
  if (command.length === 0) return misuse('-c needs a command');
  // `-c "get r1.cfg -"`: one word with blanks is a line of the shell.
  const line = second === undefined && /\s/.test(only) ? parse(only) : undefined;
  if (line?.type === 'refused') return misuse(line.message);
  if (second !== undefined && isCommand(/^(\S+)\s/.exec(only)?.[1]))
    return misuse(`-c takes the rest of the line: "${written([...words, ...command.slice(1)])} -c ${only}"`);
  const split = line?.type === 'command' && !line.background ? line.words.map(({ text }) => text) : command;
  return withHost(flags, words, split);
}

function withHost(
  flags: readonly string[],
  host: readonly string[],
  command: readonly string[] | undefined,
): CommandLine | Misuse {
  const [first = '', port] = host;
  const at = afterHost(host);
  if (command === undefined) {
    // As curl does: the URL of a file is the wish to have it.
    if (isFileUrl(first) && !isCommand(port))
      return { type: 'run', flags, host: [], command: ['get', ...host] };
    if (host.length > at && isCommand(host[at]))
      return { type: 'run', flags, host: host.slice(0, at), command: host.slice(at) };
  }
  if (host.length <= at) return { type: 'run', flags, host, command };
  return noCommand(host, at);
}

/** The answer to words after HOST [PORT] that contain no command: it suggests the line that may have been meant. */
function noCommand(words: readonly string[], at: number): Misuse {
  for (const place of [0, at]) {
    const word = words[place] ?? '';
    const near = nearest(
      word,
      registry.map(({ name }) => name),
    );
    if (near !== undefined)
      return misuse(`"${word}" is not a command: did you mean "${written(words.with(place, near))}"?`);
  }
  const line = written([...words.slice(0, at), 'get', ...words.slice(at)]);
  return misuse(`"${words[at] ?? ''}" is not a command: "${line}" fetches a file; see --help`);
}

function written(words: readonly string[]): string {
  return ['tftpsh', ...words.map(quoteWord)].join(' ');
}

function isFileUrl(word: string): boolean {
  const target = isUri(word) ? parseTarget(word) : undefined;
  return target?.ok === true && target.file !== '';
}

/** The place of the first word after HOST [PORT]. */
function afterHost([, port = '']: readonly string[]): number {
  return servicePort(port) === undefined ? 1 : 2;
}

/** The command that the words so far name; the URL of a file means get. */
function commandIn(words: readonly string[]): string | undefined {
  const named = [words[0], words[afterHost(words)]].find(isCommand);
  return named ?? (isFileUrl(words[0] ?? '') ? 'get' : undefined);
}

function isTime(word = ''): boolean {
  return readDuration(word) !== undefined;
}

/** Whether it is the full name of a command. BSD's single letters may be hosts. */
function isCommand(word: string | undefined): boolean {
  return word !== undefined && (word.length > 1 || word === '?') && findExact(word, registry) !== undefined;
}

/** Whether a flag after COMMAND is the command's own although a setting has the name too: `serve . --timeout 60`. */
function isOfCommand(command: string | undefined, word: string): boolean {
  if (!isCommand(command) || !word.startsWith('--')) return false;
  const name = word.replace(/=.*$/s, '');
  const isOwn = findExact(command ?? '', registry)?.flags?.some((flag) => flag.name === name) === true;
  return isOwn && programFlags.some((flag) => `--${flag.name}` === name && flag.setting !== undefined);
}

interface FoundFlag {
  readonly flag: ProgramFlag;
  readonly attached: string | undefined;
}

function findFlag(word: string): FoundFlag | undefined {
  if (word.startsWith('--')) {
    const equals = word.indexOf('=');
    const name = equals < 0 ? word.slice(2) : word.slice(2, equals);
    const flag = programFlags.find((one) => one.name === name);
    if (flag === undefined || (equals >= 0 && flag.value === undefined)) return undefined;
    return { flag, attached: equals < 0 ? undefined : word.slice(equals + 1) };
  }
  const flag = programFlags.find(({ short }) => short !== undefined && word.startsWith(`-${short}`));
  if (flag === undefined) return undefined;
  if (word.length === 2) return { flag, attached: undefined };
  return flag.value === undefined ? undefined : { flag, attached: word.slice(2) };
}

function unknownFlag(word: string): Misuse {
  const near = nearest(
    word.replace(/^--?/, '').replace(/=.*$/, ''),
    programFlags.map(({ name }) => name),
  );
  const hint = near === undefined ? 'see --help' : `did you mean --${near}?`;
  return misuse(`unknown flag ${word}: ${hint}`);
}
