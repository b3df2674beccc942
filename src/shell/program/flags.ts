// The program's flags in one table, and how a command line is parted into flags, host and command.
// Pure: help and README are rendered from the table. Never imports process.
import { servicePort } from '../../network/resolve.ts';
import { registry } from '../commands/registry.ts';
import { findExact } from '../language/lookup.ts';
import { nearest } from '../language/nearest.ts';

/** A flag of the program. Those with `setting` are another way to set it. */
export interface ProgramFlag {
  readonly name: string;
  readonly short?: string;
  /** Name of the value that follows; none: a switch. */
  readonly value?: string;
  readonly summary: string;
  /** Setting and, for a switch, the value that it stands for. */
  readonly setting?: string;
  /** The words it takes, where no setting tells them. */
  readonly words?: readonly string[];
  readonly sets?: string;
}

export const programFlags: readonly ProgramFlag[] = [
  { name: 'mode', short: 'm', value: 'MODE', summary: 'octet or netascii', setting: 'mode' },
  {
    name: 'verbose',
    short: 'v',
    summary: 'the classic lines about each transfer',
    setting: 'verbose',
    sets: 'on',
  },
  { name: 'trace', short: 't', summary: 'show packets', setting: 'trace', sets: 'on' },
  { name: 'ipv4', short: '4', summary: 'IPv4 only', setting: 'family', sets: '4' },
  { name: 'ipv6', short: '6', summary: 'IPv6 only', setting: 'family', sets: '6' },
  {
    name: 'literal',
    short: 'l',
    summary: 'a colon in a name is just a colon',
    setting: 'literal',
    sets: 'on',
  },
  { name: 'ports', short: 'R', value: 'MIN:MAX', summary: 'local UDP ports', setting: 'ports' },
  { name: 'blksize', value: 'N', summary: 'octets in a block (RFC 2348)', setting: 'blksize' },
  {
    name: 'windowsize',
    value: 'N',
    summary: 'blocks before an acknowledgement (RFC 7440)',
    setting: 'windowsize',
  },
  { name: 'timeout', value: 'S', summary: 'silence after which it gives up', setting: 'timeout' },
  { name: 'rexmt', value: 'S', summary: 'first interval before a packet is sent again', setting: 'rexmt' },
  { name: 'no-options', summary: 'plain RFC 1350', setting: 'options', sets: 'off' },
  { name: 'seed', value: 'N', summary: 'the same chances again' },
  { name: 'json', summary: 'events and results as JSON lines on stdout' },
  { name: 'plain', summary: 'no terminal interface' },
  { name: 'no-startup', summary: 'skip the start-up file' },
  { name: 'no-color', summary: 'no colour (also NO_COLOR)' },
  { name: 'demo', summary: 'a server of our own, a get and a put, with the trace on' },
  { name: 'completions', value: 'SHELL', words: ['bash'], summary: 'print completions for bash' },
  { name: 'version', short: 'V', summary: 'tell the version' },
  { name: 'help', short: 'h', summary: 'tell this' },
];

/** What a command line asks for. */
export interface CommandLine {
  readonly type: 'run';
  /** Flags in their long form, `--name` or `--name=value`, for the flag parser. */
  readonly flags: readonly string[];
  readonly host: readonly string[];
  /** The words of the one command to run; undefined: a shell. */
  readonly command: readonly string[] | undefined;
}

export interface BadCommandLine {
  readonly type: 'refused';
  readonly message: string;
}

/** Parts the arguments. What follows `-c` belongs to the command; so does what is no flag of ours behind a COMMAND. */
export function readCommandLine(argv: readonly string[]): CommandLine | BadCommandLine {
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
      return { type: 'refused', message: `--${flag.name} needs a value: --${flag.name} ${flag.value}` };
    flags.push(value === undefined ? `--${flag.name}` : `--${flag.name}=${value}`);
  }
  if (isCommand(words[0])) return { type: 'run', flags, host: [], command: words };
  return withHost(flags, words, undefined);
}

function withCommand(flags: readonly string[], words: readonly string[], command: readonly string[]) {
  if (command.length === 0) return { type: 'refused', message: '-c needs a command' } as const;
  return withHost(flags, words, command);
}

function withHost(
  flags: readonly string[],
  host: readonly string[],
  command: readonly string[] | undefined,
): CommandLine | BadCommandLine {
  const [first = '', port] = host;
  if (host.length < 2 || (host.length === 2 && servicePort(port ?? '') !== undefined))
    return { type: 'run', flags, host, command };
  const near = nearest(
    first,
    registry.map(({ name }) => name),
  );
  const hint = near === undefined ? 'HOST [PORT], or a command: see --help' : `did you mean "${near}"?`;
  return { type: 'refused', message: `"${first}" is no command: ${hint}` };
}

/** Exactly a command: BSD's single letters may be hosts. */
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

function unknownFlag(word: string): BadCommandLine {
  const near = nearest(
    word.replace(/^--?/, '').replace(/=.*$/, ''),
    programFlags.map(({ name }) => name),
  );
  const hint = near === undefined ? '--help tells all' : `did you mean --${near}?`;
  return { type: 'refused', message: `unknown flag ${word}: ${hint}` };
}

/** What --help prints. */
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

/** Flags that are answered with a text and nothing else. */
export const onlyTold = ['help', 'version', 'completions'] as const;

/** Their texts. */
export const told = {
  help: helpText,
  version: (version: string) => `tftpsh ${version}\n`,
  completions: async () => (await import('./bash-completion.ts')).renderBash(),
};
