// Our server in front of another TFTP server: the same octets, the other's pace, and words of our own. On loopback.
import { describe, expect, test } from 'vitest';
import { ack, data, error, pattern } from '../../support/script.ts';
import { inMode, rrq, udpPeer, wrq, type RawPeer } from '../../support/raw-peer.ts';
import {
  inMemory,
  loopback,
  serve,
  traceOf,
  type MemoryStage,
  type Served,
  type Stage,
} from '../../support/towers.ts';
import type { Offering } from '../../../src/files/file.ts';
import type { ForwardingNetwork } from '../../../src/network/observe.ts';
import { readAll, problemOf } from '../../files/disk.ts';
import { memoryOffering } from '../../../src/files/offerings/named-files.ts';
import { Pipe } from '../../../src/files/streams/pipe.ts';
import { proxyOffering, type ProxyOptions } from '../../../src/engine/offerings/tftp.ts';
import { TftpClient } from '../../../src/engine/library/tftp-client.ts';

const content = pattern(700_000);

interface World {
  readonly stage: Stage;
  readonly files: Map<string, Uint8Array>;
  readonly behind: Served;
  readonly front: Served;
  readonly client: TftpClient;
}

async function start(options: Partial<ProxyOptions> = {}): Promise<World> {
  const stage = loopback();
  const files = new Map([
    ['f', content],
    ['dir/f', Buffer.from('in dir')],
    ['empty', new Uint8Array(0)],
  ]);
  const behind = await serve(stage, memoryOffering(files, { write: true }));
  const { port } = behind.to;
  const front = await serve(stage, proxyOffering(stage.tower, { host: '127.0.0.1', port, ...options }));
  return { stage, files, behind, front, client: new TftpClient('127.0.0.1', { port: front.to.port }) };
}

/** A proxy whose other server is played by hand. */
async function byHand(
  options: Partial<ProxyOptions> = {},
): Promise<{ there: RawPeer; here: RawPeer; front: Served }> {
  const stage = loopback();
  const there = await udpPeer();
  stage.undo.push(() => there.close());
  const { port } = there.local;
  const offering = proxyOffering(stage.tower, { host: '127.0.0.1', port, ...options });
  return { there, here: await stage.peer(), front: await serve(stage, offering) };
}

describe('reading', () => {
  test('the same octets, with the size', async () => {
    const { client } = await start();
    expect(Buffer.from(await client.getOctets('f')).equals(content)).toBe(true);
    expect((await client.getOctets('empty')).length).toBe(0);
    expect(await client.stat('f')).toMatchObject({ size: content.length });
  });

  test('a prefix goes before every name', async () => {
    const { client } = await start({ prefix: 'dir/' });
    expect(Buffer.from(await client.getOctets('f')).toString()).toBe('in dir');
  });

  test('what the other server refuses is refused in our words', async () => {
    const { there, here, front } = await byHand();
    for (const [code, expected] of [
      [1, 'ERROR 1 File not found'],
      [2, 'ERROR 2 Access violation'],
      [0, 'ERROR 0 Input/output error'],
      [7, 'ERROR 0 Input/output error'],
    ] as const) {
      here.send(rrq('f'), front.to);
      expect(await there.hear()).toMatch(/^RRQ f octet/);
      there.send(error(code, '/srv/secret/f: no'));
      expect(await here.hear()).toBe(expected);
    }
  });

  test('F01: `..` is refused before the other server hears of it; other names go as they came', async () => {
    const { there, here, front } = await byHand();
    here.send(rrq('../f'), front.to);
    expect(await here.hear()).toBe('ERROR 2 Access violation');
    here.send(inMode('netascii', rrq('/Some\\Where//f')), front.to);
    expect(await there.hear()).toMatch(/^RRQ \/Some\\Where\/\/f octet/);
    there.send(data(1, Buffer.from('a\n')));
    expect(await here.hear()).toBe('DATA 1 (3)');
    here.send(ack(1));
  });

  test('each block is passed on as it comes, whether the other server knows options or not', async () => {
    const { there, here, front } = await byHand();
    here.send(rrq('f'), front.to);
    await there.hear();
    for (let block = 1; block < 5; block++) {
      there.send(data(block));
      expect(await there.hear()).toBe(`ACK ${block}`);
      expect(await here.hear()).toBe(`DATA ${block} (512)`);
      here.send(ack(block));
    }
    there.send(data(5, 0));
    expect(await here.hear()).toBe('DATA 5 (0)');
    here.send(ack(5));
  });

  test('R07: no more is taken from the other server than a slow client needs', async () => {
    const { behind, files, front, stage } = await start();
    const large = pattern(8 * 1024 * 1024);
    files.set('large', large);
    const slow = await stage.peer();
    slow.send(rrq('large', 'blksize 8192'), front.to);
    let last = await slow.hear();
    expect(last).toBe('OACK blksize=8192');
    slow.send(ack(0));
    for (let block = 1; block <= 20; block++) {
      let word = await slow.hear();
      // On a busy machine our ACK may come too late: then the packet before it is sent again.
      while (word === last) word = await slow.hear();
      expect(word).toBe(`DATA ${block} (8192)`);
      slow.send(ack(block));
      last = word;
    }
    expect(behind.server.status().active).toHaveLength(1);
    expect((await slow.drain(8192, 20)).equals(large.subarray(20 * 8192))).toBe(true);
  });

  test('a client that declines ends the transfer behind', async () => {
    const { there, here, front } = await byHand();
    here.send(rrq('f', 'tsize 0'), front.to);
    await there.hear();
    there.send(Buffer.from('\0\x06tsize\x005000\0'));
    expect(await here.hear()).toBe('OACK tsize=5000');
    here.send(error(8));
    let word = await there.hear();
    while (word.startsWith('ACK')) word = await there.hear();
    expect(word).toBe('ERROR 0 Not wanted any more');
  });

  test('F28: a file shorter than announced is an error here as well', async () => {
    const { there, here, front } = await byHand();
    here.send(rrq('f'), front.to);
    await there.hear();
    there.send(Buffer.from('\0\x06tsize\x00600\0'));
    await there.hear();
    there.send(data(1, 500));
    let word = await here.hear();
    if (word.startsWith('DATA')) word = await here.hear();
    expect(word).toMatch(/^ERROR 0/);
  });
});

