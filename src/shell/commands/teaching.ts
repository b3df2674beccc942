// impair, impair-proxy, packetdrop, seed and lab: losses on purpose, and both ends in this process. step and the commands
// about a held packet. Their code is loaded when one of them is called.
import type { Call } from '../language/command.ts';
import type { Command, ShellContext } from '../session/context.ts';

const run =
  (verb: 'runImpair' | 'runPacketDrop' | 'runSeed') =>
  async (call: Call, shell: ShellContext): Promise<number> =>
    (await import('../impair/run.ts'))[verb](call, shell);

type Verb =
  | 'runStep'
  | 'runNext'
  | 'runDrop'
  | 'runTwice'
  | 'runWait'
  | 'runEdit'
  | 'runInject'
  | 'runRelease'
  | 'runPredict';

const decide =
  (verb: Verb) =>
  async (call: Call, shell: ShellContext): Promise<number> =>
    (await import('../step/run.ts'))[verb](call, shell);

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
  'Deeds of a server, to test clients ("help teaching" says what each is good for): oack-blksize N, oack-unasked, wrong-tid N, tsize-lie N, stale-ack, apprentice, firewall N, early-error N, silence after N, restart-at-1.',
];

const impairWords: readonly string[] = [
  ...['client', 'server', 'both'],
  ...[
    'loss',
    'burst',
    'delay',
    'jitter',
    'dup',
    'reorder',
    'lag',
    'corrupt',
    'truncate',
    'rate',
    'mtu',
    'drop',
  ],
  ...['RRQ', 'WRQ', 'DATA', 'ACK', 'OACK', 'ERROR', 'ANY', 'once', 'twice'],
  ...['oack-blksize', 'oack-unasked', 'wrong-tid', 'tsize-lie', 'stale-ack', 'apprentice', 'firewall'],
  ...['early-error', 'silence', 'restart-at-1'],
];

// The names of fields stand here once more, so that help does not load their code; a test compares them.
const fields = ['block', 'opcode', 'code', 'message', 'file', 'mode', 'option', 'data', 'length'];
const packets = ['ack', 'data', 'error', 'oack', 'rrq', 'wrq'];

