// The conversion between 16-bit block numbers and indices, over more than 2^32 blocks.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { middle, unwrap, wireBlock } from '../../src/transfer/block.ts';

test('case 85 O12: unwrap undoes wireBlock for every index in the current window', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 2 ** 52 }),
      fc.integer({ min: 1, max: 65_535 }),
      fc.nat(),
      fc.constantFrom(0 as const, 1 as const),
      (acked, windowsize, ahead, rollover) => {
        const index = acked + 1 + (ahead % Math.min(windowsize, 65_534));
        const block = wireBlock(index, rollover);
        expect(block).toBeGreaterThanOrEqual(rollover);
        expect(block).toBeLessThan(65_536);
        expect(unwrap(block, middle(acked, windowsize), rollover)).toBe(index);
      },
    ),
  );
});

test('blocks from before the transfer get an index that is never expected', () => {
  expect(unwrap(65_535, 1, 0)).toBe(-1);
  expect(unwrap(0, 70_000, 1)).toBe(0);
  expect([0, 1, 65_535, 65_536, 131_071].map((index) => wireBlock(index, 1))).toEqual([0, 1, 65_535, 1, 1]);
});