describe('writing', () => {
  test('is off unless it is allowed', async () => {
    const { here, front } = await byHand();
    here.send(wrq('new'), front.to);
    expect(await here.hear()).toBe('ERROR 2 Access violation: writing is off');
  });

  test('the same octets arrive behind, and only then is the last block acknowledged', async () => {
    const { client, files } = await start({ write: true });
    await client.put(content, 'new');
    expect(Buffer.from(files.get('new')!).equals(content)).toBe(true);
    await client.put(new Uint8Array(0), 'nothing');
    expect(files.get('nothing')).toHaveLength(0);
  });

  test('W12: stored here means stored there', async () => {
    const { there, here, front } = await byHand({ write: true });
    here.send(wrq('new'), front.to);
    expect(await there.hear()).toMatch(/^WRQ new octet/);
    expect(here.waiting).toEqual([]);
    there.send(ack(0));
    expect(await here.hear()).toBe('ACK 0');
    here.send(data(1, 100));
    expect(await there.hear()).toBe('DATA 1 (100)');
    expect(here.waiting).toEqual([]);
    there.send(ack(1));
    expect(await here.hear()).toBe('ACK 1');
  });

  test('what the other server refuses is refused, at once or at the end', async () => {
    const { there, here, front } = await byHand({ write: true });
    here.send(wrq('old'), front.to);
    await there.hear();
    there.send(error(6, 'exists in /srv'));
    expect(await here.hear()).toBe('ERROR 6 File already exists');
    here.send(wrq('new'), front.to);
    await there.hear();
    there.send(ack(0));
    await here.hear();
    here.send(data(1, 10));
    await there.hear();
    there.send(error(3, 'full: /srv'));
    expect(await here.hear()).toBe('ERROR 3 Disk full or allocation exceeded');
  });

  test('a client that gives up is told to the other server, which keeps nothing', async () => {
    const { there, here, front } = await byHand({ write: true });
    here.send(wrq('new'), front.to);
    await there.hear();
    there.send(ack(0));
    await here.hear();
    here.send(data(1));
    await there.hear();
    here.send(error(0));
    expect(await there.hear()).toBe('ERROR 0 Not sent to its end');
  });
});

describe('the pipe between them', () => {
  test('who writes waits while much is held, and who reads while nothing is', async () => {
    const pipe = new Pipe();
    let waits = true;
    const pushed = pipe.push([new Uint8Array(300_000)]).then(() => (waits = false));
    await new Promise((resolve) => setImmediate(resolve));
    expect(waits).toBe(true);
    expect(await pipe.next()).toHaveLength(300_000);
    await pushed;
    const next = pipe.next();
    await pipe.push([new Uint8Array(0), Uint8Array.of(1), Uint8Array.of(2)]);
    expect(await next).toEqual(Uint8Array.of(1));
    pipe.end();
    expect(await pipe.next()).toEqual(Uint8Array.of(2));
    expect(await pipe.next()).toBeUndefined();
  });

  test('what fails on one side is told on the other', async () => {
    const pipe = new Pipe();
    const waiting = problemOf(pipe.next());
    pipe.fail();
    expect(await waiting).toBe('broken-pipe');
    expect(await problemOf(pipe.push([new Uint8Array(1)]))).toBe('broken-pipe');
    expect(pipe.held).toBe(0);
  });
});

