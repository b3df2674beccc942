// Our client when the network or the other side misbehaves: strangers, duplicates, silence, closed ports, the user's
// own abort. In memory, on virtual time.
import { describe, expect, test } from 'vitest';
import { Client } from '../../../src/engine/client/client.ts';
import { observe, type ForwardingNetwork } from '../../../src/network/observe.ts';
import type { Transfer, TransferSettings } from '../../../src/engine/transfer.ts';
import { ack, data, error, oack, pattern } from '../../support/script.ts';
import { latin, type RawPeer } from '../../support/raw-peer.ts';
import { inMemory, serve, settled, tftpErrorOf, traceOf, type MemoryStage } from '../../support/towers.ts';

interface World {
  readonly stage: MemoryStage;
  readonly listener: RawPeer;
  readonly server: RawPeer;
  readonly transfer: Transfer;
  readonly memory: { type: 'memory'; octets?: Uint8Array };
}

const plain: TransferSettings = { options: false };

/** A get that was asked for, and whose first block came from `server`. */
async function started(settings: TransferSettings = plain): Promise<World> {
  const world = await asking(settings);
  world.server.send(data(1), world.listener.from);
  expect(await world.server.hear()).toBe('ACK 1');
  return world;
}

async function asking(settings: TransferSettings = plain): Promise<World> {
  const stage = inMemory();
  const listener = await stage.peer();
  const server = await stage.peer();
  const memory: World['memory'] = { type: 'memory' };
  const remote = { host: '127.0.0.1', port: listener.local.port, file: 'f' };
  const transfer = new Client(stage.tower).get({ remote, settings, to: memory });
  await listener.hear();
  return { stage, listener, server, transfer, memory };
}

/** Ends it well with DATA 2, and gives the octets. */
async function ended({ stage, server, transfer, memory }: World): Promise<Uint8Array | undefined> {
  server.send(data(2, 3));
  await settled(stage, transfer.done);
  return memory.octets;
}

const whole = new Uint8Array([...pattern(512), ...pattern(3)]);

describe('strangers (RFC 1350 §4)', () => {
  test('case 20, 66, N02: two servers answer: the first wins, the other gets ERROR 5', async () => {
    const world = await started();
    const twin = await world.stage.peer();
    twin.send(data(1, 512), world.listener.from);
    twin.send(data(2, 9), world.listener.from);
    await world.stage.clock.advance(10);
    expect(twin.heard).toEqual(['ERROR 5 Unknown transfer ID']);
    expect(await ended(world)).toEqual(whole);
  });

  test('case 67: an ERROR from another TID is ignored, unanswered, and seen in the trace', async () => {
    const world = await started();
    const events = traceOf(world.stage);
    const twin = await world.stage.peer();
    twin.send(error(1, 'forged'), world.listener.from);
    await world.stage.clock.advance(10);
    expect(twin.heard).toEqual([]);
    expect(events).toContainEqual(
      expect.objectContaining({ note: { type: 'stranger', from: twin.local, answered: false } }),
    );
    expect(await ended(world)).toEqual(whole);
  });

  test('case 68, N01: a first answer from another address is ignored in silence, and costs no retry', async () => {
    const world = await asking();
    const other = await world.stage.peer('192.0.2.9');
    other.send(data(1, 5), world.listener.from);
    other.send(error(1), world.listener.from);
    await world.stage.clock.advance(900);
    expect(other.heard).toEqual([]);
    expect(world.listener.heard).toHaveLength(1);
    world.server.send(data(1, 3), world.listener.from);
    await settled(world.stage, world.transfer.done);
    expect(world.memory.octets).toEqual(pattern(3));
  });

  test('case 68: where it is allowed, both addresses are named in a warning', async () => {
    const world = await asking({ ...plain, anyAddress: true });
    const other = await world.stage.peer('192.0.2.9');
    other.send(data(1, 5), world.listener.from);
    const { warnings } = await settled(world.stage, world.transfer.done);
    expect(warnings).toEqual(['asked 127.0.0.1, and 192.0.2.9 answered']);
  });

  test('case 69: an answer from the asked port itself is accepted', async () => {
    const world = await asking();
    world.listener.send(data(1, 4), world.listener.from);
    expect((await settled(world.stage, world.transfer.done)).peer).toEqual(world.listener.local);
  });

  test('N12: the server goes on from another port: a stranger; it fails by silence', async () => {
    const world = await started();
    const moved = await world.stage.peer();
    moved.send(data(2, 5), world.listener.from);
    const failure = await tftpErrorOf(world.stage, world.transfer.done);
    expect(failure.failure).toMatchObject({ by: 'silence', heard: true });
    expect(moved.heard).toEqual(['ERROR 5 Unknown transfer ID']);
  });
});

