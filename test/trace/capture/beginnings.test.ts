// Transfers that a capture shows in part: malformed requests, starts, blocks that are missing.
import { describe, expect, test } from 'vitest';
import { traceEvents } from '../../../src/trace/capture/events.ts';
import { SideLog } from '../../../src/trace/record/side-log.ts';
import { latin } from './captures.ts';
import { ack, asked, c, data, error, follow, oack, only, read, rrq, s, type Line } from './scripts.ts';

describe('case 135: a gap of more blocks than half of all numbers', () => {
  const before: readonly Line[] = [c(rrq(), asked), s(data(1)), c(ack(1)), s(data(2)), c(ack(2))];

  test('is followed where only one reading is possible', () => {
    const lines = [
      s(data(40_000)),
      c(ack(40_000)),
      s(data(40_001)),
      c(ack(40_001)),
      s(data(40_002, 7)),
      c(ack(40_002)),
    ];
    expect(only([...before, ...lines])).toMatchObject({
      outcome: 'complete',
      blocks: 5,
      octets: 4 * 512 + 7,
      missing: 39_997,
    });
  });

  test('in the ladder nothing counts as resent, before the gap and after it', () => {
    const lines = [s(data(40_000)), c(ack(40_000)), s(data(40_001)), c(ack(40_001))];
    const { records } = follow([...before, ...lines]);
    const tag = { transfer: 1, side: 'client', overheard: true } as const;
    const { packets } = new SideLog(tag, records.flatMap(traceEvents));
    expect(packets.filter(({ again }) => again)).toEqual([]);
    expect(packets.slice(-3).map(({ index }) => index)).toEqual([40_000, 40_001, 40_001]);
  });

  test('also where the next block confirms it, in windows', () => {
    const terms = { windowsize: '4' };
    const windows = [
      c(rrq(terms), asked),
      s(oack(terms)),
      c(ack(0)),
      s(data(1)),
      s(data(2)),
      s(data(3)),
      s(data(4)),
      c(ack(4)),
    ];
    const lines = [s(data(50_001)), s(data(50_002)), s(data(50_003)), s(data(50_004, 0)), c(ack(50_004))];
    expect(only([...windows, ...lines])).toMatchObject({ outcome: 'complete', blocks: 8, missing: 49_996 });
  });

  test('one packet alone proves nothing', () => {
    const lines = [s(data(40_000)), s(data(3, 7)), c(ack(3))];
    expect(only([...before, ...lines])).toMatchObject({ outcome: 'complete', blocks: 3, missing: 0 });
  });
});

test('blocks that the capture lost are counted', () => {
  expect(only([c(rrq(), asked), s(data(1)), c(ack(1)), s(data(4, 7)), c(ack(4))])).toMatchObject({
    outcome: 'complete',
    missing: 2,
  });
});

describe('case 136: a malformed request to port 69', () => {
  test.each<readonly [string, Uint8Array, 'RRQ' | 'WRQ', string]>([
    ['without a mode', latin('\0\x01boot.cfg\0'), 'RRQ', 'mode-unterminated'],
    ['without an end of the name', latin('\0\x02boot.cfg'), 'WRQ', 'filename-unterminated'],
    ['with an empty name', latin('\0\x01\0octet\0'), 'RRQ', 'filename-empty'],
  ])('%s is a transfer that the server refuses', (_title, octets, op, malformed) => {
    const { records, summaries } = follow([c(octets, asked), c(octets, asked), s(error(4, 'Illegal'))]);
    expect(summaries).toMatchObject([
      { op, malformed, file: undefined, outcome: 'refused', error: { code: 4 }, resent: 1 },
    ]);
    expect(records.map(({ repeat }) => repeat)).toEqual([false, true, false]);
  });

  test('has no answer: it is silent; another one is another transfer', () => {
    const { summaries } = follow([c(latin('\0\x01a\0'), asked), c(latin('\0\x01\0octet\0'), asked)]);
    expect(summaries).toMatchObject([{ outcome: 'silent' }, { outcome: 'silent' }]);
  });

  test('is none on another port, or with another opcode', () => {
    expect(follow([c(latin('\0\x01a\0')), c(latin('\0\x09a\0'), asked)]).summaries).toEqual([]);
  });
});

test('each transfer has the time of its first packet', () => {
  const { summaries } = follow([
    ...read,
    ...read.map(([from, to, packet]): Line => [
      { ...from, port: from.port + 9 },
      { ...to, port: to.port === 69 ? 69 : to.port + 9 },
      packet,
    ]),
  ]);
  expect(summaries.map(({ start }) => start)).toEqual([0, 5]);
});
