// The program's flags in one table, and how a command line is split into flags, host and command. Help and README are
// rendered from the table. Pure.
import { servicePort } from '../../network/resolve.ts';
import { registry } from '../commands/registry.ts';
import { findExact } from '../language/lookup.ts';
import { misuse } from '../language/misuse.ts';
import type { Misuse } from '../language/misuse.ts';
import { nearest } from '../language/nearest.ts';

/** A flag of the program. One with `setting` sets that setting. */
export interface ProgramFlag {
  readonly name: string;
  readonly short?: string;
  /** Name of the value that follows; a switch has none. */
  readonly value?: string;
  readonly summary: string;
  /** The setting that it sets. */
  readonly setting?: string;
  /** The value that a switch gives to the setting. */
  readonly sets?: string;
  /** The words that it takes, if it sets no setting. */
  readonly words?: readonly string[];
}

export const programFlags: readonly ProgramFlag[] = [
  { name: 'mode', short: 'm', value: 'MODE', summary: 'octet or netascii', setting: 'mode' },
  {
    name: 'verbose',
    short: 'v',
    summary: 'show the classic lines of each transfer',
    setting: 'verbose',
    sets: 'on',
  },
  { name: 'trace', short: 't', summary: 'show packets', setting: 'trace', sets: 'on' },
  { name: 'ipv4', short: '4', summary: 'IPv4 only', setting: 'family', sets: '4' },
  { name: 'ipv6', short: '6', summary: 'IPv6 only', setting: 'family', sets: '6' },
  {
    name: 'literal',
    short: 'l',
    summary: 'a colon is part of the file name, never HOST:FILE',
    setting: 'literal',
    sets: 'on',
  },
  { name: 'ports', short: 'R', value: 'MIN:MAX', summary: 'local UDP ports for transfers', setting: 'ports' },
  { name: 'blksize', value: 'N', summary: 'octets in a block (RFC 2348)', setting: 'blksize' },
  {
    name: 'windowsize',
    value: 'N',
    summary: 'blocks before an acknowledgement (RFC 7440)',
    setting: 'windowsize',
  },
  {
    name: 'timeout',
    value: 'S',
    summary: 'time without progress after which a transfer fails',
    setting: 'timeout',
  },
  { name: 'rexmt', value: 'S', summary: 'time before a packet is first resent', setting: 'rexmt' },
  { name: 'no-options', summary: 'plain RFC 1350, without options', setting: 'options', sets: 'off' },
  { name: 'seed', value: 'N', summary: 'seed for the random choice of a local port (with --ports)' },
  { name: 'json', summary: 'events and results as JSON lines on stdout' },
  { name: 'plain', summary: 'plain lines instead of the terminal interface' },
  { name: 'no-startup', summary: 'do not run the start-up file' },
  { name: 'no-color', summary: 'no colour (also NO_COLOR)' },
  { name: 'demo', summary: 'start a server, run a get and a put, show every packet' },
  { name: 'completions', value: 'SHELL', words: ['bash'], summary: 'print completions for bash' },
  { name: 'version', short: 'V', summary: 'print the version' },
  { name: 'help', short: 'h', summary: 'print this help' },
];

/** A command line, split. */
export interface CommandLine {
  readonly type: 'run';
  /** Flags in their long form, `--name` or `--name=value`, for the flag parser. */
  readonly flags: readonly string[];
  readonly host: readonly string[];
  /** The words of the one command to run; undefined: a shell. */
  readonly command: readonly string[] | undefined;
}

/** Splits the arguments. All words after `-c` belong to the command; so do unknown flags after a COMMAND. */
export function readCommandLine(argv: readonly string[]): CommandLine | Misuse {
  const flags: string[] = [];
  const words: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] ?? '';
    if (word === '-c') return withCommand(flags, words, argv.slice(i + 1));
    if (word === '--') {
      words.push(...(isCommand(words[0]) ? argv.slice(i) : argv.slice(i + 1)));
      break;
    }
    const found = findFlag(word);
    if (found === undefined) {
      if (word.startsWith('-') && word !== '-' && !isCommand(words[0])) return unknownFlag(word);
      words.push(word);
      continue;
    }
    const { flag, attached } = found;
    const value = attached ?? (flag.value === undefined ? undefined : argv[++i]);
    if (flag.value !== undefined && value === undefined)
      return misuse(`--${flag.name} needs a value: --${flag.name} ${flag.value}`);
    flags.push(value === undefined ? `--${flag.name}` : `--${flag.name}=${value}`);
  }
  if (isCommand(words[0])) return { type: 'run', flags, host: [], command: words };
  return withHost(flags, words, undefined);
}

function withCommand(flags: readonly string[], words: readonly string[], command: readonly string[]) {
  if (command.length === 0) return misuse('-c needs a command');
  return withHost(flags, words, command);
}

function withHost(
  flags: readonly string[],
  host: readonly string[],
  command: readonly string[] | undefined,
): CommandLine | Misuse {
  const [first = '', port] = host;
  if (host.length < 2 || (host.length === 2 && servicePort(port ?? '') !== undefined))
    return { type: 'run', flags, host, command };
  const near = nearest(
    first,
    registry.map(({ name }) => name),
  );
  const hint = near === undefined ? 'HOST [PORT], or a command: see --help' : `did you mean "${near}"?`;
  return misuse(`"${first}" is not a command: ${hint}`);
}

/** Whether it is the full name of a command. BSD's single letters may be hosts. */
function isCommand(word: string | undefined): boolean {
  return word !== undefined && (word.length > 1 || word === '?') && findExact(word, registry) !== undefined;
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

/** The output of --help. */
export function helpText(): string {
  const flags = programFlags.map(({ name, short, value, summary }) => {
    const long = `--${name}${value === undefined ? '' : ` ${value}`}`;
    return `  ${(short === undefined ? `    ${long}` : `-${short}, ${long}`).padEnd(24)} ${summary}`;
  });
  return [
    'An interactive TFTP shell with an embedded server, in which every packet can be seen.',
    '',
    'Usage: tftpsh [flags] [HOST [PORT]]              the shell',
    '       tftpsh [flags] [HOST [PORT]] -c COMMAND…  one command, then exit',
    '       tftpsh [flags] COMMAND…                   the same: tftpsh get tftp://10.0.0.5/boot.img',
    '       tftpsh < script                           line by line, up to the first failure',
    '',
    ...flags,
    '',
    '"tftpsh help" lists the commands, "tftpsh help COMMAND" explains one.',
    '',
  ].join('\n');
}

/** Flags that print a text and end the program. */
export const textFlags = ['help', 'version', 'completions'] as const;

/** The texts of these flags. */
export const flagTexts = {
  help: helpText,
  version: (version: string) => `tftpsh ${version}\n`,
  completions: async () => (await import('./bash-completion.ts')).renderBash(),
};
