// Our client against a scripted server: what it asks, what it makes of the answers, and when it gives up.
// In memory, on virtual time.
import { PassThrough, Readable, Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { Client } from '../../../src/engine/client/client.ts';
import type { Destination, GetRequest, PutRequest } from '../../../src/engine/client/requests.ts';
import type { Transfer, TransferSettings } from '../../../src/engine/transfer.ts';
import type { Sink } from '../../../src/files/file.ts';
import { problem } from '../../../src/files/problem.ts';
import type { Tid } from '../../../src/wire/tid.ts';
import { ack, data, error, oack, pattern } from '../../support/script.ts';
import { latin, type RawPeer } from '../../support/raw-peer.ts';
import { inMemory, settled, tftpErrorOf, type MemoryStage } from '../../support/towers.ts';

interface World {
  readonly stage: MemoryStage;
  /** Hears the request. */
  readonly listener: RawPeer;
  /** The server's own port of the transfer. */
  readonly server: RawPeer;
  get(settings?: TransferSettings, more?: Partial<GetRequest>): Transfer;
  put(octets: Uint8Array, settings?: TransferSettings, more?: Partial<PutRequest>): Transfer;
  /** Where a get to memory went. */
  readonly memory: { type: 'memory'; octets?: Uint8Array };
}

async function start(address = '127.0.0.1'): Promise<World> {
  const stage = inMemory();
  const listener = await stage.peer(address);
  const server = await stage.peer(address);
  const memory: Destination & { type: 'memory' } = { type: 'memory' };
  const client = new Client(stage.tower);
  const remote = { host: address, port: listener.local.port, file: 'f' };
  return {
    ...{ stage, listener, server, memory },
    get: (settings = {}, more = {}) => client.get({ remote, settings, to: memory, ...more }),
    put: (octets, settings = {}, more = {}) =>
      client.put({ remote, settings, from: { type: 'memory', octets }, ...more }),
  };
}

const plain: TransferSettings = { options: false };

/** The request, and who sent it. */
async function asked(world: World): Promise<Tid> {
  await world.listener.hear();
  return world.listener.from;
}

describe('the request', () => {
  test('case 35: what fits the path is asked for', async () => {
    const world = await start();
    world.get();
    expect(await world.listener.hear()).toBe('RRQ f octet tsize=0 blksize=65464');
  });

  test('a put announces its size', async () => {
    const world = await start();
    world.put(pattern(77), { blksize: 512, windowsize: 4 });
    expect(await world.listener.hear()).toBe('WRQ f octet tsize=77 blksize=512 windowsize=4');
  });

  test('case 58: the timeout option is in whole seconds, or not sent', async () => {
    const world = await start();
    const settings = { blksize: 'off', windowsize: 'off', tsize: false } as const;
    world.get({ ...settings, rexmt: 3000 });
    expect(await world.listener.hear()).toBe('RRQ f octet timeout=3');
    world.get({ ...settings, rexmt: 1500 });
    expect(await world.listener.hear()).toBe('RRQ f octet');
  });

  test.each([
    ['case 10, O16: more than 512 octets', 'x'.repeat(500), {}, /a request has at most 512/],
    ['no name', '', {}, /no name/],
    ['a NUL', 'a\0b', {}, /NUL/],
    ['F11: a lone surrogate', 'a\ud800', {}, /./],
    ['blksize 7', 'f', { blksize: 7 }, /blksize must be 8–65464/],
    ['windowsize 0', 'f', { windowsize: 0 }, /windowsize must be/],
    ['timeout NaN', 'f', { timeout: NaN }, /timeout must be/],
  ])('%s: refused here, and nothing is sent', async (_, file, settings, text) => {
    const world = await start();
    const remote = { host: '127.0.0.1', port: world.listener.local.port, file };
    const failure = await tftpErrorOf(world.stage, world.get(settings, { remote }).done);
    expect(failure.failure.by).toBe('usage');
    expect(failure.shortMessage).toMatch(text);
    await world.stage.clock.run();
    expect(world.listener.heard).toEqual([]);
    expect(world.stage.network.ports).toBe(2);
  });

  test('local ports come from the range', async () => {
    const world = await start();
    world.get({ localPorts: { from: 3000, to: 3001 } });
    world.get({ localPorts: { from: 3000, to: 3001 } });
    const third = world.get({ localPorts: { from: 3000, to: 3001 } });
    const failure = await tftpErrorOf(world.stage, third.done);
    expect(failure.failure.by).toBe('network');
    expect(failure.shortMessage).toBe('cannot open a local port of 3000–3001 (EADDRINUSE)');
    const ports = [await asked(world), await asked(world)].map(({ port }) => port);
    expect(ports.sort()).toEqual([3000, 3001]);
  });
});

describe('answers to the options of a read', () => {
  test.each([
    ['case 36, O07: blksize larger than asked', oack('blksize 1025'), /^ERROR 8/],
    ['case 38, O06: an option never asked for', oack('windowsize 4'), /^ERROR 8/],
    ['case 38: an unknown option', oack('colour blue'), /^ERROR 8/],
    ['case 57, O07: another timeout', oack('timeout 9'), /^ERROR 8/],
    ['O07: tsize abc', oack('tsize abc'), /^ERROR 8/],
    ['case 39: an empty OACK', latin('\0\x06'), /^ERROR 4/],
    ['case 39: half an option', latin('\0\x06blksize\0'), /^ERROR 4/],
    ['N08: ACK 0 for a read', ack(0), /^ERROR 4/],
    ['case 74, P14: DATA longer than agreed', data(1, 600), /^ERROR 4/],
  ])('%s: told, and ended', async (_, answer, told) => {
    const world = await start();
    const transfer = world.get({ blksize: 1024, windowsize: 'off', rexmt: 5000 });
    world.server.send(answer, await asked(world));
    const failure = await tftpErrorOf(world.stage, transfer.done);
    expect(failure.failure.by).toBe('local');
    await world.stage.clock.run();
    expect(world.server.heard).toHaveLength(1);
    expect(world.server.heard[0]).toMatch(told);
    expect(world.memory.octets).toBeUndefined();
  });

  test('case 38: a lenient client takes them, with a warning', async () => {
    const world = await start();
    const transfer = world.get({ lenient: true, blksize: 'off', windowsize: 'off' });
    world.server.send(oack('blksize 600', 'colour blue'), await asked(world));
    expect(await world.server.hear()).toBe('ACK 0');
    world.server.send(data(1, 10));
    const { warnings } = await settled(world.stage, transfer.done);
    expect(warnings).toEqual(['the server set options that were not asked for: blksize']);
  });

  test('case 37: a smaller blksize is used', async () => {
    const world = await start();
    const transfer = world.get({ blksize: 1024 });
    world.server.send(oack('blksize 100'), await asked(world));
    expect(await world.server.hear()).toBe('ACK 0');
    world.server.send(data(1, 100));
    expect(await world.server.hear()).toBe('ACK 1');
    world.server.send(data(2, 5));
    expect((await settled(world.stage, transfer.done)).octets).toBe(105);
  });

  test.each([8, 1468])(
    'case 40, O17: blksize %i asked, plain DATA of 512 came: that is what holds',
    async (blksize) => {
      const world = await start();
      const transfer = world.get({ blksize });
      world.server.send(data(1), await asked(world));
      expect(await world.server.hear()).toBe('ACK 1');
      world.server.send(data(2, 1));
      expect((await settled(world.stage, transfer.done)).octets).toBe(513);
    },
  );

  test('case 42: the OACK was lost: the request is repeated; a second OACK draws ACK 0 again', async () => {
    const world = await start();
    world.get({ blksize: 600 });
    const from = await asked(world);
    expect(await asked(world)).toEqual(from);
    world.server.send(oack('blksize 600'), from);
    world.server.send(oack('blksize 600'), from);
    expect([await world.server.hear(), await world.server.hear()]).toEqual(['ACK 0', 'ACK 0']);
    world.server.send(data(1, 600));
    expect(await world.server.hear()).toBe('ACK 1');
    // O08: later it is out of place.
    world.server.send(oack('blksize 600'));
    world.server.send(data(2, 600));
    expect(await world.server.hear()).toBe('ACK 2');
  });

  test.each([8, 4])(
    'case 41, O18: ERROR %i: once more without options, from a fresh port, and it is said',
    async (code) => {
      const world = await start();
      const transfer = world.get();
      const first = await asked(world);
      world.server.send(error(code, 'no options please'), first);
      expect(await world.listener.hear()).toBe('RRQ f octet');
      expect(world.listener.from).not.toEqual(first);
      world.server.send(data(1, 3), world.listener.from);
      const { warnings } = await settled(world.stage, transfer.done);
      expect(warnings).toEqual(['the server refused the options: asked again without them']);
    },
  );

  test('what was resent is the sum over both requests', async () => {
    const world = await start();
    const transfer = world.get({ rexmt: 1000 });
    await asked(world);
    // Nobody answers the first request of either kind.
    world.server.send(error(8), await asked(world));
    expect(await world.listener.hear()).toBe('RRQ f octet');
    expect(await world.listener.hear()).toBe('RRQ f octet');
    world.server.send(data(1, 3), world.listener.from);
    expect((await settled(world.stage, transfer.done)).resent).toBe(2);
  });

  test.each([0, 1, 2, 5])('case 41: ERROR %i is final', async (code) => {
    const world = await start();
    const transfer = world.get();
    world.server.send(error(code, 'no'), await asked(world));
    const failure = await tftpErrorOf(world.stage, transfer.done);
    expect(failure.failure).toMatchObject({ by: 'peer', code });
    await world.stage.clock.run();
    expect(world.listener.heard).toHaveLength(1);
    expect(world.server.heard).toEqual([]);
  });

  test('case 41: without options the second ERROR 8 is final', async () => {
    const world = await start();
    const transfer = world.get();
    world.server.send(error(8), await asked(world));
    world.server.send(error(8), await asked(world));
    expect((await tftpErrorOf(world.stage, transfer.done)).failure).toMatchObject({ by: 'peer', code: 8 });
  });
});

describe('answers to a write', () => {
  test('case 46: ACK 0: options are off, DATA 1 has 512 octets', async () => {
    const world = await start();
    const transfer = world.put(pattern(600));
    world.server.send(ack(0), await asked(world));
    expect(await world.server.hear()).toBe('DATA 1 (512)');
    world.server.send(ack(1));
    expect(await world.server.hear()).toBe('DATA 2 (88)');
    world.server.send(ack(2));
    expect(await settled(world.stage, transfer.done)).toMatchObject({ octets: 600, confirmed: true });
  });

  test('case 47: an OACK is answered by DATA 1 itself', async () => {
    const world = await start();
    world.put(pattern(600));
    world.server.send(oack('blksize 500'), await asked(world));
    expect(await world.server.hear()).toBe('DATA 1 (500)');
  });

  test('case 81: the final ACK never comes: sent, and not confirmed', async () => {
    const world = await start();
    const transfer = world.put(pattern(10), plain);
    world.server.send(ack(0), await asked(world));
    expect(await settled(world.stage, transfer.done)).toMatchObject({ confirmed: false, resent: 7 });
  });

  test('C10: the local octets are not as many as announced: ERROR 0', async () => {
    const world = await start();
    const stream = Readable.from([pattern(700), pattern(100)]);
    const transfer = world.put(pattern(0), plain, { from: { type: 'stream', stream, size: 1300 } });
    world.server.send(ack(0), await asked(world));
    expect(await world.server.hear()).toBe('DATA 1 (512)');
    world.server.send(ack(1));
    const failure = await tftpErrorOf(world.stage, transfer.done);
    expect(failure.failure).toMatchObject({ by: 'file', problem: 'changed' });
    await world.stage.clock.run();
    expect(world.server.heard.slice(1)).toEqual(['ERROR 0 File changed while it was sent']);
  });

  test('case 117: a stream of unknown size is sent as it comes', async () => {
    const world = await start();
    const stream = new PassThrough();
    const transfer = world.put(pattern(0), { blksize: 512 }, { from: { type: 'stream', stream } });
    stream.write(pattern(500));
    stream.end(pattern(100));
    expect(await world.listener.hear()).toBe('WRQ f octet blksize=512 windowsize=16');
    world.server.send(ack(0), world.listener.from);
    expect(await world.server.hear()).toBe('DATA 1 (512)');
    world.server.send(ack(1));
    expect(await world.server.hear()).toBe('DATA 2 (88)');
    world.server.send(ack(2));
    expect((await settled(world.stage, transfer.done)).octets).toBe(600);
  });
});

describe('case 128: a put of a slow stream', () => {
  const settings = { blksize: 512, windowsize: 2 } as const;

  test('asks the server only when the first window is at hand, however long that takes', async () => {
    const world = await start();
    const stream = new PassThrough();
    const transfer = world.put(pattern(0), settings, { from: { type: 'stream', stream } });
    await world.stage.clock.advance(600_000);
    stream.write(pattern(512));
    await world.stage.clock.advance(600_000);
    expect(world.listener.heard).toEqual([]);
    stream.write(pattern(512));
    await world.stage.clock.advance(1);
    expect(world.listener.heard).toEqual(['WRQ f octet blksize=512 windowsize=2']);
    await world.listener.receive();
    world.server.send(oack('blksize 512', 'windowsize 2'), world.listener.from);
    expect(await world.server.hear()).toBe('DATA 1 (512)');
    expect(await world.server.hear()).toBe('DATA 2 (512)');
    world.server.send(ack(2));
    stream.end();
    expect(await world.server.hear()).toBe('DATA 3 (0)');
    world.server.send(ack(3));
    expect((await settled(world.stage, transfer.done)).octets).toBe(1024);
  });

  test('a stream that ends before a window is full is asked for at its end, also an empty one', async () => {
    for (const octets of [pattern(0), pattern(100)]) {
      const world = await start();
      const stream = new PassThrough();
      const transfer = world.put(pattern(0), settings, { from: { type: 'stream', stream } });
      await world.stage.clock.advance(60_000);
      expect(world.listener.heard).toEqual([]);
      stream.end(octets);
      world.server.send(ack(0), await asked(world));
      expect(await world.server.hear()).toBe(`DATA 1 (${octets.length})`);
      world.server.send(ack(1));
      expect((await settled(world.stage, transfer.done)).octets).toBe(octets.length);
    }
  });

  test('a stream that fails first costs the server no request', async () => {
    const world = await start();
    const stream = new PassThrough();
    const transfer = world.put(pattern(0), settings, { from: { type: 'stream', stream } });
    stream.write(pattern(100));
    await world.stage.clock.advance(1000);
    stream.destroy(new Error('the other program crashed'));
    const { failure } = await tftpErrorOf(world.stage, transfer.done);
    expect(failure).toMatchObject({ by: 'file', problem: 'io' });
    expect(world.listener.heard).toEqual([]);
  });

  test('an abort ends the wait at once', async () => {
    const world = await start();
    const stream = new PassThrough();
    const transfer = world.put(pattern(0), settings, { from: { type: 'stream', stream } });
    await world.stage.clock.advance(1000);
    transfer.abort();
    const { failure } = await tftpErrorOf(world.stage, transfer.done);
    expect(failure).toMatchObject({ by: 'abort' });
    expect(stream.destroyed).toBe(true);
    await world.stage.clock.run();
    expect(world.listener.heard).toEqual([]);
  });
});

describe('content', () => {
  test.each([
    ['C07, case 54: more than tsize', 'tsize 10', 20],
    ['C07, case 54: less than tsize', 'tsize 20', 10],
  ])('%s: a failure, nothing published', async (_, option, length) => {
    const world = await start();
    const transfer = world.get();
    world.server.send(oack(option), await asked(world));
    await world.server.hear();
    world.server.send(data(1, length));
    const failure = await tftpErrorOf(world.stage, transfer.done);
    expect(failure.failure.by).toBe('integrity');
    expect(failure.shortMessage).toMatch(/^size mismatch/);
    await world.stage.clock.run();
    expect(world.server.heard.at(-1)).toMatch(/^ERROR 0/);
    expect(world.memory.octets).toBeUndefined();
  });

  test('case 54: an OACK with tsize=0 means that the server does not know the size', async () => {
    const world = await start();
    const transfer = world.get();
    world.server.send(oack('tsize 0'), await asked(world));
    expect(await world.server.hear()).toBe('ACK 0');
    world.server.send(data(1, 100));
    expect((await settled(world.stage, transfer.done)).octets).toBe(100);
  });

  test('case 53: the size that the server tells has no room: ERROR 3, nothing is kept', async () => {
    const world = await start();
    const calls: string[] = [];
    const called = (what: string) => () => Promise.resolve(void calls.push(what));
    const sink: Sink = {
      ...{ write: called('write'), publish: called('publish'), discard: called('discard') },
      expect: () => Promise.reject(problem('full')),
    };
    const transfer = world.get({}, { to: { type: 'sink', sink } });
    world.server.send(oack('tsize 1000000'), await asked(world));
    const failure = await tftpErrorOf(world.stage, transfer.done);
    expect(failure.failure).toMatchObject({ by: 'file', problem: 'full' });
    await world.stage.clock.run();
    expect(world.server.heard.at(-1)).toMatch(/^ERROR 3 /);
    expect(new Set(calls)).toEqual(new Set(['discard']));
  });

  test('C08: another SHA-256 is not published', async () => {
    const world = await start();
    const transfer = world.get(plain, { sha256: '0'.repeat(64) });
    world.server.send(data(1, 5), await asked(world));
    const failure = await tftpErrorOf(world.stage, transfer.done);
    expect(failure.shortMessage).toMatch(/^SHA-256 mismatch: the file has [0-9a-f]{64}$/);
    expect(world.memory.octets).toBeUndefined();
  });

  test('case 106: a binary file in netascii draws a warning', async () => {
    const world = await start();
    const transfer = world.get({ ...plain, mode: 'netascii' });
    world.server.send(data(1, latin('a\r\nb\0')), await asked(world));
    const { warnings, octets } = await settled(world.stage, transfer.done);
    expect(warnings.join()).toMatch(/looks like a binary file/);
    expect(octets).toBe(4);
    expect(Buffer.from(world.memory.octets!).toString('latin1')).toBe('a\nb\0');
  });

  test('case 117: a get to a stream comes as it is, and the stream stays open', async () => {
    const world = await start();
    const stream = new PassThrough();
    const transfer = world.get(plain, { to: { type: 'stream', stream } });
    world.server.send(data(1, 100), await asked(world));
    await settled(world.stage, transfer.done);
    expect(stream.read()).toEqual(Buffer.from(pattern(100)));
    expect(stream.writableEnded).toBe(false);
  });

  test('a stream that breaks: ERROR to the server, and a TftpError', async () => {
    const world = await start();
    const stream = new Writable({ write: (_chunk, _encoding, done) => done(new Error('gone')) });
    const transfer = world.get(plain, { to: { type: 'stream', stream } });
    world.server.send(data(1, 100), await asked(world));
    expect((await tftpErrorOf(world.stage, transfer.done)).failure.by).toBe('file');
    await world.stage.clock.run();
    expect(world.server.heard.at(-1)).toMatch(/^ERROR 0/);
  });
});
