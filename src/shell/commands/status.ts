// status, transfers and abort. The first three lines of status are BSD's.
import { printable, say } from '../../wire/text.ts';
import type { Printable } from '../../wire/text.ts';
import type { Call } from '../language/command.ts';
import type { Command, ShellContext } from '../session/context.ts';
import type { Door } from '../../network/udp.ts';
import { listeningText } from '../server/embedded-server.ts';
import { timeOfDay } from '../report/time-of-day.ts';
import { isChanged, valueText } from '../settings/settings.ts';
import { settingsTable } from '../settings/table.ts';
import type { Peer } from '../language/remote-file.ts';
import { abortWord, pathText, type TransferRow } from '../session/state.ts';
import type { PastTransfer } from '../transfers/transfers.ts';
import {
  counted,
  durationText,
  grouped,
  octetsText,
  ordinalText,
  rateText,
} from '../../trace/text/quantities.ts';

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
  return last === undefined ? [] : [say`Last transfer: ${pastText(last, shell.output.glyph('→', '->'))}`];
}

/** `get boot.cfg   4,102 B in 12 ms (342 kB/s)   9 blocks, 3 resent`. */
function pastText(past: PastTransfer, arrow: Printable): Printable {
  const { kind, outcome } = past;
  const what = say`${printable(kind)} ${pathText(past, arrow)}`;
  // The engine's texts are printable already.
  if (!outcome.ok) return say`${what}   failed: ${outcome.error.shortMessage as Printable}`;
  const { octets, elapsed, block, resent } = outcome.result;
  const rate = elapsed > 0 && octets > 0 ? say` (${rateText((octets / elapsed) * 1000)})` : say``;
  const again = resent === 0 ? say`` : say`, ${grouped(resent)} resent`;
  return say`${what}   ${octetsText(octets)} in ${durationText(elapsed)}${rate}   ${counted(block, 'block')}${again}`;
}

function transfers(_call: Call, shell: ShellContext): number {
  const running = shell.transfers.rows();
  const { past } = shell.transfers;
  const arrow = shell.output.glyph('→', '->');
  if (past.length + running.length === 0) shell.output.print([say`No transfers yet.`]);
  else
    shell.output.print([
      ...past
        .slice(-100)
        .map((one) => say`${aligned(String(one.number))} ${timeText(one)} ${pastText(one, arrow)}`),
      ...running.map((row) => say`${aligned(abortWord(row))} ${timeText(row)} ${rowText(row, arrow)}`),
    ]);
  return 0;
}

function aligned(word: string): Printable {
  return printable(word.padStart(4));
}

/** `12:04:29`, when it started; blanks while it is queued. */
function timeText({ began }: Pick<TransferRow, 'began'>): Printable {
  return printable(began === undefined ? ' '.repeat(8) : timeOfDay(began));
}

function rowText(row: TransferRow, arrow: Printable): Printable {
  const { kind, state, octets, size, place } = row;
  const what = say`${printable(kind)} ${pathText(row, arrow)}`;
  if (place !== undefined) return say`${what}   queued, ${ordinalText(place)}`;
  const of = size === undefined ? say`` : say` of ${octetsText(size)}`;
  return say`${what}   ${printable(state)}   ${octetsText(octets)}${of}`;
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
  if (shell.transfers.abort({ word: word.text }) === 0)
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
    summary: "list this session's transfers, running ones included",
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
    details: ['N is a number that "transfers" shows; q2 is the second transfer in the queue.'],
    args: [{ name: 'N', kind: 'running', optional: true }],
    examples: ['abort', 'abort 3', 'abort q2'],
    run: abort,
  },
];
