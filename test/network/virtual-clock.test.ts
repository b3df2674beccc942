// Time that moves only when told to.
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { VirtualClock } from '../../src/network/virtual-clock.ts';
import { seeded } from '../../src/network/random.ts';

test('timers fire in the order of their time, then of their making', async () => {
  const clock = new VirtualClock();
  const fired: string[] = [];
  for (const [name, delay] of Object.entries({ c: 20, a: 10, d: 20, b: 10, z: 0 }))
    clock.after(delay, () => fired.push(`${name}@${clock.now()}`));
  await clock.run();
  expect(fired).toEqual(['z@0', 'a@10', 'b@10', 'c@20', 'd@20']);
});

test('any set of timers, some cancelled, fires sorted', async () => {
  const random = seeded(1);
  const clock = new VirtualClock();
  const fired: number[] = [];
  const wanted: number[] = [];
  for (let n = 0; n < 500; n++) {
    const delay = Math.floor(random() * 100);
    const timer = clock.after(delay, () => fired.push(delay));
    if (random() < 0.3) timer.cancel();
    else wanted.push(delay);
  }
  expect(clock.pending).toBe(wanted.length);
  await clock.run();
  expect(fired).toEqual(wanted.sort((a, b) => a - b));
  expect(clock.pending).toBe(0);
});

test('promises settle between two timers of one instant', async () => {
  const clock = new VirtualClock();
  const seen: string[] = [];
  clock.after(5, () => {
    void Promise.resolve()
      .then(() => Promise.resolve())
      .then(() => seen.push('settled'));
  });
  clock.after(5, () => seen.push('second'));
  await clock.run();
  expect(seen).toEqual(['settled', 'second']);
});

test('advance goes exactly so far, also past timers made on the way', async () => {
  const clock = new VirtualClock();
  const fired: number[] = [];
  const again = (): void => {
    fired.push(clock.now());
    clock.after(10, again);
  };
  clock.after(10, again);
  await clock.advance(35);
  expect(fired).toEqual([10, 20, 30]);
  expect(clock.now()).toBe(35);
  await clock.advance(5);
  expect(fired).toEqual([10, 20, 30, 40]);
});

test('run stops when told, or says that nothing more can happen', async () => {
  const clock = new VirtualClock();
  let count = 0;
  for (let n = 1; n <= 3; n++) clock.after(n, () => count++);
  expect(await clock.run(() => count === 2)).toBe(true);
  expect(clock.now()).toBe(2);
  expect(await clock.run(() => count === 9)).toBe(false);
  expect(count).toBe(3);
});

test('a timer that keeps no process alive does not keep run going', async () => {
  const clock = new VirtualClock();
  let dallied = false;
  clock.after(12_000, () => (dallied = true), false);
  clock.after(10, () => undefined);
  expect(await clock.run()).toBe(true);
  expect(clock.now()).toBe(10);
  expect(clock.pending).toBe(1);
  expect(await clock.run(() => dallied)).toBe(true);
});

test('a cancelled timer never fires; cancelling twice or late does nothing', async () => {
  const clock = new VirtualClock();
  let fired = 0;
  const kept = clock.after(1, () => fired++);
  const cancelled = clock.after(1, () => fired++);
  cancelled.cancel();
  cancelled.cancel();
  await clock.run();
  kept.cancel();
  expect(fired).toBe(1);
  expect(clock.pending).toBe(0);
});

test('delays are clamped to 0…2³¹ − 1', async () => {
  const clock = new VirtualClock();
  clock.after(-5, () => undefined);
  await clock.run();
  expect(clock.now()).toBe(0);
  clock.after(3e12, () => undefined);
  await clock.run();
  expect(clock.now()).toBe(2 ** 31 - 1);
});

test('wall time starts where told and goes with the clock', async () => {
  const clock = new VirtualClock({ start: new Date('2026-01-01T00:00:00Z') });
  await clock.advance(1500);
  expect(clock.wall().toISOString()).toBe('2026-01-01T00:00:01.500Z');
});

test('time stands still while files are read', async () => {
  const busy = (): boolean => process.getActiveResourcesInfo().some((name) => /^FSReq|^CloseReq/.test(name));
  const clock = new VirtualClock({ busy });
  const directory = await mkdtemp(join(tmpdir(), 'virtual-clock-'));
  const file = join(directory, 'file');
  await writeFile(file, 'octets');
  let readAt: number | undefined;
  clock.after(1, () => {
    void (async () => {
      const handle = await open(file);
      await handle.read(new Uint8Array(6), 0, 6, 0);
      await handle.close();
      readAt = clock.now();
    })();
  });
  clock.after(2, () => undefined);
  await clock.run();
  expect(readAt).toBe(1);
  await rm(directory, { recursive: true });
});
