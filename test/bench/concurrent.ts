// Many reads at a time from the program's server: how fast they are in all beside the same reads one after the other, and
// what the server holds in memory meanwhile.
import { setTimeout as wait } from 'node:timers/promises';
import { start, type Running } from '../support/spawn.ts';
import { median } from './contest.ts';
import { peakMemory, presentMemory } from './report.ts';
import type { Stage } from './stage.ts';

export interface ConcurrentVerdict {
  readonly contest: 'concurrent';
  /** Reads of 1 MiB at a time. */
  readonly reads: number;
  /** MiB that the server held at the highest. */
  readonly peak: number;
  /** MiB that it held ten seconds later. */
  readonly later: number;
  /** MiB allowed at the highest. */
  readonly limit: number;
  /** Speed in all ÷ speed of the same reads one after the other. */
  readonly ratio: number;
  readonly goal: number;
}

type Measured = Pick<ConcurrentVerdict, 'peak' | 'later' | 'ratio'>;

const mebi = 1024 * 1024;
const settings = { blksize: 1468, windowsize: 16 } as const;
const cases = [
  { reads: 200, limit: 150 },
  { reads: 500, limit: 256 },
] as const;

/** Each round has a new server process. */
export async function compareConcurrent(
  stage: Stage,
  program: string,
  runs: number,
): Promise<readonly ConcurrentVerdict[]> {
  const verdicts: ConcurrentVerdict[] = [];
  for (const { reads, limit } of cases) {
    const rounds: Measured[] = [];
    for (let round = 0; round < runs; round++) rounds.push(await measure(stage, program, reads));
    verdicts.push({
      ...{ contest: 'concurrent', reads, limit, goal: 0.8 },
      peak: Math.max(...rounds.map(({ peak }) => peak)),
      later: Math.max(...rounds.map(({ later }) => later)),
      ratio: median(rounds.map(({ ratio }) => ratio)),
    });
  }
  return verdicts;
}

async function measure(stage: Stage, program: string, reads: number): Promise<Measured> {
  const file = await stage.file(mebi);
  // All reads come from one address: its limits are raised, so that they are not what is measured.
  const limits = ['--rate', '100000', '--max-transfers', String(4 * reads)];
  const server = start({
    command: process.execPath,
    args: [program, 'serve', stage.root, '--port', '0', ...limits],
  });
  try {
    const seat = { host: '127.0.0.1', port: await portOf(server) };
    const alone = await stage.many(seat, settings, { file, reads, atOnce: 1 });
    const together = await stage.many(seat, settings, { file, reads, atOnce: reads });
    for (const { octets } of [alone, together])
      if (octets !== reads * mebi) throw new Error(`${octets} octets arrived`);
    const peak = (peakMemory(server.pid) ?? Number.NaN) / 1024;
    await wait(10_000);
    const later = (presentMemory(server.pid) ?? Number.NaN) / 1024;
    return { peak, later, ratio: alone.elapsed / together.elapsed };
  } finally {
    await server.stop();
  }
}

async function portOf(server: Running): Promise<number> {
  return Number(/:(\d+)\s*$/.exec(await server.line(/:\d+\s*$/))?.[1]);
}
