// What our server makes of a datagram on its listening port: requests, refusals, and silence for all else.
// Each trace runs on real sockets and in memory.
import { describe, expect, test } from 'vitest';
import { ReceivedDatagram } from '../../../src/network/packet-network.ts';
import { ack, data, error, oack, pattern } from '../../support/script.ts';
import { inMode, latin, rrq, wrq, type RawPeer } from '../../support/raw-peer.ts';
import {
  expectSilence,
  inMemory,
  loopback,
  serve,
  traceOf,
  type Served,
  type Stage,
} from '../../support/towers.ts';

const files = { small: 'hello', näme: 'umlaut', 'a/b': 'nested', 'bell\x07': 'control' };

describe.each([
  ['on loopback', loopback],
  ['in memory', inMemory],
] as const)('a request, %s', (_, makeStage: () => Stage) => {
  async function start(): Promise<{ stage: Stage; peer: RawPeer } & Served> {
    const stage = makeStage();
    const served = await serve(stage, files);
    return { stage, peer: await stage.peer(), ...served };
  }

  test.each(['octet', 'OcTeT', 'OCTET'])('case 1, P11: mode %s is served', async (mode) => {
    const { peer, to } = await start();
    peer.send(inMode(mode, rrq('small')), to);
    expect(await peer.hear()).toBe('DATA 1 (5)');
    peer.send(ack(1));
  });

  test('case 2: mode mail is refused with ERROR 4 and never served', async () => {
    const { peer, to } = await start();
    peer.send(inMode('mail', rrq('small')), to);
    expect(await peer.hear()).toMatch(/^ERROR 4 Illegal TFTP operation/);
    await expectSilence(peer, to, 'small');
  });

  test.each(['binary', 'image', 'ascii', 'en_US.UTF-8', '', 'm'.repeat(500)])(
    'case 3, P10, P11: unknown mode %j is refused with ERROR 4',
    async (mode) => {
      const { peer, to } = await start();
      peer.send(inMode(mode, rrq('small')), to);
      expect(await peer.hear()).toMatch(/^ERROR 4 Illegal TFTP operation/);
    },
  );

  test.each([
    ['case 4, P07: a mode that is not terminated', '\0\x01small\0octet'],
    ['case 4: a mode that is missing', '\0\x01small\0'],
    ['case 5, P06: a file name that is not terminated', '\0\x01small'],
    ['case 6, P08: an empty file name', '\0\x01\0octet\0'],
  ])('%s: ERROR 4 once, and no transfer', async (_title, octets) => {
    const { peer, to, server } = await start();
    peer.send(latin(octets), to);
    expect(await peer.hear()).toMatch(/^ERROR 4 Illegal TFTP operation/);
    expect(peer.from).not.toEqual(to);
    await expectSilence(peer, to, 'small');
    expect(server.status().active).toEqual([]);
  });

  test('a malformed request, and one that is refused, take no place', async () => {
    const stage = makeStage();
    const { to } = await serve(stage, files, { maxTransfers: 1 });
    const peer = await stage.peer();
    for (let count = 0; count < 5; count++) {
      peer.send(latin('\0\x01small\0octet'), to);
      expect(await peer.hear()).toMatch(/^ERROR 4 /);
      peer.send(rrq('not here'), to);
      expect(await peer.hear()).toMatch(/^ERROR 1 /);
    }
    peer.send(rrq('small'), to);
    expect(await peer.hear()).toBe('DATA 1 (5)');
    peer.send(ack(1));
  });

  test.each([
    ['P08: name \\x01, mode netascii', '\0\x01\x01\0netascii\0', /^ERROR 1 File not found$/],
    ['P08: WRQ of | in netascii', '\0\x02|\0netascii\0', /^ERROR 2 Access violation/],
    ['case 25, P17: an overlong name', '\0\x01\xc0\xae\xc0\xae/small\0octet\0', /^ERROR 1 File not found$/],
    ['case 25, P17: octet ff in a name', '\0\x01small\xff\0octet\0', /^ERROR 1 File not found$/],
    ['case 25, P17: a surrogate in a name', '\0\x01\xed\xa0\x80\0octet\0', /^ERROR 1 File not found$/],
    ['case 25, P17: octet ff in a WRQ', '\0\x02a\xff\0octet\0', /^ERROR 2 Access violation/],
  ])('%s is a normal look-up, and the server goes on', async (_title, octets, expected) => {
    const { peer, to } = await start();
    peer.send(latin(octets), to);
    expect(await peer.hear()).toMatch(expected);
    await expectSilence(peer, to, 'small');
  });

  test.each([300, 600, 1025])(
    'case 8, P09: a name of %i octets is ERROR 0 `File name too long`',
    async (length) => {
      const { peer, to } = await start();
      peer.send(rrq('n'.repeat(length)), to);
      expect(await peer.hear()).toBe('ERROR 0 File name too long');
    },
  );

  test('case 9: a request of 513…1,472 octets is read, a longer one is dropped', async () => {
    const { peer, to, server } = await start();
    const filler = `${'x'.repeat(200)} ${'y'.repeat(200)}`;
    peer.send(rrq('small', filler, `2${filler}`, `3${filler}`), to);
    expect(await peer.hear()).toBe('DATA 1 (5)');
    peer.send(ack(1));
    const head = latin('\0\x01small\0octet\0');
    const most = new Uint8Array(1473).fill(0x61);
    most.set(head);
    peer.send(most.subarray(0, 1472), to);
    expect(await peer.hear()).toBe('DATA 1 (5)');
    peer.send(ack(1));
    peer.send(most, to);
    peer.send(new Uint8Array(9000).fill(0x61).fill(0, 0, 1).fill(1, 1, 2), to);
    await expectSilence(peer, to, 'small');
    expect(server.status().dropped).toBe(2);
  });

  test.each([
    ['case 11, O03: an option name without a value', '\0\x01small\0octet\0blksize\0'],
    ['case 12, O03: a value without its end', '\0\x01small\0octet\0blksize\x008'],
    ['case 13, P18: junk behind the mode', '\0\x01small\0octet\0\xff\xfe\x01junk'],
    ['case 14: NULs behind the mode', '\0\x01small\0octet\0\0\0\0\0'],
    ['P11: the mode twice', '\0\x01small\0octet\0octet\0'],
  ])('%s: served as if it were not there, and kept in the trace', async (_title, octets) => {
    const { stage, peer, to } = await start();
    const events = traceOf(stage);
    peer.send(latin(octets), to);
    expect(await peer.hear()).toBe('DATA 1 (5)');
    peer.send(ack(1));
    const ignored = events.map((event) =>
      event.type === 'received' && event.packet.op === 'RRQ' ? event.packet.ignored : 0,
    );
    expect(Math.max(...ignored)).toBeGreaterThan(0);
  });

  test('case 13: junk behind whole options leaves them in force', async () => {
    const { peer, to } = await start();
    peer.send(latin('\0\x01small\0octet\0blksize\x008\0\xff\xff'), to);
    expect(await peer.hear()).toBe('OACK blksize=8');
    peer.send(error(0));
  });

  test('case 15, P01, P12: what is no request draws nothing', async () => {
    const { peer, to, server } = await start();
    const junk = [
      '',
      '\0',
      '\0\x01'.slice(0, 1),
      '\0\0',
      '\0\x06',
      '\0\x07',
      '\0\x63',
      '00junk',
      '\xff\xff',
      '\x01\0a',
    ];
    for (const octets of junk) peer.send(latin(octets), to);
    await expectSilence(peer, to, 'small');
    expect(server.status().dropped).toBe(junk.length);
    expect(server.status().refused).toBe(1);
  });

  test('case 16, P03, P04: DATA, ACK, ERROR and OACK on the listening port draw nothing', async () => {
    const { peer, to, server } = await start();
    const strays = [data(1), data(0, 0), ack(0), ack(1), error(0), error(5, 'x'), oack('blksize 8'), oack()];
    for (const packet of strays) peer.send(packet, to);
    for (const octets of ['\0\x03', '\0\x04', '\0\x05', '\0\x04\0', '\0\x05\0', '\0\x04\0\0\0'])
      peer.send(latin(octets), to);
    await expectSilence(peer, to, 'small');
    expect(server.status().dropped).toBe(strays.length + 6);
  });

  test('P13: an ERROR of 60,000 octets and code 65535 draws nothing', async () => {
    const { peer, to } = await start();
    peer.send(error(0xffff, 'e'.repeat(60_000)), to);
    await expectSilence(peer, to, 'small');
  });

  test.each(['../small', 'a/../../small', './../small', '..\\small', 'a\\..\\..\\x', '/..', '..'])(
    'case 22: %j is ERROR 2, before any file is looked for',
    async (name) => {
      const { peer, to } = await start();
      peer.send(rrq(name), to);
      expect(await peer.hear()).toBe('ERROR 2 Access violation');
    },
  );

  test.each(['/small', '//small', './small', '\\small', 'a/b', 'a//b', 'a\\b'])(
    'case 22: %j is within the root, where a leading separator means the root',
    async (name) => {
      const { peer, to } = await start();
      peer.send(rrq(name), to);
      expect(await peer.hear()).toMatch(/^DATA 1/);
      peer.send(ack(1));
    },
  );

  test.each(['%2e%2e/small', '....//small', '.../small'])(
    'case 22: %j is a literal name, not found',
    async (name) => {
      const { peer, to } = await start();
      peer.send(rrq(name), to);
      expect(await peer.hear()).toBe('ERROR 1 File not found');
    },
  );

  test.each(['näme', 'bell\x07'])('case 25: the name %j is legal', async (name) => {
    const { peer, to, events } = await start();
    peer.send(rrq(name), to);
    expect(await peer.hear()).toMatch(/^DATA 1/);
    peer.send(ack(1));
    expect(events.some((event) => event.type === 'accepted')).toBe(true);
  });

  test('F19: a missing file is `File not found` and nothing more', async () => {
    const { peer, to, events } = await start();
    peer.send(rrq('nothing/of/that/name'), to);
    expect(await peer.hear()).toBe('ERROR 1 File not found');
    expect(events.at(-1)).toMatchObject({ type: 'refused', code: 1, message: 'File not found' });
  });

  test('F20: what would be above the root is refused alike, there or not', async () => {
    const { peer, to } = await start();
    peer.send(rrq('../../etc/passwd'), to);
    const there = await peer.receive();
    peer.send(rrq('../../nope'), to);
    expect((await peer.receive()).octets).toEqual(there.octets);
  });

  test('case 111: a write where writing is off is ERROR 2', async () => {
    const { peer, to } = await start();
    peer.send(wrq('new'), to);
    expect(await peer.hear()).toBe('ERROR 2 Access violation: writing is off');
  });
});

