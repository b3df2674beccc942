// What the bus is shown, and that fates join the datagrams they befell.
import { beforeEach, expect, test, vi } from 'vitest';
import { impair, type ImpairedNetwork } from '../../src/network/impair/impair.ts';
import { memoryNetwork } from '../../src/network/memory.ts';
import type { PacketNetwork, PacketPort, PacketPortOptions } from '../../src/network/packet-network.ts';
import { observe } from '../../src/network/observe.ts';
import { seeded } from '../../src/network/random.ts';
import { VirtualClock } from '../../src/network/virtual-clock.ts';
import { Bus } from '../../src/trace/record/bus.ts';
import type { ScriptedRule } from '../../src/network/impair/impairment.ts';
import type { DatagramEvent, FateEvent, Side, TraceEvent } from '../../src/trace/record/event.ts';
import { Ring } from '../../src/trace/record/ring.ts';
import { decode } from '../../src/wire/decode.ts';
import type { AckPacket, DataPacket, Packet } from '../../src/wire/packet.ts';
import { rrq } from '../support/raw-peer.ts';

vi.mock('../../src/wire/decode.ts', { spy: true });

const data = (block: number, text = ''): DataPacket => ({
  ...{ op: 'DATA', block },
  data: new TextEncoder().encode(text),
});
const ack = (block: number): AckPacket => ({ op: 'ACK', block });

let clock: VirtualClock;
let bus: Bus;
let events: (DatagramEvent | FateEvent)[];
let impaired: ImpairedNetwork;
let network: PacketNetwork;
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

const open = (side: Side): Promise<PacketPort> => network.open(portOf(side));

function portOf(side: Side): PacketPortOptions {
  return {
    ...{ address: '127.0.0.1', port: 0, role: 'transfer', tag: { transfer: 1, side } },
    events: {
      received: ({ octets }) => received.push(octets),
      unreachable: () => undefined,
      failed: (message) => expect.unreachable(message),
    },
  };
}

const summary = (): string[] =>
  events.map((event) => `${event.id} ${event.type === 'fate' ? event.fate : event.type} ${event.packet.op}`);

test('sent and received carry ids of their own, both ends, time and the packet', async () => {
  listen();
  const client = await open('client');
  const server = await open('server');
  await clock.advance(5);
  server.send(client.local, data(1, 'octets'));
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

test('an empty last block is DATA, and a request is sent whole', async () => {
  listen();
  const port = await open('client');
  port.send(port.local, data(7));
  port.send(port.local, rrq('file'));
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
  const only = (fate: ScriptedRule['fate']) =>
    ({ direction: 'incoming', matches: () => true, fate }) as const;
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
  for (const block of [1, 2]) client.send(client.local, data(block, '\x07'));
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
  const ignore = (): void => undefined;
  const stranger = await impaired.open({
    ...portOf('client'),
    events: { datagram: ignore, unreachable: ignore, failed: ignore },
  });
  client.send(client.local, data(1, '\x07'));
  client.send(client.local, ack(9));
  stranger.send(client.local, Uint8Array.of(9, 9, 9));
  await clock.run();
  stop();
  client.send(client.local, data(2));
  expect(seen).toEqual([
    ...['1 sent 0 3 0 1 7', '2 sent 0 4 0 9'],
    ...['3 received 0 3 0 1 7', '4 received 0 4 0 9', '5 received 9 9 9'],
  ]);
});

test('a datagram is decoded once for all who want its packet; what we send is not decoded', async () => {
  listen();
  const packets: (Packet | { op: 'malformed' })[] = [];
  const receiver = await network.open({
    ...portOf('client'),
    events: {
      ...portOf('client').events,
      received: (datagram) => packets.push(datagram.packet, datagram.packet),
    },
  });
  vi.mocked(decode).mockClear();
  receiver.send(receiver.local, data(1, 'octets'));
  receiver.send(receiver.local, ack(1));
  expect(decode).not.toHaveBeenCalled();
  await clock.run();
  expect(decode).toHaveBeenCalledTimes(2);
  expect(summary()).toEqual(['1 sent DATA', '2 sent ACK', '3 received DATA', '4 received ACK']);
  expect(packets.map(({ op }) => op)).toEqual(['DATA', 'DATA', 'ACK', 'ACK']);
  expect(events[2]?.packet).toBe(packets[0]);
});

test('a datagram that nobody asks about is not decoded', async () => {
  const client = await open('client');
  vi.mocked(decode).mockClear();
  client.send(client.local, data(1, 'octets'));
  await clock.run();
  expect(received).toHaveLength(1);
  expect(decode).not.toHaveBeenCalled();
});
