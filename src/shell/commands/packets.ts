// ladder, packet, explain, stats, diff, export: packets after the fact. What they do is loaded when it is wanted.
import { endings, exporters } from '../../trace/export/exporters.ts';
import type { Call, Flag } from '../language/command.ts';
import type { Command, ShellContext } from '../session/context.ts';

type Verb = 'ladder' | 'packet' | 'explain' | 'stats' | 'diff' | 'exporting';

const run =
  (verb: Verb) =>
  async (call: Call, shell: ShellContext): Promise<number> =>
    (await import('./inspect.ts'))[verb](call, shell);

const transfer: Flag = {
  name: '--transfer',
  short: '-t',
  value: 'N',
  kind: 'transfer',
  summary: 'of this transfer; without it the one looked at last, or the newest',
};
const side: Flag = {
  name: '--side',
  value: 'SIDE',
  kind: 'word',
  words: ['client', 'server'],
  summary: 'client or server, where both ends are ours',
};
const plain: Flag = { name: '--plain', summary: 'as lines, not on a screen of its own' };

export const packetCommands: readonly Command[] = [
  {
    name: 'ladder',
    aliases: [],
    group: 'packets',
    usage: ['[N] [--plain] [--filter F]'],
    summary: 'a transfer as a sequence diagram, after the fact; at a terminal on a screen of its own',
    details: [
      'A loss that is known ends in a cross, one that must have happened is dashed. The last 65,536 packets are remembered.',
      'Where client and server are both ours the ladder joins both ends, under either number: nothing is left to guess.',
      'A filter compares fields: op host client server port file block code transfer outcome, with = and !=, and, or, not and ( ).',
    ],
    args: [{ name: 'N', kind: 'transfer', optional: true }],
    flags: [
      plain,
      { name: '--filter', value: 'F', summary: 'only packets that pass: "op=ACK and block!=0"' },
      { name: '--columns', value: 'N', summary: 'width of the lines, 79' },
      side,
    ],
    examples: ['ladder', 'ladder 2 --plain', 'ladder --filter "op=ERROR or op=OACK"'],
    run: run('ladder'),
  },
  {
    name: 'packet',
    aliases: [],
    group: 'packets',
    usage: ['K'],
    summary: 'one packet octet by octet, beside its fields and the figure of its RFC',
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
    summary: 'why a packet, or a whole transfer, is as it is, with the section that says so',
    args: [{ name: 'K', kind: 'packet', optional: true }],
    flags: [transfer, side],
    examples: ['explain', 'explain 7', 'explain -t 2'],
    run: run('explain'),
  },
  {
    name: 'stats',
    aliases: [],
    group: 'packets',
    usage: ['[N]'],
    summary: 'figures of a transfer: goodput, round trips, what was sent again and why',
    args: [{ name: 'N', kind: 'transfer', optional: true }],
    flags: [side],
    examples: ['stats', 'stats 2'],
    run: run('stats'),
  },
  {
    name: 'diff',
    aliases: [],
    group: 'packets',
    usage: ['N M'],
    summary: 'two transfers compared: the first packet that differs, and how their times differ',
    args: [
      { name: 'N', kind: 'transfer' },
      { name: 'M', kind: 'transfer' },
    ],
    flags: [side],
    examples: ['diff 1 2'],
    run: run('diff'),
  },
  {
    name: 'export',
    aliases: [],
    group: 'packets',
    usage: [`FILE.(${endings('|')})`],
    summary: `a transfer as ${exporters
      .map(({ what }) => what)
      .join(', ')
      .replace(/, ([^,]*)$/, ' or $1')}`,
    details: ['DATA that came out of the memory has only its first 32 octets; "capture" writes all of them.'],
    args: [{ name: 'FILE', kind: 'local' }],
    flags: [{ name: '--force', short: '-f', summary: 'overwrite' }, transfer, side],
    examples: ['export lost.svg', 'export -t 2 lost.html'],
    run: run('exporting'),
  },
];
