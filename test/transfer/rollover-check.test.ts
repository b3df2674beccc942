// Block 65535 is followed by 0 or by 1, and no RFC says which: a receiver with the wrong setting notices it.
import { describe, expect, test } from 'vitest';
import { RolloverCheck } from '../../src/transfer/rollover-check.ts';
import { classicTerms } from '../../src/transfer/terms.ts';

const expected = 65_536;

describe.each([0, 1] as const)('case 84: rollover %d', (rollover) => {
  const other = 1 - rollover;
  const lockstep = { ...classicTerms, rollover };

  test('two blocks that only the other setting sends are certain in lockstep', () => {
    const check = new RolloverCheck();
    expect(check.contradicts(other, expected, lockstep)).toBe(false);
    expect(check.isLikelyWrong).toBe(false);
    expect(check.contradicts(other, expected, lockstep)).toBe(true);
    expect(check.isLikelyWrong).toBe(true);
    expect(check.message).toBe(
      `Block 65535 was followed by ${other}, not by ${rollover}: set rollover ${other}`,
    );
  });

  test('with a window they explain a silence, but blocks may have overtaken each other', () => {
    const check = new RolloverCheck();
    const windows = { ...lockstep, windowsize: 4 };
    expect([1, 2, 3].map(() => check.contradicts(other, expected, windows))).toEqual([false, false, false]);
    expect(check.isLikelyWrong).toBe(true);
  });

  test('another block, or one elsewhere in the file, says nothing', () => {
    const check = new RolloverCheck();
    for (const [block, index] of [
      [rollover, expected],
      [65_535, expected],
      [2, expected],
      [other, 1],
      [other, 2 * expected],
    ] as const)
      for (let times = 0; times < 3; times += 1)
        expect(check.contradicts(block, index, lockstep)).toBe(false);
    expect([check.isLikelyWrong, check.message]).toEqual([false, '']);
  });
});
