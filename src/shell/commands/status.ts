// status, transfers and abort. The first three lines of status are BSD's.
import { printable, say } from '../../wire/text.ts';
import type { Printable } from '../../wire/text.ts';
import type { Call } from '../language/command.ts';
import type { Command, ShellContext } from '../session/context.ts';
import type { Door } from '../../network/udp.ts';
import { readCount } from '../language/units.ts';
import { listeningText } from '../server/embedded-server.ts';
import { isChanged, valueText } from '../settings/settings.ts';
import { settingsTable } from '../settings/table.ts';
import type { Peer } from '../language/remote-file.ts';
import { pathText } from '../session/state.ts';
import { joined, pastParts, transferLines } from '../transfers/transfer-lines.ts';
import { counted } from '../../trace/text/quantities.ts';

function status(_call: Call, shell: ShellContext): number {
  const peer = shell.peer.current;
  const onOff = (on: boolean): Printable => (on ? say`on` : say`off`);
  const tracing = shell.settings.get('trace');
  const switches = say`Verbose: ${onOff(shell.settings.get('verbose'))} Tracing: ${printable(tracing)} Literal: ${onOff(shell.settings.get('literal'))}`;
  const door = shell.system.tower.door?.();
  if (door !== undefined) shell.output.emit({ event: 'sockets', ...door }, []);
  shell.output.print([
    peer === undefined ? say`Not connected.` : say`Connected to ${printable(peer.host)}${addressOf(peer)}.`,
    say`Mode: ${printable(shell.settings.get('mode'))} ${switches}`,
    say`Rexmt-interval: ${seconds(shell.settings.get('rexmt'))}, Max-timeout: ${seconds(shell.settings.get('timeout'))}`,
    ...serverLines(shell),
    ...socketLines(door),
    ...impairmentLines(shell),
    ...settingLines(shell),
    ...lastLines(shell),
  ]);
  return 0;
}

function seconds(ms: number): Printable {
  return say`${ms / 1000} ${ms === 1000 ? say`second` : say`seconds`}`;
}

function addressOf({ host, address, port }: Peer): Printable {
  const where = listeningText([{ address, port }]);
  return host === address && port === 69 ? printable('') : say` (${where})`;
}

function serverLines(shell: ShellContext): readonly Printable[] {
  const running = shell.server.status();
  if (running === undefined) return [];
  const { active, done, failed, listening } = running;
  const figures = say`active ${active.length}, done ${done}, failed ${failed}`;
  return [say`Server: ${shell.server.root ?? say``} on ${listeningText(listening)}; ${figures}`];
}

function socketLines(door: Door | undefined): readonly Printable[] {
  if (door === undefined) return [];
  if (door.name === 'native') return [say`Sockets: native (batched system calls)`];
  return [say`Sockets: node:dgram (${obstacles[door.why]})`];
}

/** Why the native door is not used. */
const obstacles = {
  'switched-off': say`TFTPSH_NATIVE=0`,
  'not-linux': say`native only on Linux`,
  'other-processor': say`native only on x64 and arm64`,
  'not-installed': say`the optional package koffi is not installed`,
  'not-loadable': say`koffi cannot be loaded here`,
} as const;

function impairmentLines({ impairments }: ShellContext): readonly Printable[] {
  const lines = impairments.current?.lines ?? [];
  return lines.length === 0 ? [] : [printable(`Impaired on purpose: ${lines.join('; ')}`, 400)];
}

function settingLines(shell: ShellContext): readonly Printable[] {
  const changed = settingsTable.filter((row) => isChanged(shell.settings.chosen, row.name));
  if (changed.length === 0) return [];
  const words = changed.map((row) => `${row.name} ${valueText(row, shell.settings.get(row.name))}`);
  return [printable(`Changed settings: ${words.join(', ')}`, 400)];
}

function lastLines(shell: ShellContext): readonly Printable[] {
  const last = shell.transfers.past.at(-1);
  if (last === undefined) return [];
  const parts = pastParts(last, (one) => pathText(one, shell.output.glyph('→', '->')));
  return [say`Last transfer: ${joined(parts)}`];
}

function transfers(_call: Call, shell: ShellContext): number {
  const { transfers: own, server, output } = shell;
  const all = { past: own.past, exams: own.exams, rows: own.rows(), served: server.transfers() };
  const style = {
    arrow: output.glyph('→', '->'),
    more: output.glyph('…', '~'),
    width: output.terminalWidth,
  };
  const lines = transferLines(all, style);
  output.print(lines.length === 0 ? [say`No transfers yet.`] : lines);
  return 0;
}

function abort(call: Call, shell: ShellContext): number {
  const [word] = call.words;
  if (word === undefined) {
    const ended = shell.transfers.abort('all');
    shell.output.print([
      ended === 0 ? say`No transfer is running.` : say`Aborting ${counted(ended, 'transfer')}.`,
    ]);
    return 0;
  }
  const number = readCount(word.text);
  const isServed = number !== undefined && shell.server.abort(number);
  if (!isServed && shell.transfers.abort({ word: word.text }) === 0)
    return shell.output.misuse(
      call,
      word,
      say`No running or queued transfer has that number (see transfers).`,
    );
  return 0;
}

export const statusCommands: readonly Command[] = [
  {
    name: 'status',
    aliases: ['s'],
    group: 'connection',
    usage: [''],
    summary: 'show the server, our own server, changed settings and the last transfer',
    args: [],
    examples: ['status'],
    run: status,
  },
  {
    name: 'transfers',
    aliases: [],
    group: 'transfers',
    usage: [''],
    summary: 'list the transfers of our client and our server',
    args: [],
    examples: ['transfers'],
    run: transfers,
  },
  {
    name: 'abort',
    aliases: [],
    group: 'transfers',
    usage: ['[N]'],
    summary: 'abort one transfer, or all: the peer gets ERROR 0, and no partial file is left',
    details: [
      'N is a number that "transfers" shows, also of a transfer of our server; q2 is the second transfer in the queue.',
    ],
    args: [{ name: 'N', kind: 'running', optional: true }],
    examples: ['abort', 'abort 3', 'abort q2'],
    run: abort,
  },
];
