// A gateway with a cache in front of a web server on loopback: what is asked, what is kept, what is sent.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { describe, expect, test, vi } from 'vitest';
import { pattern } from '../../support/script.ts';
import { loopback, serve, type Served } from '../../support/towers.ts';
import { temporaryDirectories } from '../../files/disk.ts';
import { deferred } from '../../../src/engine/deferred.ts';
import { gatewayOffering } from '../../../src/engine/offerings/web.ts';
import { TftpClient } from '../../../src/engine/library/tftp-client.ts';
import { FileCache } from '../../../src/files/cache/file-cache.ts';
import { realClock } from '../../../src/network/clock.ts';
import { httpOver, type Validators } from '../../../src/network/http.ts';

const directory = temporaryDirectories({ isServed: true });
const old = 'Sun, 06 Nov 1994 08:49:37 GMT';

/** A web server with one file, whose answers a test changes, and a gateway to it. */
interface World extends Served {
  readonly client: TftpClient;
  readonly cache: FileCache<Validators>;
  readonly root: string;
  /** The conditions of each request: its If-None-Match or If-Modified-Since. */
  readonly asked: (string | undefined)[];
  /** The status of each answer. */
  readonly answered: number[];
  readonly web: {
    content: Uint8Array;
    headers: Record<string, string>;
    /** No length is announced. */
    isChunked: boolean;
    /** When the part after the first 1,000 octets is sent. */
    isReady: Promise<unknown>;
    /** False: not even chunks; the connection ends with the file. */
    isCertain: boolean;
  };
}

async function start({ size = 1_000_000, now = () => realClock.now() } = {}): Promise<World> {
  const stage = loopback();
  const asked: (string | undefined)[] = [];
  const answered: number[] = [];
  const web: World['web'] = {
    content: pattern(3000),
    headers: {},
    isChunked: false,
    isCertain: true,
    isReady: Promise.resolve(),
  };
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const condition = request.headers['if-none-match'] ?? request.headers['if-modified-since'];
    asked.push(condition);
    const { etag, 'last-modified': modified } = web.headers;
    const isSame = condition !== undefined && condition === (etag ?? modified);
    const status = isSame ? 304 : 200;
    answered.push(status);
    if (!web.isCertain) response.removeHeader('transfer-encoding');
    response.writeHead(status, {
      ...web.headers,
      ...(!web.isChunked && !isSame && { 'content-length': web.content.length }),
    });
    if (isSame) response.end();
    else {
      response.write(web.content.subarray(0, 1000));
      void web.isReady.then(() => response.end(web.content.subarray(1000)));
    }
  };
  const server = createServer(answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  stage.undo.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const root = directory();
  const cache = new FileCache<Validators>({
    directory: root,
    size,
    files: 10,
    now: () => realClock.wall().getTime(),
  });
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const offering = gatewayOffering(base, httpOver(realClock, 10_000), { clock: { now }, cache });
  const served = await serve(stage, offering);
  const client = new TftpClient('127.0.0.1', { port: served.to.port });
  return { ...served, client, cache, root, asked, answered, web };
}

async function isGot(world: World, content: Uint8Array): Promise<void> {
  expect(Buffer.compare(await world.client.getOctets('f'), content)).toBe(0);
}

