// A long transfer whose first packets the ring has dropped, and one that is read while it runs: the packets that are left
// mean the same as with all the others before them.
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Client } from '../../../src/engine/client/client.ts';
import type { TransferSettings } from '../../../src/engine/transfer.ts';
import { memoryOffering } from '../../../src/files/offerings/named-files.ts';
import { impair } from '../../../src/network/impair/impair.ts';
import { observe } from '../../../src/network/observe.ts';
import { seeded } from '../../../src/network/random.ts';
import { ringTransfer } from '../../../src/shell/packets/ring-transfer.ts';
import type { TransferView } from '../../../src/shell/packets/transfer-view.ts';
import { ladder, rowWords, type LadderRow } from '../../../src/trace/ladder/ladder.ts';
import type { PacketLog } from '../../../src/trace/record/packet-log.ts';
import type { Recorder } from '../../../src/trace/record/recorder.ts';
import { Ring } from '../../../src/trace/record/ring.ts';
import { pattern } from '../../support/script.ts';
import { inMap, inMemory, serve, settled } from '../../support/towers.ts';

interface Wanted {
  readonly kind: 'get' | 'put';
  readonly size: number;
  readonly settings: TransferSettings;
  readonly loss?: number;
  readonly seed?: number;
}

/** Records the same in all of them. */
function inAll(...rings: readonly Ring[]): Recorder {
  return {
    lane(tag, local) {
      const lanes = rings.map((ring) => ring.lane(tag, local));
      return {
        stamp: (id, at) => lanes.forEach((lane) => lane.stamp(id, at)),
        sent: (to, head, tail) => lanes.forEach((lane) => lane.sent(to, head, tail)),
        received: (from, octets) => lanes.forEach((lane) => lane.received(from, octets)),
      };
    },
    event: (event) => rings.forEach((ring) => ring.event(event)),
  };
}

/** A transfer between our client, number 1, and our server, number 2. `meanwhile` is called with each packet. */
async function move(
  wanted: Wanted,
  recorder: Recorder,
  meanwhile: () => void = () => undefined,
): Promise<void> {
  const { kind, size, settings, loss = 0, seed = 1 } = wanted;
  const stage = inMemory({}, recorder);
  const { bus } = stage.tower;
  const { clock } = stage;
  const impaired = impair(stage.network, { clock, bus, random: seeded(seed) });
  if (loss > 0) impaired.set({ outgoing: { loss } });
  bus.subscribe(meanwhile);
  const tower = { ...stage.tower, network: observe(impaired, bus, clock) };
  const { to } = await serve(
    { ...stage, tower },
    memoryOffering(inMap({ 'a.bin': pattern(size) }), { write: true }),
  );
  const client = new Client(tower);
  const remote = { host: to.address, port: to.port, file: 'a.bin' };
  const transfer =
    kind === 'get'
      ? client.get({ remote, settings, to: { type: 'memory' } })
      : client.put({
          remote: { ...remote, file: 'b.bin' },
          settings,
          from: { type: 'memory', octets: pattern(size) },
        });
  await settled(stage, transfer.done).catch(() => undefined);
  await clock.run(() => false);
}

const said = (row: LadderRow): object => ({
  ...{ packet: row.packet, since: row.since, words: rowWords(row), towards: row.towards },
  ...{ unusual: row.unusual, bracket: row.bracket.sign },
});

function rowsOf({ log }: TransferView): readonly LadderRow[] {
  return ladder(log).rows;
}

/** The rows of the whole transfer from the first packet of the part on. */
function sameRows(whole: TransferView, part: TransferView): readonly LadderRow[] {
  const rows = rowsOf(whole);
  return rows.slice(rows.findIndex(({ packet }) => packet === part.log.first));
}

/** What a packet is; what a loss in the dropped part explains is not known. */
function factsOf(log: PacketLog, shift: number): readonly object[] {
  return log.packets.map(({ number, packet, direction, index }) => ({
    ...{ number: number + shift, op: packet.op, direction, index },
  }));
}

/** Whether each packet of the part is the one of this number, moved by `shift`, in the whole. */
function isSame(part: PacketLog, whole: PacketLog, shift: number): boolean {
  const facts = factsOf(part, shift);
  const first = part.first + shift - whole.first;
  return isDeepStrictEqual(factsOf(whole, 0).slice(first, first + facts.length), facts);
}

const small = (settings: TransferSettings): TransferSettings => ({ blksize: 8, ...settings });

