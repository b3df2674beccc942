// A transfer between our own client and our own server: each datagram is one arrow, and the same from either number.
// Real client and server on a memory network and virtual time, with faults at either end.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Client } from '../../../src/engine/client/client.ts';
import type { TransferSettings } from '../../../src/engine/transfer.ts';
import { memoryOffering } from '../../../src/files/offerings/named-files.ts';
import { impair, type ImpairedNetwork } from '../../../src/network/impair/impair.ts';
import type { Impairment, ImpairmentRules, ScriptedRule } from '../../../src/network/impair/impairment.ts';
import { observe } from '../../../src/network/observe.ts';
import { seeded } from '../../../src/network/random.ts';
import type { TransferView } from '../../../src/shell/packets/transfer-view.ts';
import { ringTransfer } from '../../../src/shell/packets/ring-transfer.ts';
import { difference } from '../../../src/trace/figures/difference.ts';
import { explainRecord, explainTransfer, explanationText } from '../../../src/trace/explain/explain.ts';
import { transferJson } from '../../../src/trace/export/json.ts';
import { ladderMermaid } from '../../../src/trace/export/mermaid.ts';
import { ladderSvg } from '../../../src/trace/export/svg.ts';
import { ladder, type LadderRow } from '../../../src/trace/ladder/ladder.ts';
import { ladderText } from '../../../src/trace/ladder/text.ts';
import { crossingWords } from '../../../src/trace/ladder/crossing-text.ts';
import { Ring } from '../../../src/trace/record/ring.ts';
import { figureLines } from '../../../src/trace/figures/statistics-text.ts';
import { pattern } from '../../support/script.ts';
import { inMap, inMemory, serve, settled, type MemoryStage } from '../../support/towers.ts';

interface Told {
  readonly ring: Ring;
  /** By the number of its client, and by that of its server. */
  readonly client: TransferView;
  readonly server: TransferView;
}

interface Wanted {
  readonly kind?: 'get' | 'put';
  readonly size?: number;
  readonly settings?: TransferSettings;
  readonly seed?: number;
}

const lockstep: TransferSettings = { options: false };
const windows: TransferSettings = { blksize: 512, windowsize: 4, tsize: false };

interface World {
  readonly ring: Ring;
  readonly impaired: ImpairedNetwork;
  readonly stage: MemoryStage;
  /** Moves a file to its end, good or bad, and lets both ends go. */
  readonly move: (wanted: Wanted & { readonly file?: string }) => Promise<void>;
}

async function world(size: number, seed = 1): Promise<World> {
  const ring = new Ring();
  const stage = inMemory({}, ring);
  const { bus, clock } = stage.tower;
  const impaired = impair(stage.network, { clock, bus, random: seeded(seed) });
  const tower = { ...stage.tower, network: observe(impaired, bus, clock) };
  const offering = memoryOffering(inMap({ 'a.bin': pattern(size) }), { write: true });
  const { to } = await serve({ ...stage, tower }, offering);
  const client = new Client(tower);
  const move: World['move'] = async ({ kind = 'get', settings = lockstep, file = 'a.bin' }) => {
    const remote = { host: to.address, port: to.port, file: kind === 'get' ? file : 'b.bin' };
    const transfer =
      kind === 'get'
        ? client.get({ remote, settings, to: { type: 'memory' } })
        : client.put({ remote, settings, from: { type: 'memory', octets: pattern(size) } });
    await settled(stage, transfer.done).catch(() => undefined);
    // Both ends stay a while: until nothing is left to happen.
    await stage.clock.run(() => false);
  };
  return { ring, impaired, stage, move };
}

async function moved(wanted: Wanted, rules?: ImpairmentRules): Promise<Told> {
  const { ring, impaired, move } = await world(wanted.size ?? 700, wanted.seed);
  if (rules !== undefined) impaired.set(rules);
  await move(wanted);
  return { ring, client: ringTransfer(ring, 1)!, server: ringTransfer(ring, 2)! };
}

const rule = (
  direction: 'outgoing' | 'incoming',
  what: string,
  fate: ScriptedRule['fate'],
  more: Partial<ScriptedRule> = {},
): ImpairmentRules => ({
  scripted: [
    {
      ...{ direction, fate, ...more },
      matches: (packet) => what === ('block' in packet ? `${packet.op} ${packet.block}` : packet.op),
    },
  ],
});

