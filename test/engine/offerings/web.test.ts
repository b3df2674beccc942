// Our server in front of a web server on loopback: what is fetched, how fast, and what becomes of errors.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { createServer as createSocketServer, type AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { ack, error, pattern } from '../../support/script.ts';
import { rrq, wrq, type RawPeer } from '../../support/raw-peer.ts';
import { loopback, serve, type Served, type Stage } from '../../support/towers.ts';
import { problemOf, readAll } from '../../files/disk.ts';
import { gatewayOffering, type GatewayOptions } from '../../../src/engine/offerings/web.ts';
import { TftpClient } from '../../../src/engine/library/tftp-client.ts';
import { realClock } from '../../../src/network/clock.ts';
import { httpOver } from '../../../src/network/http.ts';
import { VirtualClock } from '../../../src/network/virtual-clock.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const get = httpOver(realClock, 10_000);

async function web(
  stage: Stage,
  answer: Answer,
): Promise<{ readonly base: string; readonly asked: string[] }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    answer(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  stage.undo.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { base: `http://127.0.0.1:${(server.address() as AddressInfo).port}/pub`, asked };
}

async function start(
  answer: Answer,
  options: Pick<GatewayOptions, 'redirects'> = {},
): Promise<{ stage: Stage; peer: RawPeer; asked: string[] } & Served> {
  const stage = loopback();
  const { base, asked } = await web(stage, answer);
  return {
    stage,
    asked,
    peer: await stage.peer(),
    ...(await serve(stage, gatewayOffering(base, get, { clock: realClock, ...options }))),
  };
}

