// Sending over system calls of our own: what leaves, in how many calls, and what a refusal means.
import { describe, expect, test } from 'vitest';
import { Outbox, type Batch } from '../../../src/network/native/outbox.ts';
import { FakeLibc } from './fake-libc.ts';

interface Rig {
  readonly libc: FakeLibc;
  readonly outbox: Outbox;
  readonly batch: (lengths: readonly (number | undefined)[]) => Batch;
}

function rig(): Rig {
  const libc = new FakeLibc();
  const piece = Uint8Array.from({ length: 200_000 }, (_, at) => at & 255);
  const heads = new Uint8Array(64 * 4);
  const headsAddress = libc.addressOf(heads);
  return {
    libc,
    outbox: new Outbox(libc),
    batch(lengths) {
      let from = 0;
      const tails = lengths.map((length) =>
        length === undefined ? undefined : piece.subarray(from, (from += length)),
      );
      for (const at of lengths.keys()) heads.set([0, 3, 0, at + 1], at * 4);
      return {
        fd: 3,
        heads,
        headsAddress,
        tails,
        count: lengths.length,
        isSegmenting: true,
      };
    },
  };
}

function expected({ heads, tails, count }: Batch): Uint8Array[] {
  return Array.from(
    { length: count },
    (_, at) =>
      new Uint8Array(Buffer.concat([heads.slice(at * 4, at * 4 + 4), tails[at] ?? new Uint8Array(0)])),
  );
}

describe('a window', () => {
  test.each<[string, readonly (number | undefined)[], number]>([
    ['of equal blocks leaves by one call', Array.from({ length: 16 }, () => 1468), 1],
    ['with a shorter last block leaves by one call', [512, 512, 512, 100], 1],
    ['with an empty last block leaves by one call', [512, 512, undefined], 1],
    ['of one block leaves by one call', [512], 1],
    ['of blocks larger than one send leaves by one call each', [60_000, 60_000, 60_000], 3],
    ['of 44 blocks of 1468 octets leaves by one call', Array.from({ length: 44 }, () => 1468), 1],
  ])('%s', (_what, lengths, calls) => {
    const { libc, outbox, batch } = rig();
    const window = batch(lengths);
    expect(outbox.sendAll(window)).toMatchObject({ unsent: 0, isRefused: false });
    expect(libc.sent).toEqual(expected(window));
    expect(libc.sends).toBe(calls);
  });
});

describe('a refusal', () => {
  const invalid = 22;
  test.each([invalid, 5, 90, 95])(
    'of a send that is to be cut (errno %i): the datagrams leave one by one, by one call',
    (reason) => {
      const { libc, outbox, batch } = rig();
      const window = batch([1468, 1468, 1468]);
      libc.refusing.push(-reason);
      expect(outbox.sendAll(window)).toMatchObject({ unsent: 0 });
      expect(libc.sent).toEqual(expected(window));
      expect(window.isSegmenting).toBe(false);
      expect(libc.sends).toBe(2);
    },
  );

  test('of one datagram for its length: it is lost, and the others leave', () => {
    const { libc, outbox, batch } = rig();
    const window = { ...batch([1468, 1468, 1468]), isSegmenting: false };
    libc.refusing.push(0, -90);
    expect(outbox.sendAll(window)).toEqual({ unsent: 1, errno: 90, isRefused: false });
    expect(libc.sent.map(([, , , block]) => block)).toEqual([1, 3]);
  });

  test('that reports an earlier datagram (ECONNREFUSED) is told, and the datagram leaves all the same', () => {
    const { libc, outbox } = rig();
    libc.refusing.push(-111);
    expect(outbox.send(3, Uint8Array.of(0, 4, 0, 1))).toEqual({ unsent: 0, errno: 0, isRefused: true });
    expect(libc.sent).toEqual([Uint8Array.of(0, 4, 0, 1)]);
    expect(outbox.send(3, Uint8Array.of(0, 4, 0, 2))).toMatchObject({ isRefused: false });
  });

  test('for a full send buffer is tried once more; then the datagram is lost', () => {
    const { libc, outbox } = rig();
    libc.refusing.push(-11, -11, -11);
    expect(outbox.send(3, Uint8Array.of(0, 4, 0, 1))).toMatchObject({ unsent: 1, errno: 11 });
    libc.refusing.length = 0;
    libc.refusing.push(-11);
    expect(outbox.send(3, Uint8Array.of(0, 4, 0, 1))).toMatchObject({ unsent: 0 });
  });
});
