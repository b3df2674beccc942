// What the bus is shown, and that fates join the datagrams they befell.
import { beforeEach, expect, test, vi } from 'vitest';
import { impair, type ImpairedNetwork } from '../../src/network/impair.ts';
import { memoryNetwork } from '../../src/network/memory.ts';
import type { Network, Port } from '../../src/network/network.ts';
import { observe } from '../../src/network/observe.ts';
import { seeded } from '../../src/network/random.ts';
import { VirtualClock } from '../../src/network/virtual-clock.ts';
import { Bus } from '../../src/trace/record/bus.ts';
import type { DatagramEvent, FateEvent, Side, TraceEvent } from '../../src/trace/record/event.ts';
import { Ring } from '../../src/trace/record/ring.ts';

const data = (block: number): Uint8Array => Uint8Array.of(0, 3, 0, block);
const ack = (block: number): Uint8Array => Uint8Array.of(0, 4, 0, block);

let clock: VirtualClock;
let bus: Bus;
let events: (DatagramEvent | FateEvent)[];
let impaired: ImpairedNetwork;
let network: Network;
let received: Uint8Array[];

beforeEach(() => {
  clock = new VirtualClock();
  bus = new Bus();
  events = [];
  received = [];
  impaired = impair(memoryNetwork(clock), { clock, random: seeded(1), bus });
  network = observe(impaired, bus, clock);
});

function listen(): () => void {
  return bus.subscribe((event: TraceEvent) => {
    if (event.type === 'sent' || event.type === 'received' || event.type === 'fate') events.push(event);
  });
}

function open(side: Side): Promise<Port> {
  return network.open({
    address: '127.0.0.1',
    port: 0,
    role: 'transfer',
    tag: { transfer: 1, side },
    events: {
      datagram: (octets) => received.push(octets),
      unreachable: () => undefined,
      failed: (message) => expect.unreachable(message),
    },
  });
}

const summary = (): string[] =>
  events.map((event) => `${event.id} ${event.type === 'fate' ? event.fate : event.type} ${event.packet.op}`);

test('sent and received carry ids of their own, both ends, time and the packet', async () => {
  listen();
  const client = await open('client');
  const server = await open('server');
  await clock.advance(5);
  server.send(client.local, data(1), new TextEncoder().encode('octets'));
  await clock.run();
  client.send(server.local, ack(1));
  await clock.run();
  expect(summary()).toEqual(['1 sent DATA', '2 received DATA', '3 sent ACK', '4 received ACK']);
  expect(events[0]).toMatchObject({ at: 5, local: server.local, peer: client.local, length: 10 });
  expect(events[0]?.packet).toMatchObject({ block: 1, data: new TextEncoder().encode('octets') });
  expect(events[1]).toMatchObject({
    tag: { transfer: 1, side: 'client' },
    local: client.local,
    peer: server.local,
  });
});

test('an empty last block is DATA, and a split request is read whole', async () => {
  listen();
  const port = await open('client');
  port.send(port.local, data(7), new Uint8Array(0));
  const request = new TextEncoder().encode('\0\x01file\0octet\0');
  port.send(port.local, request.subarray(0, 4), request.subarray(4));
  await clock.run();
  expect(summary()).toEqual(['1 sent DATA', '2 sent RRQ', '3 received DATA', '4 received RRQ']);
});

test('with nobody listening no event is built and no number drawn', async () => {
  const emit = vi.spyOn(bus, 'emit');
  const port = await open('client');
  impaired.set({ outgoing: { loss: 1 } });
  port.send(port.local, data(1));
  impaired.off();
  port.send(port.local, data(2));
  await clock.run();
  expect(received).toHaveLength(1);
  expect(emit).not.toHaveBeenCalled();
  const stop = listen();
  port.send(port.local, data(3));
  stop();
  await clock.run();
  expect(summary()).toEqual(['1 sent DATA']);
});

test('the fate of an outgoing datagram has the id it was sent under', async () => {
  listen();
  const client = await open('client');
  impaired.set({
    scripted: [{ direction: 'outgoing', matches: ({ op }) => op === 'DATA', fate: 'lost', skip: 1 }],
  });
  for (const block of [1, 2, 3]) client.send(client.local, data(block));
  await clock.run();
  expect(summary()).toEqual([
    ...['1 sent DATA', '2 sent DATA', '2 lost DATA', '3 sent DATA'],
    ...['4 received DATA', '5 received DATA'],
  ]);
});

test('an incoming datagram that is changed is received under the id of its fate; a lost one has one of its own', async () => {
  listen();
  const client = await open('client');
  const only = (fate: FateEvent['fate']) => ({ direction: 'incoming', matches: () => true, fate }) as const;
  impaired.set({ scripted: [only('lost'), only('duplicated'), only('delayed')] });
  for (const block of [1, 2, 3]) client.send(client.local, data(block));
  await clock.run();
  await clock.advance(10);
  expect(summary().slice(3)).toEqual([
    ...['4 lost DATA', '5 duplicated DATA', '5 received DATA', '6 received DATA'],
    ...['7 delayed DATA', '7 received DATA'],
  ]);
  expect(events[3]).toMatchObject({ direction: 'incoming', local: client.local, packet: { block: 1 } });
});

test('a recorder is told of every packet and of what befell it; nobody needs to listen', async () => {
  const ring = new Ring(16);
  bus = new Bus(ring);
  const emit = vi.spyOn(bus, 'emit');
  impaired = impair(memoryNetwork(clock), { clock, random: seeded(1), bus });
  network = observe(impaired, bus, clock);
  const client = await open('client');
  await clock.advance(5);
  impaired.set({
    scripted: [{ direction: 'outgoing', matches: ({ op }) => op === 'DATA', fate: 'lost', skip: 1 }],
  });
  for (const block of [1, 2]) client.send(client.local, data(block), Uint8Array.of(7));
  await clock.run();
  expect(ring.read().events).toMatchObject([
    { type: 'sent', id: 1, at: 5, local: client.local, peer: client.local, length: 5 },
    { type: 'sent', id: 2, octets: Uint8Array.of(0, 3, 0, 2, 7) },
    { type: 'fate', id: 2, fate: 'lost' },
    { type: 'received', id: 3, tag: { transfer: 1, side: 'client' }, packet: { block: 1 } },
  ]);
  // Of datagrams no event was built.
  expect(emit.mock.calls.map(([{ type }]) => type)).toEqual(['fate']);
});

test('a tap gets the octets of every datagram, as they lie', async () => {
  const seen: string[] = [];
  const stop = bus.tap(({ type, head, tail, id }) =>
    seen.push(`${id} ${type} ${[...head, ...(tail ?? [])].join(' ')}`),
  );
  const client = await open('client');
  client.send(client.local, data(1), Uint8Array.of(7));
  client.send(client.local, Uint8Array.of(9, 9, 9));
  await clock.run();
  stop();
  client.send(client.local, data(2));
  expect(seen).toEqual(['1 sent 0 3 0 1 7', '2 sent 9 9 9', '3 received 0 3 0 1 7', '4 received 9 9 9']);
});