function drawn({ log: transcript }: TransferView, columns = 80): string {
  return `\n${ladderText(ladder(transcript), { columns, ascii: false }).join('\n')}\n`;
}

const rowsOf = ({ log: transcript }: TransferView): readonly LadderRow[] => ladder(transcript).rows;
const arrows = (seen: TransferView): readonly LadderRow[] =>
  rowsOf(seen).filter(({ kind }) => kind === 'arrow');

describe('golden ladders', () => {
  test('a get without loss: both ends are ours', async () => {
    const { client, server } = await moved({});
    expect(drawn(client)).toMatchInlineSnapshot(`
      "
      LADDER  get "a.bin"
                 client :49153 (local)        server :49154 (local)
       0.000000 │─ RRQ "a.bin" octet ─────────────────────────────▶│ :49152
       0.000000 │◀───────────────────────────────── DATA 1  512 B ─│ :49154
       0.000000 │─ ACK 1 ─────────────────────────────────────────▶│
       0.000000 │◀───────────────────────────────── DATA 2  188 B ─│ last
       0.000000 │─ ACK 2 ─────────────────────────────────────────▶│ done
       0.000000 │════════════════ done: 700 octets ════════════════│
      "
    `);
    expect(drawn(server)).toBe(drawn(client).replace('get', 'serve'));
  });

  test('DATA of the server lost: certain, where the client could only infer it', async () => {
    const { client } = await moved({ size: 3000, settings: windows }, rule('outgoing', 'DATA 3', 'lost'));
    expect(drawn(client)).toMatchInlineSnapshot(`
      "
      LADDER  get "a.bin"   1 lost · 2 resent by server
                 client :49153 (local)        server :49154 (local)
       0.000000 │─ RRQ "a.bin" octet blksize=512 windowsize=4 ────▶│ :49152
       0.000000 │◀───────────────── OACK blksize=512 windowsize=4 ─│ :49154
       0.000000 │─ ACK 0 ─────────────────────────────────────────▶│
       0.000000 │◀───────────────────────────────── DATA 1  512 B ─│ ┐
       0.000000 │◀───────────────────────────────── DATA 2  512 B ─│ │ window
       0.000000 │      ✗─────── DATA 3  512 B  lost by impairment ─│ │ of 4
       0.000000 │◀───────────────────────────────── DATA 4  512 B ─│ ┘ · expected 3
       0.000000 │─ ACK 2 ─────────────────────────────────────────▶│ gap at 3
       0.000000 │◀──────────────────────── DATA 3  512 B (resent) ─│ ┐
       0.000000 │◀──────────────────────── DATA 4  512 B (resent) ─│ │ window
       0.000000 │◀───────────────────────────────── DATA 5  512 B ─│ │ of 4
       0.000000 │◀───────────────────────────────── DATA 6  440 B ─│ ┘ · last
       0.000000 │─ ACK 6 ─────────────────────────────────────────▶│ done
       0.000000 │═══════════════ done: 3,000 octets ═══════════════│
      "
    `);
  });

  test('an ACK of the client lost', async () => {
    const { client } = await moved({ size: 1300 }, rule('outgoing', 'ACK 2', 'lost'));
    expect(drawn(client)).toMatchInlineSnapshot(`
      "
      LADDER  get "a.bin"   1 lost · 2 resent by client, 1 by server · 2 timeouts
                 client :49153 (local)        server :49154 (local)
       0.000000 │─ RRQ "a.bin" octet ─────────────────────────────▶│ :49152
       0.000000 │◀───────────────────────────────── DATA 1  512 B ─│ :49154
       0.000000 │─ ACK 1 ─────────────────────────────────────────▶│
       0.000000 │◀───────────────────────────────── DATA 2  512 B ─│
       0.000000 │─ ACK 2  lost by impairment ────────────✗         │
       0.250000 │  no progress for 250 ms: attempt 2               │
       0.250000 │─ ACK 2 (resent) ────────────────────────────────▶│
       0.250000 │               no progress for 250 ms: attempt 2  │
       0.250000 │◀──────────────────────── DATA 2  512 B (resent) ─│
       0.250000 │─ ACK 2 (resent) ────────────────────────────────▶│ not answered
       0.250000 │◀───────────────────────────────── DATA 3  276 B ─│ last
       0.250000 │─ ACK 3 ─────────────────────────────────────────▶│ done
       0.250000 │═══════════════ done: 1,300 octets ═══════════════│
      "
    `);
  });

  test('the last ACK lost: the ends end apart', async () => {
    const { client } = await moved({}, rule('incoming', 'ACK 2', 'lost'));
    expect(drawn(client)).toMatchInlineSnapshot(`
      "
      LADDER  get "a.bin"   1 lost · 1 resent by client, 1 by server · 1 timeout
                 client :49153 (local)        server :49154 (local)
       0.000000 │─ RRQ "a.bin" octet ─────────────────────────────▶│ :49152
       0.000000 │◀───────────────────────────────── DATA 1  512 B ─│ :49154
       0.000000 │─ ACK 1 ─────────────────────────────────────────▶│
       0.000000 │◀───────────────────────────────── DATA 2  188 B ─│ last
       0.000000 │─ ACK 2  lost by impairment ────────────✗         │ done
       0.000000 │════════════ client done: 700 octets ═════════════│
       0.250000 │               no progress for 250 ms: attempt 2  │
       0.250000 │◀──────────────────────── DATA 2  188 B (resent) ─│ last
       0.250000 │─ ACK 2 (resent) ────────────────────────────────▶│
       0.250000 │════════════ server done: 700 octets ═════════════│
      "
    `);
  });

  test('a copy made by the network', async () => {
    const { client } = await moved({}, rule('outgoing', 'DATA 1', 'duplicated'));
    expect(drawn(client)).toMatchInlineSnapshot(`
      "
      LADDER  get "a.bin"   1 resent by client · 1 copy
                 client :49153 (local)        server :49154 (local)
       0.000000 │─ RRQ "a.bin" octet ─────────────────────────────▶│ :49152
       0.000000 │◀───────────────────────────────── DATA 1  512 B ─│ :49154
       0.000000 │─ ACK 1 ─────────────────────────────────────────▶│
       0.000000 │◀────────────────────────── DATA 1  512 B (copy) ─│
       0.000000 │─ ACK 1 (resent) ────────────────────────────────▶│ not answered
       0.000000 │◀───────────────────────────────── DATA 2  188 B ─│ last
       0.000000 │─ ACK 2 ─────────────────────────────────────────▶│ done
       0.000000 │════════════════ done: 700 octets ════════════════│
      "
    `);
  });

  test('changed order: nothing is lost', async () => {
    const { client } = await moved(
      { size: 3000, settings: windows },
      { outgoing: { delay: 5 }, ...rule('outgoing', 'DATA 2', 'reordered', { delay: 12 }) },
    );
    expect(drawn(client)).toMatchInlineSnapshot(`
      "
      LADDER  get "a.bin"   3 resent by server
                 client :49153 (local)        server :49154 (local)
       0.000000 │─ RRQ "a.bin" octet blksize=512 windowsize=4 ────▶│ :49152 · in 5 ms
       0.010000 │◀───────────────── OACK blksize=512 windowsize=4 ─│ :49154 · in 5 ms
       0.010000 │─ ACK 0 ─────────────────────────────────────────▶│ in 5 ms
       0.020000 │◀───────────────────────────────── DATA 1  512 B ─│ ┐ window
       0.020000 │◀───────────────────────────────── DATA 3  512 B ─│ ┘ of 4
       0.020000 │─ ACK 1 ─────────────────────────────────────────▶│ gap at 2
       0.020000 │◀───────────────────────────────── DATA 4  512 B ─│ ┐ · expected 2
       0.027000 │◀───────────────────── DATA 2  512 B (reordered) ─│ │ window
       0.030000 │◀──────────────────────── DATA 2  512 B (resent) ─│ │ of 4
       0.030000 │◀──────────────────────── DATA 3  512 B (resent) ─│ │ · in 5 ms
       0.030000 │◀──────────────────────── DATA 4  512 B (resent) ─│ │ · in 5 ms
       0.030000 │◀───────────────────────────────── DATA 5  512 B ─│ ┘ · in 5 ms
       0.030000 │─ ACK 5 ─────────────────────────────────────────▶│ in 5 ms
       0.040000 │◀───────────────────────────────── DATA 6  440 B ─│ last · in 5 ms
       0.040000 │─ ACK 6 ─────────────────────────────────────────▶│ done · in 5 ms
       0.045000 │═══════════════ done: 3,000 octets ═══════════════│
      "
    `);
  });

  test('a put through a slow network, of which a block is lost', async () => {
    const { client } = await moved(
      { kind: 'put', size: 1800, settings: windows },
      { incoming: { delay: 20 }, ...rule('outgoing', 'DATA 2', 'lost') },
    );
    expect(drawn(client, 110)).toMatchInlineSnapshot(`
      "
      LADDER  put "b.bin"   1 lost · 3 resent by client
                 client :49153 (local)                        server :49154 (local)
       0.000000 │─ WRQ "b.bin" octet blksize=512 windowsize=4 ────────────────────▶│ :49152
       0.040000 │◀───────────────────────────────── OACK blksize=512 windowsize=4 ─│ :49154 · in 20 ms
       0.040000 │─ DATA 1  512 B ─────────────────────────────────────────────────▶│ ┐ · in 20 ms
       0.040000 │─ DATA 2  512 B  lost by impairment ─────────────────✗            │ │ window
       0.040000 │─ DATA 3  512 B ─────────────────────────────────────────────────▶│ │ of 4 · expected 2 · in 20 ms
       0.040000 │─ DATA 4  264 B ─────────────────────────────────────────────────▶│ ┘ · expected 2 · last
       0.080000 │◀───────────────────────────────────────────────────────── ACK 1 ─│ gap at 2 · resend from 2
       0.080000 │─ DATA 2  512 B (resent) ────────────────────────────────────────▶│ ┐ · in 20 ms
       0.080000 │─ DATA 3  512 B (resent) ────────────────────────────────────────▶│ │ window · in 20 ms
       0.080000 │─ DATA 4  264 B (resent) ────────────────────────────────────────▶│ ┘ of 4 · last · in 20 ms
       0.100000 │═══════════════════ server done: 1,800 octets ════════════════════│
       0.120000 │◀───────────────────────────────────────────────────────── ACK 4 ─│ done · in 20 ms
       0.120000 │═══════════════════ client done: 1,800 octets ════════════════════│
      "
    `);
  });

  test('damaged: what was sent, and that something else came', async () => {
    const { client } = await moved({}, rule('outgoing', 'ACK 1', 'truncated'));
    expect(drawn(client)).toMatchInlineSnapshot(`
      "
      LADDER  get "a.bin"   1 resent by client · 1 timeout
                 client :49153 (local)        server :49154 (local)
       0.000000 │─ RRQ "a.bin" octet ─────────────────────────────▶│ :49152
       0.000000 │◀───────────────────────────────── DATA 1  512 B ─│ :49154
       0.000000 │─ ACK 1 (truncated) ─────────────────────────────▶│ ignored
       0.250000 │  no progress for 250 ms: attempt 2               │
       0.250000 │─ ACK 1 (resent) ────────────────────────────────▶│
       0.250000 │◀───────────────────────────────── DATA 2  188 B ─│ last
       0.250000 │─ ACK 2 ─────────────────────────────────────────▶│ done
       0.250000 │════════════════ done: 700 octets ════════════════│
      "
    `);
  });

  test('a refusal ends both ends', async () => {
    const { ring, move } = await world(10);
    await move({ file: 'none' });
    expect(drawn(ringTransfer(ring, 1)!)).toMatchInlineSnapshot(`
      "
      LADDER  get "none"
                 client :49153 (local)        server :49154 (local)
       0.000000 │─ RRQ "none" octet ──────────────────────────────▶│ :49152
       0.000000 │═ server failed: server sent ERROR 1 File not found ═│
       0.000000 │◀──────────────────────── ERROR 1 File not found ─│ :49154
       0.000000 │═ client failed: server sent ERROR 1 File not found ═│
      "
    `);
  });
});