test('an end with nobody behind: the client hears of it, and close waits for all', async () => {
  const stage = loopback();
  const offering = proxyOffering(stage.tower, { host: '127.0.0.1', port: 1 });
  expect(await problemOf(offering.open('f'))).toBe('io');
  expect(await problemOf(offering.open('n'.repeat(600)))).toBe('name-too-long');
  expect(await problemOf(offering.open('n/'.repeat(255) + 'n'))).toMatch(/bad-name|denied/);
  expect(await offering.list(9)).toEqual([]);
  await offering.close();
  const { behind } = await start();
  const through = proxyOffering(stage.tower, { host: '127.0.0.1', port: behind.to.port });
  const source = await through.open('f');
  await through.close();
  expect(await problemOf(readAll(source, 1000))).toBe('io');
});

/** Two proxies in memory that send every request to each other, with the number of ports that are open. */
async function facing(prefix: string): Promise<{
  readonly stage: MemoryStage;
  readonly front: Served;
  readonly ports: { open: number; most: number };
}> {
  const stage = inMemory();
  const ports = { open: 0, most: 0 };
  const network: ForwardingNetwork = {
    async open(options) {
      const port = await stage.tower.network.open(options);
      ports.most = Math.max(ports.most, (ports.open += 1));
      const close = port.close.bind(port);
      return Object.assign(port, {
        close: () => {
          ports.open -= 1;
          close();
        },
      });
    },
  };
  const tower = { ...stage.tower, network };
  const [first, second] = [7001, 7002] as const;
  const proxy = (port: number, options: Partial<ProxyOptions>): Offering =>
    proxyOffering(tower, { host: '127.0.0.1', port, ...options });
  const front = await serve({ ...stage, tower }, proxy(second, { prefix }), { port: first });
  await serve({ ...stage, tower }, proxy(first, { prefix }), { port: second });
  return { stage, front, ports };
}

describe('R16: two proxies that face each other', () => {
  test.each([
    ['one name', '', { ports: 2, datagrams: 16 }],
    ['a name that grows with every hop', 'a/', { ports: 65, datagrams: 129 }],
  ])('%s: one request takes few ports and datagrams, and all end', async (_, prefix, most) => {
    const { stage, front, ports } = await facing(prefix);
    const events = traceOf(stage);
    const before = ports.open;
    const peer = await stage.peer();
    peer.send(rrq('x'), front.to);
    await stage.clock.advance(20_000);
    const sent = events.filter(({ type }) => type === 'sent').length;
    expect({ ports: ports.most - before, datagrams: sent }).toEqual(most);
    await stage.clock.advance(120_000);
    expect(front.server.status().active).toEqual([]);
    expect(ports.open).toBe(before);
  });

  test('2,000 forged requests for one name are one circle too', async () => {
    const { stage, front, ports } = await facing('');
    const before = ports.open;
    for (let host = 1; host <= 40; host++)
      for (let port = 0; port < 50; port++) (await stage.peer(`10.0.0.${host}`)).send(rrq('x'), front.to);
    await stage.clock.advance(20_000);
    expect(ports.most - before).toBe(2);
  });
});

test('R15: 200 forged requests for one name are one request to the other server', async () => {
  const stage = inMemory();
  const behind = await serve(stage, { f: content });
  const { port } = behind.to;
  const front = await serve(stage, proxyOffering(stage.tower, { host: '127.0.0.1', port }));
  for (let host = 1; host <= 200; host++) (await stage.peer(`10.0.0.${host}`)).send(rrq('f'), front.to);
  await stage.clock.advance(100);
  expect(front.server.status().active).toHaveLength(200);
  expect(behind.server.status().active).toHaveLength(1);
  await stage.clock.advance(60_000);
  expect(front.server.status().active).toEqual([]);
  expect(behind.server.status().active).toEqual([]);
});

test('R15: a client that asks for something else ends the request to a silent server', async () => {
  for (const request of [rrq('f'), wrq('f')]) {
    const { there, here, front } = await byHand({ write: true });
    here.send(request, front.to);
    expect(await there.hear()).toMatch(new RegExp(`^${request.op} f octet`));
    here.send(rrq('g'), front.to);
    // The second one would be the repetition of the first request, if that went on.
    for (const heard of [await there.hear(), await there.hear()]) expect(heard).toMatch(/^RRQ g /);
  }
});
