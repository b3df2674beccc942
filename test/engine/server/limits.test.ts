// What bounds our server: transfers, refusals, shutdown, loops; and that nothing stays behind. On virtual time.
import { describe, expect, test } from 'vitest';
import type { Source } from '../../../src/files/file.ts';
import { memoryOffering } from '../../../src/files/offerings/named-files.ts';
import type { Port, PortOptions } from '../../../src/network/network.ts';
import { observe } from '../../../src/network/observe.ts';
import type { Tid } from '../../../src/wire/tid.ts';
import { Server } from '../../../src/engine/server/server.ts';
import { ack, data, error } from '../../support/script.ts';
import { latin, rrq, wrq, type RawPeer } from '../../support/raw-peer.ts';
import { inMemory, serve } from '../../support/towers.ts';
import { content, start } from '../world.ts';

describe('limits', () => {
  test('case 122, R02: of 100 requests from one address the configured number runs; some refusals are told', async () => {
    const { to, stage, server, ends } = await start({ maxTransfers: 20 });
    const peers: RawPeer[] = [];
    for (let count = 0; count < 100; count++) peers.push(await stage.peer());
    for (const peer of peers) peer.send(rrq('f'), to);
    await stage.clock.advance(1);
    expect(server.status().active).toHaveLength(10);
    const words = peers.flatMap(({ heard }) => heard);
    expect(words.filter((word) => word === 'DATA 1 (512)')).toHaveLength(10);
    expect(words.filter((word) => word === 'ERROR 0 Too many transfers')).toHaveLength(10);
    // Another address is served, and what runs already goes on.
    const other = await stage.peer('192.0.2.9');
    other.send(rrq('f'), to);
    expect(await other.hear()).toBe('DATA 1 (512)');
    expect((await peers[0]!.drain()).length).toBe(content.length);
    expect(ends()).toContain('refused');
  });

  test('case 123, R13: closing: running transfers get their grace, then ERROR 0; new requests nothing', async () => {
    const { peer, to, stage, server, files } = await start({ grace: 5000 });
    const slow = await stage.peer();
    const late = await stage.peer();
    peer.send(rrq('f'), to);
    await peer.hear();
    slow.send(wrq('old'), to);
    await slow.hear();
    slow.send(data(1));
    await slow.hear();
    let closed = 0;
    void server.close().then(() => (closed = stage.clock.now()));
    const began = stage.clock.now();
    await stage.clock.advance(100);
    late.send(rrq('f'), to);
    peer.send(ack(1));
    await peer.drain();
    await stage.clock.run(() => closed > 0);
    expect(closed - began).toBe(5000);
    await stage.clock.advance(1);
    expect(slow.heard.at(-1)).toBe('ERROR 0 Server shutting down');
    expect(late.heard).toEqual([]);
    expect(files.get('old')).toEqual(latin('old content'));
    expect(server.status()).toMatchObject({ listening: [], active: [], done: 1, failed: 1 });
  });

  test('closing while a file is being opened waits for nothing but the opening', async () => {
    const stage = inMemory();
    let open: () => void = () => undefined;
    const files = memoryOffering(new Map([['f', content]]));
    const slow = {
      ...files,
      open: (name: string) => new Promise<Source>((resolve) => (open = () => resolve(files.open(name)))),
    };
    const { to, server } = await serve(stage, slow, { grace: 100 });
    const peer = await stage.peer();
    peer.send(rrq('f'), to);
    await stage.clock.advance(1);
    let closed = false;
    void server.close().then(() => (closed = true));
    await stage.clock.advance(200);
    open();
    await stage.clock.settle();
    expect(closed).toBe(true);
    expect(peer.heard).toEqual([]);
    expect(stage.clock.pending).toBe(0);
  });

  test('case 69: single-port mode answers everything from the listening port', async () => {
    const { peer, to, stage, ends } = await start({ singlePort: true });
    const stranger = await stage.peer();
    peer.send(rrq('f'), to);
    const parts = [await peer.receive()];
    expect(parts[0]!.from).toEqual(to);
    stranger.send(ack(1), to);
    peer.send(ack(1));
    expect(await peer.hear()).toBe('DATA 2 (512)');
    expect(peer.from).toEqual(to);
    peer.send(ack(2));
    await peer.drain();
    await stage.clock.advance(1);
    peer.send(rrq('missing'), to);
    expect(await peer.hear()).toBe('ERROR 1 File not found');
    expect(peer.from).toEqual(to);
    expect(stranger.heard).toEqual([]);
    expect(ends()).toEqual(['complete', 'refused']);
  });

  test('R05: after many transfers and failures of every kind nothing is left', async () => {
    const { peer, to, stage, server } = await start();
    const before = stage.network.ports;
    for (let round = 0; round < 50; round++) {
      peer.send(rrq('missing'), to);
      await peer.hear();
      peer.send(rrq('text'), to);
      await peer.hear();
      peer.send(ack(1));
      peer.send(rrq('f', 'tsize 0'), to);
      await peer.hear();
      peer.send(error(0));
      peer.send(wrq('u'), to);
      await peer.hear();
      peer.send(data(1, 600));
      await peer.hear();
      peer.send(latin('\0\x01broken'), to);
      await peer.hear();
      await stage.clock.advance(1000);
    }
    peer.send(rrq('f'), to);
    await stage.clock.advance(60_000);
    expect(stage.network.ports).toBe(before);
    expect(stage.clock.pending).toBe(0);
    expect(server.status().active).toEqual([]);
  });

  test('L01: two servers wired to each other exchange one packet at most', async () => {
    const stage = inMemory();
    const ports: Port[] = [];
    let sent = 0;
    const counting = {
      async open(options: PortOptions): Promise<Port> {
        const port = await stage.network.open(options);
        const send: Port['send'] = (...datagram) => {
          sent += 1;
          port.send(...datagram);
        };
        const counted = {
          ...{ local: port.local, send },
          flush: () => port.flush(),
          pin: (peer: Tid) => port.pin(peer),
          unref: () => port.unref(),
          close: () => port.close(),
        };
        if (options.role === 'listen') ports.push(counted);
        return counted;
      },
    };
    const network = observe(counting, stage.tower.bus, stage.clock);
    const wired = { ...stage, tower: { ...stage.tower, network } };
    await serve(wired, { f: content });
    const { to } = await serve(wired, { f: content });
    // From the listening port of the one to that of the other, as a forger would have it.
    for (const octets of ['\0\x05\0\0x\0', '\0\x04\0\0', '\0\x06\0', '\0\x09', ''])
      ports[0]!.send(to, latin(octets));
    await stage.clock.advance(60_000);
    expect(sent).toBe(5);
    ports[0]!.send(to, latin('\0\x01missing\0octet\0'));
    await stage.clock.advance(60_000);
    expect(sent).toBe(7);
  });
});

test('a port that is taken is told with what to do', async () => {
  const { to, stage } = await start();
  const second = new Server(stage.tower, memoryOffering(new Map()), { port: to.port });
  await expect(second.listen()).rejects.toMatchObject({
    name: 'TftpError',
    failure: { by: 'listen', code: 'EADDRINUSE' },
    shortMessage: `cannot listen on 127.0.0.1:${to.port}: the port is taken`,
  });
});
