// impair, impair-proxy, packetdrop, seed and lab: losses on purpose, and both ends in this process. Their code is loaded
// when one of them is called.
import type { Call } from '../language/command.ts';
import type { Command, ShellContext } from '../session/context.ts';

const run =
  (verb: 'runImpair' | 'runPacketDrop' | 'runSeed') =>
  async (call: Call, shell: ShellContext): Promise<number> =>
    (await import('../impair/run.ts'))[verb](call, shell);

// The names of faults and deeds stand here once more, so that help does not load their code; a test compares them.
const endHelp =
  'client or server: only what that end sends, whichever end is ours; without it, both. Impairment works on the real network, with foreign programs too.';

const quantityHelp: readonly string[] = [
  'Random: loss 5%, burst 3 (losses in a row), dup 1%, reorder 2%, lag 10ms, corrupt 0.1%, truncate 0.1%.',
  'For every datagram: delay 20ms, jitter 5ms, rate 1M (octets a second), mtu 600 (larger IP packets are lost). A value of 0 switches it off.',
];

const ruleHelp: readonly string[] = [
  'Chosen packets: drop, dup, delay, reorder, corrupt or truncate, then RRQ, WRQ, DATA, ACK, OACK, ERROR or ANY, then blocks 3 or 3..5, a time for delay, and once, twice or 5x: delay DATA 3 200ms once.',
];

const deedHelp: readonly string[] = [
  'Deeds of a server, to test clients: oack-blksize N, oack-unasked, wrong-tid N, tsize-lie N, stale-ack, early-error N, silence after N, restart-at-1.',
];

export const teachingCommands: readonly Command[] = [
  {
    name: 'impair',
    aliases: [],
    group: 'teaching',
    usage: [
      '',
      '[client|server] loss 5% delay 20ms …',
      '[client|server] drop ACK 2 [once]',
      'server DEED [N]',
      'off',
      'save|load FILE',
    ],
    summary: 'lose, delay, repeat, reorder and damage packets on purpose; without words, show what it did',
    details: [endHelp, ...quantityHelp, ...ruleHelp, ...deedHelp],
    args: [
      {
        name: 'WORD',
        kind: 'word',
        many: true,
        optional: true,
        words: ['client', 'server', 'loss', 'delay', 'drop', 'dup', 'off', 'save', 'load'],
      },
    ],
    flags: [{ name: '--force', short: '-f', summary: 'overwrite the file of save' }],
    examples: ['impair loss 5% delay 20ms', 'impair client drop ACK 2 once', 'impair server wrong-tid 2'],
    run: run('runImpair'),
  },
  {
    name: 'impair-proxy',
    aliases: [],
    group: 'teaching',
    usage: ['LISTEN SERVER [PORT]'],
    summary: 'pass transfers between foreign clients and a foreign server, with our impairment between them',
    details: [
      'LISTEN is PORT (on 127.0.0.1) or ADDRESS:PORT. It runs until Ctrl-C. Each port of the server has a port of ours, so a stranger stays one.',
      'trace, ladder and capture show what passes, as the client of the server sees it.',
    ],
    args: [
      { name: 'LISTEN', kind: 'port' },
      { name: 'SERVER', kind: 'host' },
      { name: 'PORT', kind: 'port', optional: true },
    ],
    examples: ['impair-proxy 0.0.0.0:6969 10.0.0.5', 'impair-proxy 6969 10.0.0.5 69'],
    run: async (call, shell) => (await import('../impair/proxy.ts')).runProxy(call, shell),
  },
  {
    name: 'packetdrop',
    aliases: [],
    group: 'teaching',
    usage: ['[N]'],
    summary: 'lose N of 100 packets, as the command of FreeBSD does: impair loss N%',
    args: [{ name: 'N', kind: 'text', optional: true }],
    examples: ['packetdrop 5', 'packetdrop 0'],
    run: run('runPacketDrop'),
  },
  {
    name: 'seed',
    aliases: [],
    group: 'teaching',
    usage: ['[N]'],
    summary: 'show or set the number that repeats the random faults of impair',
    args: [{ name: 'N', kind: 'text', optional: true }],
    examples: ['seed 42'],
    run: run('runSeed'),
  },
  {
    name: 'lab',
    aliases: [],
    group: 'teaching',
    usage: ['[on|off]', 'speed 1x|10x|max', 'file NAME SIZE', 'run FILE'],
    summary: 'client and server in this process: no real network, and time stands still while nothing moves',
    details: [
      'get, put, stat, impair and every view work as usual. Both columns of a ladder are real ends, one millisecond apart.',
      'The same seed gives the same ladder to the microsecond: lab on starts again at time 0 with the built-in files.',
      'run FILE plays a scenario: lines of commands, then a line "ladder:" and the ladder that they must give; it says where the ladder differs.',
      'speed 1x runs the clock in real time, max as fast as this machine can.',
    ],
    args: [
      { name: 'WORD', kind: 'word', optional: true, words: ['on', 'off', 'speed', 'file', 'run'] },
      { name: 'NAME', kind: 'local', optional: true },
      { name: 'SIZE', kind: 'text', optional: true },
    ],
    examples: ['lab on', 'lab file large.bin 1M', 'lab speed 1x'],
    run: async (call, shell) => (await import('../lab/run.ts')).runLab(call, shell),
  },
];
