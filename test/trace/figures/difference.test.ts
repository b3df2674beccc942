// Two transfers compared: where they part, and where the time went.
import { expect, test } from 'vitest';
import { difference, differenceLines } from '../../../src/trace/figures/difference.ts';
import { pattern } from '../../support/script.ts';
import { isBlock, recordPair } from '../recorded.ts';

const plain = recordPair({ kind: 'get', file: pattern(1300) }).client;

test('a transfer and itself differ in nothing', () => {
  const found = difference(plain, plain);
  expect(found).toMatchObject({ alike: 7, first: [undefined, undefined], later: 0, slowest: undefined });
  expect(differenceLines(found)).toContain('No packet differs.');
});

test('the first packet that differs is named from both sides', () => {
  const other = recordPair({ kind: 'get', file: pattern(1300), offer: { blksize: 1024 } }).client;
  const found = difference(plain, other);
  expect(found.alike).toBe(0);
  expect(differenceLines(found).join('\n')).toMatch(
    /Packet 1 differs:\n {2}first {3}we sent RRQ.*\n {2}second {2}we sent RRQ.*blksize=1024/,
  );
});

test('a packet that was sent again parts them, and the one that ends early has nothing', () => {
  const again = recordPair({ kind: 'get', file: pattern(1300), drop: isBlock('DATA', 2) }).client;
  const found = difference(plain, again);
  expect(found.alike).toBe(3);
  expect(found.first[0]?.packet.op).toBe('DATA');
  expect(found.first[1]?.packet.op).toBe('ACK');
  const shorter = recordPair({
    kind: 'get',
    file: pattern(1300),
    drop: ({ packet }) => packet.op === 'DATA',
  }).client;
  expect(differenceLines(difference(plain, shorter)).join('\n')).toMatch(
    /first {3}we got DATA 1 {2}512 B\n {2}second {2}we sent RRQ.*again/,
  );
});

test('the packet before which most time was lost is told', () => {
  const slow = recordPair({ kind: 'get', file: pattern(1300), delay: [50, 50] }).client;
  const found = difference(plain, slow);
  expect(found.later).toBeCloseTo(294);
  expect(found.slowest).toMatchObject({ number: 2 });
  expect(differenceLines(found).join('\n')).toContain('the second took 294 ms more');
});
