// capture, open, extract: packets in files. What they do is loaded when it is wanted.
import type { Call } from '../language/command.ts';
import type { Command, ShellContext } from '../session/context.ts';

const run =
  (verb: 'capture' | 'open' | 'extract') =>
  async (call: Call, shell: ShellContext): Promise<number> =>
    verb === 'capture'
      ? (await import('./capture.ts')).capture(call, shell)
      : verb === 'open'
        ? (await import('./open.ts')).open(call, shell)
        : (await import('./extract.ts')).extract(call, shell);

const captureEndings = ['.pcap', '.pcapng', '.cap'];

export const captureCommands: readonly Command[] = [
  {
    name: 'capture',
    aliases: [],
    group: 'packets',
    usage: ['FILE.pcapng', 'off', ''],
    summary: 'write every datagram, whole, to a capture that Wireshark and tcpdump read',
    details: [
      'Addresses, ports and times are the true ones; the IP and UDP headers are made. It goes on until "capture off" or the end.',
    ],
    args: [{ name: 'FILE', kind: 'local', optional: true, words: ['off'] }],
    flags: [{ name: '--force', short: '-f', summary: 'overwrite' }],
    examples: ['capture lab.pcapng', 'capture off'],
    run: run('capture'),
  },
  {
    name: 'open',
    aliases: [],
    group: 'packets',
    usage: ['FILE.pcap|FILE.pcapng|-', 'off', ''],
    summary: 'a capture made by anybody: its TFTP transfers, for ladder, packet, explain, stats and extract',
    details: [
      'pcap and pcapng in either byte order; Ethernet, VLAN, Linux cooked, loopback and raw IP; any ports. "open off", or a new transfer, looks at our own packets again.',
      'At a terminal the transfers are a list: Enter shows a ladder, s figures, e what happened, x takes the file out, / filters.',
      '- follows standard input, with the keys from the terminal: tcpdump -U -w - udp | tftpsh open -',
    ],
    args: [{ name: 'FILE', kind: 'local', optional: true, words: ['off'], endings: captureEndings }],
    flags: [
      { name: '--filter', value: 'F', summary: 'only transfers that pass: "outcome!=complete"' },
      { name: '--follow', short: '-f', summary: 'the file still grows: go on with what is written to it' },
      { name: '--plain', summary: 'as lines, not on a screen of its own' },
    ],
    examples: ['open trace.pcapng', 'open trace.pcap --filter "op=ERROR and host=10.0.0.0/8"'],
    run: run('open'),
  },
  {
    name: 'extract',
    aliases: [],
    group: 'packets',
    usage: ['[N] DIR'],
    summary: 'the files that moved in the opened capture; incomplete ones end in .partial',
    details: ['Names are made harmless, and nothing that exists is overwritten.'],
    args: [
      { name: 'N', kind: 'transfer', optional: true },
      { name: 'DIR', kind: 'directory', optional: true },
    ],
    flags: [
      {
        ...{ name: '--from', value: 'FILE', kind: 'local', endings: captureEndings },
        summary: 'out of this capture',
      },
    ],
    examples: ['extract files/', 'extract 3 .', 'extract --from trace.pcapng files/'],
    run: run('extract'),
  },
];
