// Whatever a capture holds: bounded memory, sane numbers, and nothing is thrown.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Conversations } from '../../../src/trace/capture/conversations.ts';
import { traceEvents } from '../../../src/trace/capture/events.ts';
import { Ranges } from '../../../src/trace/capture/ranges.ts';
import { conversationObject } from '../../../src/trace/capture/record.ts';
import {
  ack,
  asked,
  client,
  data,
  datagram,
  error,
  follow,
  oack,
  read,
  rrq,
  server,
  stranger,
  wrq,
} from './scripts.ts';

describe('bounds', () => {
  test('no more than 5,120 transfers are open; the rest is handed out', () => {
    const conversations = new Conversations();
    let ended = 0;
    for (let port = 1; port <= 10_000; port++)
      ended += conversations.push(datagram([{ ...client, port }, asked, rrq()], 0n)).ended.length;
    expect(conversations.open.length).toBeLessThanOrEqual(4096);
    expect(conversations.open.length).toBeGreaterThan(3800);
    expect(ended + conversations.end().length).toBe(10_000);
    expect(conversations.open).toEqual([]);
  });
  test('what rests is closed', () => {
    const conversations = new Conversations();
    for (const line of read) conversations.push(datagram(line, 0n));
    expect(conversations.get(1)).toMatchObject({ outcome: 'complete' });
    const { ended } = conversations.push(datagram([stranger, asked, rrq()], 31_000_000_000n));
    expect(ended).toMatchObject([{ transfer: 1, outcome: 'complete' }]);
    expect(conversations.get(1)).toBeUndefined();
  });
  test('a set with more gaps than it may have forgets the oldest', () => {
    const ranges = new Ranges();
    for (let index = 2; index <= 10_000; index += 2) expect(ranges.add(index)).toBe(true);
    expect(ranges.all).toHaveLength(1024);
    expect(ranges.has(3)).toBe(true);
    expect(ranges.has(9_999)).toBe(false);
  });
  test('a set is a set', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 100 }), (indexes) => {
        const [ours, theirs] = [new Ranges(), new Set<number>()];
        for (const index of indexes) {
          expect(ours.add(index)).toBe(!theirs.has(index));
          theirs.add(index);
        }
        for (let index = 0; index < 62; index++) expect(ours.has(index)).toBe(theirs.has(index));
      }),
    );
  });
  test('any packets between any TIDs never make it throw, and every number stays sane', () => {
    const tid = fc.constantFrom(client, asked, server, stranger);
    const packet = fc.oneof(
      fc.constantFrom(
        rrq(),
        wrq(),
        rrq({ blksize: '8' }),
        oack({ blksize: '8', windowsize: '9' }),
        error(5),
        error(8),
      ),
      fc.nat(65_535).map(ack),
      fc.tuple(fc.nat(65_535), fc.constantFrom(0, 8, 512, 600)).map(([block, length]) => data(block, length)),
      fc.uint8Array({ maxLength: 12 }),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(tid, tid, packet), { maxLength: 60 }), (lines) => {
        const { records, summaries } = follow(lines);
        for (const one of records) expect(traceEvents(one).length).toBeGreaterThan(0);
        const named = new Set(summaries.map(({ transfer }) => transfer));
        expect(records.every(({ transfer }) => named.has(transfer))).toBe(true);
        for (const one of summaries) {
          expect(
            Math.min(one.octets, one.blocks, one.resent, one.duplicates, one.duration),
          ).toBeGreaterThanOrEqual(0);
          expect(one.duplicates).toBeLessThanOrEqual(one.resent);
          expect(() => JSON.stringify(conversationObject(one))).not.toThrow();
        }
      }),
      { numRuns: 500 },
    );
  });
});
