// What to try after a failure, for two readers: at the prompt a step is a command of the shell; after a one-shot it is a
// command line, with the host and the file of the command that failed. Pure.
import type { Printable } from '../../wire/text.ts';
import type { Finding } from '../../trace/diagnose/diagnose.ts';
import { quoteWord } from '../language/parse.ts';

/** Commands that read and write files of packets. */
type PacketVerb = 'capture' | 'open' | 'extract' | 'export';

/** Commands that question a server or a client. */
type ExamVerb = 'probe' | 'check' | 'emulate' | 'tune' | 'replay';

/** The command that failed. */
export interface AttemptedCommand {
  readonly verb:
    | ('get' | 'put' | 'stat' | 'serve' | 'connect' | 'source' | 'lcd' | 'lls' | 'ls' | 'demo')
    | PacketVerb
    | ExamVerb;
  /** The file as the user named it; may be empty. */
  readonly name: Printable;
  readonly host?: Printable;
  /** The port of the server; 69. */
  readonly port?: number;
  /** The local file as the user sees it. */
  readonly local?: Printable;
  /** The other name of the line, if the user gave one: the local one of a get, the remote one of a put. */
  readonly given?: Printable;
  /** The file comes from standard input, and `name` is the remote name. */
  readonly isPiped?: boolean;
  /** What its packets show, if that is more than the failure says. */
  readonly cause?: Finding;
}

/** `shell`: a person at the prompt, or a script. `program`: a command line, which knows no prompt. */
export type AdviceReader = 'shell' | 'program';

/** The parts that a command line repeats. */
interface Again {
  /** `HOST`, or `HOST PORT`. */
  readonly where: string;
  readonly host: string;
  readonly verb: string;
  readonly name: string;
  /** The words after the verb: the name, and the local name if the user gave one. */
  readonly words: string;
}

/** The same command again, with a flag of the program. */
const withFlag =
  (flag: string) =>
  ({ where, verb, words }: Again): string =>
    `tftpsh ${flag} ${where} -c ${verb} ${words}`;

/** The same command again, after a line for which the program has no flag. */
const afterLine =
  (line: string) =>
  ({ where, verb, words }: Again): string =>
    `printf '${line}\\n${verb} ${words}\\n' | tftpsh ${where}`;

const steps: Readonly<Record<string, (again: Again) => string>> = {
  'trace on': withFlag('-t'),
  'blksize 512': withFlag('--blksize 512'),
  'set blksize 1468': withFlag('--blksize 1468'),
  'set blksize off': withFlag('--blksize off'),
  'blksize 1468': withFlag('--blksize 1468'),
  'options off': withFlag('--no-options'),
  'set lenient on': afterLine('set lenient on'),
  'set any-address on': afterLine('set any-address on'),
  'set rollover 1': afterLine('set rollover 1'),
  'set single-port on': afterLine('set single-port on'),
  'tsize off': afterLine('tsize off'),
  'literal on': withFlag('-l'),
  'connect HOST PORT': ({ host, verb, words }) => `tftpsh ${host} PORT -c ${verb} ${words}`,
  'connect ADDRESS': ({ verb, words }) =>
    verb === 'connect' ? 'tftpsh ADDRESS' : `tftpsh ADDRESS -c ${verb} ${words}`,
  'get -f': ({ where, words }) => `tftpsh ${where} -c get -f ${words}`,
  'get --mkdir': ({ where, words }) => `tftpsh ${where} -c get --mkdir ${words}`,
  'get -o DIR/': ({ where, name }) => `tftpsh ${where} -c get -o DIR/ ${name}`,
  'get REMOTE LOCAL': ({ where, name }) => `tftpsh ${where} -c get ${name} LOCAL`,
  'put FILE FILE… DIR': ({ where }) => `tftpsh ${where} -c put FILE FILE… DIR`,
  lls: () => 'ls',
  'serve DIR --port N': () => 'tftpsh serve DIR --port N',
  'serve DIR --port 6969': () => 'tftpsh serve DIR --port 6969',
  'serve DIR --host 0.0.0.0': () => 'tftpsh serve DIR --host 0.0.0.0',
  'help serving': () => 'tftpsh help serving',
};

/** `text` with its steps `{…}` written for the reader, in quotes. */
export function withSteps(text: Printable, attempt: AttemptedCommand, reader: AdviceReader): Printable {
  const host = attempt.host ?? 'HOST';
  const name = attempt.name === '' ? 'FILE' : wordOf(attempt.name);
  const given = attempt.given === undefined ? [] : [wordOf(attempt.given)];
  const again: Again = {
    host,
    where: attempt.port === undefined || attempt.port === 69 ? host : `${host} ${attempt.port}`,
    verb: attempt.verb,
    name,
    words: [...(attempt.isPiped === true ? ['-'] : []), name, ...given].join(' '),
  };
  const written = text.replace(/\{([^}]+)\}/g, (_, step: string) => {
    if (reader === 'shell') return `"${step.replace('connect HOST', `connect ${host}`)}"`;
    return `"${steps[step]?.(again) ?? step}"`;
  });
  // All parts were printable: another call of printable() would double their escapes.
  return written as Printable;
}

/** Commands of the shell that texts without a host name, and what a command line has for them. */
const phrases: readonly (readonly [RegExp, string])[] = [
  [/ \("set family any"\)/g, ''],
  [/"((?:help|set|serve DIR)(?: [a-z-]+)?)"/g, '"tftpsh $1"'],
  [/"connect HOST"/g, '"tftpsh HOST -c …"'],
  [/"trace on"/g, '-t'],
  [/"open FILE" or /g, ''],
  [/"lls"/g, '"ls"'],
];

/** `text` with the commands of the shell that it names, in quotes, written for the reader. */
export function writtenFor(reader: AdviceReader, text: Printable): Printable {
  if (reader === 'shell') return text;
  // All parts are printable: another call of printable() would double their escapes.
  const written = phrases.reduce<string>((line, [phrase, instead]) => line.replace(phrase, instead), text);
  return written as Printable;
}

/** A printable name as a word of a shell: one with escapes is read back from $'…'. */
function wordOf(name: Printable): string {
  const hasEscapes = /\\[\\nrtxu]/.test(name);
  return hasEscapes ? `$'${name.replaceAll("'", String.raw`\'`)}'` : quoteWord(name);
}
