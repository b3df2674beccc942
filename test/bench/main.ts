// `npm run bench`: our speed and memory against other people's programs in the same run, as ratios.
// Times depend on the machine and on what else it does; only ratios are compared with the goals.
import { arch, cpus, release, type } from 'node:os';
import { fileURLToPath } from 'node:url';
import { loadLibc } from '../../src/network/native/libc.ts';
import { compareConcurrent } from './concurrent.ts';
import type { ConcurrentVerdict } from './concurrent.ts';
import { hold } from './contest.ts';
import type { Timing, Verdict } from './contest.ts';
import { plans, prepare } from './contests.ts';
import { captureContest, compareLines, ringContest, traceContest } from './cost.ts';
import type { LinesVerdict } from './cost.ts';
import { compareMemory } from './memory.ts';
import type { MemoryVerdict } from './memory.ts';
import { readOptions, usage } from './options.ts';
import type { BenchOptions } from './options.ts';
import { compareEcho, compareIdle, rowContest } from './shell.ts';
import type { EchoVerdict, IdleVerdict } from './shell.ts';
import { Stage } from './stage.ts';
import { compareStarts } from './startup.ts';
import type { StartVerdict } from './startup.ts';

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function row({ name, median, rate, ratio, spread, failed }: Timing): string {
  if (failed !== undefined) return `    ${name.padEnd(28)} failed: ${failed}`;
  const numbers = `${median.toFixed(0).padStart(7)} ms ${(rate / 1e6).toFixed(0).padStart(6)} MB/s`;
  return `    ${name.padEnd(28)} ${numbers}  × ${ratio.toFixed(2)} (${spread.map((one) => one.toFixed(2)).join('…')})`;
}

function show(verdict: Verdict): void {
  const { ratio, goal } = verdict;
  const result =
    ratio === undefined ? 'no result' : `${ratio.toFixed(2)} (goal ${goal}${ratio < goal ? ', MISSED' : ''})`;
  say(`${verdict.contest}: ${result}\n  ${verdict.what}`);
  for (const timing of [verdict.ours, ...verdict.others, ...verdict.yardsticks]) say(row(timing));
}

