// `npm run bench`: our speed and memory against other people's programs in the same run, as ratios.
// Times depend on the machine and on what else it does; only ratios are compared with the goals.
import { writeFile } from 'node:fs/promises';
import { arch, cpus, release, type } from 'node:os';
import { fileURLToPath } from 'node:url';
import { loadLibc } from '../../src/network/native/libc.ts';
import { compareConcurrent } from './concurrent.ts';
import { hold, type Contest } from './contest.ts';
import { plans, prepare } from './contests.ts';
import { captureContest, compareLines, ringContest, traceContest, viewContest } from './cost.ts';
import * as figures from './figure.ts';
import { isReached, lines, type Figure } from './figure.ts';
import { filesContest } from './files.ts';
import { lossyContest } from './lossy.ts';
import { compareMemory } from './memory.ts';
import { readOptions, usage, type BenchOptions } from './options.ts';
import { compareEcho, compareIdle, rowContest } from './shell.ts';
import { Stage } from './stage.ts';
import { compareStarts } from './startup.ts';

/** What is measured under one name. Without figures: its peers are not here. */
interface Job {
  readonly name: string;
  readonly run: () => Promise<readonly Figure[] | undefined>;
}

const results = fileURLToPath(new URL('../../test/bench/results.json', import.meta.url));

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function tell(text: string): void {
  process.stderr.write(`${text}\n`);
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

function jobsOn(stage: Stage, { runs, sparse }: BenchOptions): readonly Job[] {
  const program = fileURLToPath(new URL('../cli.cjs', import.meta.url));
  const held = async (contest: Promise<Contest | undefined>): Promise<readonly Figure[] | undefined> => {
    const ready = await contest;
    return ready && [figures.ofContest(await hold(ready, runs))];
  };
  return [
    ...plans.map((plan) => ({ name: plan.name, run: () => held(prepare(stage, plan)) })),
    ...[0.01, 0.05].map((loss) => ({
      name: `lossy-${loss * 100}`,
      run: () => held(lossyContest(stage, loss)),
    })),
    { name: 'memory', run: async () => [figures.ofMemory(await compareMemory(stage, sparse), sparse)] },
    {
      name: 'concurrent',
      run: async () =>
        (await compareConcurrent(stage, program, Math.min(runs, 3))).flatMap(figures.ofConcurrent),
    },
    { name: 'small-files', run: () => held(filesContest(stage, program)) },
    { name: 'start', run: async () => (await compareStarts(program, 3 * runs)).map(figures.ofStart) },
    { name: 'echo', run: async () => [figures.ofEcho(await compareEcho(stage, program, 8 * sparse))] },
    { name: 'idle', run: async () => [figures.ofIdle(await compareIdle(stage, program))] },
    { name: 'progress-row', run: () => held(rowContest(stage, program)) },
    { name: 'ring', run: () => held(ringContest(stage)) },
    { name: 'trace-on', run: () => held(traceContest(stage, program)) },
    { name: 'view', run: () => held(viewContest(stage, program)) },
    { name: 'capture', run: () => held(captureContest(stage, program)) },
    { name: 'trace-lines', run: async () => [figures.ofLines(await compareLines(stage, program))] },
  ];
}

async function bench(options: BenchOptions): Promise<readonly Figure[]> {
  const stage = await Stage.open(options.size);
  const found: Figure[] = [];
  try {
    const jobs = jobsOn(stage, options).filter(({ name }) => name.includes(options.only));
    for (const [at, { name, run }] of jobs.entries()) {
      tell(`[${at + 1}/${jobs.length}] ${name}`);
      const measured = await run().catch((error: unknown) => {
        tell(`${name}: failed: ${error instanceof Error ? error.message : String(error)}`);
        return [];
      });
      if (measured === undefined) tell(`${name}: left out, its peers are not here (run .ci/peers)`);
      found.push(...(measured ?? []));
      if (!options.json) for (const figure of measured ?? []) lines(figure).forEach(say);
    }
  } finally {
    await stage.close();
  }
  return found;
}

// What was started ends with this process: an exit sees to that, a signal alone would not.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));

const options = readOptions(process.argv.slice(2));
if (options === undefined) {
  say(usage);
  process.exitCode = process.argv.includes('--help') ? 0 : 64;
} else {
  const found = await bench(options);
  const { size, runs, sparse } = options;
  const document = `${JSON.stringify({ facts: facts(), options: { size, runs, sparse }, figures: found }, null, 2)}\n`;
  if (options.json) process.stdout.write(document);
  if (options.save) await writeFile(results, document);
  if (options.check && !found.every(isReached)) process.exitCode = 1;
}
