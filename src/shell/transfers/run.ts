// Moving files for get and put: the queue, the classic lines, the summary, and what a failure is told as.
// Rule: files after a failure are tried, unless the server is silent or the network is down. Never reads words.
import { TftpError } from '../../engine/tftp-error.ts';
import type { Transfer, TransferResult } from '../../engine/transfer.ts';
import { formatTid } from '../../wire/tid.ts';
import { printable, say } from '../../wire/text.ts';
import type { Printable } from '../../wire/text.ts';
import { exitStatus } from '../report/exit-status.ts';
import type { ShellContext } from '../session/context.ts';
import type { Output } from '../session/output.ts';
import type { Line } from '../session/state.ts';
import { remoteText } from '../language/remote-file.ts';
import type { RemoteFile } from '../language/remote-file.ts';
import { Cancelled } from './transfers.ts';
import type { QueuedMove } from './transfers.ts';
import { counted, durationText, octetsText, rateText } from '../../trace/text/quantities.ts';

/** What moving files needs of the shell. */
export type MoveContext = Pick<ShellContext, 'output' | 'settings' | 'transfers' | 'usedNames' | 'work'>;

/** One file to move. */
export interface Job {
  readonly kind: 'get' | 'put';
  readonly remote: RemoteFile;
  /** The local side as the user sees it; `-` for a standard stream. */
  readonly local: Printable;
  /** What is shown as its name while it moves. */
  readonly name: Printable;
  readonly start: () => Transfer;
}

export interface Manner {
  readonly background: boolean;
  /** At a time. */
  readonly parallel: number;
}

/** Moves all jobs; resolves with the first failure's status, or at once with 0 in the background. */
export async function move(shell: MoveContext, jobs: readonly Job[], manner: Manner): Promise<number> {
  const { background, parallel } = manner;
  const queued = shell.transfers.queue(
    jobs.map(({ kind, name, remote, start }) => ({ kind, name, mode: remote.mode, background, start })),
  );
  const pairs = jobs.flatMap((job, i) => {
    const one = queued[i];
    return one === undefined ? [] : [{ job, queued: one }];
  });
  const work = (): Promise<number> => moveAll(shell, pairs, parallel);
  if (!background) return shell.transfers.inTurn(work);
  shell.work.inBackground(work());
  return exitStatus.done;
}

interface Pair {
  readonly job: Job;
  readonly queued: QueuedMove;
}

async function moveAll(shell: MoveContext, pairs: readonly Pair[], parallel: number): Promise<number> {
  const left = [...pairs];
  let first = 0;
  let hopeless = false;
  const worker = async (): Promise<void> => {
    for (let pair = left.shift(); pair !== undefined; pair = left.shift()) {
      if (hopeless) {
        pair.queued.drop();
        tellUntried(shell, pair.job);
        continue;
      }
      const { status, fatal } = await moveOne(shell, pair);
      first ||= status;
      hopeless ||= fatal;
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, parallel) }, worker));
  return first;
}

async function moveOne(
  shell: MoveContext,
  { job, queued }: Pair,
): Promise<{ status: number; fatal: boolean }> {
  tellStart(shell, job);
  try {
    return { status: tellResult(shell, job, await queued.start()), fatal: false };
  } catch (error) {
    if (error instanceof Cancelled) {
      shell.output.print([say`${printable(job.kind)} ${job.name}: cancelled (was queued)`], 'hint');
      return { status: exitStatus.interrupted, fatal: true };
    }
    const status = shell.output.fail(error, {
      verb: job.kind,
      name: job.name,
      host: printable(job.remote.host),
      ...(job.kind === 'get' && { local: job.local }),
    });
    const by = error instanceof TftpError ? error.failure.by : 'file';
    return { status, fatal: by === 'silence' || by === 'network' || by === 'name' || by === 'abort' };
  }
}

function tellUntried(shell: MoveContext, { kind, name }: Job): void {
  shell.output.print([say`${printable(kind)} ${name}: skipped`], 'hint');
}

function tellStart(shell: MoveContext, { kind, remote, local }: Job): void {
  const { host, file, mode } = remote;
  const words =
    kind === 'get'
      ? say`getting from ${remoteText(remote)} to ${local} [${printable(mode)}]`
      : say`putting ${local} to ${remoteText(remote)} [${printable(mode)}]`;
  const names = { host: printable(host), remote: printable(file), local, mode };
  shell.output.tell(
    { event: 'started', kind, ...names },
    shell.settings.get('verbose') ? [{ kind: 'plain', text: words }] : [],
  );
}

function tellResult(shell: MoveContext, job: Job, result: TransferResult): number {
  const { octets, elapsed, block, resent, terms, sha256, confirmed, warnings, peer } = result;
  const lines: Line[] = [];
  if (shell.settings.get('verbose'))
    lines.push({ kind: 'plain', text: classicLine(job.kind, octets, elapsed) });
  lines.push({ kind: confirmed ? 'good' : 'bad', text: summaryLine(shell.output, job, result) });
  if (sha256 !== undefined) lines.push({ kind: 'plain', text: say`  sha256 ${printable(sha256)}` });
  // The engine's remarks are printable already.
  for (const warning of warnings) lines.push({ kind: 'hint', text: say`  ${warning as Printable}` });
  if (!confirmed)
    lines.push({
      kind: 'hint',
      text: printable('  All data was sent, but the final ACK never came: check that the file is there.'),
    });
  shell.output.tell(
    {
      event: 'done',
      transfer: result.number,
      kind: job.kind,
      remote: printable(job.remote.file),
      local: job.local,
      ...(peer !== undefined && { peer: formatTid(peer) }),
      octets,
      ms: Math.round(elapsed * 1000) / 1000,
      blocks: block,
      resent,
      blksize: terms?.blksize ?? 512,
      windowsize: terms?.windowsize ?? 1,
      confirmed,
      ...(sha256 !== undefined && { sha256 }),
      warnings: [...warnings],
    },
    lines,
  );
  shell.usedNames.remember(job.remote);
  return confirmed ? exitStatus.done : exitStatus.silence;
}

/** BSD's line, with a clock that does not round a short transfer to nothing. */
function classicLine(kind: 'get' | 'put', octets: number, elapsed: number): Printable {
  const seconds = (elapsed / 1000).toFixed(elapsed < 10_000 ? 3 : 1);
  const bits = elapsed > 0 ? Math.round((octets * 8000) / elapsed) : 0;
  const verb = kind === 'get' ? 'Received' : 'Sent';
  return printable(`${verb} ${octets} bytes in ${seconds} seconds [${bits} bits/sec]`);
}

/** `✔ boot.cfg   4,102 B in 12 ms (342 kB/s)   9 blocks, 0 resent`. */
export function summaryLine(
  output: Pick<Output, 'glyph'>,
  { name }: Pick<Job, 'name'>,
  result: TransferResult,
): Printable {
  const { octets, elapsed, block, resent, confirmed } = result;
  const sign = confirmed ? output.glyph('✔', 'ok') : output.glyph('✗', 'x');
  const rate = elapsed > 0 && octets > 0 ? say` (${rateText((octets / elapsed) * 1000)})` : printable('');
  const figures = say`${octetsText(octets)} in ${durationText(elapsed)}${rate}`;
  return say`${sign} ${name}   ${figures}   ${counted(block, 'block')}, ${resent} resent`;
}