describe('sources that cannot be answered', () => {
  /** A server whose listening port gets whatever the test hands in, and the sends that come of it. */
  async function injected() {
    const stage = inMemory();
    const sent: string[] = [];
    const port: { hand?: (octets: Uint8Array, from: { address: string; port: number }) => void } = {};
    const network = stage.tower.network;
    const tower = {
      ...stage.tower,
      network: {
        async open(options: Parameters<typeof network.open>[0]) {
          const opened = await network.open(options);
          if (options.role === 'listen')
            port.hand = (octets, from) =>
              options.events.received(new ReceivedDatagram(octets, from, undefined));
          const send = (to: { address: string; port: number }): void =>
            void sent.push(`${to.address}:${to.port}`);
          return {
            ...opened,
            local: opened.local,
            send,
            forward: send,
            flush: () => undefined,
            pin: () => undefined,
            unref: () => undefined,
            close: () => opened.close(),
          };
        },
      },
    };
    const served = await serve({ ...stage, tower }, { small: pattern(100) });
    return { ...served, sent, hand: port.hand!, clock: stage.clock };
  }
  const request = latin('\0\x01small\0octet\0');

  test.each(['0.0.0.0', '255.255.255.255', '224.0.0.1', '239.1.2.3', '240.0.0.1'])(
    'case 18, N06: a request from %s is dropped',
    async (address) => {
      const { hand, sent, clock, server } = await injected();
      hand(request, { address, port: 2000 });
      await clock.advance(60_000);
      expect(sent).toEqual([]);
      expect(server.status().dropped).toBe(1);
    },
  );

  test('case 17, N06: a request from our own listening address and port is dropped', async () => {
    const { hand, sent, clock, to } = await injected();
    hand(request, to);
    await clock.advance(60_000);
    expect(sent).toEqual([]);
  });

  test('case 17, N07: a request from port 0 is dropped', async () => {
    const { hand, sent, clock } = await injected();
    hand(request, { address: '192.0.2.7', port: 0 });
    await clock.advance(60_000);
    expect(sent).toEqual([]);
  });

  test.each([7, 19, 53, 69, 123])(
    'L04: a request from port %i gets its reply, and junk from it nothing',
    async (port) => {
      const { hand, sent, clock } = await injected();
      hand(latin('chargen chargen'), { address: '192.0.2.7', port });
      hand(latin('\0\x05\0\0x\0'), { address: '192.0.2.7', port });
      await clock.advance(1000);
      expect(sent).toEqual([]);
      hand(latin('\0\x01missing\0octet\0'), { address: '192.0.2.7', port });
      await clock.advance(60_000);
      expect(sent).toEqual([`192.0.2.7:${port}`]);
    },
  );

  test('L03, case 19: a forged request is worth at most three datagrams, and one more for each time it comes again', async () => {
    const { hand, sent, clock, ends } = await injected();
    for (let time = 0; time < 30; time++) {
      hand(request, { address: '192.0.2.7', port: 2000 });
      await clock.advance(20);
    }
    expect(sent).toEqual(['192.0.2.7:2000', '192.0.2.7:2000', '192.0.2.7:2000']);
    // A flood of repetitions gets one datagram in 0.75 s.
    for (let time = 0; time < 120; time++) {
      hand(request, { address: '192.0.2.7', port: 2000 });
      await clock.advance(20);
    }
    expect(sent).toHaveLength(3 + 3);
    await clock.advance(60_000);
    expect(sent).toHaveLength(6);
    expect(ends()).toEqual(['failed']);
  });
});
