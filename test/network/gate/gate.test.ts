// Step mode below an engine: what is held, what each decision does, and what the trace says about it.
import { expect, onTestFinished, test } from 'vitest';
import { Gate } from '../../../src/network/gate/gate.ts';
import { memoryNetwork } from '../../../src/network/memory.ts';
import type { Port } from '../../../src/network/network.ts';
import { VirtualClock } from '../../../src/network/virtual-clock.ts';
import { Bus } from '../../../src/trace/record/bus.ts';
import type { Side, TraceEvent } from '../../../src/trace/record/event.ts';
import { decode } from '../../../src/wire/decode.ts';
import { summary } from '../../../src/wire/summary.ts';
import type { Tid } from '../../../src/wire/tid.ts';

interface End {
  readonly port: Port;
  /** What its owner received: instant on the clock of the engine, and the packet. */
  readonly heard: string[];
}

interface Rig {
  readonly gate: Gate;
  readonly base: VirtualClock;
  readonly events: TraceEvent[];
  readonly client: End;
  readonly server: End;
  open(side: Side, transfer: number): Promise<End>;
  /** A datagram from one end to the other. */
  say(from: Side, ...octets: number[]): void;
  /** The packets that are held, first to last. */
  held(): string[];
  /** Lets everything that is on its way arrive. */
  arrive(): Promise<void>;
}

const transit = 1;

async function rig(): Promise<Rig> {
  const base = new VirtualClock();
  const bus = new Bus();
  const events: TraceEvent[] = [];
  bus.subscribe((event) => events.push(event));
  const gate = new Gate(base, bus);
  const network = gate.over(memoryNetwork(gate.clock, { transit }));
  const open = async (side: Side, transfer: number): Promise<End> => {
    const heard: string[] = [];
    const port = await network.open({
      ...{ address: '127.0.0.1', port: 0, role: 'transfer', tag: { transfer, side } },
      events: {
        datagram: (octets) =>
          heard.push(`${gate.clock.now()} ${summary(decode(octets)).replace(/ +/g, ' ')}`),
        unreachable: () => undefined,
        failed: (message) => expect.unreachable(message),
      },
    });
    return { port, heard };
  };
  const client = await open('client', 1);
  const server = await open('server', 2);
  onTestFinished(() => {
    gate.off();
    client.port.close();
    server.port.close();
  });
  const to: Readonly<Record<Side, Tid>> = { client: server.port.local, server: client.port.local };
  return {
    ...{ gate, base, events, client, server, open },
    say: (from, ...octets) =>
      (from === 'client' ? client : server).port.send(to[from], Uint8Array.from(octets)),
    held: () =>
      gate.held.map(
        ({ tag, direction, octets }) =>
          `${tag.side} ${direction} ${summary(decode(octets)).replace(/ +/g, ' ')}`,
      ),
    arrive: () => base.advance(10 * transit),
  };
}

const all = { ends: 'both', until: undefined } as const;
const ack = (block: number): number[] => [0, 4, 0, block];
const data = (block: number, ...file: number[]): number[] => [0, 3, 0, block, ...file];

/** The fates in the trace: which packet, what became of it, why. */
const fates = ({ events }: Rig): string[] =>
  events.flatMap((event) =>
    event.type === 'fate'
      ? [`${event.direction} ${summary(event.packet).replace(/ +/g, ' ')} ${event.fate} ${event.reason}`]
      : [],
  );

test('off: everything passes, and no time is lost', async () => {
  const stage = await rig();
  stage.say('client', ...ack(1));
  await stage.arrive();
  expect(stage.server.heard).toEqual(['1 ACK 1']);
  expect(stage.held()).toEqual([]);
});

test('on: a packet is held before it is sent and after it is received, each with whose it is', async () => {
  const stage = await rig();
  stage.gate.on(all);
  stage.say('client', ...ack(1));
  expect(stage.held()).toEqual(['client sent ACK 1']);
  await stage.arrive();
  expect(stage.server.heard).toEqual([]);
  stage.gate.next();
  expect(stage.held()).toEqual([]);
  await stage.arrive();
  expect(stage.held()).toEqual(['server received ACK 1']);
  stage.gate.next();
  // Neither the pause nor anything but the line took time.
  expect(stage.server.heard).toEqual(['1 ACK 1']);
});

test('case 180: while a packet is held no timer of the engine expires, and what is on its way stands still', async () => {
  const stage = await rig();
  const { gate, base } = stage;
  let expired = 0;
  gate.clock.after(1000, () => expired++);
  gate.on({ ends: 'client', until: undefined });
  stage.say('server', ...data(1, 7));
  stage.say('client', ...ack(1));
  await base.advance(3_600_000);
  expect(expired).toBe(0);
  expect(gate.clock.now()).toBe(0);
  expect(stage.held()).toEqual(['client sent ACK 1']);
  gate.next();
  await base.advance(transit);
  // The DATA of the server has arrived at the client now, after its millisecond on the line.
  expect(stage.held()).toEqual(['client received DATA 1 1 B']);
  expect(gate.clock.now()).toBe(transit);
  gate.next();
  await base.advance(1000 - transit);
  expect(expired).toBe(1);
});

