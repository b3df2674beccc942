// What our server grants (RFC 2347, 2348, 2349, 7440), as seen on the wire; and the clients that a server must please.
import { describe, expect, test } from 'vitest';
import { ack, data, error, pattern } from '../../support/script.ts';
import { inMode, latin, rrq, wrq, type RawPeer } from '../../support/raw-peer.ts';
import { inMemory, serve, type MemoryStage, type Served } from '../../support/towers.ts';
import { memoryOffering } from '../../../src/files/offerings/named-files.ts';
import type { ServerSettings } from '../../../src/engine/server/server.ts';

const content = pattern(1000);

async function start(settings: ServerSettings = {}): Promise<{ stage: MemoryStage; peer: RawPeer } & Served> {
  const stage = inMemory();
  const files = new Map([
    ['f', content],
    ['empty', new Uint8Array(0)],
    ['text', latin('one\ntwo\n')],
  ]);
  const offering = memoryOffering(files, { write: true, overwrite: true, maxUpload: 10_000 });
  return { stage, peer: await stage.peer(), ...(await serve(stage, offering, settings)) };
}

describe('reads', () => {
  test.each([
    ['case 26: no options: DATA at once', [], 'DATA 1 (512)'],
    ['case 27: only unknown ones: as if none', ['colour blue', 'saveFiles 1'], 'DATA 1 (512)'],
    ['case 28: known and unknown: only the accepted', ['a 1', 'blksize 600', 'b 2'], 'OACK blksize=600'],
    [
      'case 29, O15: names in any case, echoed in lower case',
      ['BLKSIZE 600', 'TSize 0'],
      'OACK blksize=600 tsize=1000',
    ],
    ['case 30, O02: twice: the first counts, once', ['blksize 600', 'blksize 700'], 'OACK blksize=600'],
    ['case 31, O01: blksize 8', ['blksize 8'], 'OACK blksize=8'],
    ['case 31, O01: blksize 65464', ['blksize 65464'], 'OACK blksize=65464'],
    ['case 33: blksize 65465 is lowered', ['blksize 65465'], 'OACK blksize=65464'],
    ['case 33: blksize 4294967296 is lowered', ['blksize 4294967296'], 'OACK blksize=65464'],
    ['case 48: tsize 0', ['tsize 0'], 'OACK tsize=1000'],
    ['case 49: tsize 5 asks all the same', ['tsize 5'], 'OACK tsize=1000'],
    ['case 55: timeout 1', ['timeout 1'], 'OACK timeout=1'],
    ['case 55: timeout 255', ['timeout 255'], 'OACK timeout=255'],
    ['case 59, O14: windowsize 1', ['windowsize 1'], 'OACK windowsize=1'],
    ['case 59: windowsize 16', ['windowsize 16'], 'OACK windowsize=16'],
    ['case 59: windowsize 65535 is lowered', ['windowsize 65535'], 'OACK windowsize=64'],
    [
      'O13: large blocks, small windows',
      ['windowsize 65535', 'blksize 65464'],
      'OACK windowsize=1 blksize=65464',
    ],
    ['O13: blocks of 8192', ['blksize 8192', 'windowsize 64'], 'OACK blksize=8192 windowsize=11'],
    [
      'O05: names of object fields',
      ['__proto__ 1', 'constructor 1', 'hasOwnProperty 1', 'blksize 8'],
      'OACK blksize=8',
    ],
    ['O03: an empty value', ['blksize ', 'tsize 0'], 'OACK tsize=1000'],
  ])('%s', async (_, options, answer) => {
    const { peer, to } = await start();
    peer.send(rrq('f', ...options), to);
    expect(await peer.hear()).toBe(answer);
    peer.send(error(0));
  });

  test.each([
    '0',
    '7',
    '-1',
    'abc',
    '1024x',
    '0x400',
    ' 1024',
    '+1024',
    '',
    '12345678901234567890',
    '1e3',
    '512.0',
    '０５１２',
  ])('cases 32 and 34, O01: blksize %j is left out', async (value) => {
    const { peer, to } = await start();
    peer.send(rrq('f', `blksize ${value}`), to);
    expect(await peer.hear()).toBe('DATA 1 (512)');
  });

  test.each([
    'timeout 0',
    'timeout 256',
    'timeout abc',
    'timeout 3000000000',
    'timeout NaN',
    'windowsize 0',
    'windowsize 65536',
  ])('cases 56 and 60, O09, O14: %s is left out', async (option) => {
    const { peer, to } = await start();
    peer.send(rrq('f', option), to);
    expect(await peer.hear()).toBe('DATA 1 (512)');
  });

  test('case 50: tsize of a netascii read is left out, where only the octets of the file are known', async () => {
    const { peer, to } = await start();
    peer.send(inMode('netascii', rrq('text', 'tsize 0')), to);
    expect(await peer.hear()).toBe('DATA 1 (10)');
    peer.send(ack(1));
  });

  test('case 51, 87: an empty file: no tsize, then one empty DATA', async () => {
    const { peer, to, stage, ends } = await start();
    peer.send(rrq('empty', 'tsize 0', 'blksize 100'), to);
    expect(await peer.hear()).toBe('OACK blksize=100');
    peer.send(ack(0));
    expect(await peer.hear()).toBe('DATA 1 (0)');
    peer.send(ack(1));
    await stage.clock.advance(1);
    expect(ends()).toEqual(['complete']);
  });

  test.each([
    ['utimeout 100000', 'OACK utimeout=100000'],
    ['utimeout 1', 'DATA 1 (512)'],
    ['utimeout 99999999999999999999', 'DATA 1 (512)'],
    ['rollover 1', 'OACK rollover=1'],
    ['blksize2 1000', 'OACK blksize2=512'],
  ])('case 62, O10: %s: left out, unless extensions are on', async (option, withExtensions) => {
    const plain = await start();
    plain.peer.send(rrq('f', option), plain.to);
    expect(await plain.peer.hear()).toBe('DATA 1 (512)');
    const extended = await start({ extensions: true });
    extended.peer.send(rrq('f', option), extended.to);
    expect(await extended.peer.hear()).toBe(withExtensions);
  });

  test('O04: of 200 options sixteen are read, and the OACK stays small', async () => {
    const { peer, to } = await start();
    const many = Array.from({ length: 100 }, (_, count) => `o${count} 1`);
    peer.send(rrq('f', 'tsize 0', ...many, 'blksize 8'), to);
    const { octets } = await peer.receive();
    expect(octets.length).toBeLessThanOrEqual(512);
    expect(peer.heard).toEqual(['OACK tsize=1000']);
  });

  test('options can be switched off', async () => {
    const { peer, to } = await start({ options: false });
    peer.send(rrq('f', 'blksize 8', 'tsize 0'), to);
    expect(await peer.hear()).toBe('DATA 1 (512)');
  });

  test('largest blksize and windowsize are settings', async () => {
    const { peer, to } = await start({ blksize: 1024, windowsize: 4 });
    peer.send(rrq('f', 'blksize 1468', 'windowsize 16'), to);
    expect(await peer.hear()).toBe('OACK blksize=1024 windowsize=4');
  });
});

