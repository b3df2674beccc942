// Who gives way when the server is full, and to whom a place belongs until its work ends. On virtual time.
import { describe, expect, test } from 'vitest';
import type { Offering, Source } from '../../../src/files/file.ts';
import { memoryOffering } from '../../../src/files/offerings/named-files.ts';
import { problem } from '../../../src/files/problem.ts';
import { ack, data, error, pattern } from '../../support/script.ts';
import { rrq, wrq, type RawPeer } from '../../support/raw-peer.ts';
import { inMemory, serve, type MemoryStage } from '../../support/towers.ts';
import { start } from '../world.ts';

async function peersOn(stage: MemoryStage, address: string, count: number): Promise<RawPeer[]> {
  const peers: RawPeer[] = [];
  for (let made = 0; made < count; made++) peers.push(await stage.peer(address));
  return peers;
}

describe('half-open transfers', () => {
  test('R03: the timeout option of a request never lengthens the wait for its first answer', async () => {
    const { stage, to, server } = await start();
    const peers = await peersOn(stage, '10.0.0.1', 3);
    peers[0]!.send(rrq('f', 'timeout 255'), to);
    peers[1]!.send(wrq('up1', 'timeout 255'), to);
    peers[2]!.send(wrq('up2', 'timeout 255', 'blksize 600'), to);
    await stage.clock.advance(14_900);
    expect(server.status().active).toHaveLength(3);
    await stage.clock.advance(200);
    expect(server.status().active).toEqual([]);
    for (const { heard } of peers) expect(heard).toHaveLength(3);
  });

  test('R03: requests forged from one address do not deny that address', async () => {
    const { stage, to } = await start();
    for (const peer of await peersOn(stage, '192.0.2.1', 256)) peer.send(rrq('f', 'timeout 255'), to);
    await stage.clock.advance(1000);
    const [client] = await peersOn(stage, '192.0.2.1', 1);
    client!.send(rrq('f'), to);
    expect(await client!.hear()).toBe('DATA 1 (512)');
    client!.send(ack(1));
    expect(await client!.hear()).toBe('DATA 2 (512)');
  });
});

test('R03: 300 clients of one address that ask at the same moment are all served', async () => {
  const { stage, to, server } = await start({ maxTransfers: 1000 });
  const peers = await peersOn(stage, '192.0.2.1', 300);
  for (const peer of peers) peer.send(rrq('f'), to);
  await stage.clock.advance(1);
  const answered = peers.filter(({ heard }) => heard.length > 0);
  expect(answered).toHaveLength(256);
  for (const peer of answered) peer.send(ack(1));
  await stage.clock.advance(1000);
  for (const peer of peers) if (!answered.includes(peer)) peer.send(rrq('f'), to);
  await stage.clock.advance(1);
  expect(peers.every(({ heard }) => heard[0] === 'DATA 1 (512)')).toBe(true);
  expect(server.status().dropped).toBe(44);
});

describe('a full server', () => {
  test('R04: readers of two addresses that take every place lock nobody out', async () => {
    const stage = inMemory();
    const { to } = await serve(stage, { f: pattern(1_000_000) }, { maxTransfers: 8 });
    const readers = [...(await peersOn(stage, '10.0.0.1', 4)), ...(await peersOn(stage, '10.0.0.2', 3))];
    for (const reader of readers) {
      reader.send(rrq('f', 'blksize 65464'), to);
      await reader.receive();
      reader.send(ack(0));
      await reader.receive();
    }
    // The first is the slowest; all are above 1 KiB/s.
    for (let block = 1; block <= 3; block++) {
      for (const [at, reader] of readers.entries()) if (at > 0 || block === 1) reader.send(ack(block));
      await stage.clock.advance(3000);
    }
    const [first, second] = [await stage.peer('192.0.2.1'), await stage.peer('192.0.2.2')];
    first.send(rrq('f'), to);
    expect(await first.hear()).toBe('DATA 1 (512)');
    second.send(rrq('f'), to);
    expect(await second.hear()).toBe('DATA 1 (512)');
    expect(readers.map(({ heard }) => heard.at(-1)!.startsWith('ERROR'))).toEqual([
      ...[true, false, false, false, false, false, false],
    ]);
    expect(readers[0]!.heard.at(-1)).toBe('ERROR 0 Too slow while others wait');
  });

  test('R04: nobody gives way to an address that would then have as many', async () => {
    const { stage, to } = await start({ maxTransfers: 4 });
    const peers = [...(await peersOn(stage, '10.0.0.1', 2)), ...(await peersOn(stage, '10.0.0.2', 2))];
    for (const peer of peers) {
      peer.send(rrq('f'), to);
      await peer.receive();
      peer.send(ack(1));
      await peer.receive();
    }
    peers[0]!.send(error(0));
    await stage.clock.advance(1);
    const [third] = await peersOn(stage, '10.0.0.2', 1);
    third!.send(rrq('f'), to);
    expect(await third!.hear()).toBe('ERROR 0 Too many transfers');
  });
});

