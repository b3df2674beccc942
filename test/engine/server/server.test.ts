// Transfers of our server as a raw peer sees them: the wire in trouble, limits, shutdown. In memory, on virtual time.
import { describe, expect, test } from 'vitest';
import { memoryOffering } from '../../../src/files/offerings/named-files.ts';
import type { Source } from '../../../src/files/file.ts';
import { problem } from '../../../src/files/problem.ts';
import { ack, data, error, pattern } from '../../support/script.ts';
import { inMode, latin, rrq, wrq, type RawPeer } from '../../support/raw-peer.ts';
import { inMemory, serve } from '../../support/towers.ts';
import { content, start, type World } from '../world.ts';

describe('whole transfers', () => {
  test.each([
    ['case 87: 0 octets', 0, 1],
    ['case 89: 511', 511, 1],
    ['case 88: 512: an empty block ends it', 512, 2],
    ['case 89: 513', 513, 2],
    ['case 88: 1024', 1024, 3],
  ])('%s', async (_, length, blocks) => {
    const { stage, peer, to, files, ends } = await start();
    files.set('x', pattern(length));
    peer.send(rrq('x'), to);
    expect(await peer.drain()).toEqual(Buffer.from(pattern(length)));
    expect(peer.heard).toHaveLength(blocks);
    await stage.clock.run();
    expect(ends()).toEqual(['complete']);
    expect(peer.waiting).toEqual([]);
  });

  test('case 102, 104: netascii: LF becomes CR LF, CR becomes CR NUL', async () => {
    const { peer, to } = await start();
    peer.send(inMode('netascii', rrq('text')), to);
    expect((await peer.drain()).toString('latin1')).toBe('a\r\nb\r\0c');
  });

  test('case 103, 105: netascii upload: pairs over a block boundary, CR before something else', async () => {
    const { peer, to, files, stage } = await start();
    peer.send(inMode('netascii', wrq('up')), to);
    await peer.hear();
    peer.send(data(1, latin('x'.repeat(511) + '\r')));
    await peer.hear();
    peer.send(data(2, latin('\nend\rz\r')));
    expect(await peer.hear()).toBe('ACK 2');
    await stage.clock.advance(1);
    expect(Buffer.from(files.get('up')!).toString('latin1')).toBe('x'.repeat(511) + '\nend\rz\r');
  });

  test('a window: four blocks at once, one ACK', async () => {
    const { peer, to } = await start();
    peer.send(rrq('f', 'blksize 300', 'windowsize 4'), to);
    expect(await peer.hear()).toBe('OACK blksize=300 windowsize=4');
    peer.send(ack(0));
    for (const block of [1, 2, 3, 4]) expect(await peer.hear()).toBe(`DATA ${block} (300)`);
    expect(peer.waiting).toEqual([]);
    peer.send(ack(4));
    expect(await peer.hear()).toBe('DATA 5 (100)');
    peer.send(ack(5));
  });
});