const stepCommands: readonly Command[] = [
  {
    name: 'step',
    aliases: [],
    group: 'teaching',
    usage: ['', 'on|off', 'client|server|both', 'until block N|error|retransmit|last'],
    summary: 'hold each packet until you decide; time stands still',
    details: [
      'A packet is held before it is sent and after it is received: what it says, what follows from it and why, and the state of both ends are shown. At a terminal a panel opens.',
      'While a packet is held, no timer of ours expires. The clock of a foreign peer runs on: what it sends again is held too, and explained.',
      'until lets packets pass up to the first that fits, and holds from there on. client and server hold only what that end sends and receives.',
      'In a script a transfer must end in &; each command about a packet waits until one is held. An empty line is next.',
    ],
    args: [
      {
        ...{ name: 'WORD', kind: 'word', many: true, optional: true },
        words: ['on', 'off', 'client', 'server', 'both', 'until', 'block', 'error', 'retransmit', 'last'],
      },
    ],
    examples: ['step on', 'step until block 5', 'step client'],
    run: decide('runStep'),
  },
  {
    name: 'next',
    aliases: [],
    group: 'teaching',
    with: 'step',
    usage: ['[N]'],
    summary: 'let the held packet pass, or N',
    args: [{ name: 'N', kind: 'text', optional: true }],
    examples: ['next', 'next 5'],
    run: decide('runNext'),
  },
  {
    name: 'drop',
    aliases: [],
    group: 'teaching',
    with: 'step',
    usage: [''],
    summary: 'lose the held packet',
    args: [],
    examples: ['drop'],
    run: decide('runDrop'),
  },
  {
    name: 'twice',
    aliases: [],
    group: 'teaching',
    with: 'step',
    usage: [''],
    summary: 'let it pass twice',
    args: [],
    examples: ['twice'],
    run: decide('runTwice'),
  },
  {
    name: 'wait',
    aliases: [],
    group: 'teaching',
    with: 'step',
    usage: ['TIME'],
    summary: 'let it pass after a time; the clock runs',
    args: [{ name: 'TIME', kind: 'text' }],
    examples: ['wait 2s', 'wait 500ms'],
    run: decide('runWait'),
  },
  {
    name: 'edit',
    aliases: [],
    group: 'teaching',
    with: 'step',
    usage: ['FIELD VALUE'],
    summary: 'change the held packet',
    details: [
      'FIELD is block, opcode, code, message, file, mode, option, data, data+OFFSET or length.',
      'An option is NAME=VALUE; NAME= takes it away. Data is text, or octets such as 0x00ff.',
    ],
    args: [
      { name: 'FIELD', kind: 'word', words: fields },
      { name: 'VALUE', kind: 'text' },
    ],
    examples: ['edit block 2', 'edit option blksize=9000', 'edit data+10 0xff'],
    run: decide('runEdit'),
  },
  {
    name: 'inject',
    aliases: [],
    group: 'teaching',
    with: 'step',
    usage: ['[client|server] PACKET'],
    summary: 'add a packet before the held one',
    details: [
      'PACKET is ack N, data N [TEXT|0xHEX], error CODE [TEXT], oack NAME=VALUE…, rrq FILE [MODE] [NAME=VALUE…], wrq … or octets HEX….',
      'client or server: who seems to send it; without it, the end that usually sends such a packet.',
    ],
    args: [
      {
        ...{ name: 'PACKET', kind: 'word', many: true },
        words: ['client', 'server', ...packets, 'octets'],
      },
    ],
    examples: ['inject ack 1', 'inject server error 1 "File not found"', 'inject octets 00 04 00 02'],
    run: decide('runInject'),
  },
  {
    name: 'release',
    aliases: [],
    group: 'teaching',
    with: 'step',
    usage: [''],
    summary: 'let the running transfers go on',
    details: ['What is held passes. The packets of the next transfer are held again.'],
    args: [],
    examples: ['release'],
    run: decide('runRelease'),
  },
  {
    name: 'predict',
    aliases: [],
    group: 'teaching',
    with: 'step',
    usage: ['ack|data|error|oack N', 'nothing'],
    summary: 'say what is sent next; learn why',
    args: [
      { name: 'PACKET', kind: 'word', words: [...packets, 'nothing'] },
      { name: 'N', kind: 'text', optional: true },
    ],
    examples: ['predict ack 3', 'predict nothing'],
    run: decide('runPredict'),
  },
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
    summary: 'lose, delay, repeat, reorder and damage packets on purpose',
    details: [
      'Without arguments it shows what is on and what it did.',
      endHelp,
      ...quantityHelp,
      ...ruleHelp,
      ...deedHelp,
    ],
    args: [{ name: 'WORD', kind: 'word', many: true, optional: true, words: impairWords }],
    forms: [
      { word: 'off', summary: 'switch impairment off', args: [] },
      {
        word: 'save',
        summary: 'write what is on, and the seed, to a file',
        args: [{ name: 'FILE', kind: 'local' }],
        flags: ['--force'],
      },
      { word: 'load', summary: 'read a saved file', args: [{ name: 'FILE', kind: 'local' }] },
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
    summary: 'pass transfers of foreign programs on, with our impairment between them',
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
    with: 'impair',
    usage: ['[N]'],
    summary: 'lose N of 100 packets, as FreeBSD does: impair loss N%',
    args: [{ name: 'N', kind: 'text', optional: true }],
    examples: ['packetdrop 5', 'packetdrop 0'],
    run: run('runPacketDrop'),
  },
  {
    name: 'seed',
    aliases: [],
    group: 'teaching',
    with: 'impair',
    usage: ['[N]'],
    summary: 'show or set the number that repeats random faults',
    args: [{ name: 'N', kind: 'text', optional: true }],
    examples: ['seed 42'],
    run: run('runSeed'),
  },
  {
    name: 'lab',
    aliases: [],
    group: 'teaching',
    usage: ['[on|off]', 'speed 1x|10x|max', 'server WAY', 'file NAME SIZE', 'run FILE'],
    summary: 'client and server in this process, with a clock of their own',
    details: [
      'get, put, stat, impair and every view work as usual. Both columns of a ladder are real ends, one millisecond apart.',
      'The same seed gives the same ladder to the microsecond: lab on starts again at time 0 with the built-in files.',
      'run FILE plays a scenario: lines of commands, then a line "ladder:" and the ladder that they must give; it says where the ladder differs.',
      'speed 1x runs the clock in real time, max as fast as this machine can.',
      'server two-addresses answers from another address than was asked, server single-port from port 69, server usual from a new port (RFC 1350 §4).',
    ],
    args: [
      { name: 'WORD', kind: 'word', optional: true },
      { name: 'NAME', kind: 'text', optional: true },
      { name: 'SIZE', kind: 'text', optional: true },
    ],
    forms: [
      { word: 'on', summary: 'a new lab: time 0, the built-in files', args: [] },
      { word: 'off', summary: 'back to the real network', args: [] },
      {
        word: 'speed',
        summary: 'how fast its clock runs',
        args: [{ name: 'SPEED', kind: 'word', words: ['max', '10x', '1x', '0.1x'] }],
      },
      {
        word: 'server',
        summary: 'the port and address that its server answers from',
        args: [{ name: 'WAY', kind: 'word', words: ['usual', 'single-port', 'two-addresses'] }],
      },
      {
        word: 'file',
        summary: 'add a file to its server',
        args: [
          { name: 'NAME', kind: 'remote' },
          { name: 'SIZE', kind: 'text' },
        ],
      },
      {
        word: 'run',
        summary: 'play a scenario',
        args: [{ name: 'FILE', kind: 'local', endings: ['.scenario'] }],
      },
    ],
    examples: ['lab on', 'lab file large.bin 1M', 'lab speed 1x'],
    run: async (call, shell) => (await import('../lab/run.ts')).runLab(call, shell),
  },
  ...stepCommands,
];
