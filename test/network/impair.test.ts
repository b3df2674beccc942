// Faults on purpose: each kind, by chance and by script, the same again with the same seed.
import { describe, expect, test } from 'vitest';
import { impair, type ImpairedNetwork } from '../../src/network/impair/impair.ts';
import type { ImpairmentRules } from '../../src/network/impair/impairment.ts';
import { memoryNetwork } from '../../src/network/memory.ts';
import type { Port } from '../../src/network/network.ts';
import { seeded } from '../../src/network/random.ts';
import { VirtualClock } from '../../src/network/virtual-clock.ts';
import { Bus } from '../../src/trace/record/bus.ts';

interface Lab {
  readonly network: ImpairedNetwork;
  readonly port: Port;
  readonly clock: VirtualClock;
  /** What the port heard from itself: when, and which octets. */
  readonly heard: { at: number; octets: number[] }[];
}

async function lab(rules: ImpairmentRules | undefined, seed = 42): Promise<Lab> {
  const clock = new VirtualClock();
  const given = rules === undefined ? {} : { rules };
  const network = impair(memoryNetwork(clock), { clock, random: seeded(seed), bus: new Bus(), ...given });
  const heard: Lab['heard'] = [];
  const port = await network.open({
    address: '127.0.0.1',
    port: 0,
    role: 'transfer',
    tag: { transfer: 1, side: 'client' },
    events: {
      datagram: (octets) => heard.push({ at: clock.now(), octets: [...octets] }),
      unreachable: () => undefined,
      failed: (message) => expect.unreachable(message),
    },
  });
  return { network, port, clock, heard };
}

/** Sends DATA 1…count, one a millisecond, and waits until all that arrives has arrived. */
async function play({ port, clock }: Lab, count: number): Promise<void> {
  for (let block = 1; block <= count; block++) {
    port.send(port.local, Uint8Array.of(0, 3, 0, block), Uint8Array.of(1, 2, 3, 4));
    await clock.advance(1);
  }
  await clock.run(() => clock.pending === 0);
}

const blocks = ({ heard }: Lab): (number | undefined)[] => heard.map(({ octets }) => octets[3]);
const oneTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

test('without rules, and after off, everything passes', async () => {
  const plain = await lab(undefined);
  await play(plain, 20);
  expect(blocks(plain)).toEqual(oneTo(20));
  const off = await lab({ outgoing: { loss: 1 } });
  off.network.off();
  expect(off.network.rules).toBeUndefined();
  await play(off, 20);
  expect(blocks(off)).toEqual(oneTo(20));
});

describe('by chance', () => {
  test.each([
    ['outgoing', { outgoing: { loss: 0.3 } }],
    ['incoming', { incoming: { loss: 0.3 } }],
  ] as const)('loss, %s', async (_, rules) => {
    const some = await lab(rules);
    await play(some, 200);
    expect(some.heard.length).toBeGreaterThan(110);
    expect(some.heard.length).toBeLessThan(170);
    some.network.set({ outgoing: { loss: 1 } });
    const before = some.heard.length;
    await play(some, 10);
    expect(some.heard).toHaveLength(before);
  });

  test('losses come in bursts of the length asked for', async () => {
    const runs = async (burst: number): Promise<number> => {
      const some = await lab({ outgoing: { loss: 0.1, burst } });
      await play(some, 250);
      const arrived = new Set(blocks(some));
      return (
        oneTo(250).filter((block) => !arrived.has(block) && arrived.has(block - 1)).length /
        (250 - arrived.size)
      );
    };
    expect(await runs(8)).toBeLessThan(0.4);
    expect(await runs(1)).toBeGreaterThan(0.7);
  });

  test('duplication', async () => {
    const twice = await lab({ outgoing: { duplication: 1 } });
    await play(twice, 3);
    expect(blocks(twice)).toEqual([1, 1, 2, 2, 3, 3]);
  });

  test('delay and jitter', async () => {
    const late = await lab({ outgoing: { delay: 100 } });
    await play(late, 2);
    expect(late.heard.map(({ at }) => at)).toEqual([100, 101]);
    const shaken = await lab({ incoming: { delay: 100, jitter: 50 } });
    await play(shaken, 50);
    for (const { at, octets } of shaken.heard) {
      const sent = (octets[3] ?? 0) - 1;
      expect(at - sent).toBeGreaterThanOrEqual(100);
      expect(at - sent).toBeLessThan(150);
    }
    expect(blocks(shaken)).not.toEqual(oneTo(50));
  });

  test('reordering: behind those sent after it, none lost', async () => {
    const some = await lab({ outgoing: { reordering: 0.2, lag: 5 } });
    await play(some, 50);
    expect(blocks(some)).not.toEqual(oneTo(50));
    expect(blocks(some).sort((a, b) => (a ?? 0) - (b ?? 0))).toEqual(oneTo(50));
  });

  test('corruption turns one bit, and the sender’s octets stay as they are', async () => {
    const some = await lab({ outgoing: { corruption: 1 } });
    const head = Uint8Array.of(0, 3, 0, 1);
    some.port.send(some.port.local, head, head);
    await some.clock.run();
    const changed = some.heard[0]?.octets.map((octet, index) => octet ^ (head[index % 4] ?? 0)) ?? [];
    const bits = changed.map((octet) => octet.toString(2).replaceAll('0', '').length);
    expect(bits.reduce((sum, count) => sum + count)).toBe(1);
    expect([...head]).toEqual([0, 3, 0, 1]);
  });

  test('truncation leaves a beginning', async () => {
    const some = await lab({ incoming: { truncation: 1 } });
    await play(some, 30);
    for (const { octets } of some.heard) {
      expect(octets.length).toBeLessThan(8);
      expect([0, 3, 0]).toEqual(expect.arrayContaining(octets.slice(0, 3)));
    }
  });
});