describe('repeated requests', () => {
  test('case 19, N09: the same RRQ before the first ACK: the same transfer answers', async () => {
    const { peer, to, stage, server, events } = await start();
    for (let count = 0; count < 3; count++) {
      peer.send(rrq('f'), to);
      await stage.clock.advance(50);
    }
    expect(peer.heard).toEqual(['DATA 1 (512)', 'DATA 1 (512)', 'DATA 1 (512)']);
    expect(server.status().active).toHaveLength(1);
    expect(events.filter(({ type }) => type === 'accepted')).toHaveLength(1);
    const first = await peer.receive();
    expect((await peer.receive()).from).toEqual(first.from);
  });

  test('case 19: the same RRQ after the first ACK is ignored', async () => {
    const { peer, to, stage } = await start();
    peer.send(rrq('f'), to);
    await peer.hear();
    peer.send(ack(1));
    expect(await peer.hear()).toBe('DATA 2 (512)');
    peer.send(rrq('f'), to);
    await stage.clock.advance(100);
    expect(peer.waiting).toEqual([]);
    peer.send(ack(2));
    expect(await peer.hear()).toBe('DATA 3 (276)');
  });

  test('case 19: another RRQ from the same TID replaces the transfer, and the old one says nothing more', async () => {
    const { peer, to, stage, server, ends } = await start();
    peer.send(rrq('f'), to);
    await peer.hear();
    peer.send(ack(1));
    await peer.hear();
    peer.send(rrq('text'), to);
    expect(await peer.hear()).toBe('DATA 1 (5)');
    peer.send(ack(1));
    await stage.clock.run();
    expect(peer.waiting).toEqual([]);
    expect(ends()).toEqual(['failed', 'complete']);
    expect(server.status().active).toEqual([]);
  });

  test('case 19, N23: the same RRQ after 5 s without progress starts afresh', async () => {
    const { peer, to, stage } = await start();
    peer.send(rrq('f'), to);
    await peer.hear();
    peer.send(ack(1));
    const { from } = await peer.receive();
    await stage.clock.advance(5100);
    while (peer.waiting.length > 0) await peer.hear();
    peer.send(rrq('f'), to);
    expect(await peer.hear()).toBe('DATA 1 (512)');
    expect(peer.from).not.toEqual(from);
  });

  test('another request while the file of the first is still being opened: one transfer, one reply', async () => {
    const stage = inMemory();
    const opened: (() => void)[] = [];
    const files = memoryOffering(
      new Map([
        ['f', content],
        ['g', latin('g')],
      ]),
    );
    const slow = {
      ...files,
      async open(name: string) {
        await new Promise<void>((resolve) => opened.push(resolve));
        return files.open(name);
      },
    };
    const { to, server } = await serve(stage, slow, { maxTransfers: 1 });
    const peer = await stage.peer();
    peer.send(rrq('f'), to);
    await stage.clock.advance(1);
    peer.send(rrq('g'), to);
    await stage.clock.advance(1);
    // The only place belongs to the first request until its file is open and closed again.
    expect(opened).toHaveLength(1);
    opened[0]!();
    await stage.clock.advance(1);
    opened[1]!();
    expect(await peer.hear()).toBe('DATA 1 (1)');
    peer.send(ack(1));
    await stage.clock.run();
    expect(peer.heard).toEqual(['DATA 1 (1)']);
    expect(server.status().active).toEqual([]);
  });

  test('case 21, N10: the same WRQ again: one writer, no `file exists`', async () => {
    const { peer, to, stage, files } = await start();
    peer.send(wrq('new'), to);
    peer.send(wrq('new'), to);
    await stage.clock.advance(20);
    expect(peer.heard.every((word) => word === 'ACK 0')).toBe(true);
    await peer.hear();
    while (peer.waiting.length > 0) await peer.hear();
    peer.send(data(1, 3));
    expect(await peer.hear()).toBe('ACK 1');
    expect(files.get('new')).toEqual(pattern(3));
  });

  test('boot ROMs ask from one port again and again: with room for one transfer each is served', async () => {
    const { peer, to } = await start({ maxTransfers: 1 });
    for (let count = 0; count < 20; count++) {
      peer.send(rrq(count % 2 === 0 ? 'text' : 'old'), to);
      expect(await peer.hear()).toMatch(/^DATA 1/);
      peer.send(ack(1));
    }
  });
});