const faults: readonly (readonly [string, ImpairmentRules])[] = (
  ['lost', 'duplicated', 'delayed', 'reordered', 'corrupted', 'truncated'] as const
).flatMap((fate) =>
  ['RRQ', 'OACK', 'ACK 0', 'DATA 1', 'DATA 3', 'ACK 4', 'DATA 6', 'ACK 6'].flatMap((what) =>
    (['outgoing', 'incoming'] as const).map(
      (direction) => [`${what} ${fate} ${direction}`, rule(direction, what, fate, { delay: 600 })] as const,
    ),
  ),
);

describe('both numbers', () => {
  test.each(faults)('%s: the same picture from either', async (_, rules) => {
    const { client, server } = await moved({ size: 3000, settings: windows }, rules);
    expect(rowsOf(server)).toEqual(rowsOf(client));
    expect(difference(client.log, server.log).rows.filter(({ isAlike }) => !isAlike)).toEqual([]);
    expect(client.log.packets.map(({ number }) => number)).toEqual(client.log.packets.map((_, at) => at + 1));
  });

  test.each(['OACK', 'DATA 3', 'ACK 4', 'DATA 6', 'ACK 6'])(
    '%s: lost at the sender or at the receiver, it is one picture',
    async (what) => {
      const pictures = await Promise.all(
        (['outgoing', 'incoming'] as const).map(async (direction) =>
          drawn((await moved({ size: 3000, settings: windows }, rule(direction, what, 'lost'))).client),
        ),
      );
      expect(pictures[0]).toContain('lost by impairment');
      expect(pictures[1]).toBe(pictures[0]);
    },
  );

  test('a later transfer from the same port is another one', async () => {
    const { ring, move } = await world(700);
    const settings = { ...lockstep, localPorts: { from: 50_000, to: 50_000 } };
    await move({ settings });
    await move({ settings });
    const both = [1, 2, 3, 4].map((number) =>
      drawn(ringTransfer(ring, number)!).replaceAll(':49154', ':49153'),
    );
    expect(both[2]).toBe(both[0]);
    expect(both[3]).toBe(both[1]);
    expect(both[0]).toContain('client :50000 (local)');
    expect(arrows(ringTransfer(ring, 3)!)).toHaveLength(5);
  });

  test('looked at while it runs, the numbers stay', async () => {
    const { ring, impaired, stage, move } = await world(6000);
    impaired.set({ outgoing: { delay: 7, jitter: 9, loss: 0.1 }, incoming: { loss: 0.1 } });
    let seen: TransferView | undefined;
    const told: string[] = [];
    const look = (): void => {
      seen ??= ringTransfer(ring, 1);
      if (seen?.refresh() === true)
        for (const { number, packet } of seen.log.packets.slice(told.length))
          told.push(`${number} ${packet.op}`);
      if (seen?.log.reader.outcome === undefined) stage.clock.after(3, look);
    };
    look();
    await move({ settings: windows });
    seen?.refresh();
    const after = ringTransfer(ring, 1)!;
    expect(told.length).toBeGreaterThan(20);
    expect(told).toEqual(
      after.log.packets.slice(0, told.length).map((rec) => `${rec.number} ${rec.packet.op}`),
    );
    expect(drawn(seen!)).toBe(drawn(after));
  });
});

