// A port on all addresses over real loopback sockets: which of our addresses was asked, and the answer from there.
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, describe, expect, test } from 'vitest';
import type { Port } from '../../src/network/network.ts';
import { loadLibc } from '../../src/network/native/libc.ts';
import { realClock } from '../../src/network/clock.ts';
import { observe } from '../../src/network/observe.ts';
import { udpNetwork, type UdpNetwork } from '../../src/network/udp.ts';
import { Bus } from '../../src/trace/record/bus.ts';
import type { Tid } from '../../src/wire/tid.ts';
import { door } from '../support/door.ts';

const isNative = loadLibc() !== undefined && door.nativeAfter !== Infinity;
const listeners = new Set<() => void>();
const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
  for (const listener of listeners) process.off('SIGIO', listener);
  listeners.clear();
});

function network(): UdpNetwork {
  return udpNetwork({
    ...door,
    onInputSignal: (listener) => {
      listeners.add(listener);
      process.on('SIGIO', listener);
    },
  });
}

interface Rig {
  readonly port: Port;
  /** The next datagram that the port hears. */
  readonly next: () => Promise<{ readonly text: string; readonly from: Tid }>;
}

async function listen(address: '0.0.0.0' | '::', port = 0, on = network()): Promise<Rig> {
  const heard: { text: string; from: Tid }[] = [];
  let wake: () => void = () => undefined;
  const opened = await on.open({
    ...{ address, port, role: 'listen', tag: { transfer: 0, side: 'server' } },
    events: {
      datagram: (octets, from) => {
        heard.push({ text: Buffer.from(octets).toString('latin1'), from });
        wake();
      },
      unreachable: () => undefined,
      failed: (message) => expect.unreachable(message),
    },
  });
  closing.push(() => opened.close());
  const next: Rig['next'] = async () => {
    while (heard.length === 0) await new Promise<void>((resolve) => (wake = resolve));
    return heard.shift()!;
  };
  return { port: opened, next };
}

async function client(address = '127.0.0.1'): Promise<Socket> {
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4').bind(0, address);
  closing.push(() => socket.close());
  await once(socket, 'listening');
  return socket;
}

describe.runIf(isNative)('on all addresses, by the native door', () => {
  test.each([
    ['0.0.0.0', '127.0.0.1', '127.0.0.2'],
    ['0.0.0.0', '127.0.0.1', '127.0.0.1'],
    ['::', '::1', '::1'],
  ] as const)('%s: a datagram from %s to %s is answered from there', async (address, from, asked) => {
    const { port, next } = await listen(address);
    const peer = await client(from);
    peer.send('ask', port.local.port, asked);
    const heard = await next();
    expect(heard).toEqual({ text: 'ask', from: { address: from, port: peer.address().port } });
    expect(port.addressFor?.(heard.from)).toBe(asked);
    const answer = once(peer, 'message');
    port.send(heard.from, Buffer.from('head'), Buffer.from('tail'));
    const [octets, { address: source, port: number }] = (await answer) as [Buffer, Tid];
    expect([octets.toString(), source, number]).toEqual(['headtail', asked, port.local.port]);
  });

  test('each peer has the address that it asked last', async () => {
    const { port, next } = await listen('0.0.0.0');
    const [one, other] = [await client(), await client()];
    one.send('1', port.local.port, '127.0.0.2');
    const first = await next();
    other.send('2', port.local.port, '127.0.0.3');
    const second = await next();
    expect([port.addressFor?.(first.from), port.addressFor?.(second.from)]).toEqual([
      '127.0.0.2',
      '127.0.0.3',
    ]);
    one.send('3', port.local.port, '127.0.0.4');
    await next();
    expect(port.addressFor?.(first.from)).toBe('127.0.0.4');
    expect(port.addressFor?.({ address: '127.0.0.1', port: 9 })).toBe('0.0.0.0');
  });

  test('case 18: what is sent to a broadcast address is dropped (RFC 1123 §4.2.3.5)', async () => {
    const { port, next } = await listen('0.0.0.0');
    const peer = await client();
    peer.setBroadcast(true);
    const left = new Promise((resolve) => peer.send('all', port.local.port, '127.255.255.255', resolve));
    expect(await left).toBeNull();
    peer.send('one', port.local.port, '127.0.0.1');
    expect((await next()).text).toBe('one');
  });

  test('many at once arrive whole and in order, long and empty ones too', async () => {
    const { port, next } = await listen('0.0.0.0');
    const peer = await client();
    const sent = Array.from({ length: 200 }, (_, at) =>
      at % 50 === 7 ? '' : String(at).repeat(at % 3 === 0 ? 500 : 1),
    );
    for (const text of sent) peer.send(text, port.local.port, '127.0.0.1');
    for (const text of sent) expect((await next()).text).toBe(text);
  });

  test('a second port there is refused with the reason of the system, and the first one goes on', async () => {
    const on = network();
    const { port, next } = await listen('0.0.0.0', 0, on);
    await expect(listen('0.0.0.0', port.local.port, on)).rejects.toMatchObject({ code: 'EADDRINUSE' });
    const peer = await client();
    peer.send('still', port.local.port, '127.0.0.1');
    expect((await next()).text).toBe('still');
  });

  test('a closed port is free again, and nothing is reported any more', async () => {
    const on = network();
    const { port } = await listen('0.0.0.0', 0, on);
    port.close();
    const again = await listen('0.0.0.0', port.local.port, on);
    expect(again.port.local.port).toBe(port.local.port);
    port.send({ address: '127.0.0.1', port: 9 }, Buffer.from('late'));
  });

  test('the wrappers above it pass the address on', async () => {
    const observed = await observe(network(), new Bus(), realClock).open({
      ...{ address: '0.0.0.0', port: 0, role: 'listen', tag: { transfer: 0, side: 'server' } },
      events: { received: () => undefined, unreachable: () => undefined, failed: () => undefined },
    });
    closing.push(() => observed.close());
    expect(observed.addressFor?.({ address: '127.0.0.1', port: 9 })).toBe('0.0.0.0');
  });
});

test('without the signal a port on all addresses works as any other, and names no address', async () => {
  const { port, next } = await listen('0.0.0.0', 0, udpNetwork(door));
  const peer = await client();
  peer.send('ask', port.local.port, '127.0.0.1');
  const { from } = await next();
  expect(port.addressFor).toBeUndefined();
  const answer = once(peer, 'message');
  port.send(from, Buffer.from('yes'));
  expect(String((await answer)[0])).toBe('yes');
});
