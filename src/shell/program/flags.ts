// The program's flags in one table, and the text of --help. Pure, and without imports: the launcher shows the help before
// the program is loaded. Help and README are rendered from the table.

/** A flag of the program. One with `setting` sets that setting. */
export interface ProgramFlag {
  readonly name: string;
  readonly short?: string;
  /** Name of the value that follows; a switch has none. */
  readonly value?: string;
  readonly summary: string;
  /** The setting that it sets. */
  readonly setting?: string;
  /** The value that a switch gives to the setting. A flag with a value too takes a time as its value; without one it is a switch. */
  readonly sets?: string;
  /** The words that it takes, if it sets no setting. */
  readonly words?: readonly string[];
}

/** The shells whose Tab can complete our command lines. */
export const completionShells = ['bash', 'zsh', 'fish'] as const;

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
  {
    name: 'wait',
    value: 'TIME',
    summary: 'keep asking a server that is not there yet: 10m; --wait alone waits 1 hour',
    setting: 'wait',
    sets: '1h',
  },
  { name: 'no-options', summary: 'plain RFC 1350, without options', setting: 'options', sets: 'off' },
  {
    name: 'extensions',
    summary: 'allow multicast and the options of tftp-hpa',
    setting: 'extensions',
    sets: 'on',
  },
  {
    name: 'impair',
    value: 'FAULTS',
    summary: "misbehave on purpose, as the command impair does: 'loss 5%; client drop ACK 2 once'",
  },
  {
    name: 'seed',
    value: 'N',
    summary: 'seed for random faults, and for the choice of a local port (with --ports)',
  },
  { name: 'json', summary: 'events and results as JSON lines on stdout' },
  { name: 'plain', summary: 'plain lines instead of the terminal interface' },
  { name: 'no-startup', summary: 'do not run the start-up file' },
  { name: 'no-color', summary: 'no colour (also NO_COLOR)' },
  {
    name: 'no-mouse',
    summary: 'full-screen views leave the mouse to the terminal',
    setting: 'mouse',
    sets: 'off',
  },
  { name: 'demo', summary: 'start a server, run a get and a put, show every packet' },
  {
    name: 'completions',
    value: 'SHELL',
    words: completionShells,
    summary: 'print completions for bash, zsh or fish',
  },
  { name: 'version', short: 'V', summary: 'print the version' },
  { name: 'help', short: 'h', summary: 'print this help' },
];

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
