// Multicast transfers of our server and our client (RFC 2090) in memory: who joins which group, and what ends when.
import { describe, expect, test } from 'vitest';
import { ack, error, oack, pattern } from '../../support/script.ts';
import { inMode, rrq, wrq } from '../../support/raw-peer.ts';
import { inMemory, serve, settled, type MemoryStage, type Served } from '../../support/towers.ts';
import { problem } from '../../../src/files/problem.ts';
import { memorySource } from '../../../src/files/streams/stream.ts';
import { memoryOffering } from '../../../src/files/offerings/named-files.ts';
import type { Offering, Source } from '../../../src/files/file.ts';
import { Client } from '../../../src/engine/client/client.ts';
import type { Destination } from '../../../src/engine/client/requests.ts';
import { Server, type ServerSettings } from '../../../src/engine/server/server.ts';
import { systemTower } from '../../../src/engine/system.ts';

const file = pattern(3000);

/** Any part of the octets can be read, as of a file on the disk. */
function sharedSource(name: string, octets: Uint8Array): Source {
  const readAt = (into: Uint8Array, offset: number): Promise<number> => {
    const part = octets.subarray(offset, offset + into.length);
    into.set(part);
    return Promise.resolve(part.length);
  };
  return { ...memorySource(octets), shared: { identity: name, readAt } };
}

function offering(files: Readonly<Record<string, Uint8Array>>): Offering {
  return {
    ...memoryOffering(new Map(), { write: true }),
    open: (name) => {
      const octets = files[name];
      return octets === undefined
        ? Promise.reject(problem('missing'))
        : Promise.resolve(sharedSource(name, octets));
    },
  };
}

async function start(settings: ServerSettings = {}): Promise<{ stage: MemoryStage } & Served> {
  const stage = inMemory();
  const files = { f: file, g: file, small: pattern(10), large: new Uint8Array(65_535 * 8) };
  return { stage, ...(await serve(stage, offering(files), { extensions: true, ...settings })) };
}

const asks = (name: string, ...options: readonly string[]) => rrq(name, ...options, 'multicast ');
const groupOf = (slot: number, mc: 0 | 1): string => `multicast=239.255.128.${slot},${1758 + slot},${mc}`;

describe('our server', () => {
  test('case 212: clients of one file and block size share a group, whatever else they ask for', async () => {
    const { stage, to, server } = await start();
    const [a, b, c, d] = [await stage.peer(), await stage.peer(), await stage.peer(), await stage.peer()];
    a.send(asks('f', 'blksize 1000', 'tsize 0'), to);
    expect(await a.hear()).toBe(`OACK blksize=1000 tsize=3000 ${groupOf(0, 1)}`);
    b.send(asks('f', 'windowsize 16', 'blksize 1000'), to);
    expect(await b.hear()).toBe(`OACK blksize=1000 ${groupOf(0, 0)}`);
    c.send(asks('f'), to);
    expect(await c.hear()).toBe(`OACK ${groupOf(1, 1)}`);
    d.send(asks('g', 'blksize 1000'), to);
    expect(await d.hear()).toBe(`OACK blksize=1000 ${groupOf(2, 1)}`);
    expect(server.status().active).toHaveLength(4);
  });

  test.each<[string, ServerSettings, ReturnType<typeof rrq>, string]>([
    ['without the switch', { extensions: false }, asks('f', 'tsize 0'), 'OACK tsize=3000'],
    ['with options off', { options: false }, asks('f'), 'DATA 1 (512)'],
    ['from one port', { singlePort: true }, asks('f'), 'DATA 1 (512)'],
    ['in netascii', {}, inMode('netascii', asks('f')), 'DATA 1 (512)'],
    ['case 210: of more than 65,535 blocks', {}, asks('large', 'blksize 8'), 'OACK blksize=8'],
    ['of an upload', {}, wrq('new', 'multicast '), 'ACK 0'],
  ])('case 212: a transfer of its own: %s', async (_, settings, request, answer) => {
    const { stage, to } = await start(settings);
    const peer = await stage.peer();
    peer.send(request, to);
    expect(await peer.hear()).toBe(answer);
    peer.send(error(0));
  });

  test('each client is a transfer of its own in log and status, and ends by itself', async () => {
    const { stage, to, server, events, ends } = await start();
    const [a, b] = [await stage.peer(), await stage.peer()];
    a.send(asks('small', 'tsize 0'), to);
    await a.hear();
    b.send(asks('small'), to);
    await b.hear();
    b.send(ack(1));
    a.send(error(0));
    await stage.clock.run(() => server.status().active.length === 0);
    expect(ends()).toEqual(['complete', 'probe']);
    expect(events.filter(({ type }) => type === 'accepted')).toHaveLength(2);
    // The group is over: the next client begins another one, elsewhere, since clients of the first may still listen.
    a.send(asks('small'), to);
    expect(await a.hear()).toBe(`OACK ${groupOf(1, 1)}`);
  });

  test('a request that comes again gets its OACK again; another request from the same port ends the first', async () => {
    const { stage, to } = await start();
    const [a, b] = [await stage.peer(), await stage.peer()];
    a.send(asks('f'), to);
    await a.hear();
    b.send(asks('f'), to);
    await b.hear();
    await stage.clock.advance(2000);
    b.send(asks('f'), to);
    expect(await b.hear()).toBe(`OACK ${groupOf(0, 0)}`);
    b.send(rrq('small'), to);
    expect(await b.hear()).toBe('DATA 1 (10)');
  });

  test('the 65th client of a group has a transfer of its own', async () => {
    const { stage, to } = await start();
    const answers: string[] = [];
    for (let count = 0; count < 65; count += 1) {
      const peer = await stage.peer();
      peer.send(asks('f', 'tsize 0'), to);
      answers.push(await peer.hear());
    }
    expect(answers.filter((answer) => answer.includes('multicast'))).toHaveLength(64);
    expect(answers.at(-1)).toBe('OACK tsize=3000');
  });

  test('a request to the port of a group joins nothing: it was not admitted', async () => {
    const { stage, to, server } = await start({ deny: ['127.0.0.9'] });
    const [a, denied] = [await stage.peer(), await stage.peer('127.0.0.9')];
    a.send(asks('f'), to);
    const { from } = await a.receive();
    denied.send(asks('f'), from);
    await stage.clock.advance(100);
    expect(denied.waiting).toEqual([]);
    expect(server.status().active).toHaveLength(1);
  });

  test('when the server stops, every client gets an ERROR', async () => {
    const { stage, to, server } = await start();
    const [a, b] = [await stage.peer(), await stage.peer()];
    a.send(asks('f'), to);
    await a.hear();
    b.send(asks('f'), to);
    await b.hear();
    await settled(stage, server.close());
    await stage.clock.advance(1);
    expect(a.waiting).toEqual(['ERROR 0 Server shutting down']);
    expect(b.waiting.at(-1)).toBe('ERROR 0 Server shutting down');
  });
});

