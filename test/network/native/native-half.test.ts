// The native door over real loopback sockets: what leaves in batches arrives as it was, busy or idle.
import { once } from 'node:events';
import { afterEach, describe, expect, test } from 'vitest';
import { openNativeDoor } from '../../../src/network/native/door.ts';
import { option } from '../../../src/network/native/layout.ts';
import { loadLibc, type Libc } from '../../../src/network/native/libc.ts';
import { openNativeHalf } from '../../../src/network/native/native-half.ts';
import { udpNetwork, type UdpPort } from '../../../src/network/udp.ts';
import type { Tid } from '../../../src/wire/tid.ts';

const tag = { transfer: 1, side: 'client' } as const;
const isHere = loadLibc() !== undefined;
if (!isHere) process.stderr.write('left out: this system has no native door\n');

interface Heard {
  readonly port: UdpPort;
  /** Octets of each datagram, in order. */
  readonly datagrams: Buffer[];
  readonly from: Tid[];
  /** Resolves once `count` datagrams came in all. */
  readonly until: (count: number) => Promise<void>;
}

const open: UdpPort[] = [];
afterEach(() => {
  for (const port of open.splice(0)) port.close();
});

async function listen(address: string, nativeAfter: number): Promise<Heard> {
  const datagrams: Buffer[] = [];
  const from: Tid[] = [];
  const arrivals = new EventTarget();
  const port = await udpNetwork({ nativeAfter }).open({
    address,
    port: 0,
    role: 'transfer',
    tag,
    events: {
      datagram(octets, peer) {
        datagrams.push(Buffer.from(octets));
        from.push(peer);
        arrivals.dispatchEvent(new Event('arrived'));
      },
      unreachable: (peer) => expect.unreachable(`unreachable ${peer.port}`),
      failed: (message) => expect.unreachable(message),
    },
  });
  open.push(port);
  const until = async (count: number): Promise<void> => {
    while (datagrams.length < count) await once(arrivals, 'arrived');
  };
  return { port, datagrams, from, until };
}

/** Two ports that are pinned to each other. */
async function pair(address: string, doors: readonly [number, number]): Promise<readonly [Heard, Heard]> {
  const [one, other] = [await listen(address, doors[0]), await listen(address, doors[1])];
  one.port.pin(other.port.local);
  other.port.pin(one.port.local);
  return [one, other];
}

function block(index: number, length: number): { readonly head: Uint8Array; readonly tail: Uint8Array } {
  const head = Uint8Array.of(0, 3, index >> 8, index & 255);
  return { head, tail: Uint8Array.from({ length }, (_, at) => (index * 7 + at) & 255) };
}

function sendWindow({ port }: Heard, to: Tid, lengths: readonly number[]): Buffer[] {
  const sent = lengths.map((length, at) => {
    const { head, tail } = block(at + 1, length);
    port.send(to, head, length === 0 ? undefined : tail);
    return Buffer.concat([head, tail]);
  });
  port.flush();
  return sent;
}

const native = 1;
const runtime = Infinity;

describe.runIf(isHere).each(['127.0.0.1', '::1'])('between two ports of %s', (address) => {
  test.each<[string, readonly [number, number]]>([
    ['both native', [native, native]],
    ['only the sender native', [native, runtime]],
    ['only the receiver native', [runtime, native]],
  ])('windows of every size arrive whole and in order: %s', async (_what, doors) => {
    const [one, other] = await pair(address, doors);
    const windows = [
      [512],
      Array.from({ length: 16 }, () => 1468),
      Array.from({ length: 44 }, () => 1468),
      [512, 512, 512, 100],
      [8192, 8192, 8192, 0],
      [65_400, 65_400, 7],
    ];
    let expected: Buffer[] = [];
    for (const window of windows) {
      expected = [...expected, ...sendWindow(one, other.port.local, window)];
      await other.until(expected.length);
      // An answer, so that both halves hear something.
      other.port.send(one.port.local, Uint8Array.of(0, 4, 0, expected.length));
      other.port.flush();
    }
    await one.until(windows.length);
    expect(other.datagrams.map(({ length }) => length)).toEqual(expected.map(({ length }) => length));
    expect(Buffer.concat(other.datagrams).equals(Buffer.concat(expected))).toBe(true);
    expect(other.from.every(({ port }) => port === one.port.local.port)).toBe(true);
  });

  test('a half that hears nothing for a while hears the next datagram all the same, and a burst after it', async () => {
    const [one, other] = await pair(address, [native, native]);
    for (let round = 0; round < 3; round++) {
      const before = other.datagrams.length;
      sendWindow(one, other.port.local, [1468, 1468]);
      await other.until(before + 2);
      await idle();
    }
    sendWindow(
      one,
      other.port.local,
      Array.from({ length: 40 }, () => 1468),
    );
    await other.until(46);
    expect(other.datagrams).toHaveLength(46);
  });

  test('strangers are heard beside the peer', async () => {
    const [one, other] = await pair(address, [native, native]);
    sendWindow(one, other.port.local, [512]);
    await other.until(1);
    other.port.send(one.port.local, Uint8Array.of(0, 4, 0, 1));
    other.port.flush();
    await one.until(1);
    const stranger = await listen(address, runtime);
    stranger.port.send(one.port.local, Uint8Array.of(0, 4, 0, 9));
    await one.until(2);
    expect(one.from[1]).toEqual(stranger.port.local);
  });
});