describe('writes', () => {
  test('case 52: a tsize beyond what fits is ERROR 3 before any data', async () => {
    const { peer, to, ends } = await start();
    peer.send(wrq('new', 'tsize 1000000000000000'), to);
    expect(await peer.hear()).toMatch(/^ERROR 3 Disk full or allocation exceeded/);
    expect(ends()).toEqual(['refused']);
  });

  test.each(['18446744073709551616', '9007199254740993'])('O11: tsize %s is ERROR 3', async (size) => {
    const { peer, to } = await start();
    peer.send(wrq('new', `tsize ${size}`), to);
    expect(await peer.hear()).toMatch(/^ERROR 3/);
  });

  test('O11: tsize -1 is left out', async () => {
    const { peer, to } = await start();
    peer.send(wrq('new', 'tsize -1'), to);
    expect(await peer.hear()).toBe('ACK 0');
  });

  test('tsize of a write is echoed, and held to', async () => {
    const { peer, to } = await start();
    peer.send(wrq('new', 'tsize 600', 'blksize 500'), to);
    expect(await peer.hear()).toBe('OACK tsize=600 blksize=500');
    peer.send(data(1, 500));
    expect(await peer.hear()).toBe('ACK 1');
    peer.send(data(2, 100));
    expect(await peer.hear()).toBe('ACK 2');
  });
});

describe('the opening', () => {
  test('case 43: ACK 0 lost: the OACK comes again, then DATA 1 after ACK 0', async () => {
    const { peer, to } = await start();
    peer.send(rrq('f', 'blksize 600'), to);
    expect(await peer.hear()).toBe('OACK blksize=600');
    expect(await peer.hear()).toBe('OACK blksize=600');
    peer.send(ack(0));
    expect(await peer.hear()).toBe('DATA 1 (600)');
  });

  test('case 44: ACK 1 in reply to the OACK is ignored', async () => {
    const { peer, to, stage } = await start();
    peer.send(rrq('f', 'blksize 600'), to);
    await peer.hear();
    peer.send(ack(1));
    await stage.clock.advance(500);
    expect(peer.waiting).toEqual([]);
    expect(await peer.hear()).toBe('OACK blksize=600');
    peer.send(ack(0));
    expect(await peer.hear()).toBe('DATA 1 (600)');
  });

  test.each([0, 1, 4, 8, 99])(
    'cases 45 and 121: ERROR %i in reply to the OACK: a probe, answered by nothing',
    async (code) => {
      const { peer, to, stage, ends, server } = await start();
      peer.send(rrq('f', 'tsize 0'), to);
      expect(await peer.hear()).toBe('OACK tsize=1000');
      peer.send(error(code, 'just looking'));
      await stage.clock.advance(60_000);
      expect(peer.waiting).toEqual([]);
      expect(ends()).toEqual(['probe']);
      expect(server.status()).toMatchObject({ probes: 1, failed: 0, done: 0, active: [] });
    },
  );
});

