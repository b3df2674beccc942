// A train of DATA that a machine gave to its network card as one datagram is the packets that were on the wire.
import { expect, test } from 'vitest';
import { Conversations, type PacketRecord } from '../../../src/trace/capture/conversations.ts';
import { segments } from '../../../src/trace/capture/segments.ts';
import { encode } from '../../../src/wire/encode.ts';
import type { Packet } from '../../../src/wire/packet.ts';
import { concat } from './captures.ts';
import { ack, asked, c, data, datagram, oack, rrq, s, type Line } from './scripts.ts';

const terms = { windowsize: '4', blksize: '512' };
const train = (...packets: readonly Packet[]): Line => s(concat(...packets.map((one) => encode(one))));

test('each packet of a train counts, and has its own octets', () => {
  const conversations = new Conversations();
  const found: [PacketRecord, number][] = [];
  const lines = [
    ...[c(rrq(terms), asked), s(oack(terms)), c(ack(0))],
    ...[train(data(1), data(2), data(3), data(4)), c(ack(4)), train(data(5), data(6, 100)), c(ack(6))],
  ];
  for (const [index, line] of lines.entries())
    for (const one of conversations.split(datagram(line, BigInt(index) * 1_000_000n)))
      for (const record of conversations.push(one).records) found.push([record, one.payload.length]);
  expect(conversations.end()).toMatchObject([
    { outcome: 'complete', blocks: 6, octets: 5 * 512 + 100, missing: 0, resent: 0 },
  ]);
  const parts = found.filter(([{ packet }]) => packet.op === 'DATA');
  expect(parts.map(([{ index, length }, octets]) => [index, length, octets])).toEqual([
    ...[1, 2, 3, 4, 5].map((index) => [index, 516, 516]),
    [6, 104, 104],
  ]);
});

test('a rollover in a train, to 0 or to 1', () => {
  for (const next of [0, 1]) {
    const one = datagram(train(data(65_534), data(65_535), data(next), data(next + 1, 9)), 0n);
    expect(segments(one, 512).map(({ length }) => length)).toEqual([516, 516, 516, 13]);
  }
});

test('a train that the capture cut has the packets that it holds', () => {
  const one = datagram(train(data(1), data(2), data(3)), 0n);
  const cut = { ...one, payload: one.payload.subarray(0, 700), cut: true };
  expect(segments(cut, 512).map(({ length, cut: isCut }) => [length, isCut])).toEqual([
    [516, false],
    [516, true],
  ]);
});

test.each<readonly [string, Line, number]>([
  ['one block', s(data(1)), 512],
  ['one long block', s(data(1, 1024)), 512],
  ['another block than the next', train(data(1), data(3)), 512],
  ['other blocks than agreed', train(data(1), data(2)), 400],
  ['an unknown size of blocks', train(data(1), data(2)), 0],
  ['an ACK', c(ack(1)), 8],
])('%s is no train', (_title, line, blksize) => {
  const one = datagram(line, 0n);
  expect(segments(one, blksize)).toEqual([one]);
});
