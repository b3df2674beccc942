// Receiving over system calls of our own: whatever the kernel reports, only octets that came are handed on.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Inbox, type Receiver } from '../../../src/network/native/inbox.ts';
import { socketAddress } from '../../../src/network/native/layout.ts';
import { FakeLibc, type FakeMessage } from './fake-libc.ts';

const peer = socketAddress({ address: '192.0.2.7', port: 40_001 }, () => 0)!;
const peer6 = socketAddress({ address: 'fe80::7%3', port: 40_001 }, () => 0)!;

interface Rig {
  readonly libc: FakeLibc;
  readonly inbox: Inbox;
  readonly heard: Uint8Array[];
  readonly receiver: Receiver;
}

function rig(more: Partial<Receiver> = {}): Rig {
  const libc = new FakeLibc();
  const heard: Uint8Array[] = [];
  const receiver: Receiver = {
    fd: 3,
    source: peer,
    expectedLength: 576,
    expectedCount: 4,
    isJoining: false,
    isClosed: false,
    datagram: (octets) => heard.push(octets),
    ...more,
  };
  return { libc, inbox: new Inbox(libc), heard, receiver };
}

const pattern = (length: number, seed: number): Uint8Array =>
  Uint8Array.from({ length }, (_, at) => (at * 31 + seed * 7) & 255);

describe('what comes', () => {
  test('many datagrams by one call, in order, each whole', () => {
    const { libc, inbox, heard, receiver } = rig();
    const sent = [516, 516, 100, 0, 4].map((length, at) => pattern(length, at));
    libc.arriving.push(sent.slice(0, 4).map((octets) => ({ octets, name: peer })));
    libc.arriving.push([{ octets: sent[4]!, name: peer }]);
    expect(inbox.receive(receiver)).toBe(4);
    expect(inbox.receive(receiver)).toBe(1);
    expect(inbox.receive(receiver)).toBe(0);
    expect(heard).toEqual(sent);
  });

  test('a datagram longer than any before arrives whole, and the next ones are expected to be as long', () => {
    const { libc, inbox, heard, receiver } = rig();
    const long = pattern(65_468, 1);
    libc.arriving.push([{ octets: long, name: peer }], [{ octets: long, name: peer }]);
    inbox.receive(receiver);
    inbox.receive(receiver);
    expect(heard.map((octets) => Buffer.compare(octets, long))).toEqual([0, 0]);
    expect(receiver.expectedLength).toBeGreaterThanOrEqual(65_468);
  });

  test('joined datagrams are parted again, the last one shorter (UDP_GRO)', () => {
    const { libc, inbox, heard, receiver } = rig({ isJoining: true });
    const whole = pattern(3 * 1472 + 9, 5);
    libc.arriving.push([{ octets: whole, name: peer, joined: 1472 }]);
    inbox.receive(receiver);
    expect(heard.map(({ length }) => length)).toEqual([1472, 1472, 1472, 9]);
    expect(Buffer.concat(heard)).toEqual(Buffer.from(whole));
  });

  test('what was handed on stays as it was, however much comes after it', () => {
    const { libc, inbox, heard, receiver } = rig();
    const sent = Array.from({ length: 3000 }, (_, at) => pattern(516, at));
    for (let at = 0; at < sent.length; at += 3)
      libc.arriving.push(sent.slice(at, at + 3).map((octets) => ({ octets, name: peer })));
    while (inbox.receive(receiver) > 0);
    expect(heard.map(({ length }) => length)).toEqual(sent.map(({ length }) => length));
    expect(Buffer.concat(heard).equals(Buffer.concat(sent))).toBe(true);
  });

  test('after the receiver has closed nothing more is handed to it', () => {
    const { libc, inbox, heard, receiver } = rig();
    const closing: Receiver = {
      ...receiver,
      datagram(octets) {
        heard.push(octets);
        (closing as { isClosed: boolean }).isClosed = true;
      },
    };
    libc.arriving.push([1, 2, 3].map((seed) => ({ octets: pattern(10, seed), name: peer })));
    inbox.receive(closing);
    expect(heard).toHaveLength(1);
  });
});

describe('what must not come', () => {
  const other = socketAddress({ address: '192.0.2.8', port: 40_001 }, () => 0)!;
  test.each<[string, Partial<FakeMessage>]>([
    ['from another address', { name: other }],
    ['from another port', { name: socketAddress({ address: '192.0.2.7', port: 40_002 }, () => 0)! }],
    ['of another family', { name: peer6 }],
    ['without a source', { name: new Uint8Array(0) }],
    ['cut by the kernel (MSG_TRUNC)', { flags: 0x20 }],
    ['longer than any memory', { length: 1_000_000 }],
  ])('a message %s is dropped, and the next one is not', (_what, wrong) => {
    const { libc, inbox, heard, receiver } = rig();
    const good = pattern(20, 2);
    libc.arriving.push([
      { octets: pattern(20, 1), name: peer, ...wrong },
      { octets: good, name: peer },
    ]);
    inbox.receive(receiver);
    expect(heard).toEqual([good]);
  });

  test('of an IPv6 source the zone counts, the flow label does not', () => {
    const { libc, inbox, heard, receiver } = rig({ source: peer6 });
    const labelled = Uint8Array.from(peer6);
    labelled[5] = 9;
    const elsewhere = socketAddress({ address: 'fe80::7%4', port: 40_001 }, () => 0)!;
    libc.arriving.push([
      { octets: pattern(5, 1), name: elsewhere },
      { octets: pattern(5, 2), name: labelled },
    ]);
    inbox.receive(receiver);
    expect(heard).toEqual([pattern(5, 2)]);
  });

  test('an error of the socket is its errno, negative', () => {
    const { libc, inbox, receiver } = rig();
    libc.arriving.push(-111);
    expect(inbox.receive(receiver)).toBe(-111);
  });

  test('whatever lengths, flags, sources and sizes are reported, only octets within our memory are handed on', () => {
    const number = fc.oneof(
      fc.nat(2000),
      fc.constantFrom(0, 1, 65_535, 65_536, 65_537, 2 ** 31, 2 ** 32 - 1),
    );
    const lengths = [0, 4, 516, 1472, 23_552, 65_535, 70_000].map((length) => pattern(length, 3));
    const one = fc.record({
      octets: fc.constantFrom(...lengths),
      length: number,
      name: fc.constantFrom(peer, peer6, other),
      nameLength: fc.oneof(fc.constant(16), number),
      flags: fc.constantFrom(0, 0x20),
      joined: number,
      controlLength: fc.oneof(fc.constant(24), number),
    });
    fc.assert(
      fc.property(
        fc.array(fc.array(one, { minLength: 1, maxLength: 40 }), { minLength: 1, maxLength: 4 }),
        fc.boolean(),
        (calls, isJoining) => {
          const { libc, inbox, heard, receiver } = rig({ isJoining });
          libc.arriving.push(...calls);
          while (libc.arriving.length > 0) inbox.receive(receiver);
          // An offer beyond our memory throws in the fake; here the octets handed on are counted.
          const reported = calls.flat().reduce((sum, { length }) => sum + Math.min(length, 65_536), 0);
          expect(heard.reduce((sum, { length }) => sum + length, 0)).toBeLessThanOrEqual(reported);
          expect(Math.max(0, ...heard.map(({ length }) => length))).toBeLessThanOrEqual(65_536);
        },
      ),
      { numRuns: 200 },
    );
  });
});