describe('a client that gives up does not count as a size probe', () => {
  test.each([
    ['after ACK 0', ['tsize 0'], 'OACK tsize=1000', [ack(0)]],
    ['at DATA 1 of an answer without options', [], 'DATA 1 (512)', []],
    ['at an OACK without tsize', ['blksize 600'], 'OACK blksize=600', []],
    ['after DATA 1', ['blksize 600'], 'OACK blksize=600', [ack(0), ack(1)]],
  ])('%s', async (_, options, answer, sent) => {
    const { peer, to, stage, ends, server } = await start();
    peer.send(rrq('f', ...options), to);
    expect(await peer.hear()).toBe(answer);
    for (const packet of sent) {
      peer.send(packet);
      await peer.hear();
    }
    peer.send(error(0, 'TFTP Aborted'));
    await stage.clock.advance(60_000);
    expect(ends()).toEqual(['failed']);
    expect(server.status()).toMatchObject({ probes: 0, failed: 1, done: 0, active: [] });
  });
});

describe('clients that a server must please', () => {
  test('one that asks twice: size first, declined with ERROR 0; then the file with blksize 1432', async () => {
    const { peer, to, stage, ends } = await start();
    peer.send(rrq('f', 'blksize 1432', 'tsize 0'), to);
    expect(await peer.hear()).toBe('OACK blksize=1432 tsize=1000');
    peer.send(error(0, 'TFTP Aborted'));
    // From the same port, without waiting.
    peer.send(rrq('f', 'blksize 1432', 'tsize 0'), to);
    expect(await peer.hear()).toBe('OACK blksize=1432 tsize=1000');
    peer.send(ack(0));
    expect(await peer.drain(1432)).toEqual(Buffer.from(content));
    await stage.clock.advance(1);
    expect(ends()).toEqual(['probe', 'complete']);
  });

  test('firmware that declines with ERROR 8 and then asks for 65464 with a window', async () => {
    const { peer, to, stage, ends } = await start();
    peer.send(rrq('f', 'tsize 0', 'blksize 1468'), to);
    expect(await peer.hear()).toBe('OACK tsize=1000 blksize=1468');
    peer.send(error(8, 'User aborted the transfer'));
    peer.send(rrq('f', 'tsize 0', 'blksize 65464', 'windowsize 4'), to);
    expect(await peer.hear()).toBe('OACK tsize=1000 blksize=65464 windowsize=1');
    peer.send(ack(0));
    expect(await peer.drain(65464)).toEqual(Buffer.from(content));
    await stage.clock.advance(1);
    expect(ends()).toEqual(['probe', 'complete']);
  });

  test('one that needs every answer from a new port, errors too', async () => {
    const { peer, to } = await start();
    peer.send(rrq('f'), to);
    expect((await peer.receive()).from.port).not.toBe(to.port);
    peer.send(error(0));
    peer.send(rrq('missing'), to);
    expect((await peer.receive()).from.port).not.toBe(to.port);
  });

  test('one that sends its timeout in milliseconds, and rollover 0', async () => {
    const { peer, to } = await start();
    peer.send(rrq('f', 'blksize 1468', 'timeout 1500', 'windowsize 4', 'rollover 0', 'tsize 0'), to);
    expect(await peer.hear()).toBe('OACK blksize=1468 windowsize=4 tsize=1000');
  });

  test('one that always sends tsize 0, blksize 512, timeout 6, and fails on tsize 0 in the OACK', async () => {
    const { peer, to } = await start();
    peer.send(rrq('empty', 'tsize 0', 'blksize 512', 'timeout 6'), to);
    expect(await peer.hear()).toBe('OACK blksize=512 timeout=6');
    peer.send(ack(0));
    expect(await peer.hear()).toBe('DATA 1 (0)');
  });

  test('one that sends its request once only: the first reply comes again by itself', async () => {
    const { peer, to } = await start();
    peer.send(rrq('f', 'blksize 512', 'tsize 0', 'windowsize 1', 'timeout 5'), to);
    const oack = 'OACK blksize=512 tsize=1000 windowsize=1 timeout=5';
    expect([await peer.hear(), await peer.hear(), await peer.hear()]).toEqual([oack, oack, oack]);
  });
});