describe('blocks that are not the one expected', () => {
  test('case 64: a duplicate is acknowledged again, and written once', async () => {
    const world = await started();
    world.server.send(data(1));
    expect(await world.server.hear()).toBe('ACK 1');
    expect(await ended(world)).toEqual(whole);
  });

  test('case 65: a storm of duplicates draws eight ACKs, no more', async () => {
    const world = await started();
    for (let count = 0; count < 100; count++) world.server.send(data(1));
    await world.stage.clock.advance(50);
    expect(world.server.waiting).toHaveLength(8);
    expect(await ended(world)).toEqual(whole);
  });

  test.each([
    ['case 71: DATA 3 after 1', data(3, 5)],
    ['case 72: DATA 0', data(0, 5)],
    ['case 73: 1 octet', latin('\0')],
    ['case 73: 2 octets', latin('\0\x03')],
    ['case 73: 3 octets', latin('\0\x03\0')],
    ['case 76: an unknown opcode', latin('\0\x09junk')],
    ['P01: nothing', latin('')],
  ])('%s is not written and ends nothing', async (_, packet) => {
    const world = await started();
    world.server.send(packet);
    await world.stage.clock.advance(10);
    expect(await ended(world)).toEqual(whole);
  });
});

describe('ERROR from the server', () => {
  test.each([
    [
      'case 77: ends it, and is not answered',
      error(2, 'Access violation'),
      'server error 2: Access violation',
    ],
    ['case 78: without its NUL', latin('\0\x05\0\x01nope'), 'server error 1: nope'],
    ['case 78: with an empty text', error(1, ''), 'server error 1: File not found'],
    ['case 78: with an unknown code', error(99, 'odd'), 'server error 99: odd'],
    [
      'case 79: with escapes',
      error(0, '\x1b[2J\u202eabc\r\x9b'),
      'server error 0: \\x1b[2J\\u{202e}abc\\r\\u{9b}',
    ],
  ])('%s', async (_, packet, text) => {
    const world = await started();
    world.server.send(packet);
    const failure = await tftpErrorOf(world.stage, world.transfer.done);
    expect(failure.shortMessage).toBe(text);
    expect(failure.failure.by).toBe('peer');
    await world.stage.clock.run();
    expect(world.server.waiting).toEqual([]);
    expect(world.memory.octets).toBeUndefined();
    expect(world.transfer.progress().state).toBe('failed');
  });
});

describe('the end', () => {
  test('case 80: the client dallies: each repeated last DATA draws its ACK again, and nobody waits for it', async () => {
    const world = await started();
    let released = false;
    void world.transfer.released.then(() => (released = true));
    await ended(world);
    expect(await world.server.hear()).toBe('ACK 2');
    const end = world.stage.clock.now();
    await world.stage.clock.advance(6000);
    world.server.send(data(2, 3));
    expect(await world.server.hear()).toBe('ACK 2');
    expect(released).toBe(false);
    // What is left keeps no process alive: time does not move for it.
    const before = world.stage.clock.now();
    await world.stage.clock.run();
    expect(world.stage.clock.now()).toBe(before);
    await world.stage.clock.advance(20_000);
    expect(released).toBe(true);
    expect(world.stage.clock.now() - end).toBeGreaterThan(12_000);
    expect(world.stage.network.ports).toBe(2);
  });

  test('case 80: release ends the dallying, and nothing before it', async () => {
    const world = await started();
    world.transfer.release();
    await ended(world);
    expect(await world.server.hear()).toBe('ACK 2');
    world.transfer.release();
    await world.transfer.released;
    world.server.send(data(2, 3));
    await world.stage.clock.advance(1000);
    expect(world.server.waiting).toEqual([]);
  });

  test('R09: no timer of an ended transfer keeps the process alive', async () => {
    const world = await started({ ...plain, rexmt: 200_000, timeout: 1_000_000 });
    await ended(world);
    const now = world.stage.clock.now();
    await world.stage.clock.run();
    expect(world.stage.clock.now()).toBe(now);
  });
});