/** What the figures were measured on. */
function facts(): object {
  return {
    date: new Date().toISOString().slice(0, 10),
    node: process.version,
    system: `${type()} ${release()} ${arch()}`,
    processors: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}`,
    door: process.env['TFTPSH_NATIVE'] !== '0' && loadLibc() !== undefined ? 'native' : 'node:dgram',
  };
}

function showMemory({ client, server, growth, goal }: MemoryVerdict, sparse: number): void {
  say(`memory: ${growth.toFixed(1)} MiB more (goal ${goal}${growth > goal ? ', MISSED' : ''})`);
  say(`  peak resident size, 1 MiB and ${sparse / 1024 / 1024} MiB, each in new processes`);
  for (const [name, [small, large]] of [['client', client] as const, ['server', server] as const])
    say(`    ${name.padEnd(28)} ${small.toFixed(1)} → ${large.toFixed(1)} MiB`);
}

function showStart({ what, cpu, wall, ratio, goal }: StartVerdict): void {
  say(`start: ${what}: ${ratio.toFixed(2)} × node -e 0 (goal ${goal}${ratio > goal ? ', MISSED' : ''})`);
  say(`    ${cpu.toFixed(0)} ms of processor, ${wall.toFixed(0)} ms by the clock`);
}

function showEcho({ busy, quiet, goal }: EchoVerdict): void {
  say(
    `echo: p95 ${busy.p95.toFixed(1)} ms with a transfer (goal ${goal}${busy.p95 > goal ? ', MISSED' : ''})`,
  );
  const ratio = (busy.p95 / quiet.p95).toFixed(2);
  say(
    `    p50 ${busy.p50.toFixed(1)} ms; without one p50 ${quiet.p50.toFixed(1)}, p95 ${quiet.p95.toFixed(1)} ms: × ${ratio}`,
  );
}

function showIdle({ ticks, goal }: IdleVerdict): void {
  say(`idle: ${ticks} ticks of 10 ms in 3 s (goal ${goal}${ticks > goal ? ', MISSED' : ''})`);
  say('    the prompt at a terminal, its server listening');
}

function showConcurrent({ reads, peak, later, limit, ratio, goal }: ConcurrentVerdict): void {
  const missed = ratio < goal || peak > limit ? ', MISSED' : '';
  say(`concurrent: ${reads} reads of 1 MiB: ${ratio.toFixed(2)} × one by one (goal ${goal}${missed})`);
  say(
    `    the server at the highest ${peak.toFixed(0)} MiB (limit ${limit}), 10 s later ${later.toFixed(0)} MiB`,
  );
}

function showLines({ fewer, more, peaks, growth, goal }: LinesVerdict): void {
  say(`trace-lines: ${growth.toFixed(1)} MiB more (goal ${goal}${growth > goal ? ', MISSED' : ''})`);
  say(`  peak resident size with every packet shown, after ${fewer} and after ${more} lines of one process`);
  say(`    ${peaks[0].toFixed(1)} → ${peaks[1].toFixed(1)} MiB`);
}

type AnyVerdict =
  Verdict | MemoryVerdict | StartVerdict | EchoVerdict | IdleVerdict | LinesVerdict | ConcurrentVerdict;

/** The shell's own goals. @returns whether those that were asked for were reached. */
async function benchShell(stage: Stage, options: BenchOptions, verdicts: AnyVerdict[]): Promise<boolean> {
  const program = fileURLToPath(new URL('../cli.cjs', import.meta.url));
  let reached = true;
  if ('start'.includes(options.only)) {
    const starts = await compareStarts(program, 3 * options.runs);
    verdicts.push(...starts);
    reached &&= starts.every(({ ratio, goal }) => ratio <= goal);
    if (!options.json) starts.forEach(showStart);
  }
  if ('echo'.includes(options.only)) {
    const echo = await compareEcho(stage, program, 8 * options.sparse);
    verdicts.push(echo);
    reached &&= echo.busy.p95 <= echo.goal;
    if (!options.json) showEcho(echo);
  }
  if ('idle'.includes(options.only)) {
    const idle = await compareIdle(stage, program);
    verdicts.push(idle);
    reached &&= idle.ticks <= idle.goal;
    if (!options.json) showIdle(idle);
  }
  if ('concurrent'.includes(options.only)) {
    const concurrent = await compareConcurrent(stage, program, options.runs);
    verdicts.push(...concurrent);
    reached &&= concurrent.every(({ ratio, goal, peak, limit }) => ratio >= goal && peak <= limit);
    if (!options.json) concurrent.forEach(showConcurrent);
  }
  for (const [name, contest] of drawnContests) {
    if (!name.includes(options.only)) continue;
    const verdict = await hold(await contest(stage, program), options.runs);
    verdicts.push(verdict);
    reached &&= verdict.ratio !== undefined && verdict.ratio >= verdict.goal;
    if (!options.json) show(verdict);
  }
  if ('trace-lines'.includes(options.only)) {
    const lines = await compareLines(stage, program);
    verdicts.push(lines);
    reached &&= lines.growth <= lines.goal;
    if (!options.json) showLines(lines);
  }
  return reached;
}

const drawnContests = [
  ['progress-row', rowContest],
  ['ring', ringContest],
  ['trace-on', traceContest],
  ['capture', captureContest],
] as const;

/** Whether every goal was reached. */
async function bench(options: BenchOptions): Promise<boolean> {
  const stage = await Stage.open(options.size);
  const verdicts: AnyVerdict[] = [];
  let reached = true;
  try {
    for (const plan of plans.filter(({ name }) => name.includes(options.only))) {
      const contest = await prepare(stage, plan);
      if (contest === undefined) {
        process.stderr.write(`${plan.name}: left out, its peers are not here (run .ci/peers)\n`);
        continue;
      }
      const verdict = await hold(contest, options.runs);
      verdicts.push(verdict);
      reached &&= verdict.ratio !== undefined && verdict.ratio >= verdict.goal;
      if (!options.json) show(verdict);
    }
    if ('memory'.includes(options.only)) {
      const verdict = await compareMemory(stage, options.sparse);
      verdicts.push(verdict);
      reached &&= verdict.growth <= verdict.goal;
      if (!options.json) showMemory(verdict, options.sparse);
    }
    reached = (await benchShell(stage, options, verdicts)) && reached;
  } finally {
    await stage.close();
  }
  if (options.json) say(JSON.stringify({ facts: facts(), options, verdicts }, null, 2));
  return reached;
}

const options = readOptions(process.argv.slice(2));
if (options === undefined) {
  say(usage);
  process.exitCode = process.argv.includes('--help') ? 0 : 64;
} else if (!(await bench(options)) && options.check) process.exitCode = 1;
