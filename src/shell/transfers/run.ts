// Runs the transfers of get and put: takes them through the queue and prints the classic lines, the summary and failures.
// Rule: after a failure the next files are still tried, unless the server is silent or the network is down.
import { TftpError } from '../../engine/tftp-error.ts';
import type { Transfer, TransferResult } from '../../engine/transfer.ts';
import { formatTid } from '../../wire/tid.ts';
import { printable, say } from '../../wire/text.ts';
import type { Printable } from '../../wire/text.ts';
import { exitStatus } from '../report/exit-status.ts';
import type { AttemptedCommand } from '../report/steps.ts';
import type { ShellContext } from '../session/context.ts';
import type { Output } from '../session/output.ts';
import type { Line } from '../session/state.ts';
import { causeOf } from '../packets/diagnosis.ts';
import { lastComponent, remoteText } from '../language/remote-file.ts';
import type { RemoteFile } from '../language/remote-file.ts';
import { Cancelled } from './transfers.ts';
import type { QueuedTransfer } from './transfers.ts';
import { settingDuration } from '../language/units.ts';
import { counted, durationText, grouped, octetsText, rateText } from '../../trace/text/quantities.ts';

/** The parts of the shell that running transfers needs. */
export type RunContext = Pick<
  ShellContext,
  'inspector' | 'output' | 'questions' | 'settings' | 'step' | 'transfers' | 'usedNames' | 'work'
>;

/** One transfer that a command wants: its file, its names for the user, and how to start it. */
export interface TransferPlan {
  readonly kind: 'get' | 'put';
  readonly remote: RemoteFile;
  /** The local file as the user wrote it; `-` for a standard stream. */
  readonly local: Printable;
  /** The name that progress and results show. */
  readonly name: Printable;
  /** False: the received octets are discarded. */
  readonly keeps?: boolean;
  readonly start: () => Transfer;
}

export interface RunOptions {
  readonly background: boolean;
  /** The largest number of transfers that run at the same time. */
  readonly parallel: number;
}

/**
 * Runs all transfers. Resolves with the exit status of the first that failed, or 0; in the background at once with 0.
 */
export async function runTransfers(
  shell: RunContext,
  plans: readonly TransferPlan[],
  options: RunOptions,
): Promise<number> {
  const { background, parallel } = options;
  shell.work.throwIfInterrupted();
  if (!background && shell.step.isOn && !shell.questions.canAsk) {
    shell.output.print([say`Step mode is on: end the line with &, so that the next lines can step.`], 'bad');
    return exitStatus.usage;
  }
  const queued = shell.transfers.queue(
    plans.map(({ kind, name, remote, local, start }) => ({
      ...{ kind, name, mode: remote.mode, background, start },
      mayRestart: kind === 'get' || local !== '-',
      to: kind === 'get' ? local : printable(remote.file),
    })),
  );
  const queuedPlans = plans.flatMap((plan, i) => {
    const entry = queued[i];
    return entry === undefined ? [] : [{ plan, queued: entry }];
  });
  const work = (): Promise<number> => runAll(shell, queuedPlans, parallel);
  if (!background) return shell.transfers.inTurn(work);
  shell.work.inBackground(work());
  return exitStatus.done;
}

interface QueuedPlan {
  readonly plan: TransferPlan;
  readonly queued: QueuedTransfer;
}

async function runAll(
  shell: RunContext,
  queuedPlans: readonly QueuedPlan[],
  parallel: number,
): Promise<number> {
  const remaining = [...queuedPlans];
  let firstFailure = 0;
  let skipsRest = false;
  const worker = async (): Promise<void> => {
    for (let next = remaining.shift(); next !== undefined; next = remaining.shift()) {
      if (skipsRest) {
        next.queued.drop();
        reportSkipped(shell, next.plan);
        continue;
      }
      const { status, fatal } = await runOne(shell, next);
      firstFailure ||= status;
      skipsRest ||= fatal;
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, parallel) }, worker));
  return firstFailure;
}