describe('the other side in trouble', () => {
  async function reading(): Promise<World> {
    const world = await start();
    world.peer.send(rrq('f'), world.to);
    expect(await world.peer.hear()).toBe('DATA 1 (512)');
    return world;
  }

  test('case 66, N03, N04, L05: a stranger gets ERROR 5 once, and the transfer goes on', async () => {
    const { peer, stage } = await reading();
    const stranger = await stage.peer();
    const far = await stage.peer('192.0.2.66');
    for (const other of [stranger, far])
      for (let count = 0; count < 5; count++) other.send(ack(1), peer.from);
    await stage.clock.advance(10);
    expect(stranger.heard).toEqual(['ERROR 5 Unknown transfer ID']);
    expect(peer.waiting).toEqual([]);
    peer.send(ack(1));
    expect(await peer.hear()).toBe('DATA 2 (512)');
  });

  test('case 66, 67, N03: a forged ERROR, and junk, draw nothing and end nothing', async () => {
    const { peer, stage } = await reading();
    const stranger = await stage.peer();
    stranger.send(error(0, 'forged'), peer.from);
    for (const octets of ['', '\0', '\0\x04', 'junk']) stranger.send(latin(octets), peer.from);
    await stage.clock.advance(10);
    expect(stranger.heard).toEqual([]);
    peer.send(ack(1));
    expect(await peer.hear()).toBe('DATA 2 (512)');
  });

  test.each([2, 5, 100, 65535])('case 70: ACK %i, of a block not sent yet, moves nothing', async (block) => {
    const { peer, stage } = await reading();
    peer.send(ack(block));
    await stage.clock.advance(100);
    expect(peer.waiting).toEqual([]);
    peer.send(ack(1));
    expect(await peer.hear()).toBe('DATA 2 (512)');
  });

  test('case 63, N16: a duplicate ACK draws nothing', async () => {
    const { peer, stage } = await reading();
    peer.send(ack(1));
    await peer.hear();
    for (let count = 0; count < 10; count++) peer.send(ack(1));
    await stage.clock.advance(100);
    expect(peer.waiting).toEqual([]);
  });

  test('case 76, P02, P05: what is no packet is ignored inside a transfer', async () => {
    const { peer, stage } = await reading();
    for (const octets of ['', '\0', '\0\x09abc', '\0\x04\0', '\0\x04\0\x01more', '\xff\xff'])
      peer.send(latin(octets));
    await stage.clock.advance(100);
    expect(peer.waiting).toEqual([]);
    peer.send(ack(1));
    expect(await peer.hear()).toBe('DATA 2 (512)');
  });

  test.each([
    ['case 77, L02: an ERROR ends it', error(3, 'disk full')],
    ['case 78: an ERROR without its NUL', latin('\0\x05\0\0no end')],
    ['case 78: an unknown code', error(99, '')],
  ])('%s, and nothing is sent', async (_, packet) => {
    const { peer, stage, ends, server } = await reading();
    peer.send(ack(1));
    await peer.hear();
    peer.send(packet);
    await stage.clock.run();
    expect(peer.waiting).toEqual([]);
    expect(ends()).toEqual(['failed']);
    expect(server.status().active).toEqual([]);
  });

  test('N08: DATA from the side that reads is ERROR 4', async () => {
    const { peer, stage, ends } = await reading();
    peer.send(data(1));
    expect(await peer.hear()).toMatch(/^ERROR 4/);
    await stage.clock.run();
    expect(ends()).toEqual(['failed']);
  });

  test('case 91: the peer vanishes after its first answer: bounded repetitions, then ERROR 0 once', async () => {
    const { peer, stage, ends, server } = await reading();
    peer.send(ack(1));
    await stage.clock.run();
    const sends = Array.from({ length: 8 }, () => 'DATA 2 (512)');
    expect(peer.heard).toEqual(['DATA 1 (512)', ...sends, 'ERROR 0 Timed out']);
    expect(ends()).toEqual(['failed']);
    expect(server.status().active).toEqual([]);
    expect(stage.clock.now()).toBe(25_000);
  });

  test('R03: an RRQ that is never acknowledged: three sends, no ERROR, then forgotten', async () => {
    const { peer, stage, ends } = await reading();
    await stage.clock.run();
    expect(peer.heard).toEqual(['DATA 1 (512)', 'DATA 1 (512)', 'DATA 1 (512)']);
    expect(ends()).toEqual(['failed']);
  });

  test('case 81: the final ACK never comes: complete, and not confirmed', async () => {
    const { peer, stage, events } = await reading();
    peer.send(ack(1));
    peer.send(ack(2));
    await stage.clock.run();
    expect(events.at(-1)).toMatchObject({ type: 'complete', confirmed: false, progress: { state: 'done' } });
  });

  test('case 80: the final ACK of an upload lost: it is repeated for each repeated DATA, while the server dallies', async () => {
    const { peer, to, stage, server } = await start();
    peer.send(wrq('new'), to);
    await peer.hear();
    peer.send(data(1, 10));
    expect(await peer.hear()).toBe('ACK 1');
    await stage.clock.advance(5000);
    peer.send(data(1, 10));
    expect(await peer.hear()).toBe('ACK 1');
    await stage.clock.advance(6000);
    peer.send(data(1, 10));
    expect(await peer.hear()).toBe('ACK 1');
    expect(server.status()).toMatchObject({ active: [], done: 1 });
    await stage.clock.advance(20_000);
    peer.send(data(1, 10));
    await stage.clock.advance(1000);
    expect(peer.waiting).toEqual([]);
    // All that is left is the listening port and the peer's own.
    expect(stage.network.ports).toBe(2);
  });
});