describe('places of uploads', () => {
  test('R04: uploads of one address that stand still leave room for others', async () => {
    const { stage, to, files } = await start({ maxUploads: 4 });
    const silent = await peersOn(stage, '10.0.0.1', 2);
    for (const [at, peer] of silent.entries()) peer.send(wrq(`s${at}`), to);
    await stage.clock.advance(1);
    expect(silent.map(({ heard }) => heard[0])).toEqual(['ACK 0', 'ACK 0']);
    const others = [await stage.peer('192.0.2.1'), await stage.peer('192.0.2.2')];
    for (const [at, peer] of others.entries()) {
      peer.send(wrq(`o${at}`), to);
      expect(await peer.hear()).toBe('ACK 0');
      peer.send(data(1, 100));
      expect(await peer.hear()).toBe('ACK 1');
    }
    expect([...files.keys()]).toEqual(expect.arrayContaining(['o0', 'o1']));
  });

  test('R04: one block every 20 s does not hold the last place of an upload', async () => {
    const { stage, to } = await start({ maxUploads: 1 });
    const slow = await stage.peer('10.0.0.1');
    slow.send(wrq('slow'), to);
    await slow.receive();
    slow.send(data(1));
    await slow.receive();
    await stage.clock.advance(9000);
    const early = await stage.peer('192.0.2.1');
    early.send(wrq('new'), to);
    expect(await early.hear()).toBe('ERROR 0 Too many uploads');
    await stage.clock.advance(1500);
    early.send(wrq('new'), to);
    expect(await early.hear()).toBe('ACK 0');
    expect(slow.heard.at(-1)).toBe('ERROR 0 Too slow while others wait');
  });
});