async function runOne(
  shell: RunContext,
  { plan, queued }: QueuedPlan,
): Promise<{ status: number; fatal: boolean }> {
  reportStart(shell, plan);
  reportWait(shell, plan);
  try {
    return { status: reportResult(shell, plan, await queued.start()), fatal: false };
  } catch (error) {
    if (error instanceof Cancelled) {
      shell.output.print([say`${printable(plan.kind)} ${plan.name}: cancelled (was queued)`], 'hint');
      return { status: exitStatus.interrupted, fatal: true };
    }
    const cause = error instanceof TftpError ? await causeOf(shell, queued.number(), error) : undefined;
    const status = shell.output.fail(error, {
      verb: plan.kind,
      name: plan.name,
      host: printable(plan.remote.host),
      port: plan.remote.port,
      ...(plan.kind === 'get' ? { local: plan.local } : { isPiped: plan.local === '-' }),
      ...givenBy(plan),
      ...(cause !== undefined && { cause }),
    });
    const by = error instanceof TftpError ? error.failure.by : 'file';
    return { status, fatal: by === 'silence' || by === 'network' || by === 'name' || by === 'abort' };
  }
}

/** The name on the other side, where it is not the one that follows from the name of the file. */
function givenBy({ kind, remote, local, keeps = true }: TransferPlan): Pick<AttemptedCommand, 'given'> {
  const [own, other] = kind === 'get' ? [printable(remote.file), local] : [local, printable(remote.file)];
  // An escape begins with a backslash, which would end a component.
  const isSame = own === other || own.endsWith(`/${other}`) || lastComponent(own) === other;
  // What comes from standard input is named by its target.
  return !keeps || isSame || (kind === 'put' && own === '-') ? {} : { given: other };
}

function reportSkipped(shell: RunContext, { kind, name }: TransferPlan): void {
  shell.output.print([say`${printable(kind)} ${name}: skipped`], 'hint');
}

function reportStart(shell: RunContext, { kind, remote, local }: TransferPlan): void {
  const { host, file, mode } = remote;
  const words =
    kind === 'get'
      ? say`getting from ${remoteText(remote)} to ${local} [${printable(mode)}]`
      : say`putting ${local} to ${remoteText(remote)} [${printable(mode)}]`;
  const names = { host: printable(host), remote: printable(file), local, mode };
  shell.output.emit(
    { event: 'started', kind, ...names },
    shell.settings.get('verbose') ? [{ kind: 'plain', text: words }] : [],
  );
}

function reportResult(shell: RunContext, plan: TransferPlan, result: TransferResult): number {
  const { octets, elapsed, block, resent, terms, sha256, confirmed, warnings, peer } = result;
  const lines: Line[] = [];
  if (shell.settings.get('verbose'))
    lines.push({ kind: 'plain', text: classicLine(plan.kind, octets, elapsed) });
  lines.push({
    kind: confirmed ? 'good' : 'bad',
    isResult: true,
    text: summaryLine(shell.output, plan, result),
  });
  if (sha256 !== undefined) lines.push({ kind: 'plain', text: say`  sha256 ${printable(sha256)}` });
  // The engine's warnings are printable already.
  for (const warning of warnings) lines.push({ kind: 'hint', text: say`  ${warning as Printable}` });
  if (!confirmed)
    lines.push({
      kind: 'hint',
      text: printable('  All data was sent, but the final ACK never came: check that the file is there.'),
    });
  shell.output.emit(
    {
      event: 'done',
      transfer: result.number,
      kind: plan.kind,
      remote: printable(plan.remote.file),
      local: plan.local,
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
  shell.usedNames.remember(plan.remote);
  return confirmed ? exitStatus.done : exitStatus.silence;
}

/** Says that a server which is not there yet is waited for: nothing else would show it. */
function reportWait(shell: RunContext, { remote }: TransferPlan): void {
  const wait = shell.settings.get('wait');
  if (wait === 0) return;
  const every = settingDuration(Math.max(1000, shell.settings.get('rexmt')));
  const line = say`Asking ${printable(remote.host)} every ${every} until it answers, for ${settingDuration(wait)} at most; Ctrl-C stops.`;
  shell.output.print([line], 'hint');
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
  plan: TransferPlan,
  result: TransferResult,
): Printable {
  const { octets, elapsed, block, resent, confirmed } = result;
  const sign = confirmed ? output.glyph('✔', 'ok') : output.glyph('✗', 'x');
  const rate = elapsed > 0 && octets > 0 ? say` (${rateText((octets / elapsed) * 1000)})` : printable('');
  const figures = say`${octetsText(octets)} in ${durationText(elapsed)}${rate}`;
  const { given } = givenBy(plan);
  const name = given === undefined || given === '-' ? plan.name : say`${plan.name} → ${given}`;
  return say`${sign} ${name}   ${figures}   ${counted(block, 'block')}, ${grouped(resent)} resent`;
}
