// What the server of a group (RFC 2090) notes of its clients: traces and the log of the server are made of it.
import { expect, test } from 'vitest';
import {
  ack,
  client,
  data,
  error,
  malformed,
  pattern,
  request,
  sharing,
  stranger,
  type Script,
} from '../support/script.ts';
import { tid } from '../../src/wire/tid.ts';

const file = pattern(20);
const second = tid('192.0.2.3', 50_001);

/** A server whose first client has asked for block 1. */
function asked(): Script {
  const served = sharing({ file, terms: { blksize: 8 }, oack: ['blksize 8'] });
  served.start();
  served.receive(request('RRQ'));
  served.now = 10;
  served.receive(ack(0));
  return served;
}

test('the terms at the start, and each round trip that was not repeated', () => {
  const served = asked();
  expect(served.noted('negotiated')).toMatchObject([{ terms: { blksize: 8 }, refused: [] }]);
  served.now = 40;
  served.receive(ack(1));
  expect(served.noted('round-trip')).toMatchObject([{ rtt: 30 }]);
  served.wait(2000);
  served.receive(ack(2));
  expect(served.noted('round-trip')).toHaveLength(1);
});

test('the same ACK again, one beyond the file, and what has no meaning', () => {
  const served = asked();
  expect(served.receive(ack(0))).toEqual([]);
  expect(served.noted('duplicate')).toEqual([{ type: 'duplicate', op: 'ACK', index: 0, answered: false }]);
  expect(served.receive(ack(4))).toEqual([]);
  expect(served.noted('outside')).toEqual([{ type: 'outside', op: 'ACK', block: 4 }]);
  served.receive(data(1));
  served.receive(malformed('unknown-opcode', 77));
  expect(served.noted('ignored')).toEqual([
    { type: 'ignored', what: 'unexpected', op: 'DATA' },
    { type: 'ignored', what: 'unknown-opcode', op: 'malformed' },
  ]);
});

test('each block has the octets of its place in the file, in any order', () => {
  const served = asked();
  for (const block of [2, 0, 1]) served.receive(ack(block));
  const blocks = served.sent.flatMap((output) =>
    output.type === 'send' && output.packet.op === 'DATA'
      ? [[output.packet.block, [...output.packet.data]]]
      : [],
  );
  expect(blocks).toEqual(
    [1, 3, 1, 2].map((block) => [block, [...file.subarray(8 * (block - 1), 8 * block)]]),
  );
});

test('a stranger, with whether it got ERROR 5', () => {
  const served = asked();
  expect(served.receive(ack(0), stranger)).toEqual(['ERROR 5']);
  expect(served.receive(error(1), stranger)).toEqual([]);
  expect(served.noted('stranger')).toEqual([
    { type: 'stranger', from: stranger, answered: true },
    { type: 'stranger', from: stranger, answered: false },
  ]);
});

test('each repetition, and the block that is sent again', () => {
  const served = asked();
  expect(served.wait(3000)).toEqual(['DATA 1 again', 'DATA 1 again']);
  expect(served.noted('timed-out')).toEqual([
    { type: 'timed-out', attempt: 1, interval: 1000 },
    { type: 'timed-out', attempt: 2, interval: 2000 },
  ]);
  expect(served.receive(ack(1))).toEqual(['DATA 2']);
  // The master client asks for block 1 again: it was sent before.
  expect(served.receive(ack(0))).toEqual(['DATA 1 again']);
  expect(served.receive(ack(1))).toEqual(['DATA 2 again']);
  expect(served.receive(ack(2))).toEqual(['DATA 3']);
});

test('a client that leaves by an ERROR: before and after its first ACK', () => {
  const served = asked();
  served.receive(request('RRQ'), second);
  served.receive(error(3), second);
  served.receive(error(4));
  expect(served.noted('member').slice(-2)).toMatchObject([
    { change: 'left', client: second, failure: { by: 'peer', code: 3, first: true } },
    { change: 'left', client, failure: { by: 'peer', code: 4, first: false } },
  ]);
  expect(served.outcome).toMatchObject({ ok: false });
});