describe('work that is still going on', () => {
  type Open = (...by: Parameters<Offering['open']>) => Promise<Source>;

  /** Opens nothing until it is let, and remembers how many wait and how many were given up. */
  function slowOffering(): Omit<Offering, 'open'> & {
    waiting: number;
    most: number;
    aborted: number;
    open: Open;
  } {
    const files = memoryOffering(new Map([['f', pattern(1300)]]));
    const slow = {
      ...files,
      ...{ waiting: 0, most: 0, aborted: 0 },
      open: (_name: string, by?: { readonly signal?: AbortSignal }) =>
        new Promise<Source>((_resolve, reject) => {
          slow.waiting += 1;
          slow.most = Math.max(slow.most, slow.waiting);
          by?.signal?.addEventListener('abort', () => {
            slow.waiting -= 1;
            slow.aborted += 1;
            reject(problem('io'));
          });
        }),
    };
    return slow;
  }

  test('R01: forged requests that wait for an upstream server are bounded, and given up', async () => {
    const stage = inMemory();
    const offering = slowOffering();
    const { to, server } = await serve(stage, offering, { grace: 0 });
    for (let host = 1; host <= 40; host++)
      for (const peer of await peersOn(stage, `10.0.1.${host}`, 50)) peer.send(rrq('f'), to);
    await stage.clock.advance(1);
    expect(offering.most).toBe(64);
    expect(server.status().active).toHaveLength(256);
    const closed = server.close();
    await stage.clock.advance(1);
    await closed;
    expect(offering.waiting).toBe(0);
  });

  /** As {@link slowOffering}, but `g` is there at once. */
  function halfSlowOffering(): ReturnType<typeof slowOffering> {
    const slow = slowOffering();
    const files = memoryOffering(new Map([['g', pattern(100)]]));
    const wait = slow.open;
    slow.open = (name, by) => (name === 'g' ? files.open(name, by) : wait(name, by));
    return slow;
  }

  test('R01: after a flood of requests whose files never open, the next client waits two seconds at most', async () => {
    const stage = inMemory();
    const offering = halfSlowOffering();
    const { to } = await serve(stage, offering, { grace: 0 });
    for (let host = 1; host <= 40; host++)
      for (const peer of await peersOn(stage, `10.0.1.${host}`, 5)) peer.send(rrq('f'), to);
    await stage.clock.advance(2500);
    expect(offering.waiting).toBe(64);
    const client = await stage.peer('192.0.2.1');
    client.send(rrq('g'), to);
    await stage.clock.advance(1501);
    expect(client.heard).toEqual(['DATA 1 (100)']);
  });

  test('R01: in the flood it waits until an open has lasted two seconds, and the busiest address gives way', async () => {
    const stage = inMemory();
    const offering = halfSlowOffering();
    const { to, server } = await serve(stage, offering, { grace: 0 });
    const few = await peersOn(stage, '10.0.0.1', 2);
    for (const peer of [...few, ...(await peersOn(stage, '10.0.0.2', 70))]) peer.send(rrq('f'), to);
    await stage.clock.advance(1000);
    const client = await stage.peer('192.0.2.1');
    client.send(rrq('g'), to);
    await stage.clock.advance(990);
    expect(client.heard).toEqual([]);
    await stage.clock.advance(20);
    expect(client.heard).toEqual(['DATA 1 (100)']);
    const ports = server.status().active.map(({ peer }) => peer?.port);
    for (const { local } of few) expect(ports).toContain(local.port);
  });

  test('R01: a slow file is waited for while nobody else waits', async () => {
    const stage = inMemory();
    const offering = halfSlowOffering();
    const { to } = await serve(stage, offering, { grace: 0 });
    for (const peer of await peersOn(stage, '10.0.0.1', 64)) peer.send(rrq('f'), to);
    await stage.clock.advance(60_000);
    expect([offering.waiting, offering.aborted]).toEqual([64, 0]);
  });

  test('R01: a place is taken until the work in it has ended', async () => {
    const stage = inMemory();
    let finish: (source: Source) => void = () => undefined;
    const files = memoryOffering(new Map([['f', pattern(1300)]]));
    const deaf = { ...files, open: () => new Promise<Source>((resolve) => (finish = resolve)) };
    const { to } = await serve(stage, deaf, { maxTransfers: 1 });
    const peer = await stage.peer();
    peer.send(rrq('f'), to);
    await stage.clock.advance(1);
    // Another request from the same port gives the first one up, but its open goes on.
    peer.send(rrq('g'), to);
    const other = await stage.peer('192.0.2.1');
    other.send(rrq('f'), to);
    expect(await other.hear()).toBe('ERROR 0 Too many transfers');
    expect(peer.heard).toEqual([]);
    finish(await files.open('f'));
    await stage.clock.advance(1);
    finish(await files.open('f'));
    expect(await peer.hear()).toBe('DATA 1 (512)');
  });
});

describe('descriptors', () => {
  test('R06: the number of transfers follows the descriptors of the process', async () => {
    const stage = inMemory();
    const tower = { ...stage.tower, descriptors: () => Promise.resolve(16) };
    const { to, server } = await serve({ ...stage, tower }, { f: pattern(1300) });
    for (let host = 1; host <= 6; host++) (await stage.peer(`10.0.0.${host}`)).send(rrq('f'), to);
    await stage.clock.advance(1);
    expect(server.status().active).toHaveLength(4);
  });

  test('R06: where no file can be opened, the slowest of the busiest address gives way', async () => {
    const stage = inMemory();
    const files = memoryOffering(new Map([['f', pattern(1300)]]));
    let open = 0;
    const scarce: Offering = {
      ...files,
      open: async (name) => {
        if (open >= 2) throw problem('exhausted');
        open += 1;
        const source = await files.open(name);
        return {
          ...source,
          size: source.size,
          read: (into) => source.read(into),
          close: async () => void (open -= 1),
        };
      },
    };
    const { to } = await serve(stage, scarce);
    const busy = await peersOn(stage, '10.0.0.1', 2);
    for (const peer of busy) {
      peer.send(rrq('f'), to);
      await peer.receive();
      peer.send(ack(1));
      await peer.receive();
    }
    const [third, fourth] = [await stage.peer('192.0.2.1'), await stage.peer('192.0.2.2')];
    third.send(rrq('f'), to);
    expect(await third.hear()).toBe('DATA 1 (512)');
    expect(busy.filter(({ heard }) => heard.at(-1)!.startsWith('ERROR'))).toHaveLength(1);
    fourth.send(rrq('f'), to);
    expect(await fourth.hear()).toBe('ERROR 0 Server busy');
  });
});