describe('silence', () => {
  test('case 90, 120, C09: no answer: doubling intervals, then it says so', async () => {
    const stage = inMemory();
    const listener = await stage.peer('192.0.2.1', 69);
    const sent: number[] = [];
    stage.tower.bus.subscribe((event) => event.type === 'sent' && sent.push(event.at));
    stage.network.host('192.0.2.2');
    const memory = { type: 'memory' } as const;
    const transfer = new Client({ ...stage.tower, network: hostOf(stage) }).get({
      ...{ remote: { host: '192.0.2.1', file: 'f' }, to: memory },
    });
    const failure = await tftpErrorOf(stage, transfer.done);
    expect(failure.failure).toEqual({ by: 'silence', sends: 6, heard: false });
    expect(failure.shortMessage).toBe('no answer from 192.0.2.1:69 in 25 s (6 requests sent)');
    expect(failure.advice).toMatch(/firewall/);
    const [withOptions = ''] = listener.heard;
    // After three of them every second request goes without options.
    const plainRequest = 'RRQ f octet';
    expect(listener.heard).toEqual([
      ...[withOptions, withOptions, withOptions],
      ...[plainRequest, withOptions, plainRequest],
    ]);
    expect(sent).toEqual([0, 1000, 3000, 7000, 15_000, 23_000]);
    expect(stage.clock.now()).toBe(25_000);
    expect(stage.network.ports).toBe(1);
  });

  /** A network whose wildcard ports belong to a host that others can reach. */
  function hostOf({ network, tower, clock }: MemoryStage): ForwardingNetwork {
    return observe(network.host('192.0.2.50'), tower.bus, clock);
  }

  test('case 35, 119: it agreed to large blocks, and no block got through: a smaller blksize is advised', async () => {
    const world = await asking({ blksize: 8192 });
    world.server.send(oack('blksize 8192'), world.listener.from);
    const failure = await tftpErrorOf(world.stage, world.transfer.done);
    expect(failure.shortMessage).toMatch(/agreed to the options, but no block arrived$/);
    expect(failure.advice).toMatch(/8,196 octets.*smaller blksize/);
    await world.stage.clock.run();
    expect(world.server.heard.at(-1)).toBe('ERROR 0 Timed out');
  });

  test('it fell silent in the middle: the octets are told, and the server is told once', async () => {
    const world = await started();
    const failure = await tftpErrorOf(world.stage, world.transfer.done);
    expect(failure.shortMessage).toMatch(/stopped answering after 512 octets/);
    await world.stage.clock.run();
    expect(world.server.heard.filter((word) => word.startsWith('ERROR'))).toEqual(['ERROR 0 Timed out']);
  });
});

test('case 91: it repeats one block for ever: that is no silence, and the words say what came and went', async () => {
  const world = await started();
  const { server, stage } = world;
  for (let count = 0; count < 10; count += 1) {
    await stage.clock.advance(2000);
    server.send(data(1));
  }
  const { shortMessage, advice } = await tftpErrorOf(stage, world.transfer.done);
  expect(shortMessage).toMatch(
    /^no progress after 512 octets: \d\d packets were sent and 10 came from 127\.0\.0\.1:\d+, but none moved the transfer$/,
  );
  expect(advice).toMatch(/^The network loses the packets of one direction/);
});

describe('where nothing listens', () => {
  test('case 92: a closed port is known at once, not after the time-out', async () => {
    const stage = inMemory();
    const transfer = new Client(stage.tower).get({
      ...{ remote: { host: '127.0.0.1', port: 4, file: 'f' }, to: { type: 'memory' } },
    });
    const failure = await tftpErrorOf(stage, transfer.done);
    expect(failure.failure).toEqual({
      by: 'network',
      reason: 'port-unreachable',
      message: 'nothing listens on 127.0.0.1:4 (port unreachable)',
    });
    expect(failure.advice).toMatch(/runs no TFTP server/);
    expect(stage.clock.now()).toBe(0);
  });

  test('case 92: a port that closes after the server had answered is not taken for a missing server', async () => {
    const world = await started();
    world.server.close();
    const { failure, advice } = await tftpErrorOf(world.stage, world.transfer.done);
    expect(failure).toEqual({
      by: 'network',
      reason: 'transfer-port-closed',
      message: `127.0.0.1:${world.server.local.port} closed the port of this transfer (port unreachable)`,
    });
    expect(advice).toMatch(/^The server had answered/);
  });

  test('a name with several addresses: the next one is tried where one refuses or is silent', async () => {
    const stage = inMemory();
    stage.names.set('both', ['127.0.0.1', '::1']);
    const { to } = await serve(stage, { f: 'six' }, { hosts: ['::1'], port: 6000 });
    const memory: { type: 'memory'; octets?: Uint8Array } = { type: 'memory' };
    const remote = { host: 'both', port: 6000, file: 'f' };
    const refused = new Client(stage.tower).get({ remote, to: memory });
    expect((await settled(stage, refused.done)).peer?.address).toBe(to.address);
    expect(memory.octets).toEqual(latin('six'));
    const mute = await stage.peer('127.0.0.1', 6000);
    const silent = new Client(stage.tower).get({
      remote,
      to: { type: 'memory' },
      settings: { timeout: 3000 },
    });
    expect((await settled(stage, silent.done)).octets).toBe(3);
    expect(mute.heard).toHaveLength(2);
  });

  test('an address that answered, if only with ERROR, is not left for the next', async () => {
    const stage = inMemory();
    stage.names.set('both', ['127.0.0.1', '::1']);
    await serve(stage, {}, { hosts: ['127.0.0.1'], port: 6000 });
    await serve(stage, { f: 'six' }, { hosts: ['::1'], port: 6000 });
    const transfer = new Client(stage.tower).get({
      ...{ remote: { host: 'both', port: 6000, file: 'f' }, to: { type: 'memory' } },
    });
    expect((await tftpErrorOf(stage, transfer.done)).failure).toMatchObject({ by: 'peer', code: 1 });
  });

  test('C09: a name without an address', async () => {
    const stage = inMemory();
    const transfer = new Client(stage.tower).get({
      ...{ remote: { host: 'no\x1bwhere', file: 'f' }, to: { type: 'memory' } },
    });
    const failure = await tftpErrorOf(stage, transfer.done);
    expect(failure.failure.by).toBe('name');
    expect(failure.shortMessage).toBe('unknown host no\\x1bwhere');
  });
});

