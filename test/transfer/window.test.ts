// The sender's window: blocks as views of the chunks that were pulled.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Window } from '../../src/transfer/window.ts';
import { pattern } from '../support/script.ts';

test('every block of any file, pulled in pieces of any size, is where it belongs', () => {
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

test('a block that was acknowledged is forgotten', () => {
  const window = new Window(8);
  window.pull(2);
  window.fill(pattern(16));
  window.drop(2);
  expect(() => window.block(1)).toThrow(RangeError);
});