test('whatever the network does, each datagram is one arrow, and what is called lost was lost', async () => {
  const share = fc.double({ min: 0, max: 0.25, noNaN: true });
  const impairment: fc.Arbitrary<Impairment> = fc.record({
    ...{ loss: share, duplication: share, reordering: share, corruption: fc.constantFrom(0, 0.1) },
    ...{ delay: fc.constantFrom(0, 0, 15), jitter: fc.constantFrom(0, 0, 30) },
  });
  const wanted = fc.record({
    ...{ seed: fc.nat(), size: fc.nat(6000), kind: fc.constantFrom('get' as const, 'put' as const) },
    settings: fc.constantFrom(lockstep, windows),
  });
  await fc.assert(
    fc.asyncProperty(wanted, impairment, impairment, async (options, outgoing, incoming) => {
      const { ring, client } = await moved(options, { outgoing, incoming });
      const { packets } = client.log;
      const { events } = ring.read();
      const fates = events.filter((event) => event.type === 'fate');
      const count = (type: string): number => events.filter((event) => event.type === type).length;
      // Where no request arrives there is one end only, and all that it sent was lost.
      if (count('received') === 0) {
        expect(packets.map(({ lost }) => lost)).toEqual(Array(count('sent')).fill('network'));
        return;
      }
      const lostComing = fates.filter(
        (event) => event.fate === 'lost' && event.direction === 'incoming',
      ).length;
      expect(packets.filter(({ ends }) => ends?.sent !== undefined)).toHaveLength(count('sent'));
      expect(packets.filter(({ ends }) => ends?.received !== undefined)).toHaveLength(
        count('received') + lostComing,
      );
      // What the network lost is told by fates; a copy of the network's own may be lost as well.
      const lost = packets.filter((rec) => rec.lost === 'network');
      expect(lost).toHaveLength(fates.filter((event) => event.fate === 'lost').length);
      for (const { ends } of packets) {
        if (ends?.sent === undefined || ends.received === undefined) continue;
        expect(ends.received.at).toBeGreaterThanOrEqual(ends.sent.at);
        const damaged = [...ends.sent.fates, ...ends.received.fates].includes('corrupted');
        if (!damaged) expect(ends.received.packet.op).toBe(ends.sent.packet.op);
      }
      // Time never goes back, and every packet has one row.
      const rows = rowsOf(client);
      const times = rows.flatMap(({ since }) => since ?? []);
      expect(times).toEqual([...times].sort((a, b) => a - b));
      expect(rows.flatMap(({ packet }) => packet ?? []).sort((a, b) => a - b)).toEqual(
        packets.map(({ number }) => number),
      );
    }),
    // A request that is damaged on its way is malformed where it arrives.
    {
      numRuns: 60,
      examples: [[{ seed: 1, size: 0, kind: 'put', settings: lockstep }, { corruption: 1 }, {}]],
    },
  );
});