test('packets wait in their order; next, drop and twice decide about the first', async () => {
  const stage = await rig();
  stage.gate.on({ ends: 'client', until: undefined });
  for (const block of [1, 2, 3]) stage.say('client', ...ack(block));
  expect(stage.held()).toEqual(['client sent ACK 1', 'client sent ACK 2', 'client sent ACK 3']);
  stage.gate.next();
  stage.gate.drop();
  stage.gate.twice();
  await stage.arrive();
  expect(stage.server.heard).toEqual(['1 ACK 1', '1 ACK 3', '1 ACK 3']);
  expect(fates(stage)).toEqual(['outgoing ACK 2 lost step mode', 'outgoing ACK 3 duplicated step mode']);
});

test('wait: the packet passes after that time, and the clock runs until then', async () => {
  const stage = await rig();
  stage.gate.on({ ends: 'client', until: undefined });
  stage.say('client', ...ack(1));
  stage.gate.wait(500);
  await stage.base.advance(499);
  expect(stage.server.heard).toEqual([]);
  expect(stage.gate.clock.now()).toBe(499);
  await stage.arrive();
  expect(stage.server.heard).toEqual(['501 ACK 1']);
  expect(stage.events.find(({ type }) => type === 'fate')).toMatchObject({ fate: 'delayed', delay: 500 });
});

test('edit: it is held with its new octets, passes so, and the trace says what was changed', async () => {
  const stage = await rig();
  stage.gate.on({ ends: 'client', until: undefined });
  stage.say('client', ...ack(2));
  stage.gate.edit(Uint8Array.from(ack(1)), 'block 2 → 1');
  expect(stage.held()).toEqual(['client sent ACK 1']);
  expect(stage.gate.held[0]?.edits).toEqual(['block 2 → 1']);
  stage.gate.next();
  await stage.arrive();
  expect(stage.server.heard).toEqual(['1 ACK 1']);
  // The trace names the packet as its sender made it, and what became of it.
  expect(fates(stage)).toEqual(['outgoing ACK 2 altered step mode: block 2 → 1']);
});

test('inject: as the own end or as the other one, beside the packet that stays held', async () => {
  const stage = await rig();
  stage.gate.on({ ends: 'client', until: undefined });
  stage.say('client', ...ack(2));
  stage.gate.inject({ octets: Uint8Array.from(ack(9)), sender: 'client' });
  stage.gate.inject({ octets: Uint8Array.from(data(3, 1)), sender: 'server' });
  expect(stage.held()).toEqual(['client sent ACK 2']);
  expect(stage.client.heard).toEqual(['0 DATA 3 1 B']);
  stage.gate.next();
  await stage.arrive();
  expect(stage.server.heard).toEqual(['1 ACK 9', '1 ACK 2']);
  expect(fates(stage)).toEqual([
    'outgoing ACK 9 injected step mode',
    'incoming DATA 3 1 B injected step mode',
  ]);
  // The one that left is in the trace as sent: nobody else would tell of it.
  const sent = stage.events.filter(({ type }) => type === 'sent');
  expect(sent).toMatchObject([{ tag: { transfer: 1, side: 'client' }, packet: { op: 'ACK', block: 9 } }]);
});

test('a packet that is dropped after it was received is in the trace, although its owner never sees it', async () => {
  const stage = await rig();
  stage.gate.on({ ends: 'server', until: undefined });
  stage.say('client', ...ack(4));
  await stage.arrive();
  stage.gate.drop();
  expect(stage.server.heard).toEqual([]);
  expect(fates(stage)).toEqual(['incoming ACK 4 lost step mode']);
});

test.each([
  ['client', ['client sent ACK 1']],
  ['server', ['server sent DATA 2 1 B']],
] as const)('only at the %s', async (ends, held) => {
  const stage = await rig();
  stage.gate.on({ ends, until: undefined });
  stage.say('client', ...ack(1));
  stage.say('server', ...data(2, 5));
  expect(stage.held()).toEqual(held);
});

test.each([
  ['block', { type: 'block', index: 2 }, 'client sent ACK 2'],
  ['error', { type: 'error' }, 'server sent ERROR 1 no'],
  ['retransmit', { type: 'retransmit' }, 'client sent ACK 2'],
  ['last', { type: 'last' }, 'server sent DATA 3 1 B'],
] as const)(
  'until %s: what comes before passes, and from there on everything is held',
  async (kind, until, first) => {
    const stage = await rig();
    const { gate } = stage;
    gate.on({ ends: 'both', until });
    stage.say('client', ...ack(1));
    expect(stage.held()).toEqual([]);
    if (kind !== 'block') stage.say('client', ...ack(2));
    if (kind === 'block' || kind === 'retransmit') stage.say('client', ...ack(2));
    if (kind === 'last') {
      // The first block that is seen tells how large a block is.
      stage.say('server', 0, 3, 0, 2, ...new Array<number>(512).fill(0));
      stage.say('server', ...data(3, 1));
    }
    if (kind === 'error') stage.say('server', 0, 5, 0, 1, 0x6e, 0x6f, 0);
    expect(stage.held()).toEqual([first]);
    expect(gate.isReached).toBe(true);
    stage.say('client', ...ack(7));
    expect(stage.held()).toEqual([first, 'client sent ACK 7']);
  },
);

