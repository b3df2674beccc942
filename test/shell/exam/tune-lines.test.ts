// What tune says at the end: the fastest settings, the recommended one, and why it is not the fastest.
import { expect, test } from 'vitest';
import { tunedLines } from '../../../src/shell/exam/tune-lines.ts';

const cell = (blksize: number, windowsize: number, rates: readonly number[]) =>
  ({ blksize, windowsize, state: 'measured', rates }) as const;
const plain = cell(512, 1, [100, 110, 105]);
const fastest = cell(8192, 2, [900, 1500, 1200]);

test.each([
  [
    'the fastest one needs no reason',
    fastest,
    ['best: blksize 8192, windowsize 2; 11.4 × as fast as RFC 1350 without options'],
  ],
  [
    'a simpler one has its reason',
    cell(1468, 1, [1000, 1100, 1150]),
    [
      'best: blksize 1468, windowsize 1; 10.3 × as fast as RFC 1350 without options',
      '  No setting is certainly faster, and of such settings it is the simplest.',
    ],
  ],
])('%s', (_, best, expected) => {
  const cells = best === fastest ? [plain, fastest] : [plain, best, fastest];
  const lines = tunedLines({ cells, best }, { blksizes: [512, 1468, 8192], windowsizes: [1, 2] }, false);
  expect(lines.slice(lines.findIndex((line) => line.startsWith('best:')))).toEqual(expected);
});
