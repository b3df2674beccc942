// ladder, packet, explain, stats, diff and export: recorded packets. Their code is loaded when one of them is called.
import { endings, exporters } from '../../../trace/export/exporters.ts';
import { schemes } from '../../../trace/text/palette.ts';
import type { Call, Flag } from '../../language/command.ts';
import type { Command, ShellContext } from '../../session/context.ts';

type Verb = 'packet' | 'explain' | 'diagnose' | 'stats';

const run =
  (verb: Verb) =>
  async (call: Call, shell: ShellContext): Promise<number> =>
    (await import('./inspect.ts'))[verb](call, shell);

const runLadder = async (call: Call, shell: ShellContext): Promise<number> =>
  (await import('../../packets/ladder-command.ts')).ladder(call, shell);

const runExport = async (call: Call, shell: ShellContext): Promise<number> =>
  (await import('../../packets/export-command.ts')).exportTransfer(call, shell);

const runDiff = async (call: Call, shell: ShellContext): Promise<number> =>
  (await import('../../packets/diff-command.ts')).diff(call, shell);

const transfer: Flag = {
  name: '--transfer',
  short: '-t',
  value: 'N',
  kind: 'transfer',
  summary: 'use this transfer; by default the one viewed last, or the newest',
};
const side: Flag = {
  name: '--side',
  value: 'SIDE',
  kind: 'word',
  words: ['client', 'server'],
  summary: 'client or server, if both ends are ours',
};
const packets: Flag = {
  name: '--packets',
  value: 'A..B',
  summary: 'only packets A to B, with the timeouts between them',
};
const filter: Flag = {
  name: '--filter',
  value: 'F',
  summary: 'only packets that match: "op=ACK and block!=0"',
};
const plain: Flag = { name: '--plain', summary: 'print lines instead of a full-screen view' };

export const packetCommands: readonly Command[] = [
  {
    name: 'ladder',
    aliases: [],
    group: 'packets',
    usage: ['[N] [--plain] [--packets A..B] [--filter F]', '[N] --play [SPEED]'],
    summary: 'show a transfer as a sequence diagram; at a terminal, as a full-screen view',
    details: [
      'A known loss ends in a cross; an inferred loss is dashed. The last 65,536 packets are kept.',
      'If client and server are both ours, the ladder joins both ends under either number; nothing has to be inferred.',
      'A filter compares fields: op host client server port file block code transfer outcome, with = and !=, and, or, not and ( ).',
    ],
    args: [
      { name: 'N', kind: 'transfer', optional: true },
      { name: 'SPEED', kind: 'word', words: ['0.01x', '0.1x', '1x', '10x'], optional: true },
    ],
    flags: [
      plain,
      {
        name: '--play',
        summary: 'play the rows as they happened: 1x, or slower with 0.1x; keys pause and step',
      },
      filter,
      packets,
      { name: '--columns', value: 'N', summary: 'line width; default: the window, or COLUMNS, or 79' },
      side,
    ],
    examples: [
      'ladder',
      'ladder 2 --plain',
      'ladder --packets 8..20',
      'ladder --play 0.1x',
      'ladder --filter "op=ERROR or op=OACK"',
    ],
    run: runLadder,
  },
  {
    name: 'packet',
    aliases: [],
    group: 'packets',
    usage: ['K'],
    summary: 'show one packet octet by octet, with its fields and the diagram of its RFC',
    args: [{ name: 'K', kind: 'packet' }],
    flags: [transfer, plain, side],
    examples: ['packet 1', 'packet 4 -t 2'],
    run: run('packet'),
  },
  {
    name: 'explain',
    aliases: [],
    group: 'packets',
    usage: ['[K]', '-t N'],
    summary: 'explain a packet or a whole transfer, with the RFC section',
    args: [{ name: 'K', kind: 'packet', optional: true }],
    flags: [transfer, side],
    examples: ['explain', 'explain 7', 'explain -t 2'],
    run: run('explain'),
  },
  {
    name: 'diagnose',
    aliases: [],
    group: 'packets',
    usage: ['[N]'],
    summary: 'say what went wrong in a transfer, how the packets show it, and what to do',
    details: [
      'It reads our own transfers, those of our server, and those of an opened capture. "help causes" lists the causes that it knows.',
    ],
    args: [{ name: 'N', kind: 'transfer', optional: true }],
    flags: [side],
    examples: ['diagnose', 'diagnose 3'],
    run: run('diagnose'),
  },
  {
    name: 'stats',
    aliases: [],
    group: 'packets',
    usage: ['[N]'],
    summary: 'statistics of a transfer: goodput, round trips, retransmissions and their causes',
    args: [{ name: 'N', kind: 'transfer', optional: true }],
    flags: [side],
    examples: ['stats', 'stats 2'],
    run: run('stats'),
  },
  {
    name: 'diff',
    aliases: [],
    group: 'packets',
    usage: ['N M [--plain]'],
    summary: 'compare two transfers packet by packet, side by side, with their times',
    details: [
      'Packets belong together by kind, block and how often they were sent. | marks packets that differ, < and > those that only one transfer has; runs that are alike are folded. The last column is how much longer a step took in the second.',
      'packet K and explain K still use the transfer from before: add -t N or -t M.',
    ],
    args: [
      { name: 'N', kind: 'transfer' },
      { name: 'M', kind: 'transfer' },
    ],
    flags: [plain, side],
    examples: ['diff 1 2', 'diff 1 2 --plain'],
    run: runDiff,
  },
  {
    name: 'export',
    aliases: [],
    group: 'packets',
    usage: [`FILE.(${endings('|')})`],
    summary: `save a transfer as ${exporters
      .map(({ what }) => what)
      .join(', ')
      .replace(/, ([^,]*)$/, ' or $1')}`,
    details: [
      'A png is drawn by a program of your system, the first that is there: rsvg-convert, inkscape, magick or chromium.',
      'The DATA packets of small transfers are kept whole in memory (set keep), of the others the first 32 octets; "capture" writes all of them.',
      'In a picture, page, diagram or text of a long transfer, uneventful and repeated runs become one row each; the rows of --packets and --filter are drawn as they are, up to 2,000.',
    ],
    args: [{ name: 'FILE', kind: 'local' }],
    flags: [
      { name: '--force', short: '-f', summary: 'overwrite' },
      {
        name: '--theme',
        value: 'SCHEME',
        kind: 'word',
        words: schemes,
        summary: 'light or dark colours (svg, png, html); by default those of the reader, in a png light',
      },
      packets,
      filter,
      transfer,
      side,
    ],
    examples: [
      'export lost.svg',
      'export -t 2 lost.html',
      'export slide.svg --theme dark',
      'export loss.svg --packets 8..20',
    ],
    run: runExport,
  },
];
