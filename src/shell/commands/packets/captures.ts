// capture, open and extract: packets in files. Their code is loaded when one of them is called.
import type { Call } from '../../language/command.ts';
import type { Command, ShellContext } from '../../session/context.ts';

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
    summary: 'write every datagram to a capture file for Wireshark or tcpdump',
    details: [
      'Addresses, ports and times are real; the IP and UDP headers are generated. Capturing continues until "capture off" or the end of the session.',
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
    summary: 'list the TFTP transfers of any pcap file, for ladder, packet, explain, stats and extract',
    details: [
      'pcap and pcapng in either byte order; Ethernet, VLAN, Linux cooked, loopback and raw IP; any ports. "open off", or a new transfer, returns to our own packets.',
      'At a terminal the transfers are a list: Enter shows the ladder, s statistics, e the explanation, x extracts the file, / filters.',
      '"open -" reads standard input as it comes; keys come from the terminal: tcpdump -U -w - udp | tftpsh open -',
    ],
    args: [{ name: 'FILE', kind: 'local', optional: true, words: ['off'], endings: captureEndings }],
    flags: [
      { name: '--filter', value: 'F', summary: 'show only transfers that match: "outcome!=complete"' },
      { name: '--follow', short: '-f', summary: 'keep reading while the file grows' },
      { name: '--plain', summary: 'print lines instead of a full-screen view' },
    ],
    examples: ['open trace.pcapng', 'open trace.pcap --filter "op=ERROR and host=10.0.0.0/8"'],
    run: run('open'),
  },
  {
    name: 'extract',
    aliases: [],
    group: 'packets',
    usage: ['[N] DIR'],
    summary: 'extract the transferred files from the opened capture; incomplete ones end in .partial',
    details: ['File names are made safe, and existing files are never overwritten.'],
    args: [
      { name: 'N', kind: 'transfer', optional: true },
      { name: 'DIR', kind: 'directory', optional: true },
    ],
    flags: [
      {
        name: '--from',
        value: 'FILE',
        kind: 'local',
        endings: captureEndings,
        summary: 'extract from this capture',
      },
    ],
    examples: ['extract files/', 'extract 3 .', 'extract --from trace.pcapng files/'],
    run: run('extract'),
  },
];