describe('by script', () => {
  test('drop DATA 3 once: its retransmission arrives', async () => {
    const matches = (packet: { op: string; block?: number }): boolean =>
      packet.op === 'DATA' && packet.block === 3;
    const some = await lab({ scripted: [{ direction: 'outgoing', matches, fate: 'lost' }] });
    await play(some, 4);
    await play(some, 4);
    expect(blocks(some)).toEqual([1, 2, 4, 1, 2, 3, 4]);
  });

  test('silence after packet k', async () => {
    const some = await lab({
      scripted: [{ direction: 'incoming', matches: () => true, fate: 'lost', skip: 2, times: Infinity }],
    });
    await play(some, 6);
    expect(blocks(some)).toEqual([1, 2]);
  });

  test('set begins to count anew', async () => {
    const rules: ImpairmentRules = {
      scripted: [{ direction: 'outgoing', matches: () => true, fate: 'delayed', delay: 500 }],
    };
    const some = await lab(rules);
    await play(some, 2);
    some.network.set(rules);
    await play(some, 2);
    expect(blocks(some)).toEqual([2, 1, 2, 1]);
  });
});

test('a seed repeats a run, another seed does not', async () => {
  const rules: ImpairmentRules = {
    outgoing: { loss: 0.2, burst: 2, duplication: 0.1, delay: 1, jitter: 20, reordering: 0.1 },
    incoming: { loss: 0.1, corruption: 0.1, truncation: 0.1 },
  };
  const run = async (seed: number): Promise<string> => {
    const some = await lab(rules, seed);
    await play(some, 100);
    return JSON.stringify(some.heard);
  };
  expect(await run(7)).toBe(await run(7));
  expect(await run(7)).not.toBe(await run(8));
});

test('a closed port hears nothing that was still under way', async () => {
  const some = await lab({ incoming: { delay: 10 } });
  some.port.send(some.port.local, Uint8Array.of(0, 4, 0, 1));
  await some.clock.advance(5);
  some.port.close();
  await some.clock.advance(20);
  expect(some.heard).toEqual([]);
});

test('what was sent before the port closed still arrives, however late', async () => {
  const clock = new VirtualClock();
  const memory = memoryNetwork(clock);
  const heard: number[] = [];
  const place = {
    address: '127.0.0.1',
    port: 0,
    role: 'transfer',
    tag: { transfer: 1, side: 'client' },
  } as const;
  const events = { unreachable: () => undefined, failed: (message: string) => expect.unreachable(message) };
  const to = await memory.open({
    ...place,
    events: { ...events, datagram: (octets) => heard.push(...octets) },
  });
  const rules = { outgoing: { delay: 700 } };
  const network = impair(memory, { clock, random: seeded(1), bus: new Bus(), rules });
  const port = await network.open({ ...place, events: { ...events, datagram: () => expect.unreachable() } });
  port.send(to.local, Uint8Array.of(5));
  port.close();
  expect(memory.ports).toBe(2);
  await clock.run(() => clock.pending === 0);
  expect(heard).toEqual([5]);
  expect(memory.ports).toBe(1);
});
