// Who may ask, how often, and who has to leave when places are short. On virtual time.
import { describe, expect, test } from 'vitest';
import { ack, data, pattern } from '../../support/script.ts';
import { rrq, wrq, type RawPeer } from '../../support/raw-peer.ts';
import { inMemory, serve, type MemoryStage, type Served } from '../../support/towers.ts';
import { memoryOffering } from '../../../src/files/offerings/named-files.ts';
import { Admission, limitsFor } from '../../../src/engine/server/admission/admission.ts';
import { Server, type ServerSettings } from '../../../src/engine/server/server.ts';
import { tid } from '../../../src/wire/tid.ts';

const content = pattern(200_000);

async function start(settings: ServerSettings = {}): Promise<{ stage: MemoryStage } & Served> {
  const stage = inMemory();
  const offering = memoryOffering(new Map([['f', content]]), { write: true });
  return { stage, ...(await serve(stage, offering, settings)) };
}

describe('allow and deny', () => {
  test.each<[string, ServerSettings, readonly string[]]>([
    ['nothing said: everybody', {}, ['127.0.0.1', '192.0.2.1', '192.0.2.129', '198.51.100.1']],
    ['allowed: nobody else', { allow: ['192.0.2.0/24'] }, ['192.0.2.1', '192.0.2.129']],
    ['denied: all others', { deny: ['192.0.2.128/25'] }, ['127.0.0.1', '192.0.2.1', '198.51.100.1']],
    ['denied counts more', { allow: ['192.0.2.0/24'], deny: ['192.0.2.128/25'] }, ['192.0.2.1']],
    ['several blocks', { allow: ['192.0.2.1', '198.51.100.0/30'] }, ['192.0.2.1', '198.51.100.1']],
    ['another family', { allow: ['2001:db8::/32'] }, []],
  ])('%s', async (_, settings, served) => {
    const { stage, to, server, events } = await start(settings);
    const addresses = ['127.0.0.1', '192.0.2.1', '192.0.2.129', '198.51.100.1'];
    const peers = await Promise.all(addresses.map((address) => stage.peer(address)));
    for (const peer of peers) peer.send(rrq('f'), to);
    await stage.clock.advance(1);
    const answered = addresses.filter((_address, at) => peers[at]!.heard.length > 0);
    expect(answered).toEqual(served);
    expect(server.status().denied).toBe(addresses.length - served.length);
    expect(events.filter(({ type }) => type === 'refused')).toEqual([]);
  });

  test('the denied hear nothing whatever they send, malformed requests and unreadable names included', async () => {
    const { stage, to, server } = await start({ deny: ['192.0.2.0/24'] });
    const peer = await stage.peer('192.0.2.1');
    peer.send(Buffer.from('\0\x01no end'), to);
    peer.send(rrq('../x'), to);
    peer.send(wrq('new'), to);
    await stage.clock.advance(60_000);
    expect(peer.heard).toEqual([]);
    expect(server.status()).toMatchObject({ denied: 3, refused: 0, dropped: 0 });
  });

  test.each([{ allow: ['192.0.2.0/33'] }, { deny: ['somewhere\x1b[2J'] }])(
    'what is no block is refused at the start: %j',
    async (settings) => {
      const { stage } = await start();
      expect(() => new Server(stage.tower, memoryOffering(new Map()), settings)).toThrow(
        expect.objectContaining({
          name: 'TftpError',
          failure: expect.objectContaining({ by: 'usage' }) as unknown,
          shortMessage: expect.stringMatching(/^"[ -~]*" is not a block of addresses: [ -~]*$/) as string,
        }),
      );
    },
  );
});

describe('the rate of requests', () => {
  test('R02: twice the rate at once, then the rate; other addresses do not notice', async () => {
    const { stage, to, server } = await start({ rate: 5 });
    const flood: RawPeer[] = [];
    for (let count = 0; count < 50; count++) flood.push(await stage.peer('192.0.2.1'));
    const heard = (): number => flood.reduce((sum, peer) => sum + peer.heard.length, 0);
    for (const peer of flood) peer.send(rrq('missing'), to);
    await stage.clock.advance(1);
    expect(heard()).toBe(10);
    expect(server.status().dropped).toBe(40);
    const other = await stage.peer('192.0.2.2');
    other.send(rrq('missing'), to);
    expect(await other.hear()).toBe('ERROR 1 File not found');
    await stage.clock.advance(1000);
    for (const peer of flood) peer.send(rrq('missing'), to);
    await stage.clock.advance(1);
    expect(heard()).toBe(15);
  });

  test('an address without recent requests goes first: the busy cannot use up what all may ask', () => {
    const limits = { ...limitsFor({ maxTransfers: 1e6 }), requests: 100, burst: 400 };
    const admission = new Admission(limits, 0);
    const busy = ['192.0.2.1', '192.0.2.2', '192.0.2.3'];
    const verdicts: string[] = [];
    for (let count = 0; count < 300; count++) verdicts.push(admission.ask(tid(busy[count % 3]!, 1000), 0));
    expect(verdicts.filter((verdict) => verdict === 'admitted')).toHaveLength(75);
    const fresh = Array.from({ length: 30 }, (_, at) => admission.ask(tid(`198.51.100.${at}`, 69), 0));
    expect(fresh.filter((verdict) => verdict === 'admitted')).toHaveLength(25);
    // A second without a request, and it is one of the others again.
    expect(admission.ask(tid(busy[0]!, 1000), 10)).toBe('flood');
    expect(admission.ask(tid(busy[0]!, 1000), 1020)).toBe('admitted');
  });

  test('one IPv6 /64 is one address', () => {
    const admission = new Admission(limitsFor({ rate: 1 }), 0);
    const ask = (address: string): string => admission.ask(tid(address, 69), 0);
    expect(['2001:db8::1', '2001:db8::2', '2001:db8:0:0:3::', '2001:db8:0:1::1'].map(ask)).toEqual([
      ...['admitted', 'admitted', 'flood', 'admitted'],
    ]);
  });
});