describe.runIf(isHere)('a half that becomes idle', () => {
  test('hands on what came joined until then as the datagrams that were sent', async () => {
    const places = [await listen('127.0.0.1', runtime), await listen('127.0.0.1', runtime)];
    const [one, other] = places.map(({ port }) => port.local) as [Tid, Tid];
    for (const port of open.splice(0)) port.close();
    await idle();
    const lengths: number[] = [];
    const quiet = { refused: nothing, unsent: nothing, failed: nothing, datagram: nothing };
    // The event loop has no turn: what becomes of the halves is decided here.
    const door = openNativeDoor({ now: () => 0, soon: nothing }, () => ({ unref: nothing, close: nothing }));
    if (typeof door === 'string') return expect.unreachable(door);
    const events = { ...quiet, datagram: ({ length }: Uint8Array) => lengths.push(length) };
    const sender = openNativeHalf(door, { local: one, peer: other, offload: true, events: quiet })!;
    const half = openNativeHalf(door, { local: other, peer: one, offload: true, events })!;
    for (let index = 0; index < 16; index++) sender.send(Uint8Array.of(0, 3, 0, index), new Uint8Array(1468));
    sender.flush();
    half.cool();
    expect(lengths).toEqual(Array.from({ length: 16 }, () => 1472));
    for (const each of [sender, half]) each.close();
  });
});

test.runIf(isHere)('with offload off each datagram leaves and arrives by itself', async () => {
  const places = [await listen('127.0.0.1', runtime), await listen('127.0.0.1', runtime)];
  const [one, other] = places.map(({ port }) => port.local) as [Tid, Tid];
  for (const port of open.splice(0)) port.close();
  await idle();
  const calls: string[] = [];
  const libc = loadLibc()!;
  const seen: Libc = {
    ...libc,
    sendmsg: (...values) => (calls.push('sendmsg'), libc.sendmsg(...values)),
    sendmmsg: (...values) => (calls.push('sendmmsg'), libc.sendmmsg(...values)),
    setsockopt: (...values) => (calls.push(`option ${values[2]}`), libc.setsockopt(...values)),
  };
  const turns = { now: () => 0, soon: nothing };
  const door = openNativeDoor(turns, () => ({ unref: nothing, close: nothing }), seen);
  if (typeof door === 'string') return expect.unreachable(door);
  const lengths: number[] = [];
  const datagram = ({ length }: Uint8Array): void => void lengths.push(length);
  const events = { refused: nothing, unsent: nothing, failed: nothing, datagram };
  const sender = openNativeHalf(door, { local: one, peer: other, offload: false, events })!;
  const half = openNativeHalf(door, { local: other, peer: one, offload: false, events })!;
  for (let index = 0; index < 16; index++) sender.send(Uint8Array.of(0, 3, 0, index), new Uint8Array(1468));
  sender.flush();
  while (half.receive());
  expect(lengths).toEqual(Array.from({ length: 16 }, () => 1472));
  expect(calls.filter((call) => call.startsWith('sendm'))).toEqual(['sendmmsg']);
  expect(calls).not.toContain(`option ${option.joined}`);
  for (const each of [sender, half]) each.close();
});

describe.runIf(isHere)('the event loop', () => {
  test('has its turns while datagrams come without a pause', async () => {
    const [one, other] = await pair('127.0.0.1', [native, native]);
    let turns = 0;
    let isOver = false;
    const count = (): void => {
      turns += 1;
      if (!isOver) setImmediate(count);
    };
    setImmediate(count);
    for (let round = 0; round < 200; round++) {
      sendWindow(one, other.port.local, [1468, 1468, 1468, 1468]);
      await other.until((round + 1) * 4);
    }
    isOver = true;
    expect(turns).toBeGreaterThan(10);
  });

  test('nothing is left open after close, and the port is free again', async () => {
    const [one, other] = await pair('127.0.0.1', [native, native]);
    sendWindow(one, other.port.local, [512]);
    await other.until(1);
    const { port } = one.port.local;
    one.port.close();
    one.port.close();
    const again = await udpNetwork().open({
      address: '127.0.0.1',
      port,
      role: 'listen',
      tag,
      events: { datagram: () => undefined, unreachable: () => undefined, failed: () => undefined },
    });
    open.push(again);
    expect(again.local.port).toBe(port);
  });
});

function nothing(): void {
  // Not looked at here.
}

/** Long enough for a half to leave the loop of the busy ones: many turns, and the clock's milliseconds. */
async function idle(): Promise<void> {
  const until = performance.now() + 30;
  while (performance.now() < until) await new Promise((resolve) => setImmediate(resolve));
}
