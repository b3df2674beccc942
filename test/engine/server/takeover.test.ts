// A device dies in an upload and comes back on another port of the same address.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openJail } from '../../../src/files/offerings/jail.ts';
import type { Offering } from '../../../src/files/file.ts';
import { data, pattern } from '../../support/script.ts';
import { rrq, wrq } from '../../support/raw-peer.ts';
import { inMemory, loopback, serve } from '../../support/towers.ts';
import { start } from '../world.ts';

const takenOver = 'replaced by a new request of the same client from another port';

describe('case 127: a client that comes back on another port takes its upload over', () => {
  test('after a second of silence, with the first ACK of the new transfer', async () => {
    const { peer, to, stage, files, events } = await start();
    peer.send(wrq('new'), to);
    await peer.hear();
    peer.send(data(1, 512));
    expect(await peer.hear()).toBe('ACK 1');
    await stage.clock.advance(1000);
    const back = await stage.peer();
    back.send(wrq('new'), to);
    await stage.clock.advance(5);
    expect(await back.hear()).toBe('ACK 0');
    back.send(data(1, 300));
    expect(await back.hear()).toBe('ACK 1');
    await stage.clock.advance(100);
    expect(files.get('new')).toEqual(pattern(300));
    expect(events.find(({ type }) => type === 'failed')).toMatchObject({
      failure: { by: 'network', message: takenOver },
    });
    expect(events.filter(({ type }) => type === 'complete')).toHaveLength(1);
    // Nothing more goes to the port that is gone.
    await stage.clock.advance(30_000);
    expect(peer.heard.filter((line) => line !== 'ACK 0' && !line.startsWith('ACK 1'))).toEqual([]);
  });

  test('a request that comes sooner waits for that second, and its repetitions start nothing more', async () => {
    const { peer, to, stage, server } = await start();
    peer.send(wrq('new'), to);
    await peer.hear();
    const back = await stage.peer();
    for (let time = 0; time < 4; time += 1) {
      back.send(wrq('new'), to);
      await stage.clock.advance(200);
    }
    expect(back.heard).toEqual([]);
    await stage.clock.advance(250);
    expect(back.heard).toEqual(['ACK 0']);
    expect(server.status().active).toHaveLength(1);
  });

  test('an upload that goes on keeps its file: the second request is refused', async () => {
    const { peer, to, stage, files } = await start();
    peer.send(wrq('new'), to);
    await peer.hear();
    const other = await stage.peer();
    other.send(wrq('new'), to);
    await stage.clock.advance(500);
    peer.send(data(1, 512));
    await stage.clock.advance(600);
    expect(other.heard).toEqual(['ERROR 6 File already exists: another transfer is writing it']);
    peer.send(data(2, 7));
    await stage.clock.advance(10);
    expect(files.get('new')).toEqual(
      pattern(512 + 7)
        .fill(0)
        .map((_, at) => pattern(512)[at % 512]!),
    );
  });

  test('another address takes nothing over, whatever the silence; neither does a read or another name', async () => {
    const { peer, to, stage, server } = await start();
    peer.send(wrq('new'), to);
    await peer.hear();
    peer.send(data(1, 512));
    await stage.clock.advance(5000);
    const [stranger, reader, writer] = [await stage.peer('10.0.0.9'), await stage.peer(), await stage.peer()];
    stranger.send(wrq('new'), to);
    reader.send(rrq('f'), to);
    writer.send(wrq('another'), to);
    await stage.clock.advance(10);
    expect(stranger.heard).toEqual(['ERROR 6 File already exists: another transfer is writing it']);
    expect(reader.heard).toEqual(['DATA 1 (512)']);
    expect(writer.heard).toEqual(['ACK 0']);
    expect(server.status().active).toHaveLength(3);
  });

  test('a long round trip needs a longer silence', async () => {
    const { peer, to, stage } = await start();
    peer.send(wrq('new'), to);
    await peer.hear();
    await stage.clock.advance(900);
    peer.send(data(1, 512));
    await stage.clock.advance(900);
    peer.send(data(2, 512));
    await stage.clock.advance(1000);
    const back = await stage.peer();
    back.send(wrq('new'), to);
    await stage.clock.advance(2000);
    expect(back.heard).toEqual([]);
    await stage.clock.advance(700);
    expect(back.heard).toEqual(['ACK 0']);
  });

  test('while the disk works the client is not silent', async () => {
    const stage = inMemory();
    let store: () => void = () => undefined;
    const slow: Offering = {
      open: () => Promise.reject(new Error('not asked')),
      create: () =>
        Promise.resolve({
          isEager: true,
          write: () => new Promise<void>((resolve) => (store = resolve)),
          publish: () => Promise.resolve(),
          discard: () => Promise.resolve(),
        }),
      list: () => Promise.resolve([]),
      close: () => Promise.resolve(),
    };
    const { to, ends } = await serve(stage, slow);
    const [peer, back] = [await stage.peer(), await stage.peer()];
    peer.send(wrq('new'), to);
    await peer.hear();
    peer.send(data(1, 7));
    await stage.clock.advance(4000);
    back.send(wrq('new'), to);
    await stage.clock.advance(10);
    expect(ends()).toEqual([]);
    store();
    await stage.clock.advance(10);
    expect(peer.heard).toEqual(['ACK 0', 'ACK 1']);
  });
});

test('case 127, W03: on the disk the file has one writer at a time, and its octets are those of the last one', async () => {
  const root = mkdtempSync(join(tmpdir(), 'takeover-'));
  const stage = loopback();
  stage.undo.push(() => rmSync(root, { recursive: true }));
  const { to } = await serve(stage, await openJail(root, { write: true }));
  for (let life = 0; life < 3; life += 1) {
    const device = await stage.peer();
    device.send(wrq('config'), to);
    expect(await device.hear()).toBe('ACK 0');
    device.send(data(1, pattern(512).fill(life)));
    expect(await device.hear()).toBe('ACK 1');
    expect(readdirSync(root).filter((name) => name === 'config')).toEqual([]);
    expect(readdirSync(root)).toHaveLength(1);
  }
  const last = await stage.peer();
  last.send(wrq('config'), to);
  expect(await last.hear()).toBe('ACK 0');
  last.send(data(1, 5));
  expect(await last.hear()).toBe('ACK 1');
  expect(readdirSync(root)).toEqual(['config']);
  expect([...readFileSync(join(root, 'config'))]).toEqual([...pattern(5)]);
});