test('until, while packets are held: those pass, and it runs to the next that fits', async () => {
  const stage = await rig();
  stage.gate.on({ ends: 'client', until: undefined });
  stage.say('client', ...ack(1));
  stage.gate.on({ ends: 'client', until: { type: 'block', index: 3 } });
  expect(stage.held()).toEqual([]);
  stage.say('client', ...ack(2));
  stage.say('client', ...ack(3));
  await stage.arrive();
  expect(stage.held()).toEqual(['client sent ACK 3']);
  // What passed is on its way, and stands still there.
  expect(stage.server.heard).toEqual([]);
  stage.gate.next();
  await stage.arrive();
  expect(stage.server.heard).toEqual(['1 ACK 1', '1 ACK 2', '1 ACK 3']);
});

test('release: the transfers of now run on; the next port is held again', async () => {
  const stage = await rig();
  stage.gate.on(all);
  stage.say('client', ...ack(1));
  stage.gate.release();
  await stage.arrive();
  expect(stage.server.heard).toEqual(['1 ACK 1']);
  stage.say('server', ...data(2, 1));
  await stage.arrive();
  expect(stage.client.heard).toEqual(['11 DATA 2 1 B']);
  const another = (await stage.open('client', 3)).port;
  another.send(another.local, Uint8Array.from(ack(5)));
  expect(stage.held()).toEqual(['client sent ACK 5']);
  stage.gate.off();
  another.close();
});

test('abandon: what is held of the transfer is lost, and the ERROR that it sends now passes', async () => {
  const stage = await rig();
  stage.gate.on({ ends: 'client', until: undefined });
  stage.say('client', ...ack(1));
  stage.gate.abandon(1);
  stage.say('client', 0, 5, 0, 0, 0);
  await stage.arrive();
  expect(stage.server.heard).toHaveLength(1);
  expect(stage.server.heard[0]).toContain('ERROR');
  expect(fates(stage)).toEqual(['outgoing ACK 1 lost step mode: the transfer was aborted']);
});

test('off passes all that is held; a port that was closed meanwhile closes after its last packet', async () => {
  const stage = await rig();
  stage.gate.on({ ends: 'client', until: undefined });
  stage.say('client', ...ack(1));
  stage.say('client', ...ack(2));
  stage.client.port.close();
  expect(stage.held()).toEqual(['client sent ACK 1', 'client sent ACK 2']);
  stage.gate.off();
  await stage.arrive();
  expect(stage.server.heard).toEqual(['1 ACK 1', '1 ACK 2']);
});

test('what arrived for a port that is closed now has nobody to go to', async () => {
  const stage = await rig();
  stage.gate.on({ ends: 'server', until: undefined });
  stage.say('client', ...ack(1));
  await stage.arrive();
  expect(stage.held()).toEqual(['server received ACK 1']);
  stage.server.port.close();
  expect(stage.held()).toEqual([]);
  expect(stage.gate.clock.pausedFor).toBe(0);
});

test('case 181: what a foreign peer sends during the pause comes late and again, and is marked so', async () => {
  const base = new VirtualClock();
  const gate = new Gate(base, new Bus());
  // The network of the peer runs on.
  const network = memoryNetwork(base, { transit });
  const heard: string[] = [];
  const events = { unreachable: () => undefined, failed: () => undefined };
  const ours = await gate.over(network).open({
    ...{ address: '127.0.0.1', port: 0, role: 'transfer', tag: { transfer: 1, side: 'client' } },
    events: { ...events, datagram: (octets) => heard.push(summary(decode(octets))) },
  });
  const peer = await network.open({
    ...{ address: '127.0.0.1', port: 0, role: 'transfer', tag: { transfer: 0, side: 'server' } },
    events: { ...events, datagram: () => undefined },
  });
  gate.on(all);
  const repeat = (): void => peer.send(ours.local, Uint8Array.from(data(1, 1)));
  for (const delay of [0, 1000, 3000]) base.after(delay, repeat);
  await base.advance(4000);
  expect(gate.held.map(({ again, late, isOurs }) => ({ again, late, isOurs }))).toEqual([
    { again: false, late: 0, isOurs: false },
    { again: true, late: 1000, isOurs: false },
    { again: true, late: 3000, isOurs: false },
  ]);
  expect(heard).toEqual([]);
  gate.off();
  expect(heard).toHaveLength(3);
  ours.close();
  peer.close();
});

test('more packets than anybody can decide about are lost, and the trace says so', async () => {
  const stage = await rig();
  stage.gate.on({ ends: 'client', until: undefined });
  for (let block = 0; block < 1030; block++) stage.say('client', 0, 4, block >> 8, block & 255);
  expect(stage.gate.held).toHaveLength(1024);
  expect(fates(stage)).toHaveLength(6);
  expect(fates(stage)[0]).toBe('outgoing ACK 1024 lost step mode: too many packets are held');
});
