// The sender's window, which keeps the pulled chunks and gives out blocks.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Window } from '../../src/transfer/window.ts';
import { pattern } from '../support/script.ts';

test('each block has the right octets, for any file pulled in pieces of any size', () => {
  fc.assert(
    fc.property(
      fc.nat(300),
      fc.integer({ min: 8, max: 20 }),
      fc.array(fc.integer({ min: 1, max: 6 })),
      (length, blksize, steps) => {
        const file = pattern(length);
        const window = new Window(blksize);
        let offset = 0;
        for (let end = 0, step = 0; window.last === undefined; step += 1) {
          end += steps[step] ?? 3;
          const asked = window.pull(end);
          expect(window.pull(end + 9)).toBe(0);
          const octets = file.subarray(offset, offset + asked);
          offset += octets.length;
          window.fill(octets);
          for (let index = Math.max(1, window.held - 3); index <= window.held; index += 1)
            expect([...window.block(index)]).toEqual([
              ...file.subarray((index - 1) * blksize, index * blksize),
            ]);
          window.drop(window.held - 4);
        }
        expect(window.last).toBe(Math.floor(length / blksize) + 1);
        expect(window.octets).toBe(length);
        expect(window.pull(10_000)).toBe(0);
      },
    ),
  );
});

test('an acknowledged block is dropped', () => {
  const window = new Window(8);
  window.pull(2);
  window.fill(pattern(16));
  window.drop(2);
  expect(() => window.block(1)).toThrow(RangeError);
});