describe('the user ends it', () => {
  test('C02: in the middle: ERROR 0 once, nothing published, the port closed', async () => {
    const world = await started();
    world.transfer.abort('No \0 more');
    world.transfer.abort();
    const failure = await tftpErrorOf(world.stage, world.transfer.done);
    expect(failure.failure.by).toBe('abort');
    await world.stage.clock.run();
    expect(world.server.waiting).toEqual(['ERROR 0 No   more']);
    expect(world.memory.octets).toBeUndefined();
    expect(world.stage.network.ports).toBe(2);
    expect(world.stage.clock.pending).toBe(0);
  });

  test.each([0, 1, 2, 3, 4, 5, 6, 8, 10])(
    'after %i turns of promises: always an abort, never a leak',
    async (turns) => {
      const stage = inMemory();
      const { to } = await serve(stage, { f: pattern(200_000) });
      const ports = stage.network.ports;
      const remote = { host: '127.0.0.1', port: to.port, file: 'f' };
      const transfer = new Client(stage.tower).get({ remote, to: { type: 'memory' } });
      for (let turn = 0; turn < turns; turn++) await Promise.resolve();
      transfer.abort();
      expect((await tftpErrorOf(stage, transfer.done)).failure.by).toBe('abort');
      await settled(stage, transfer.released);
      await stage.clock.advance(60_000);
      expect(stage.network.ports).toBe(ports);
      expect(stage.clock.pending).toBe(0);
    },
  );

  test('after its end nothing happens', async () => {
    const world = await started();
    await ended(world);
    world.transfer.abort();
    await world.stage.clock.advance(10);
    expect(world.server.waiting).toEqual(['ACK 2']);
    expect(world.transfer.progress().state).toBe('done');
  });

  test('while the file is being published: what stands under its name is a success', async () => {
    const world = await started();
    // The abort comes in the same turn as the last block: too late for a file in memory.
    world.stage.tower.bus.subscribe((event) => {
      if (event.type === 'received' && event.packet.op === 'DATA')
        queueMicrotask(() => world.transfer.abort());
    });
    world.server.send(data(2, 3));
    const outcome = await settled(world.stage, world.transfer.done).then(
      () => 'done',
      () => 'failed',
    );
    expect(outcome).toBe(world.memory.octets === undefined ? 'failed' : 'done');
  });
});

describe('figures', () => {
  test('progress counts delivered octets, and of a put acknowledged ones', async () => {
    const stage = inMemory();
    const listener = await stage.peer();
    const remote = { host: '127.0.0.1', port: listener.local.port, file: 'f' };
    const put = new Client(stage.tower).put({
      ...{ remote, settings: plain, from: { type: 'memory', octets: pattern(1000) } },
    });
    expect(put.progress()).toMatchObject({ state: 'starting', octets: 0, block: 0, kind: 'put' });
    await listener.hear();
    expect(put.progress()).toMatchObject({ state: 'asking', octets: 0, size: 1000 });
    listener.send(ack(0));
    await listener.hear();
    expect(put.progress()).toMatchObject({ state: 'moving', octets: 0 });
    listener.send(ack(1));
    await listener.hear();
    expect(put.progress()).toMatchObject({ octets: 512, block: 1 });
    listener.send(ack(2));
    expect(await settled(stage, put.done)).toMatchObject({
      state: 'done',
      octets: 1000,
      block: 2,
      resent: 0,
    });
  });
});
