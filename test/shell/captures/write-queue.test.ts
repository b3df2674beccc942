// What is captured on its way to the disk: nothing is lost, mixed up or waited for, and a slow disk is no leak.
import { expect, test } from 'vitest';
import { WriteQueue } from '../../../src/shell/captures/write-queue.ts';

const kibi = 1024;

/** A disk that is done when it is told to be. */
function slowDisk() {
  const written: number[] = [];
  const waiting: { readonly done: () => void; readonly fail: (error: unknown) => void }[] = [];
  const file = {
    append: (parts: readonly Uint8Array[]) =>
      new Promise<void>((resolve, reject) => {
        const done = (): void => {
          // Read only now: until the disk is done nobody may write into a piece.
          for (const part of parts)
            for (let at = 0; at < part.length; at += kibi) written.push(part[at] ?? -1);
          resolve();
        };
        waiting.push({ done, fail: reject });
      }),
  };
  return { file, written, waiting };
}

/** Puts a block of 1 KiB, all of it `value`. */
function put(queue: WriteQueue, value: number): boolean {
  if (!queue.reserve(kibi)) return false;
  queue.piece.octets.fill(value, queue.used, queue.used + kibi);
  queue.filled(queue.used + kibi);
  return true;
}

const told = (error: unknown): void => expect.unreachable(String(error));

test('what comes while the disk is busy is written behind, in order and in few pieces', async () => {
  const { file, written, waiting } = slowDisk();
  const queue = new WriteQueue(file, told);
  const values = Array.from({ length: 2000 }, (_, at) => at % 251);
  for (const value of values) {
    expect(put(queue, value)).toBe(true);
    if (value % 100 === 7) queue.flush();
  }
  const end = queue.end();
  let calls = 0;
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    calls += 1;
    next.done();
    await new Promise(setImmediate);
  }
  await end;
  expect(written).toEqual(values);
  expect(calls).toBe(2);
});

test('memory is used again, and never while the disk still reads it', async () => {
  const { file, written, waiting } = slowDisk();
  const queue = new WriteQueue(file, told);
  const pieces = new Set<ArrayBufferLike>();
  for (let value = 0; value < 50; value++) {
    put(queue, value);
    pieces.add(queue.piece.octets.buffer);
    queue.flush();
    put(queue, 100 + value);
    pieces.add(queue.piece.octets.buffer);
    waiting.shift()?.done();
    await new Promise(setImmediate);
  }
  expect(pieces.size).toBeLessThan(8);
  const end = queue.end();
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    next.done();
    await new Promise(setImmediate);
  }
  await end;
  expect(written).toEqual(Array.from({ length: 50 }, (_, value) => [value, 100 + value]).flat());
});

test('a disk that is too slow is told of by refusals, and takes no more than 33 MiB', async () => {
  const { file, waiting } = slowDisk();
  const queue = new WriteQueue(file, told);
  let taken = 0;
  while (put(queue, 1)) taken += 1;
  expect(taken).toBeGreaterThan(32 * kibi);
  expect(taken).toBeLessThan(33 * kibi);
  waiting.shift()?.done();
  await new Promise(setImmediate);
  expect(waiting).toHaveLength(1);
  waiting.shift()?.done();
  await new Promise(setImmediate);
  expect(put(queue, 1)).toBe(true);
});

test('what the disk refuses is told once, and to who waits for the end', async () => {
  const { file, waiting } = slowDisk();
  const errors: unknown[] = [];
  const queue = new WriteQueue(file, (error) => errors.push(error));
  put(queue, 1);
  queue.flush();
  waiting.shift()?.fail(new Error('full'));
  await expect(queue.end()).rejects.toThrow('full');
  expect(errors).toHaveLength(1);
  queue.flush();
  expect(waiting).toEqual([]);
});
