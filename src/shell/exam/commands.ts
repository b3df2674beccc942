// probe, check, tune, replay and emulate: questions to servers and clients. Their code is loaded when one of them is called.
import { profiles } from './profiles.ts';
import type { Flag } from '../language/command.ts';
import type { Command } from '../session/context.ts';

const server = [
  { name: 'HOST', kind: 'host', optional: true },
  { name: 'PORT', kind: 'port', optional: true },
] as const;

const file: Flag = {
  name: '--file',
  value: 'NAME',
  kind: 'remote',
  summary: 'a file of the server, best of 100 kB or more; without it a few usual names are tried',
};

export const examCommands: readonly Command[] = [
  {
    name: 'probe',
    aliases: [],
    group: 'exams',
    usage: ['[HOST [PORT]] [--file NAME] [--write NAME] [--risk]'],
    summary: 'find out what a server supports',
    details: [
      'Reads only, unless --write allows one name. Each answer names its packets: "ladder N" shows them.',
      'Verdicts: supports, lowers, ignores, refuses, breaks (against the RFC), unknown (the text says why).',
      'At most two minutes and 4,000 packets; Ctrl-C ends it.',
    ],
    args: server,
    flags: [
      file,
      {
        name: '--write',
        value: 'NAME',
        summary: 'write a file of 70,000 octets under this name, twice; it stays',
      },
      {
        name: '--risk',
        summary: 'also ask what is known to crash weak servers; without it the shell asks you',
      },
    ],
    examples: ['probe 10.0.0.5 --file fw.bin', 'probe tftp://10.0.0.5/fw.bin', 'probe self --write scratch'],
    run: async (call, shell) => (await import('./probe.ts')).runProbe(call, shell),
  },
  {
    name: 'check',
    aliases: [],
    group: 'exams',
    usage: [
      '[HOST [PORT]] [--file NAME] [--write NAME] [--risk] [--junit FILE]',
      'client [LISTEN] [--junit FILE]',
    ],
    summary: 'examine a server or a client by the RFCs',
    details: [
      'The numbers are those of the catalogue (test/catalogue/protocol.md). Each verdict names its packets: "ladder N" shows them.',
      'check client plays the server at LISTEN (PORT or ADDRESS:PORT; 127.0.0.1:6969) and waits: each case has a file name of its own, and "next" takes the next one. Ctrl-C ends it.',
      'The exit status is 76 if a case failed.',
    ],
    args: server,
    forms: [
      {
        word: 'client',
        summary: 'play the server, and examine the client that comes',
        args: [{ name: 'LISTEN', kind: 'port', optional: true }],
        flags: ['--junit'],
      },
    ],
    flags: [
      file,
      {
        name: '--write',
        value: 'NAME',
        summary: 'also check uploads, under this name; it stays on the server',
      },
      { name: '--risk', summary: 'also send what is known to crash weak servers' },
      { name: '--junit', value: 'FILE', kind: 'local', summary: 'write the results as JUnit XML' },
    ],
    examples: [
      'check 10.0.0.5 --file fw.bin',
      'check self --write scratch --risk',
      'check client 0.0.0.0:6969',
    ],
    run: async (call, shell) => (await import('./check.ts')).runCheck(call, shell),
  },
  {
    name: 'tune',
    aliases: [],
    group: 'exams',
    usage: ['REMOTE [--apply] [--time T]', 'HOST FILE [--apply] [--time T]'],
    summary: 'find the fastest blksize and windowsize',
    details: [
      'It reads REMOTE again and again, each time at most for 0.6 s, and keeps nothing. A file of some megabytes measures best.',
      'Settings that cannot win are not measured again; the others get five transfers and an interval of 95 %.',
    ],
    args: [
      { name: 'REMOTE', kind: 'remote' },
      { name: 'FILE', kind: 'word', optional: true },
    ],
    flags: [
      { name: '--apply', summary: 'set the recommended values' },
      { name: '--time', value: 'T', summary: 'take at most so long; 60s' },
    ],
    examples: ['tune fw.bin', 'tune 10.0.0.5 fw.bin --apply'],
    run: async (call, shell) => (await import('./tune.ts')).runTune(call, shell),
  },
  {
    name: 'replay',
    aliases: [],
    group: 'exams',
    usage: ['CAPTURE [HOST [PORT]] [--transfer N] [--write]'],
    summary: 'ask a server again what a capture shows',
    details: [
      'Each request of the capture is sent again, with its name, mode and options; then both ladders are compared packet by packet.',
      'Reads only, unless --write: an upload sends as many octets as the captured one, but not the same octets.',
    ],
    args: [{ name: 'CAPTURE', kind: 'local', endings: ['.pcap', '.pcapng', '.cap'] }, ...server],
    flags: [
      { name: '--transfer', short: '-t', value: 'N', summary: 'only this transfer of the capture' },
      { name: '--write', summary: 'also the uploads' },
    ],
    examples: ['replay boot.pcapng 10.0.0.5', 'replay -t 3 boot.pcapng'],
    run: async (call, shell) => (await import('./replay.ts')).runReplay(call, shell),
  },
  {
    name: 'emulate',
    aliases: [],
    group: 'exams',
    usage: ['', 'CLIENT get [REMOTE [LOCAL]]', 'CLIENT put LOCAL [REMOTE]'],
    summary: 'ask as U-Boot, iPXE or another known client does',
    details: [
      'Its options in their order, its timer, its question for the size. "help exams" lists the clients with their sources.',
      'get without REMOTE tries the names that the client looks for, one after the other, with --mac and our IP address.',
      'Without LOCAL the file is counted and not kept.',
    ],
    args: [
      { name: 'CLIENT', kind: 'word', optional: true, words: profiles.map(({ name }) => name) },
      { name: 'VERB', kind: 'word', optional: true, words: ['get', 'put'] },
      { name: 'REMOTE', kind: 'either', optional: true },
      { name: 'LOCAL', kind: 'either', optional: true },
    ],
    flags: [{ name: '--mac', value: 'MAC', summary: 'the hardware address in the names; 52:54:00:12:34:56' }],
    examples: ['emulate', 'emulate u-boot get', 'emulate edk2 get bootx64.efi', 'emulate curl put fw.bin'],
    run: async (call, shell) => (await import('./emulate.ts')).runEmulate(call, shell),
  },
];
