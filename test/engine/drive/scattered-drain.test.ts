// Blocks that come in any order reach the sink in the order of the file, through a shelf on the disk.
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Drain } from '../../../src/engine/drive/drain.ts';
import { ScatteredDrain } from '../../../src/engine/drive/scattered-drain.ts';
import { MemorySink } from '../../../src/files/streams/stream.ts';
import { Shelf } from '../../../src/files/streams/shelf.ts';
import { pattern } from '../../support/script.ts';

const blksize = 100;

/** What a sink has after the blocks came in this order, and how many deliveries were stored. */
async function deliver(file: Uint8Array, order: readonly number[]): Promise<Uint8Array | undefined> {
  const before = await readdir(tmpdir());
  let published: Uint8Array | undefined;
  const shelf = new Shelf(tmpdir());
  const sink = new MemorySink(Infinity, (octets) => (published = octets));
  let outstanding = 0;
  await new Promise<void>((resolve, reject) => {
    const stored = (): void => {
      outstanding -= 1;
      if (outstanding === 0) resolve();
    };
    const drain = new ScatteredDrain({
      ...{ shelf, stored, failed: reject, check: () => undefined },
      drain: (stored) => new Drain({ sink, stored, failed: reject }),
    });
    outstanding = order.length;
    order.forEach((block, at) => {
      const octets = file.subarray(block * blksize, (block + 1) * blksize);
      if (drain.accept(octets, at === order.length - 1, block * blksize)) stored();
      drain.write(true);
    });
  });
  await shelf.close();
  expect((await readdir(tmpdir())).filter((name) => name.startsWith('tftpsh-cache-'))).toEqual(
    before.filter((name) => name.startsWith('tftpsh-cache-')),
  );
  return published;
}

test('case 204: any order gives the same file, published once it is whole', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc
        .integer({ min: 1, max: 40 })
        .chain((count) =>
          fc.tuple(fc.shuffledSubarray([...Array(count).keys()], { minLength: count }), fc.nat(blksize - 1)),
        ),
      async ([order, rest]) => {
        const file = pattern((order.length - 1) * blksize + rest);
        expect(await deliver(file, order)).toEqual(file);
      },
    ),
    { numRuns: 60 },
  );
});

test('a file that does not fit ends the transfer', async () => {
  const failures: unknown[] = [];
  const sink = new MemorySink(Infinity, () => undefined);
  const shelf = new Shelf(tmpdir());
  const failed = new Promise<void>((resolve) => {
    const drain = new ScatteredDrain({
      ...{ shelf, stored: () => undefined },
      check: () => {
        throw new Error('too long');
      },
      failed: (error) => {
        failures.push(error);
        resolve();
      },
      drain: (stored) => new Drain({ sink, stored, failed: () => undefined }),
    });
    expect(drain.accept(pattern(10), false, 500)).toBe(false);
  });
  await failed;
  expect(failures).toEqual([new Error('too long')]);
  await shelf.close();
});
