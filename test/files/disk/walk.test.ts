// The way down from the root, while somebody swaps directories for links.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openJail, type JailOptions } from '../../../src/files/offerings/jail.ts';
import { readAll, temporaryDirectories } from '../disk.ts';

const directory = temporaryDirectories();
const linux = process.platform === 'linux';

/** Swaps `d` and a link to `outside` as fast as it can, until it is killed. */
const swapper = `
  const { renameSync } = require('node:fs');
  process.chdir(process.argv[1]);
  process.stdout.write('ready');
  for (;;) {
    renameSync('d', 'held');
    renameSync('link', 'd');
    renameSync('d', 'link');
    renameSync('held', 'd');
  }
`;

interface Race {
  readonly root: string;
  readonly outside: string;
  readonly child: ChildProcess;
}

async function race(): Promise<Race> {
  const root = directory();
  const outside = directory();
  mkdirSync(join(root, 'd/sub'), { recursive: true });
  mkdirSync(join(outside, 'sub'));
  writeFileSync(join(root, 'd/sub/file'), 'inside');
  writeFileSync(join(outside, 'sub/file'), 'SECRET');
  symlinkSync(outside, join(root, 'link'));
  const child = spawn(process.execPath, ['-e', swapper, root], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return { root, outside, child };
}

async function stop({ child }: Race): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

/** How `count` opens of one name ended, while the race was on. */
async function openOften(options: JailOptions, count: number): Promise<Record<string, number>> {
  const running = await race();
  const jail = await openJail(running.root, options);
  const seen: Record<string, number> = {};
  try {
    for (let done = 0; done < count; done++) {
      const what = await jail.open('d/sub/file').then(
        async (source) => (await readAll(source, 16)).toString(),
        () => 'refused',
      );
      seen[what] = (seen[what] ?? 0) + 1;
    }
  } finally {
    await stop(running);
    await jail.close();
  }
  return seen;
}

describe.skipIf(!linux)('a directory swapped for a link while it is opened', () => {
  it('F14: 20,000 opens never leave the root', { timeout: 120_000 }, async () => {
    const seen = await openOften({}, 20_000);
    expect(seen).not.toHaveProperty('SECRET');
    // Both happened, so there was a race to lose.
    expect(seen['inside']).toBeGreaterThan(0);
    expect(seen['refused']).toBeGreaterThan(0);
  });

  it('F14: nor do they where links that stay inside are allowed', { timeout: 120_000 }, async () => {
    const seen = await openOften({ links: 'inside' }, 4_000);
    expect(seen).not.toHaveProperty('SECRET');
    expect(seen['inside']).toBeGreaterThan(0);
    expect(seen['refused']).toBeGreaterThan(0);
  });

  it('F14: nothing is created outside either', { timeout: 120_000 }, async () => {
    const running = await race();
    const jail = await openJail(running.root, { write: true, reserve: 0, durable: false });
    let stored = 0;
    let refused = 0;
    for (let done = 0; done < 1_000; done++) {
      try {
        const sink = await jail.create(`d/sub/new-${done}`, undefined);
        await sink.publish();
        stored++;
      } catch {
        refused++;
      }
    }
    await stop(running);
    await jail.close();
    const outside = await openJail(running.outside);
    const there = await outside.list(10_000);
    await outside.close();
    expect(there.map(({ name }) => name)).toEqual(['sub/file']);
    expect(stored).toBeGreaterThan(0);
    expect(refused).toBeGreaterThan(0);
  });
});
