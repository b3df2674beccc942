// Memory: what both of our processes held at the highest, for a small and for a very large file.
// Each transfer gets new processes, so that one peak says nothing about the other.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { peakMemory } from './report.ts';
import type { Stage } from './stage.ts';

export interface MemoryVerdict {
  readonly contest: 'memory';
  /** MiB at the highest: small file, large file. */
  readonly client: readonly [number, number];
  readonly server: readonly [number, number];
  /** MiB that the large file took beyond the small one, at worst. */
  readonly growth: number;
  /** MiB allowed. */
  readonly goal: number;
}

const mebi = 1024 * 1024;

export async function compareMemory(stage: Stage, large: number): Promise<MemoryVerdict> {
  const small = await peaks(stage, mebi);
  const big = await peaks(stage, large);
  const growth = Math.max(big.client - small.client, big.server - small.server);
  return {
    contest: 'memory',
    client: [small.client, big.client],
    server: [small.server, big.server],
    growth,
    goal: 32,
  };
}

async function peaks(stage: Stage, size: number): Promise<{ client: number; server: number }> {
  const name = `sparse-${size}`;
  await stage.sparse(name, size);
  const seat = await stage.ownServer('ours');
  try {
    const report = await stage.ours('get', seat, {}, { file: name });
    if (report.octets !== size) throw new Error(`${report.octets} octets arrived, not ${size}`);
    return { client: report.peak / 1024, server: (peakMemory(seat.pid) ?? 0) / 1024 };
  } finally {
    await seat.stop();
    await rm(join(stage.folder, 'out'), { force: true });
    await rm(join(stage.root, name), { force: true });
  }
}