describe('case 147: a file that is asked for again', () => {
  test.each([
    ['an ETag', { etag: '"v1"' }, '"v1"'],
    ['a weak ETag', { etag: 'W/"v1"' }, 'W/"v1"'],
    ['a date alone', { 'last-modified': old }, old],
  ] as const)(
    '%s: the web server confirms it and does not send it again',
    async (_name, headers, condition) => {
      const world = await start();
      world.web.headers = headers;
      for (let time = 0; time < 3; time += 1) await isGot(world, pattern(3000));
      expect(world.asked).toEqual([undefined, condition, condition]);
      expect(world.answered).toEqual([200, 304, 304]);
      expect(world.cache.used).toEqual({ files: 1, octets: 3000 });
      expect(readdirSync(world.root)).toEqual([]);
    },
  );

  test('a new version is sent and kept; the old one goes', async () => {
    const world = await start();
    world.web.headers = { etag: '"v1"' };
    await isGot(world, pattern(3000));
    Object.assign(world.web, { content: pattern(5000), headers: { etag: '"v2"' } });
    await isGot(world, pattern(5000));
    await isGot(world, pattern(5000));
    expect(world.asked).toEqual([undefined, '"v1"', '"v2"']);
    expect(world.cache.used).toEqual({ files: 1, octets: 5000 });
  });

  test.each([
    ['no validator', {}],
    ['no-store', { etag: '"v1"', 'cache-control': 'private, no-store' }],
    ['a date of this second', { 'last-modified': 'now' }],
  ] as const)('%s: it is fetched each time', async (_name, headers) => {
    const world = await start();
    const now = realClock.wall().toUTCString();
    world.web.headers = 'last-modified' in headers ? { 'last-modified': now, date: now } : { ...headers };
    await isGot(world, pattern(3000));
    await isGot(world, pattern(3000));
    expect(world.asked).toEqual([undefined, undefined]);
    expect(world.cache.used).toEqual({ files: 0, octets: 0 });
  });

  test('many at once share one request, whether it is kept or not', async () => {
    const world = await start();
    world.web.headers = { etag: '"v1"' };
    for (let round = 1; round <= 2; round += 1) {
      await Promise.all(Array.from({ length: 20 }, () => isGot(world, pattern(3000))));
      expect(world.asked.length).toBeLessThanOrEqual(2 * round);
    }
    expect(world.answered.filter((status) => status === 200)).toHaveLength(1);
  });

  test('a client that wants the size alone keeps nothing', async () => {
    const world = await start();
    Object.assign(world.web, { content: pattern(300_000), headers: { etag: '"v1"' } });
    expect(await world.client.stat('f')).toMatchObject({ size: 300_000 });
    await isGot(world, pattern(300_000));
    expect(world.answered).toEqual([200, 200]);
    expect(world.cache.used).toEqual({ files: 1, octets: 300_000 });
  });
});

describe('case 147: a file without a length', () => {
  test('is told with its size, and kept', async () => {
    const world = await start();
    Object.assign(world.web, { isChunked: true, headers: { etag: '"v1"' } });
    expect(await world.client.stat('f')).toMatchObject({ size: 3000 });
    await isGot(world, pattern(3000));
    expect(world.answered).toEqual([200, 304]);
  });

  test('without a validator: its size is told, and nothing stays', async () => {
    const world = await start();
    world.web.isChunked = true;
    expect(await world.client.stat('f')).toMatchObject({ size: 3000 });
    await isGot(world, pattern(3000));
    await vi.waitFor(() => expect(world.cache.used).toEqual({ files: 0, octets: 0 }));
  });

  test('one that may have been cut is not kept, and the log says so', async () => {
    const world = await start();
    Object.assign(world.web, { isChunked: true, isCertain: false, headers: { etag: '"v1"' } });
    const complete = new Promise((resolve) =>
      world.server.subscribe((event) => event.type === 'complete' && resolve(event.hasUncertainEnd)),
    );
    await isGot(world, pattern(3000));
    expect(await complete).toBe(true);
    await vi.waitFor(() => expect(world.cache.used).toEqual({ files: 0, octets: 0 }));
  });

  test('one that does not fit is passed on without a size, and is not tried again', async () => {
    const world = await start({ size: 2000 });
    Object.assign(world.web, { isChunked: true, headers: { etag: '"v1"' } });
    await isGot(world, pattern(3000));
    expect(world.answered).toEqual([200]);
    await isGot(world, pattern(3000));
    expect(world.answered).toEqual([200, 200]);
    await vi.waitFor(() => expect(world.cache.used).toEqual({ files: 0, octets: 0 }));
  });

  test('one that comes slowly is passed on while it comes, with what came before', async () => {
    let time = 0;
    // Each look at the clock takes longer than a client waits.
    const world = await start({ now: () => (time += 20_000) });
    Object.assign(world.web, { isChunked: true, headers: { etag: '"v1"' } });
    const ready = deferred<undefined>();
    world.web.isReady = ready.promise;
    const got = world.client.getOctets('f', {
      ...{ blksize: 512, windowsize: 'off' },
      // The rest of the body comes when the client has a block: so it did not wait for the end.
      onProgress: ({ octets }) => octets > 0 && ready.resolve(undefined),
    });
    expect(Buffer.compare(await got, pattern(3000))).toBe(0);
    expect(world.answered).toEqual([200]);
  });

  test('one with a length that does not fit is passed on as it arrives', async () => {
    const world = await start({ size: 2000 });
    world.web.headers = { etag: '"v1"' };
    await isGot(world, pattern(3000));
    expect(world.answered).toEqual([200]);
    await vi.waitFor(() => expect(world.cache.used).toEqual({ files: 0, octets: 0 }));
  });
});