describe('uploads', () => {
  test('case 75, P14: DATA longer than agreed is ERROR 4, and nothing is stored', async () => {
    const { peer, to, stage, files, ends } = await start();
    peer.send(wrq('old'), to);
    await peer.hear();
    peer.send(data(1, 600));
    expect(await peer.hear()).toMatch(/^ERROR 4/);
    await stage.clock.run();
    expect(files.get('old')).toEqual(latin('old content'));
    expect(ends()).toEqual(['failed']);
  });

  test.each([
    ['case 113, W02: an ERROR', (peer: RawPeer) => peer.send(error(0, 'stop'))],
    ['case 113, W01: silence', () => undefined],
  ])('%s in the middle leaves the old file', async (_, act) => {
    const { peer, to, stage, files, ends } = await start();
    peer.send(wrq('old'), to);
    await peer.hear();
    peer.send(data(1));
    await peer.hear();
    act(peer);
    await stage.clock.run();
    expect(files.get('old')).toEqual(latin('old content'));
    expect(ends()).toEqual(['failed']);
    // The name is free again.
    const other = await stage.peer();
    other.send(wrq('old'), to);
    expect(await other.hear()).toBe('ACK 0');
  });

  test('case 114, W03: two uploads of one name: the second is refused in words', async () => {
    const { peer, to, stage, files } = await start();
    const other = await stage.peer('10.0.0.2');
    peer.send(wrq('new'), to);
    await peer.hear();
    other.send(wrq('new'), to);
    expect(await other.hear()).toBe('ERROR 6 File already exists: another transfer is writing it');
    peer.send(data(1, 7));
    expect(await peer.hear()).toBe('ACK 1');
    expect(files.get('new')).toEqual(pattern(7));
  });

  test.each([
    ['fewer', 100],
    ['more', 300],
  ])('W13: %s octets than announced: stored, and the figures say both sizes', async (_, length) => {
    const { peer, to, stage, files, events } = await start();
    peer.send(wrq('new', 'tsize 200'), to);
    expect(await peer.hear()).toBe('OACK tsize=200');
    peer.send(data(1, length));
    expect(await peer.hear()).toBe('ACK 1');
    await stage.clock.run();
    expect(files.get('new')).toEqual(pattern(length));
    expect(events).toContainEqual(
      expect.objectContaining({
        type: 'complete',
        progress: expect.objectContaining({ octets: length, size: 200 }) as unknown,
      }),
    );
  });

  test.each([{ exactSize: true }, {}])('W13: tsize 0 in a WRQ means unknown (%o)', async (settings) => {
    const { peer, to, stage, files, events } = await start(settings);
    peer.send(wrq('new', 'tsize 0'), to);
    expect(await peer.hear()).toBe('OACK tsize=0');
    peer.send(data(1, 300));
    expect(await peer.hear()).toBe('ACK 1');
    await stage.clock.run();
    expect(files.get('new')).toEqual(pattern(300));
    expect(events).toContainEqual(
      expect.objectContaining({ progress: expect.objectContaining({ size: undefined }) as unknown }),
    );
  });

  test.each([
    ['fewer', 100],
    ['more', 300],
  ])('W13: %s octets than announced, exactSize: ERROR 0, not stored', async (_, length) => {
    const { peer, to, stage, files } = await start({ exactSize: true });
    peer.send(wrq('new', 'tsize 200'), to);
    expect(await peer.hear()).toBe('OACK tsize=200');
    peer.send(data(1, length));
    expect(await peer.hear()).toMatch(/^ERROR 0 size mismatch/);
    await stage.clock.run();
    expect(files.has('new')).toBe(false);
  });

  test('W14: DATA without end is cut at the largest upload with ERROR 3', async () => {
    const { peer, to, files } = await start();
    peer.send(wrq('new', 'blksize 1000'), to);
    let word = await peer.hear();
    for (let block = 1; !word.startsWith('ERROR') && block < 2000; block++) {
      peer.send(data(block, 1000));
      word = await peer.hear();
    }
    expect(word).toMatch(/^ERROR 3/);
    expect(files.has('new')).toBe(false);
  });

  test('P15: DATA 0 and DATA far ahead are never written', async () => {
    const { peer, to, stage, files } = await start();
    peer.send(wrq('new'), to);
    await peer.hear();
    peer.send(data(0, 9));
    peer.send(data(40_000, 9));
    await stage.clock.advance(100);
    expect(peer.waiting).toEqual([]);
    peer.send(data(1, 4));
    expect(await peer.hear()).toBe('ACK 1');
    expect(files.get('new')).toEqual(pattern(4));
  });

  test('N08: an ACK from the side that writes is ERROR 4', async () => {
    const { peer, to } = await start();
    peer.send(wrq('new'), to);
    await peer.hear();
    peer.send(ack(0));
    expect(await peer.hear()).toMatch(/^ERROR 4/);
  });
});

describe('files that fail', () => {
  function failing(read: () => number): Source {
    return { size: 2000, read: async () => read(), close: async () => undefined };
  }

  test.each([
    ['case 107: it changed', () => problem('changed'), 'ERROR 0 File changed while it was sent'],
    ['the disk fails', () => new Error('EIO: /secret/path'), 'ERROR 0 Input/output error'],
  ])('%s while it is read: an ERROR, never a short block', async (_, make, expected) => {
    const stage = inMemory();
    let reads = 0;
    const source = failing(() => {
      if (reads++ === 0) return 1000;
      throw make();
    });
    const files = { ...memoryOffering(new Map()), open: async () => source };
    const { to, ends } = await serve(stage, files);
    const peer = await stage.peer();
    peer.send(rrq('f'), to);
    let word = await peer.hear();
    for (let block = 1; word.startsWith('DATA'); block++) {
      expect(word).toBe(`DATA ${block} (512)`);
      peer.send(ack(block));
      word = await peer.hear();
    }
    expect(word).toBe(expected);
    expect(ends()).toEqual(['failed']);
  });
});
