// server: our server while it runs, as a screen: who, what, how far, and the log. Without a terminal: its state and its log.
import type { Progress } from '../../engine/transfer.ts';
import { dateAt } from '../../network/clock.ts';
import { durationText, grouped, octetsText, rateText } from '../../trace/text/quantities.ts';
import { printable, say, type Printable } from '../../wire/text.ts';
import { formatTid } from '../../wire/tid.ts';
import type { Call } from '../language/command.ts';
import { transferView } from '../packets/pages.ts';
import { timeOfDay } from '../report/time-of-day.ts';
import type { ServedClient } from '../server/clients.ts';
import { listeningText } from '../server/embedded-server.ts';
import { serverFacts, statusLines } from '../server/status-lines.ts';
import type { Command, ShellContext } from '../session/context.ts';
import type { ClientColumn, LadderView, ServedRow, ServerView } from '../session/view.ts';

async function server(call: Call, shell: ShellContext): Promise<number> {
  const { output, server: own, views } = shell;
  if (!own.running) return output.misuse(call, undefined, say`Our server is not running. Try "serve DIR".`);
  if (views.canShow) return showServer(shell, false);
  output.print([...statusLines(own, output.pageWidth), ...own.log.map(({ text }) => text)]);
  return 0;
}

/** Shows the screen until it is left, or the server has stopped. `isWhole`: the server ends with the screen. */
export async function showServer(shell: ShellContext, isWhole: boolean): Promise<number> {
  await shell.views.showServer((close) => {
    // A server that is stopped by anything takes its screen with it.
    void shell.server.stopped().then(close);
    return serverView(shell, isWhole, close);
  });
  return 0;
}

function serverView(shell: ShellContext, isWhole: boolean, close: () => void): ServerView {
  const { server: own, system } = shell;
  const { clock } = system.tower;
  const began = dateAt(clock.wall().getTime() - (own.status()?.uptime ?? 0));
  let seen = own.changes;
  return {
    kind: 'server',
    title: () =>
      say`SERVER ${listeningText(own.status()?.listening ?? [])}   ${own.root ?? say``} (${own.mode})   since ${timeOfDay(began)}`,
    counts: () => counts(own),
    running: () => (own.status()?.active ?? []).filter(({ number }) => number > 0).map(rowOf),
    facts: () => serverFacts(own),
    clients: (count) => own.clients(count).map(clientOf),
    log: () => own.log,
    refresh: () => {
      const before = seen;
      seen = own.changes;
      return seen !== before;
    },
    look: (number) => ladderOf(shell, number),
    abort: (number) =>
      own.abort(number) ? say`Transfer ${number} is aborted.` : say`Transfer ${number} is not running.`,
    stop: () => void stopServer(shell),
    isWhole,
    close,
  };
}

/** Stops our server, and says so. */
export async function stopServer(shell: ShellContext): Promise<void> {
  // Its transfers end in time only if no packet of them is held.
  shell.step.current?.gate?.release();
  await shell.server.stop();
  shell.output.print([say`Server stopped.`]);
}

function ladderOf(shell: ShellContext, number: number): Omit<LadderView, 'close'> | Printable {
  const transfer = shell.inspector.inRing(number, 'server');
  if (transfer === undefined) return say`The packets of transfer ${number} are no longer kept.`;
  shell.inspector.select(number);
  return transferView(shell, transfer, { kind: 'ladder', packet: undefined, filter: undefined });
}

function counts(own: ShellContext['server']): readonly Printable[] {
  const status = own.status();
  if (status === undefined) return [];
  const { active, done, failed, refused, probes, dropped, denied, octets } = status;
  const rate = active.reduce((sum, one) => sum + rateOf(one), 0);
  return [
    say`active ${grouped(active.length)}`,
    say`done ${grouped(done)}`,
    say`failed ${grouped(failed)}`,
    say`refused ${grouped(refused)}`,
    ...(probes === 0 ? [] : [say`probes ${grouped(probes)}`]),
    ...(dropped + denied === 0 ? [] : [say`dropped ${grouped(dropped + denied)}`]),
    ...(rate === 0 ? [] : [rateText(rate)]),
    say`${octetsText(octets)} served`,
  ];
}

/** Octets per second since its beginning. */
function rateOf({ octets, elapsed }: Progress): number {
  return elapsed > 0 ? (octets / elapsed) * 1000 : 0;
}

const unknown = say`—`;

function rowOf(progress: Progress): ServedRow {
  const { number, peer, kind, remote, octets, size, block, rtt, resent } = progress;
  const rate = rateOf(progress);
  const percent =
    size === undefined || size === 0 ? undefined : Math.min(100, Math.floor((octets / size) * 100));
  return {
    number,
    cells: {
      peer: printable(peer === undefined ? '' : formatTid(peer)),
      op: printable(kind),
      file: printable(remote),
      // A percentage needs a size.
      done: percent === undefined ? octetsText(octets) : say`${percent}%`,
      block: grouped(block),
      rate: rate === 0 ? unknown : rateText(rate),
      rtt: rtt === undefined ? unknown : durationText(rtt),
      resent: grouped(resent),
    },
  };
}

function clientOf(client: ServedClient): Readonly<Record<ClientColumn, Printable>> {
  const { address, requests, failed, octets, file, at } = client;
  return {
    client: printable(address),
    requests: grouped(requests),
    failed: grouped(failed),
    octets: octetsText(octets),
    last: say`${timeOfDay(at)} ${printable(file)}`,
  };
}

export const serverCommand: Command = {
  name: 'server',
  aliases: [],
  group: 'server',
  usage: [''],
  summary: 'watch our server: its transfers and its log',
  details: [
    'Enter shows the ladder of the selected transfer, or of the request of the selected line of the log.',
    'k aborts a transfer, / shows only what contains a text, s stops the server; Esc leaves the screen, and the server runs on.',
    'Without a terminal it prints the state and the log.',
  ],
  args: [],
  examples: ['server'],
  run: server,
};
