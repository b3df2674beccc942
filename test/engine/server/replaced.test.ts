// A client that asks again from the same port, in another way: its own unfinished upload must not stand in its way, and a
// late copy of its earlier request must not end the transfer that it has now.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openJail } from '../../../src/files/offerings/jail.ts';
import { temporaryDirectories } from '../../files/disk.ts';
import { ack, data, pattern } from '../../support/script.ts';
import { latin, rrq, wrq } from '../../support/raw-peer.ts';
import { inMemory, loopback, serve } from '../../support/towers.ts';

const directory = temporaryDirectories({ isServed: true });

test('an upload that is asked for again without options is taken, not refused as busy', async () => {
  const root = directory();
  const stage = loopback();
  const { to } = await serve(stage, await openJail(root, { write: true, reserve: 0 }));
  const peer = await stage.peer();
  peer.send(wrq('f', 'blksize 9', 'windowsize 2'), to);
  expect(await peer.hear()).toBe('OACK blksize=9 windowsize=2');
  // The OACK was lost for the client, so it asks as RFC 1350 does.
  peer.send(wrq('f'), to);
  expect(await peer.hear()).toBe('ACK 0');
  peer.send(data(1, latin('all of it')));
  expect(await peer.hear()).toBe('ACK 1');
  expect(readFileSync(join(root, 'f'), 'utf8')).toBe('all of it');
});

test('a late copy of the request of a finished upload does not end its dallying', async () => {
  const root = directory();
  const stage = loopback();
  const { to } = await serve(stage, await openJail(root, { write: true, overwrite: true, reserve: 0 }));
  const peer = await stage.peer();
  peer.send(wrq('f'), to);
  expect(await peer.hear()).toBe('ACK 0');
  const port = peer.from;
  peer.send(data(1, latin('all of it')), port);
  expect(await peer.hear()).toBe('ACK 1');
  // The network delivers a copy of the request, and the last ACK was lost.
  peer.send(wrq('f'), to);
  expect(await peer.hear()).toBe('ACK 0');
  expect(peer.from).not.toEqual(port);
  peer.send(data(1, latin('all of it')), port);
  expect(await peer.hear()).toBe('ACK 1');
  expect(peer.from).toEqual(port);
  expect(readFileSync(join(root, 'f'), 'utf8')).toBe('all of it');
});

test('a late copy of the request before the fallback does not end a read that moves', async () => {
  const stage = inMemory();
  const { to } = await serve(stage, { f: pattern(1500) });
  const peer = await stage.peer();
  const optioned = rrq('f', 'blksize 400');
  // Until the client has answered, each request replaces the one before.
  for (let round = 1; round <= 2; round++) {
    peer.send(optioned, to);
    expect(await peer.hear()).toBe('OACK blksize=400');
    peer.send(rrq('f'), to);
    expect(await peer.hear()).toBe('DATA 1 (512)');
  }
  peer.send(ack(1));
  expect(await peer.hear()).toBe('DATA 2 (512)');
  peer.send(optioned, to);
  await stage.clock.advance(1);
  peer.send(ack(2));
  expect(await peer.hear()).toBe('DATA 3 (476)');
  // A client that fell silent has begun again.
  await stage.clock.advance(5000);
  peer.send(optioned, to);
  await stage.clock.run(() => peer.heard.at(-1) === 'OACK blksize=400');
  expect(peer.heard.at(-1)).toBe('OACK blksize=400');
});