/** In front of a web server that answers with exactly these octets and closes the connection. */
async function startRaw(answer: string): Promise<{ peer: RawPeer } & Served> {
  const stage = loopback();
  const server = createSocketServer((socket) => socket.once('data', () => socket.end(answer)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  stage.undo.push(() => server.close());
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const offering = gatewayOffering(base, get, { clock: realClock });
  return { peer: await stage.peer(), ...(await serve(stage, offering)) };
}

const sized =
  (content: Uint8Array): Answer =>
  (_, response) =>
    response.setHeader('content-length', content.length).end(content);

describe('a gateway', () => {
  test('a file with its size, whole and under its name', async () => {
    const content = pattern(300_000);
    const { to, asked } = await start(sized(content));
    const client = new TftpClient('127.0.0.1', { port: to.port });
    expect(Buffer.from(await client.getOctets('dir/a b%2e#?ü.img')).equals(content)).toBe(true);
    expect(await client.stat('f')).toMatchObject({ size: 300_000 });
    expect(asked).toEqual(['/pub/dir/a%20b%252e%23%3F%C3%BC.img', '/pub/f']);
  });

  test('without a size: no tsize, and the same octets', async () => {
    const { peer, to } = await start((_, response) => {
      response.write('a'.repeat(400));
      response.write('b'.repeat(400));
      response.end('c');
    });
    peer.send(rrq('f', 'tsize 0', 'blksize 600'), to);
    expect(await peer.hear()).toBe('OACK blksize=600');
    peer.send(ack(0));
    expect((await peer.drain(600)).toString()).toBe(`${'a'.repeat(400)}${'b'.repeat(400)}c`);
  });

  test('an empty file', async () => {
    const { peer, to } = await start(sized(new Uint8Array(0)));
    peer.send(rrq('f', 'tsize 0'), to);
    expect((await peer.drain()).length).toBe(0);
  });

  test.each([
    [404, 'ERROR 1 File not found'],
    [410, 'ERROR 1 File not found'],
    [401, 'ERROR 2 Access violation'],
    [403, 'ERROR 2 Access violation'],
    [500, 'ERROR 0 Input/output error'],
    [503, 'ERROR 0 Input/output error'],
    [304, 'ERROR 0 Input/output error'],
  ])('F19: status %i is told as %s, and not in the words of the server', async (status, expected) => {
    const { peer, to } = await start((_, response) =>
      response.writeHead(status, '/secret/path').end('/secret/path'),
    );
    peer.send(rrq('f'), to);
    expect(await peer.hear()).toBe(expected);
  });

  test('F01: what is refused in a directory is never asked for', async () => {
    const { peer, to, asked } = await start(sized(pattern(10)));
    for (const name of ['../x', 'a/../../x', '..\\x']) {
      peer.send(rrq(name), to);
      expect(await peer.hear()).toBe('ERROR 2 Access violation');
    }
    peer.send(wrq('x'), to);
    expect(await peer.hear()).toBe('ERROR 2 Access violation: writing is off');
    expect(asked).toEqual([]);
  });

  test('redirects stay with the server, and do not go on for ever', async () => {
    const elsewhere = await start(sized(pattern(7)));
    const other = `http://127.0.0.2:${elsewhere.to.port}/x`;
    const ways: Readonly<Record<string, string>> = {
      '/pub/near': '/pub/end',
      '/pub/far': other,
      '/pub/odd': 'http://[',
      '/pub/file': 'file:///etc/passwd',
      '/pub/dir': '/pub/dir/',
      '/pub/loop': '/pub/loop2',
      '/pub/loop2': '/pub/loop',
    };
    const { peer, to } = await start((request, response) => {
      const location = ways[request.url ?? ''];
      if (location === undefined) response.end('end');
      else response.writeHead(302, { location }).end();
    });
    const heard: string[] = [];
    for (const name of ['near', 'far', 'odd', 'file', 'dir', 'loop']) {
      peer.send(rrq(name), to);
      heard.push(await peer.hear());
      peer.send(ack(1));
    }
    expect(heard).toEqual([
      'DATA 1 (3)',
      'ERROR 2 Access violation',
      'ERROR 2 Access violation',
      'ERROR 2 Access violation',
      'ERROR 2 Is a directory',
      'ERROR 0 Input/output error',
    ]);
  });

  test.each([
    ['path', ['DATA 1 (3)', 'ERROR 2 Access violation', 'ERROR 2 Access violation']],
    ['origin', ['DATA 1 (3)', 'DATA 1 (6)', 'DATA 1 (6)']],
  ] as const)('F31: redirects stay below the offered %s', async (redirects, expected) => {
    const ways: Readonly<Record<string, string>> = {
      '/pub/near': '/pub/sub/../end',
      '/pub/far': '/secret',
      '/pub/dots': '/pub/%2e%2e/secret',
    };
    const answer: Answer = (request, response) => {
      const location = ways[request.url ?? ''];
      if (location === undefined) response.end(request.url === '/secret' ? 'secret' : 'end');
      else response.writeHead(302, { location }).end();
    };
    const { peer, to } = await start(answer, { redirects });
    const heard: string[] = [];
    for (const name of ['near', 'far', 'dots']) {
      peer.send(rrq(name), to);
      heard.push(await peer.hear());
      peer.send(ack(1));
    }
    expect(heard).toEqual(expected);
  });

  test.each([
    ['HTTP/1.0 without a length', 'HTTP/1.0 200 OK\r\n\r\nhalf', true],
    ['HTTP/1.1 without a length', 'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhalf', true],
    ['a length', 'HTTP/1.0 200 OK\r\nContent-Length: 4\r\n\r\nhalf', undefined],
    ['chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n0\r\n\r\n', undefined],
  ])('F32: whether the end of a body is certain: %s', async (_, answer, expected) => {
    const { peer, to, events } = await startRaw(answer);
    peer.send(rrq('f'), to);
    expect(await peer.hear()).toBe('DATA 1 (4)');
    peer.send(ack(1));
    peer.send(rrq('f'), to);
    await peer.hear();
    const complete = events.find(({ type }) => type === 'complete') as { hasUncertainEnd?: true } | undefined;
    expect(complete).toMatchObject({ type: 'complete', confirmed: true });
    expect(complete?.hasUncertainEnd).toBe(expected);
  });

  test.each([
    [
      'a length',
      'HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhalf',
      'ERROR 0 File changed while it was sent',
    ],
    [
      'chunks',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n',
      'ERROR 0 Input/output error',
    ],
    [
      'a chunk',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhalf',
      'ERROR 0 Input/output error',
    ],
  ])('F32: a body that is cut although it has %s is a failure', async (_, answer, expected) => {
    const { peer, to } = await startRaw(answer);
    peer.send(rrq('f'), to);
    expect(await peer.hear()).toBe(expected);
  });

  test('F28: a body shorter than announced is `changed`, and its last block never goes out', async () => {
    const { peer, to } = await start((_, response) => {
      response.setHeader('content-length', 600);
      response.write('x'.repeat(550), () => response.destroy());
    });
    peer.send(rrq('f'), to);
    const first = await peer.hear();
    if (first.startsWith('DATA')) {
      expect(first).toBe('DATA 1 (512)');
      peer.send(ack(1));
    }
    expect(first.startsWith('DATA') ? await peer.hear() : first).toBe(
      'ERROR 0 File changed while it was sent',
    );
  });

  test('a body without a size that breaks off is an error too', async () => {
    const { peer, to } = await start((_, response) => response.write('x', () => response.destroy()));
    peer.send(rrq('f'), to);
    expect(await peer.hear()).toBe('ERROR 0 Input/output error');
  });

  test('R07: it is read no faster than the client reads, and a client that leaves ends it', async () => {
    const whole = 64 * 1024 * 1024;
    let written = 0;
    let closed: () => void = () => undefined;
    const gone = new Promise<void>((resolve) => (closed = resolve));
    const { peer, to } = await start((_, response) => {
      response.setHeader('content-length', whole);
      response.once('close', closed);
      const more = (): void => {
        while (written < whole) {
          written += 65_536;
          if (!response.write(Buffer.alloc(65_536))) return;
        }
      };
      response.on('drain', more);
      more();
    });
    peer.send(rrq('f', 'tsize 0'), to);
    expect(await peer.hear()).toBe(`OACK tsize=${whole}`);
    peer.send(ack(0));
    for (let block = 1; block < 1000; block++) {
      expect(await peer.hear()).toBe(`DATA ${block} (512)`);
      peer.send(ack(block));
    }
    expect(written).toBeLessThan(whole / 2);
    peer.send(error(0));
    await gone;
    expect(written).toBeLessThan(whole / 2);
  });

  test('R15: 200 forged requests for one name are one request to the web server', async () => {
    const { stage, to, asked, server } = await start(sized(pattern(300_000)));
    const peers = await Promise.all(Array.from({ length: 200 }, () => stage.peer()));
    for (const peer of peers) peer.send(rrq('f'), to);
    for (const peer of peers) expect(await peer.hear()).toBe('DATA 1 (512)');
    expect(server.status().active).toHaveLength(200);
    expect(asked).toEqual(['/pub/f']);
    for (const peer of peers) peer.send(error(0));
  });

  test('R15: a client that asks for something else ends the request to a silent web server', async () => {
    let closed: () => void = () => undefined;
    const gone = new Promise<void>((resolve) => (closed = resolve));
    let begun: () => void = () => undefined;
    const asked = new Promise<void>((resolve) => (begun = resolve));
    const { peer, to } = await start((request, response) => {
      if (request.url === '/pub/g') return void response.end('here');
      response.once('close', closed);
      begun();
    });
    peer.send(rrq('f'), to);
    await asked;
    peer.send(rrq('g'), to);
    expect(await peer.hear()).toBe('DATA 1 (4)');
    await gone;
  });

  test('a web server that never answers, or stops in the middle, is given up', async () => {
    const stage = loopback();
    let begun: () => void = () => undefined;
    const { base } = await web(stage, (request, response) => {
      if (request.url === '/pub/half') response.setHeader('content-length', 10).write('half');
      begun();
    });
    const clock = new VirtualClock();
    const offering = gatewayOffering(base, httpOver(clock, 5000), { clock });
    const asked = new Promise<void>((resolve) => (begun = resolve));
    const waiting = problemOf(offering.open('silent'));
    await asked;
    await clock.advance(5000);
    expect(await waiting).toBe('io');
    const half = await offering.open('half');
    const reading = problemOf(readAll(half, 10));
    await clock.advance(5000);
    expect(await reading).toBe('changed');
  });

  test('nobody there', async () => {
    const offering = gatewayOffering('http://127.0.0.1:1/', get, { clock: realClock });
    expect(await problemOf(offering.open('f'))).toBe('io');
    expect(await offering.list(9)).toEqual([]);
    await offering.close();
  });

  test.each(['ftp://h/', 'h', 'http://u:p@h/', 'http://h/?q', 'http://h/#f', ''])('%j is refused', (base) => {
    expect(() => gatewayOffering(base, get, { clock: realClock })).toThrow(
      expect.objectContaining({ name: 'TftpError' }),
    );
  });
});
