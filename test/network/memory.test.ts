// Hosts within the process, on virtual time.
import { beforeEach, describe, expect, test } from 'vitest';
import { memoryNetwork, type MemoryNetwork } from '../../src/network/memory.ts';
import type { Network, Port, PortOptions } from '../../src/network/network.ts';
import { VirtualClock } from '../../src/network/virtual-clock.ts';
import { formatTid } from '../../src/wire/tid.ts';

const tag = { transfer: 0, side: 'server' } as const;
const octets = (text: string): Uint8Array => new TextEncoder().encode(text);

let clock: VirtualClock;
let network: MemoryNetwork;
let heard: string[];

beforeEach(() => {
  clock = new VirtualClock();
  network = memoryNetwork(clock);
  heard = [];
});

function open(on: Network, address: string, options: Partial<PortOptions> = {}): Promise<Port> {
  return on.open({
    address,
    port: 0,
    role: 'transfer',
    tag,
    events: {
      datagram: (data, from) => heard.push(`${new TextDecoder().decode(data)} from ${formatTid(from)}`),
      unreachable: (peer) => heard.push(`unreachable ${formatTid(peer)}`),
      tooLarge: () => heard.push('too large'),
      failed: (message) => expect.unreachable(message),
    },
    ...options,
  });
}

test('datagrams arrive in the order sent, later, and copied', async () => {
  const a = await open(network, '127.0.0.1');
  const b = await open(network, '127.0.0.1', { port: 69, role: 'listen' });
  const head = octets('one');
  a.send(b.local, head, octets(' and two'));
  head.fill(0);
  a.send(b.local, octets('three'));
  expect(heard).toEqual([]);
  await clock.run();
  expect(heard).toEqual(['one and two from 127.0.0.1:49152', 'three from 127.0.0.1:49152']);
  expect(clock.now()).toBe(0);
});

test('a port on all addresses answers from the one that the destination calls for', async () => {
  const here = network.host('192.0.2.1', '2001:db8::1');
  const there = network.host('192.0.2.2', '2001:DB8::2');
  const server = await open(there, '0.0.0.0', { port: 69 });
  const six = await open(there, '::', { port: 69 });
  const client = await open(here, '0.0.0.0', { port: 1000 });
  const client6 = await open(here, '::', { port: 1000 });
  client.send({ address: '192.0.2.2', port: 69 }, octets('four'));
  client6.send({ address: '2001:db8::2', port: 69 }, octets('six'));
  client.send({ address: '192.0.2.1', port: 1000 }, octets('self'));
  client.send({ address: '2001:db8::2', port: 69 }, octets('never'));
  await clock.run();
  expect(heard).toEqual([
    'four from 192.0.2.1:1000',
    'six from [2001:db8::1]:1000',
    'self from 192.0.2.1:1000',
  ]);
  expect([server, six].map(({ local }) => formatTid(local))).toEqual(['0.0.0.0:69', '[::]:69']);
});

test('N13: a closed port of a host that exists is unreachable for who is pinned to it; no host is silence', async () => {
  const a = await open(network, '127.0.0.1');
  const closed = { address: '127.0.0.1', port: 69 };
  a.send(closed, octets('nobody told'));
  await clock.run();
  expect(heard).toEqual([]);
  a.pin(closed);
  a.send(closed, octets('told'));
  a.send({ address: '192.0.2.9', port: 69 }, octets('void'));
  await clock.run();
  expect(heard).toEqual(['unreachable 127.0.0.1:69']);
});

test('what is under way to a port that closes is lost', async () => {
  const a = await open(network, '127.0.0.1');
  const b = await open(network, '127.0.0.1');
  a.send(b.local, octets('late'));
  b.close();
  b.close();
  b.send(a.local, octets('too late'));
  await clock.run();
  expect(heard).toEqual([]);
  expect(network.ports).toBe(1);
});

test('R10: what does not fit into the receive queue is lost, and room is made by delivery', async () => {
  network = memoryNetwork(clock, { queueCap: 10 });
  const a = await open(network, '127.0.0.1');
  const b = await open(network, '127.0.0.1');
  for (const text of ['12345', '123456', '67890', 'x']) a.send(b.local, octets(text));
  await clock.run();
  a.send(b.local, octets('again'));
  await clock.run();
  expect(heard.map((line) => line.split(' ')[0])).toEqual(['12345', '67890', 'again']);
});

test('N14: datagrams that UDP cannot carry are lost, and who sent one that is too large is told', async () => {
  const a = await open(network, '127.0.0.1');
  a.send(a.local, new Uint8Array(65_508));
  a.send({ address: '127.0.0.1', port: 0 }, octets('N07'));
  expect(heard).toEqual([]);
  await clock.run();
  expect(heard).toEqual(['too large']);
  network = memoryNetwork(clock, { largest: 4 });
  const b = await open(network, '127.0.0.1');
  b.send(b.local, octets('12345'));
  b.send(b.local, octets('1234'));
  await clock.run();
  expect(heard.map((line) => line.slice(0, 4))).toEqual(['too ', 'too ', '1234']);
  b.send(b.local, octets('12345'));
  b.close();
  await clock.run();
  expect(heard).toHaveLength(3);
});

describe('ports', () => {
  test('X02: a port is open once, on one address or on all', async () => {
    await open(network, '127.0.0.1', { port: 69 });
    await expect(open(network, '127.0.0.1', { port: 69 })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await expect(open(network, '0.0.0.0', { port: 69 })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await open(network, '::', { port: 69 });
    await expect(open(network, '::1', { port: 69 })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  test('R12: a range is used up', async () => {
    const port = { from: 5000, to: 5001 };
    const first = await open(network, '127.0.0.1', { port });
    expect((await open(network, '127.0.0.1', { port })).local.port).toBe(5001);
    await expect(open(network, '127.0.0.1', { port })).rejects.toThrow('all 2 ports of the range are in use');
    first.close();
    expect((await open(network, '127.0.0.1', { port })).local.port).toBe(5000);
  });

  test('an address of no host is refused; one of another host opens there', async () => {
    network.host('192.0.2.1');
    await expect(open(network, '192.0.2.2')).rejects.toMatchObject({ code: 'EADDRNOTAVAIL' });
    await expect(open(network.host('192.0.2.3'), '127.0.0.1')).rejects.toMatchObject({
      code: 'EADDRNOTAVAIL',
    });
    expect((await open(network, '192.0.2.1')).local.address).toBe('192.0.2.1');
  });

  test('what is sent to a multicast group reaches every port that joined it, each with octets of its own', async () => {
    const group = { address: '239.255.0.1', port: 1758 };
    const multicast = { way: 'receive', via: '127.0.0.1' } as const;
    const heard: Uint8Array[] = [];
    const events = {
      datagram: (octets: Uint8Array) => void heard.push(octets),
      unreachable: () => undefined,
      failed: () => undefined,
    };
    const place = { ...group, role: 'transfer', tag: { transfer: 1, side: 'client' } } as const;
    const members = [1, 2].map(() => network.open({ ...place, multicast, events }));
    const [first, second] = await Promise.all(members);
    const sender = await open(network, '127.0.0.1');
    sender.send(group, Uint8Array.of(1, 2));
    await clock.run();
    expect(heard).toEqual([Uint8Array.of(1, 2), Uint8Array.of(1, 2)]);
    expect(heard[0]).not.toBe(heard[1]);
    first?.close();
    sender.send(group, Uint8Array.of(3));
    await clock.run();
    expect(heard).toHaveLength(3);
    second?.close();
    expect(network.ports).toBe(1);
  });
});