describe('places', () => {
  /** Reads one block every 9 s: never silent for long, and never done. */
  async function crawl(stage: MemoryStage, reader: RawPeer, until: number): Promise<void> {
    for (let block = 1; stage.clock.now() < until; block++) {
      reader.send(ack(block));
      await stage.clock.advance(9000);
    }
  }

  test('R04, load 5: a slow reader is left alone while there is room, and gives way when there is none', async () => {
    const { stage, to, events } = await start({ maxTransfers: 2 });
    const slow = await stage.peer('192.0.2.1');
    slow.send(rrq('f'), to);
    await slow.receive();
    await crawl(stage, slow, 200_000);
    expect(slow.heard.some((word) => word.startsWith('ERROR'))).toBe(false);
    const second = await stage.peer('192.0.2.2');
    second.send(rrq('f'), to);
    expect(await second.hear()).toBe('DATA 1 (512)');
    expect(slow.heard.some((word) => word.startsWith('ERROR'))).toBe(false);
    const third = await stage.peer('192.0.2.3');
    third.send(rrq('f'), to);
    expect(await third.hear()).toBe('DATA 1 (512)');
    expect(slow.heard.at(-1)).toBe('ERROR 0 Too slow while others wait');
    expect(events.filter(({ type }) => type === 'failed')).toHaveLength(1);
    // Those who have just begun are not slow: the next one has to go.
    const fourth = await stage.peer('192.0.2.4');
    fourth.send(rrq('f'), to);
    expect(await fourth.hear()).toBe('ERROR 0 Too many transfers');
  });

  test('R04: an address with its full share makes room among its own, not among others', async () => {
    const { stage, to } = await start({ maxTransfers: 4 });
    const other = await stage.peer('192.0.2.9');
    const own = [await stage.peer('192.0.2.1'), await stage.peer('192.0.2.1')];
    for (const peer of [other, ...own]) {
      peer.send(rrq('f'), to);
      await peer.receive();
    }
    // All three crawl.
    for (let block = 1; block < 15; block++) {
      for (const peer of [other, ...own]) peer.send(ack(block));
      await stage.clock.advance(9000);
    }
    const third = await stage.peer('192.0.2.1');
    third.send(rrq('f'), to);
    expect(await third.hear()).toBe('DATA 1 (512)');
    const ended = [other, ...own].map(({ heard }) => heard.at(-1)!.startsWith('ERROR'));
    expect(ended).toEqual([false, true, false]);
  });

  test('R04: a slow writer gives way too, and its file never appears', async () => {
    const { stage, to } = await start({ maxTransfers: 1 });
    const slow = await stage.peer('192.0.2.1');
    slow.send(wrq('new'), to);
    await slow.receive();
    for (let block = 1; block < 12; block++) {
      slow.send(data(block));
      await stage.clock.advance(9000);
    }
    const next = await stage.peer('192.0.2.2');
    next.send(rrq('new'), to);
    expect(await next.hear()).toBe('ERROR 1 File not found');
    expect(slow.heard.at(-1)).toBe('ERROR 0 Too slow while others wait');
  });

  test('R04: a quick transfer is never evicted', async () => {
    const { stage, to, server } = await start({ maxTransfers: 1 });
    const quick = await stage.peer('192.0.2.1');
    quick.send(rrq('f'), to);
    await quick.receive();
    for (let block = 1; block < 300; block++) {
      quick.send(ack(block));
      await stage.clock.advance(400);
    }
    const next = await stage.peer('192.0.2.2');
    next.send(rrq('f'), to);
    expect(await next.hear()).toBe('ERROR 0 Too many transfers');
    expect(server.status().active).toHaveLength(1);
  });

  test('R04: 24 hours are the most', async () => {
    const { stage, to, server } = await start();
    const slow = await stage.peer();
    slow.send(rrq('f', 'blksize 8'), to);
    await slow.receive();
    for (let block = 0; server.status().active.length > 0; block++) {
      expect(stage.clock.now()).toBeLessThan(86_420_000);
      slow.send(ack(block));
      await stage.clock.advance(20_000);
    }
    expect(stage.clock.now()).toBe(86_400_000);
    expect(slow.heard).toContain('ERROR 0 Not done within 24 hours');
  });
});

describe('ports', () => {
  test('R12: transfers keep to the range, and where it is used up the client is told', async () => {
    const { stage, to, ends } = await start({ ports: { from: 41_000, to: 41_001 } });
    const peers = [await stage.peer(), await stage.peer(), await stage.peer()];
    const ports: number[] = [];
    for (const peer of peers) {
      peer.send(rrq('f'), to);
      ports.push((await peer.receive()).from.port);
    }
    expect(ports.slice(0, 2).sort()).toEqual([41_000, 41_001]);
    expect(peers[2]!.heard).toEqual(['ERROR 0 Server busy']);
    expect(ends()).toEqual(['refused']);
    // A place that becomes free is used again.
    peers[0]!.send(Buffer.from('\0\x05\0\0\0'));
    await stage.clock.advance(1);
    peers[2]!.send(rrq('f'), to);
    expect(await peers[2]!.hear()).toBe('DATA 1 (512)');
  });
});