describe('a long transfer of which the ring has only the end', () => {
  test.each([
    ['get', { windowsize: 1 }],
    ['get', { windowsize: 4 }],
    ['put', { windowsize: 1 }],
    ['put', { windowsize: 4 }],
  ] as const)('%s, %o: its rows are those of the whole transfer, from either end', async (kind, settings) => {
    const [whole, end] = [new Ring(), new Ring(100)];
    await move({ kind, size: 8 * 300 + 3, settings: small(settings) }, inAll(whole, end));
    for (const number of [1, 2]) {
      const [all, part] = [ringTransfer(whole, number)!, ringTransfer(end, number)!];
      expect(part.log.first).toBeGreaterThan(100);
      expect(part.log.total).toBe(all.log.total);
      expect(part.lacks).toBe('Its first packets are no longer kept.');
      expect(ladder(part.log).title).toBe(ladder(all.log).title);
      expect(rowsOf(part).map(said)).toEqual(sameRows(all, part).map(said));
    }
  });

  test('block numbers go on over 65535', async () => {
    const [whole, end] = [new Ring(300_000), new Ring(100)];
    await move({ kind: 'get', size: 8 * 66_000, settings: small({ windowsize: 64 }) }, inAll(whole, end));
    const [all, part] = [ringTransfer(whole, 1)!, ringTransfer(end, 1)!];
    const last = part.log.packets.findLast(({ packet }) => packet.op === 'DATA');
    expect(last).toMatchObject({ index: 66_001, last: true, again: false });
    expect(rowsOf(part).map(said)).toEqual(sameRows(all, part).map(said));
  });

  test('property: with losses no packet is another one than in the whole transfer', async () => {
    const one = fc.record({
      kind: fc.constantFrom('get', 'put'),
      windowsize: fc.constantFrom(1, 2, 7),
      loss: fc.constantFrom(0.02, 0.1),
      seed: fc.nat(1_000_000),
      capacity: fc.integer({ min: 60, max: 300 }),
    });
    let compared = 0;
    let joined = 0;
    await fc.assert(
      fc.asyncProperty(one, async ({ kind, windowsize, loss, seed, capacity }) => {
        const [whole, end] = [new Ring(), new Ring(capacity)];
        await move({ kind, size: 8 * 200, settings: small({ windowsize }), loss, seed }, inAll(whole, end));
        const [all, part] = [ringTransfer(whole, 1), ringTransfer(end, 1)];
        if (all === undefined || part === undefined) return;
        expect(isSame(part.own, all.own, 0)).toBe(true);
        compared += part.own.packets.length;
        // Which client belongs to a server is known as long as the ring has a packet of each.
        if (part.log.both === undefined) return;
        // What is under way where the part begins is counted at one end only.
        expect([0, 1, -1, 2, -2].some((shift) => isSame(part.log, all.log, shift))).toBe(true);
        joined += part.log.packets.length;
      }),
      { numRuns: 60 },
    );
    expect(compared).toBeGreaterThan(2000);
    expect(joined).toBeGreaterThan(1000);
  });
});

describe('a transfer that is read while it runs', () => {
  test('a view that missed packets begins again with those that the ring has: no gap is claimed', async () => {
    const ring = new Ring(200);
    let view: TransferView | undefined;
    let packets = 0;
    const look = (): void => {
      packets += 1;
      // Now and then, and less often than the ring is filled.
      if (packets % 450 === 50) {
        view ??= ringTransfer(ring, 1);
        view?.refresh();
      }
    };
    await move({ kind: 'get', size: 8 * 2000, settings: small({ windowsize: 16 }) }, ring, look);
    view?.refresh();
    expect(view?.log.first).toBeGreaterThan(1000);
    expect(rowsOf(view!).filter(({ unusual }) => unusual)).toEqual([]);
    expect(view?.log.packets.length).toBeLessThanOrEqual(200);
    const kept = ringTransfer(ring, 1)!;
    expect(sameRows(view!, kept).map(said)).toEqual(rowsOf(kept).map(said));
  });

  test('what the ring drops is dropped by a view that keeps up, too', async () => {
    const ring = new Ring(100);
    let view: TransferView | undefined;
    const look = (): void => {
      view ??= ringTransfer(ring, 1);
      view?.refresh();
      expect(view?.own.records.length ?? 0).toBeLessThan(210);
    };
    await move({ kind: 'get', size: 8 * 500, settings: small({ windowsize: 4 }) }, ring, look);
    expect(view?.log.total).toBeGreaterThan(600);
    expect(view?.log.packet(view.log.total)).toBeDefined();
  });

  test('the newest packets of a fast transfer come without the others', async () => {
    const ring = new Ring();
    let view: TransferView | undefined;
    await move({ kind: 'get', size: 8 * 9000, settings: small({ windowsize: 64 }) }, ring, () => {
      view ??= ringTransfer(ring, 1);
    });
    expect(view?.isBehind).toBe(true);
    const latest = view?.latest?.();
    const whole = ringTransfer(ring, 1)!;
    expect(latest?.log.packets.length).toBeGreaterThan(100);
    expect(latest?.log.packets.length).toBeLessThan(1000);
    expect(latest?.lacks).toMatch(/^Too fast to show every packet/);
    expect(rowsOf(latest!).map(said)).toEqual(sameRows(whole, latest!).map(said));
    view?.refresh();
    expect(view?.isBehind).toBe(false);
    expect(rowsOf(view!).map(said)).toEqual(rowsOf(whole).map(said));
  });
});
