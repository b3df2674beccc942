// Floods, stale datagrams and failures in numbers: what is bounded stays bounded, and honest clients are served.
import { mkdirSync, readdirSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { ack, error, pattern } from '../../support/script.ts';
import { latin, rrq, wrq, type RawPeer } from '../../support/raw-peer.ts';
import { inMemory, loopback, serve } from '../../support/towers.ts';
import { temporaryDirectories } from '../../files/disk.ts';
import { problem } from '../../../src/files/problem.ts';
import { openJail } from '../../../src/files/offerings/jail.ts';
import type { FileProblem, Offering } from '../../../src/files/file.ts';

const directory = temporaryDirectories({ isServed: true });
const content = pattern(20_000);

test('R01, R03, load 3: 3,000 forged requests: transfers and half-open ones stay within limits, and a real get finishes', async () => {
  const stage = inMemory();
  const { to, server } = await serve(stage, { f: content });
  const forged: RawPeer[] = [];
  for (let host = 1; host <= 60; host++)
    for (let port = 0; port < 50; port++) forged.push(await stage.peer(`10.0.0.${host}`));
  for (const peer of forged) peer.send(rrq('f'), to);
  await stage.clock.advance(1);
  expect(server.status().active).toHaveLength(256);
  const client = await stage.peer('192.0.2.1');
  client.send(rrq('f'), to);
  expect((await client.drain()).equals(content)).toBe(true);
  expect(server.status().active).toHaveLength(256);
  await stage.clock.advance(60_000);
  expect(server.status()).toMatchObject({ active: [], done: 1 });
  // L03: never more than three datagrams for one that was forged.
  expect(Math.max(...forged.map(({ heard }) => heard.length))).toBe(3);
});

test('L06, load 8: 20,000 bad datagrams are counted and reported once a second, and a get works after them', async () => {
  const stage = inMemory();
  const { to, server, events } = await serve(stage, { f: content });
  const before = events.length;
  const junk = await stage.peer('10.0.0.1');
  for (let count = 0; count < 20_000; count++)
    junk.send(latin(count % 2 === 0 ? '00junk' : '\0\x04\0\0'), to);
  await stage.clock.advance(1);
  expect(server.status().dropped).toBe(20_000);
  await stage.clock.advance(5000);
  const reports = events.slice(before);
  expect(reports).toMatchObject([
    { type: 'dropped', reason: 'not-a-request', count: 1 },
    { type: 'dropped', reason: 'not-a-request', count: 19_999 },
  ]);
  expect(junk.heard).toEqual([]);
  const client = await stage.peer('192.0.2.1');
  client.send(rrq('f'), to);
  expect((await client.drain()).equals(content)).toBe(true);
});

test('W20: forged WRQs for deep names leave no directory, and the server stops at once', async () => {
  const stage = loopback();
  const root = directory();
  const offering = await openJail(root, { write: true, mkdir: true, reserve: 0 });
  const { to, server } = await serve(stage, offering, { grace: 0, rate: 1000 });
  const peers = await Promise.all(Array.from({ length: 60 }, () => stage.peer()));
  for (const [number, peer] of peers.entries()) peer.send(wrq(`${number}/${'d/'.repeat(14)}x`), to);
  // One address gets four places for uploads.
  for (const peer of peers.slice(0, 4)) expect(await peer.hear()).toBe('ACK 0');
  expect(await peers[4]?.hear()).toBe('ERROR 0 Too many uploads');
  expect(await directories(root)).toBe(0);
  await server.close();
  expect(readdirSync(root)).toEqual([]);
});

async function directories(root: string): Promise<number> {
  const entries = await readdir(root, { withFileTypes: true, recursive: true });
  return entries.filter((entry) => entry.isDirectory()).length;
}

test('R08: timers run while junk pours in: a block that was not acknowledged comes again', async () => {
  const stage = loopback();
  const { to } = await serve(stage, { f: content }, { rexmt: 100 });
  const [peer, junk] = [await stage.peer(), await stage.peer()];
  let pouring = true;
  const pour = (): void => {
    if (!pouring) return;
    for (let count = 0; count < 50; count++) junk.send(latin('00junk'), to);
    setImmediate(pour);
  };
  peer.send(rrq('f'), to);
  expect(await peer.hear()).toBe('DATA 1 (512)');
  pour();
  expect(await peer.hear()).toBe('DATA 1 (512)');
  peer.send(ack(1));
  expect(await peer.hear()).toBe('DATA 2 (512)');
  pouring = false;
  peer.send(error(0));
});

test('N11: what comes late for an earlier transfer of the same port is a stranger’s', async () => {
  const stage = inMemory();
  const files = { f: content, g: pattern(900).fill(7) };
  const { to } = await serve(stage, files, { ports: { from: 42_000, to: 42_000 } });
  const [first, second] = [await stage.peer('10.0.0.1'), await stage.peer('10.0.0.2')];
  first.send(rrq('f'), to);
  await first.receive();
  const used = first.from;
  first.send(error(0));
  await stage.clock.advance(1);
  second.send(rrq('g'), to);
  expect(await second.hear()).toBe('DATA 1 (512)');
  expect(second.from).toEqual(used);
  first.send(ack(1), used);
  first.send(ack(2), used);
  await stage.clock.advance(1);
  expect(second.waiting).toEqual([]);
  expect(first.heard.slice(1)).toEqual(['ERROR 5 Unknown transfer ID']);
  second.send(ack(1));
  expect((await second.drain()).equals(Buffer.alloc(388, 7))).toBe(true);
});

test('N26: datagrams with turned bits end in whole files or in errors, never in a crash', async () => {
  const stage = inMemory();
  const { to, server } = await serve(stage, { f: content });
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 40 }), fc.nat(19), async (noise, at) => {
      const peer = await stage.peer();
      const octets = Buffer.from('\0\x01f\0octet\0blksize\x00600\0');
      octets.set(noise.subarray(0, octets.length - at), at);
      peer.send(octets, to);
      await stage.clock.advance(1);
      peer.send(noise);
      peer.send(error(0));
      await stage.clock.advance(1);
      peer.close();
    }),
    { numRuns: 200 },
  );
  await stage.clock.advance(60_000);
  expect(server.status().active).toEqual([]);
});

