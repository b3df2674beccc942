// tune on invented networks: what it measures, what it leaves out, and what it recommends.
import { expect, test } from 'vitest';
import {
  interval,
  tune,
  type Measure,
  type Setting,
  type Tuned,
} from '../../../src/engine/exam/tune/tune.ts';

const grid = { blksizes: [512, 1468, 8192], windowsizes: [1, 4, 16] };

/** Tunes on a network where a setting has that rate in octets a second; undefined: nothing arrives. */
async function tuned(
  rateOf: (setting: Setting, round: number) => number | undefined,
  limits: { agreed?: (setting: Setting) => Setting; most?: number } = {},
): Promise<Tuned & { readonly asked: readonly string[] }> {
  const asked: string[] = [];
  const measure: Measure = async (setting) => {
    const name = `${setting.blksize}×${setting.windowsize}`;
    const round = asked.filter((one) => one === name).length;
    asked.push(name);
    const rate = rateOf(setting, round);
    const { blksize, windowsize } = limits.agreed?.(setting) ?? setting;
    return rate === undefined ? undefined : { octets: rate, ms: 1000, agreed: { blksize, windowsize } };
  };
  const isOver = (): boolean => asked.length >= (limits.most ?? Infinity);
  return { ...(await tune(measure, { ...grid, rounds: 5, isOver })), asked };
}

/** A path with a round trip of 10 ms and 1 MB a second at most. */
const slowPath = ({ blksize, windowsize }: Setting): number => Math.min(1e6, (blksize * windowsize) / 0.01);

test('the fastest setting wins, and hopeless ones are measured once', async () => {
  const { best, asked } = await tuned(({ blksize, windowsize }, round) =>
    blksize === 1468 && windowsize === 16 ? 2e6 + round * 1000 : slowPath({ blksize, windowsize }) / 4,
  );
  expect(best).toMatchObject({ blksize: 1468, windowsize: 16 });
  expect(best?.rates.length).toBe(5);
  expect(asked.filter((name) => name === '512×1').length).toBe(1);
});

test('of equal ones the simplest is recommended: no fragments, then the smaller window', async () => {
  const { best } = await tuned((setting, round) => slowPath(setting) + round * 10_000);
  // 8192 × 4 and 1468 × 16 reach 1 MB/s alike.
  expect(best).toMatchObject({ blksize: 1468, windowsize: 16 });
});

test('where a window does not arrive, no larger one of the same or larger blocks is tried', async () => {
  const { cells, asked } = await tuned(({ blksize, windowsize }) =>
    blksize === 8192 && windowsize >= 4 ? undefined : 1e5,
  );
  expect(asked).not.toContain('8192×16');
  expect(cells.filter(({ state }) => state === 'failed').map(({ windowsize }) => windowsize)).toEqual([
    4, 16,
  ]);
});

test('what the server lowers counts for the cell that it lowers to', async () => {
  const { cells } = await tuned(() => 1e5, {
    agreed: ({ blksize, windowsize }) => ({ blksize: Math.min(1468, blksize), windowsize }),
  });
  expect(cells.filter(({ state }) => state === 'same').map(({ blksize }) => blksize)).toEqual([
    8192, 8192, 8192,
  ]);
  expect(cells.find((one) => one.blksize === 1468 && one.windowsize === 1)?.rates).toHaveLength(6);
});

test('without time for all cells the rest is left, and what was measured is recommended', async () => {
  const { cells, best } = await tuned(slowPath, { most: 4 });
  expect(cells.filter(({ state }) => state === 'left').length).toBe(5);
  expect(best).toMatchObject({ blksize: 512, windowsize: 16 });
});

test('nothing works: there is no recommendation', async () => {
  expect((await tuned(() => undefined)).best).toBe(undefined);
});

test('a 95 % interval is that of Student', () => {
  expect(interval([10, 12, 14])).toEqual({
    ...{ mean: 12, low: expect.closeTo(7.035, 2) as number, high: expect.closeTo(16.965, 2) as number },
  });
  expect(interval([7])).toEqual({ mean: 7, low: 0, high: Infinity });
});
