// That nothing is forgotten: each number of an attack or fault that concerns the server stands in the title of a test.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const rows: Readonly<Record<string, readonly number[]>> = {
  P: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18],
  O: [1, 2, 3, 4, 5, 9, 10, 11, 12, 13, 14, 15],
  N: [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26],
  L: [1, 2, 3, 4, 5, 6],
  F: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28],
  W: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18],
  R: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13, 14],
  X: [1, 2, 4],
};

const tests = join(import.meta.dirname, '../..');
const texts = readdirSync(tests, { recursive: true, encoding: 'utf8' })
  .filter((path) => /\.test\.tsx?$/.test(path) && !path.endsWith('server-rows.test.ts'))
  .map((path) => readFileSync(join(tests, path), 'utf8'));

/** Numbers in quoted text: titles of tests, and rows of their tables. */
const titles = new Set(
  texts
    .flatMap((text) => text.match(/(['"`]).*?\1/g) ?? [])
    .flatMap((quoted) => quoted.match(/\b[A-Z]\d{2}\b/g) ?? []),
);

test.each(Object.entries(rows))('every row %s of the server has a test', (letter, numbers) => {
  const wanted = numbers.map((number) => `${letter}${String(number).padStart(2, '0')}`);
  expect(wanted.filter((row) => !titles.has(row))).toEqual([]);
});