describe('our client', () => {
  const settings = { multicast: true, blksize: 512 } as const;

  // On real sockets: blocks that come too early wait on the real disk, and virtual time would not wait for that.
  test('case 215: clients that begin one after the other, with losses, all have the file', async () => {
    const tower = systemTower({ random: randomFrom(7) });
    tower.impairment?.set({ outgoing: { loss: 0.1 } });
    const quick = { rexmt: 100, sendGap: 3 };
    const server = new Server(tower, offering({ f: file }), {
      port: 0,
      grace: 0,
      extensions: true,
      ...quick,
    });
    let joined = 0;
    const more: (() => void)[] = [];
    tower.bus.subscribe((event) => {
      if (event.type !== 'note' || event.note.type !== 'member' || event.note.change !== 'joined') return;
      joined += 1;
      more.shift()?.();
    });
    const [to] = await server.listen();
    const client = new Client(tower);
    const got: (Destination & { readonly type: 'memory' })[] = [];
    const done: Promise<unknown>[] = [];
    for (let at = 0; at < 3; at += 1) {
      const memory: (typeof got)[number] = { type: 'memory' };
      got.push(memory);
      const isIn = new Promise<void>((resolve) => more.push(resolve));
      const remote = { host: '127.0.0.1', port: to?.port ?? 0, file: 'f' };
      const asked = { ...settings, blksize: 32, rexmt: 100 };
      done.push(client.get({ remote, settings: asked, to: memory }).done);
      await isIn;
    }
    await Promise.all(done);
    for (const { octets } of got) expect(Buffer.from(octets ?? [])).toEqual(Buffer.from(file));
    expect(joined).toBe(3);
    await server.close();
  });

  test('case 203: where the group does not reach it, it asks again without multicast, and says so', async () => {
    const stage = inMemory();
    const server = await stage.peer();
    const to: Destination & { octets?: Uint8Array } = { type: 'memory' };
    const transfer = new Client(stage.tower).get({
      remote: { host: '127.0.0.1', port: server.local.port, file: 'f' },
      settings,
      to,
    });
    expect((await server.receive()).packet).toMatchObject({
      op: 'RRQ',
      options: [{}, {}, { name: 'multicast' }],
    });
    server.send(oack('blksize 512', 'multicast 239.255.9.9,1758,1'));
    let word = await server.hear();
    while (word === 'ACK 0') word = await server.hear();
    expect(word).toBe('ERROR 0 Timed out');
    expect(await server.hear()).toMatch(/^RRQ f octet (?!.*multicast)/);
    server.send({ op: 'DATA', block: 1, data: pattern(10) });
    const { warnings } = await settled(stage, transfer.done);
    expect(warnings).toEqual(['the first block did not arrive by multicast: asked again without multicast']);
    expect(to.octets).toEqual(pattern(10));
  });

  test('a digest that does not fit, and a file that is longer than announced, are never published', async () => {
    const { stage, to } = await start();
    const client = new Client(stage.tower);
    const remote = { host: to.address, port: to.port, file: 'f' };
    const memory: Destination & { octets?: Uint8Array } = { type: 'memory' };
    const wrong = client.get({ remote, settings, to: memory, sha256: '0'.repeat(64) });
    await expect(settled(stage, wrong.done)).rejects.toThrow(/SHA-256 mismatch/);
    expect(memory.octets).toBeUndefined();
  });
});

/** Numbers from 0 to 1 that a seed repeats. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
}