describe('F19: no path of ours in any packet', () => {
  const problems: readonly FileProblem[] = [
    ...(['missing', 'denied', 'is-directory', 'not-regular', 'exists', 'name-too-long', 'bad-name'] as const),
    ...([
      'no-directory',
      'full',
      'too-large',
      'exhausted',
      'busy',
      'changed',
      'read-only',
      'broken-pipe',
      'io',
    ] as const),
  ];
  const secret = '/srv/secret/root';

  test.each(problems)('whatever a file fails with: %s', async (kind) => {
    const stage = inMemory();
    const fail = (): Promise<never> => Promise.reject(problem(kind, `${secret}/f`, new Error(secret)));
    const offering: Offering = {
      open: fail,
      create: fail,
      list: async () => [],
      close: async () => undefined,
    };
    const { to } = await serve(stage, offering);
    const peer = await stage.peer();
    for (const request of [rrq('f'), wrq('f')]) {
      peer.send(request, to);
      const { octets } = await peer.receive();
      expect([...octets.subarray(0, 2)]).toEqual([0, 5]);
      expect(Buffer.from(octets).includes(secret)).toBe(false);
    }
  });

  test('case 7: a path that is a directory is refused by that name', async () => {
    const root = directory();
    mkdirSync(join(root, 'sub'));
    const { to } = await serve(loopback(), await openJail(root, { write: true, overwrite: true }));
    const peer = await loopback().peer();
    for (const request of [rrq('sub'), rrq('/'), wrq('sub')]) {
      peer.send(request, to);
      expect(await peer.hear()).toBe('ERROR 2 Is a directory');
    }
  });

  test('whatever is asked of a directory on disk', async () => {
    const stage = loopback();
    const root = directory();
    const { to } = await serve(stage, await openJail(root, { write: true, mkdir: true, reserve: 1e15 }));
    const peer = await stage.peer();
    const part = fc.constantFrom(
      '..',
      '.',
      '/',
      '\\',
      'a',
      '\x01',
      '%s',
      'n'.repeat(300),
      root,
      '/proc/self',
      'C:',
    );
    const name = fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join('/'));
    await fc.assert(
      fc.asyncProperty(name, fc.boolean(), async (file, reads) => {
        peer.send(reads ? rrq(file) : wrq(file, 'tsize 10'), to);
        const { octets } = await peer.receive();
        expect(Buffer.from(octets).includes(root)).toBe(false);
      }),
      { numRuns: 100 },
    );
  });
});
