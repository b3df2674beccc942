// Two transfers compared: which packets differ, and where the time went.
import { describe, expect, it, test } from 'vitest';
import { align } from '../../../src/trace/figures/alignment.ts';
import { difference } from '../../../src/trace/figures/difference.ts';
import { differenceLines, differenceSentences } from '../../../src/trace/figures/difference-text.ts';
import type { PacketLog } from '../../../src/trace/record/packet-log.ts';
import { columns } from '../../../src/trace/text/columns.ts';
import { pattern } from '../../support/script.ts';
import { isBlock, recordPair } from '../recorded.ts';

const file = pattern(1300);
const plain = recordPair({ kind: 'get', file }).client;
const slow = recordPair({ kind: 'get', file, delay: [50, 50] }).client;
const again = recordPair({ kind: 'get', file, drop: isBlock('DATA', 2) }).client;
const asking = recordPair({ kind: 'get', file, offer: { blksize: 1024 } }).client;

const style = { columns: 79, ascii: false };

function lines(one: PacketLog, two: PacketLog, more: Partial<typeof style> = {}): readonly string[] {
  const sides = [
    { number: 1, log: one },
    { number: 2, log: two },
  ] as const;
  return differenceLines(difference(one, two), sides, { ...style, ...more }).map(({ text }) => text);
}

const sentences = (one: PacketLog, two: PacketLog): string =>
  differenceSentences(difference(one, two)).join('\n');

/** `1-1`, `3-` and `-4`: the numbers of the packets that belong together. */
const pairs = (one: PacketLog, two: PacketLog): readonly string[] =>
  align(one, two).map((pair) => `${pair.one?.number ?? ''}-${pair.two?.number ?? ''}`);

describe('packets belong together', () => {
  it('by kind and block: in a transfer and itself each with itself', () => {
    expect(pairs(plain, plain)).toEqual(['1-1', '2-2', '3-3', '4-4', '5-5', '6-6', '7-7']);
  });

  it('by how often they were sent: what was resent is inserted', () => {
    // RRQ, DATA 1, ACK 1, ACK 1 again, DATA 2 …: the lost DATA 2 was never seen by the client.
    expect(pairs(plain, again)).toEqual(['1-1', '2-2', '3-3', '-4', '4-5', '5-6', '6-7', '7-8']);
    expect(pairs(again, plain)).toEqual(['1-1', '2-2', '3-3', '4-', '5-4', '6-5', '7-6', '8-7']);
  });

  it('in the order of both, and each packet is there once', () => {
    const found = align(asking, again);
    const numbers = (side: 'one' | 'two') => found.flatMap((pair) => pair[side]?.number ?? []);
    expect(numbers('one')).toEqual(asking.packets.map(({ number }) => number));
    expect(numbers('two')).toEqual(again.packets.map(({ number }) => number));
  });

  it('thousands of them, where one of the transfers ends early', () => {
    const many = (count: number) => recordPair({ kind: 'get', file: pattern(count * 512 - 1) }).client;
    const found = align(many(3000), many(2500));
    // The last block of the shorter one has the number of a longer block.
    expect(found.filter((pair) => pair.one !== undefined && pair.two !== undefined)).toHaveLength(5001);
    expect(found).toHaveLength(6001);
  });
});

test('a transfer and itself differ in nothing', () => {
  expect(difference(plain, plain)).toMatchObject({ alike: 7, later: 0, slowest: undefined });
  expect(sentences(plain, plain)).toMatch(/^No packet differs: 7 packets alike\./);
  // The first rows stay; the others are one line.
  expect(lines(plain, plain)).toHaveLength(4);
  expect(lines(plain, plain)[3]).toMatch(/^ {2}⋮ 5 packets alike +0\.000000$/);
});

test('packets that differ are marked, and what differs is never cut', () => {
  const rows = lines(plain, asking);
  expect(rows.slice(1, 3)).toEqual([
    expect.stringMatching(/^1 → RRQ "a\.bin" octet +\| 1 → RRQ "a\.bin" octet +0\.000000$/),
    expect.stringMatching(/^ {33}\| {5}blksize=1024$/),
  ]);
  expect(sentences(plain, asking)).toMatch(
    /^\d packets differ, \d+ only in the first, \d+ only in the second; /,
  );
  expect(
    lines(asking, plain, { columns: 60 })
      .join('\n')
      .match(/blksize=1024/g),
  ).toHaveLength(2);
});

test('a packet that was resent is only in the second, and what follows is alike again', () => {
  const rows = lines(plain, again);
  const inserted = rows.findIndex((row) => row.includes(' > '));
  expect(rows[inserted]).toMatch(/^ {30,} > +4 → ACK 1 \(resent\)$/);
  expect(rows[inserted + 1]).toMatch(/^ *4 ← DATA 2 {2}512 B +5 ← DATA 2 {2}512 B +\+\d\.\d{6}$/);
  expect(sentences(plain, again)).toMatch(/^1 only in the second; 7 alike\.\nThe second took .* more\./);
});

test('the first of two that is longer has its packets alone', () => {
  const found = difference(again, plain);
  expect(found.rows.filter(({ two }) => two === undefined).map(({ one }) => one?.number)).toEqual([4]);
  expect(found.alike).toBe(3);
  expect(lines(again, plain).join('\n')).toMatch(/4 → ACK 1 \(resent\) +<$/m);
});

test('each step has its own delay, and the largest one is named and never folded', () => {
  const found = difference(plain, slow);
  expect(found.later).toBeCloseTo(294);
  expect(found.slowest?.two).toMatchObject({ number: 2 });
  expect(sentences(plain, slow)).toContain('The second took 294 ms more.');
  expect(sentences(plain, slow)).toMatch(/The largest delay is .* before packet 2 of the second\./);
  const long = recordPair({ kind: 'get', file: pattern(50_000) }).client;
  const stall = recordPair({ kind: 'get', file: pattern(50_000), drop: isBlock('ACK', 50) }).client;
  expect(lines(long, stall).filter((row) => row.includes('⋮')).length).toBeGreaterThan(1);
});

test.each([60, 79, 119])(
  'at %i columns no line is wider, and times are added where there is room',
  (width) => {
    for (const ascii of [true, false]) {
      const rows = lines(plain, asking, { columns: width, ascii });
      expect(rows.filter((row) => columns(row) > width)).toEqual([]);
      expect(/^ *1 +0\.000000 /.test(rows[1] ?? '')).toBe(width === 119);
      if (ascii) expect(rows.join('')).toMatch(/^[\x20-\x7e]+$/);
    }
  },
);