describe('both ends explain', () => {
  const why = (seen: TransferView, number: number): string =>
    explainRecord(seen.log.packet(number)!, seen.log).map(explanationText).join(' | ');
  const numberOf = (seen: TransferView, test: (row: LadderRow) => boolean): number =>
    arrows(seen).find(test)?.packet ?? 0;

  test('why the server sent again, seen from the client', async () => {
    const { client } = await moved({ size: 1300 }, rule('outgoing', 'ACK 2', 'lost'));
    expect(
      why(
        client,
        numberOf(client, ({ label }) => label.startsWith('DATA 2') && label.includes('resent')),
      ),
    ).toMatch(
      /Server: DATA is resent because there was no progress in time.*Client: DATA 2 came again: the ACK for it/,
    );
    expect(
      why(
        client,
        numberOf(client, ({ loss }) => loss !== ''),
      ),
    ).toMatch(/Impairment lost this packet/);
    const whole = explainTransfer(client.log).map(explanationText);
    expect(whole.join('\n')).toMatch(/Server: No progress for 250 ms/);
    expect(whole.filter((text) => text.startsWith('All 1,300 octets'))).toHaveLength(1);
  });

  test('what was sent to an end that had ended', async () => {
    // The client is gone after its last word; the server, which never heard it, goes on for a while.
    const { client } = await moved({}, rule('outgoing', 'ACK 2', 'lost', { times: 20 }));
    const row = arrows(client).find(({ loss }) => loss === 'peer had ended');
    expect(why(client, row?.packet ?? 0)).toMatch(/the other end had ended.*seen at both ends/);
  });

  test('the way of a packet', async () => {
    const { client } = await moved({}, { outgoing: { delay: 20 } });
    const { packets } = client.log;
    expect(crossingWords(packets[1]!, packets[0]!.at)).toBe(
      'sent at 0.020000 s, arrived at 0.040000 s: 20 ms in transit',
    );
  });

  test('figures count what is known for certain', async () => {
    const { client, server } = await moved(
      { size: 3000, settings: windows },
      rule('outgoing', 'DATA 3', 'lost'),
    );
    for (const seen of [client, server]) {
      expect(seen.figures().crossing).toMatchObject({ client: { lost: 0 }, server: { lost: 1, copies: 0 } });
      const text = figureLines(seen.figures(), { columns: 79, ascii: false }).join('\n');
      expect(text).toContain('lost                0 to the server, 1 to the client');
      expect(text).toMatch(/to the client {7}min 0 ms/);
    }
  });

  test('exports follow the ladder', async () => {
    const { client } = await moved({ size: 3000, settings: windows }, rule('outgoing', 'DATA 3', 'lost'));
    const picture = ladder(client.log);
    expect(ladderSvg(picture)).toContain('DATA 3  512 B  lost by impairment');
    expect(ladderMermaid(picture)).toMatch(/S-xC: 0\.000000 {2}DATA 3 {2}512 B {2}lost by impairment/);
    const whole = JSON.parse([...transferJson(client.log, client.figures())].join('')) as {
      records: { number?: number; lost?: string; sentAt?: number; arrivedAt?: number }[];
    };
    const numbers = whole.records.flatMap(({ number }) => number ?? []);
    expect(numbers).toEqual(picture.rows.flatMap(({ packet }) => packet ?? []));
    expect(whole.records.filter(({ lost }) => lost === 'network')).toMatchObject([{ sentAt: 0 }]);
    expect(whole.records.filter(({ arrivedAt }) => arrivedAt !== undefined)).toHaveLength(numbers.length - 1);
  });
});
