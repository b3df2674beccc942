// Ports over real loopback sockets.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { platform } from 'node:os';
import { afterEach, describe, expect, test } from 'vitest';
import { loadLibc } from '../../src/network/native/libc.ts';
import { Sharing } from '../../src/network/native/sharing.ts';
import type { PortOptions } from '../../src/network/network.ts';
import { routeTo } from '../../src/network/sockets.ts';
import { udpNetwork, type UdpPort } from '../../src/network/udp.ts';
import { formatTid, type Tid } from '../../src/wire/tid.ts';
import { door } from '../support/door.ts';

const tag = { transfer: 1, side: 'client' } as const;
const octets = (text: string): Uint8Array => Buffer.from(text);
const linux = platform() === 'linux';
const isNative = loadLibc() !== undefined && door.nativeAfter !== Infinity;

/** A port whose events can be awaited one by one, in order. */
interface Heard {
  readonly port: UdpPort;
  readonly next: () => Promise<
    { text: string; length: number; from: Tid } | { unreachable: Tid } | { tooLarge: true }
  >;
}

const open: UdpPort[] = [];
afterEach(() => {
  for (const port of open.splice(0)) port.close();
});

async function listen(options: Partial<PortOptions> = {}, network = udpNetwork(door)): Promise<Heard> {
  type Event = Awaited<ReturnType<Heard['next']>>;
  const events: Event[] = [];
  const waiting: ((event: Event) => void)[] = [];
  const push = (event: Event): void => {
    const first = waiting.shift();
    if (first === undefined) events.push(event);
    else first(event);
  };
  const port = await network.open({
    address: '127.0.0.1',
    port: 0,
    role: 'transfer',
    tag,
    events: {
      datagram: (data, from) =>
        push({ text: Buffer.from(data.subarray(0, 64)).toString('latin1'), length: data.length, from }),
      unreachable: (peer) => push({ unreachable: peer }),
      tooLarge: () => push({ tooLarge: true }),
      failed: (message) => expect.unreachable(message),
    },
    ...options,
  });
  open.push(port);
  const next: Heard['next'] = async () => events.shift() ?? new Promise((resolve) => waiting.push(resolve));
  return { port, next };
}

/** A port number that was free a moment ago. */
async function freePort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  await once(socket, 'close');
  return port;
}

/** Another program tries to share a port: the code of the system's refusal, undefined if it may. */
async function bindBeside(port: number): Promise<string | undefined> {
  const thief = createSocket({ type: 'udp4', reuseAddr: true }).bind(port, '127.0.0.1');
  const refused = once(thief, 'error').then(([error]: NodeJS.ErrnoException[]) => error?.code);
  const code = await Promise.race([refused, once(thief, 'listening').then(() => undefined)]);
  thief.close();
  return code;
}

/** Our port has sent a request to a server, which got it. `session` answers. */
async function asked(): Promise<Record<'server' | 'session' | 'own', Awaited<ReturnType<typeof listen>>>> {
  const server = await listen({ role: 'listen' });
  const session = await listen();
  const own = await listen({}, udpNetwork({ nativeAfter: 64 }));
  own.port.pin(server.port.local);
  own.port.send(server.port.local, octets('RRQ'));
  await server.next();
  return { server, session, own };
}

describe('a transfer port and its peer', () => {
  test.each([true, false])(
    'peer and stranger are both heard and answered from one port (paired: %s)',
    async (paired) => {
      const own = await listen({}, udpNetwork({ ...door, paired: paired && linux }));
      const peer = await listen({}, udpNetwork({ paired: false }));
      const stranger = await listen({}, udpNetwork({ paired: false }));
      own.port.pin(peer.port.local);
      own.port.send(peer.port.local, octets('to the peer'));
      expect(await peer.next()).toMatchObject({ text: 'to the peer', from: own.port.local });
      stranger.port.send(own.port.local, octets('hello'));
      expect(await own.next()).toMatchObject({ text: 'hello', from: stranger.port.local });
      own.port.send(stranger.port.local, octets('unknown TID'));
      expect(await stranger.next()).toMatchObject({ text: 'unknown TID', from: own.port.local });
      peer.port.send(own.port.local, octets('from the peer'));
      expect(await own.next()).toMatchObject({ text: 'from the peer', from: peer.port.local });
    },
  );

  test('the pin moves from the port asked to the TID that answers (RFC 1350 §4)', async () => {
    const server = await listen({ role: 'listen' });
    const session = await listen();
    const client = await listen();
    client.port.pin(server.port.local);
    client.port.send(server.port.local, octets('RRQ'));
    const request = await server.next();
    expect(request).toMatchObject({ text: 'RRQ', from: client.port.local });
    session.port.pin(client.port.local);
    session.port.send(client.port.local, octets('DATA 1'));
    expect(await client.next()).toMatchObject({ text: 'DATA 1', from: session.port.local });
    client.port.pin(session.port.local);
    client.port.send(session.port.local, octets('ACK 1'));
    expect(await session.next()).toMatchObject({ text: 'ACK 1', from: client.port.local });
    server.port.send(client.port.local, octets('late'));
    expect(await client.next()).toMatchObject({ text: 'late', from: server.port.local });
  });

  test.runIf(isNative)('N13, case 92: a closed port is known without waiting for a timeout', async () => {
    const own = await listen();
    const closed: Tid = { address: '127.0.0.1', port: await freePort() };
    own.port.pin(closed);
    own.port.send(closed, octets('RRQ'));
    expect(await own.next()).toEqual({ unreachable: closed });
  });

  test.runIf(isNative)('N13: a peer that answered and then closed its port is known as well', async () => {
    const { session, own } = await asked();
    session.port.send(own.port.local, octets('DATA 1'));
    await own.next();
    own.port.pin(session.port.local);
    session.port.close();
    own.port.send(session.port.local, octets('ACK 1'));
    expect(await own.next()).toEqual({ unreachable: session.port.local });
  });

  test.runIf(isNative)(
    'N13: a refused repetition of the request does not count against the TID',
    async () => {
      const { server, session, own } = await asked();
      server.port.close();
      own.port.send(server.port.local, octets('RRQ'));
      own.port.pin(session.port.local);
      session.port.send(own.port.local, octets('DATA 1'));
      expect(await own.next()).toMatchObject({ text: 'DATA 1', from: session.port.local });
      own.port.send(session.port.local, octets('ACK 1'));
      expect(await session.next()).toMatchObject({ text: 'ACK 1' });
      session.port.send(own.port.local, octets('DATA 2'));
      expect(await own.next()).toMatchObject({ text: 'DATA 2' });
    },
  );

  test.runIf(isNative)(
    'N13: each datagram of a burst to a closed port may be the one that tells',
    async () => {
      for (const burst of [1, 2, 3, 4]) {
        const own = await listen();
        const closed: Tid = { address: '127.0.0.1', port: await freePort() };
        own.port.pin(closed);
        for (let n = 0; n < burst; n++) own.port.send(closed, octets('DATA 1'));
        own.port.flush();
        expect(await own.next()).toEqual({ unreachable: closed });
      }
    },
  );

  test.runIf(isNative).each([
    ['over the runtime', 1000],
    ['over the native door', 1],
  ])('N13: what came before the peer closed its port is heard first: %s', async (_, nativeAfter) => {
    for (let round = 0; round < 20; round += 1) {
      const own = await listen({}, udpNetwork({ nativeAfter }));
      const peer = await listen({}, udpNetwork({ paired: false }));
      own.port.pin(peer.port.local);
      own.port.send(peer.port.local, octets('DATA 1'));
      own.port.flush();
      await peer.next();
      // The kernel reports the closed port before the datagram that waits.
      peer.port.send(own.port.local, octets('ERROR 0'));
      peer.port.close();
      own.port.send(peer.port.local, octets('DATA 2'));
      own.port.flush();
      expect(await own.next()).toMatchObject({ text: 'ERROR 0' });
      expect(await own.next()).toEqual({ unreachable: peer.port.local });
      own.port.close();
    }
  });

  test('after close nothing is heard and nothing sent', async () => {
    const own = await listen();
    const peer = await listen();
    own.port.pin(peer.port.local);
    own.port.close();
    own.port.close();
    own.port.pin(peer.port.local);
    own.port.send(peer.port.local, octets('late'));
    expect(own.port.unsent).toBe(1);
    const again = await listen({ port: own.port.local.port });
    expect(again.port.local).toEqual(own.port.local);
  });
});

describe('datagrams', () => {
  test('head and tail arrive as one; the head is free when send returns', async () => {
    const own = await listen();
    const peer = await listen();
    for (const pinned of [false, true]) {
      if (pinned) own.port.pin(peer.port.local);
      const head = Uint8Array.of(0, 3, 0, 1);
      own.port.send(peer.port.local, head, octets('first'));
      head.fill(0xff);
      own.port.send(peer.port.local, Uint8Array.of(0, 3, 0, 2), octets('second'));
      own.port.send(peer.port.local, Uint8Array.of(0, 4, 0, 2));
      own.port.flush();
      expect(await peer.next()).toMatchObject({ text: '\0\x03\0\x01first' });
      expect(await peer.next()).toMatchObject({ text: '\0\x03\0\x02second' });
      expect(await peer.next()).toMatchObject({ text: '\0\x04\0\x02', length: 4 });
    }
  });

  test('65,000 octets and none at all are datagrams too', async () => {
    const own = await listen();
    const peer = await listen();
    own.port.send(peer.port.local, Uint8Array.of(0, 3, 0, 1), new Uint8Array(64_996));
    own.port.send(peer.port.local, new Uint8Array(0));
    expect(await peer.next()).toMatchObject({ length: 65_000 });
    expect(await peer.next()).toMatchObject({ length: 0 });
  });

  test('R10: a burst of 64 blocks of 1,472 octets waits whole in the receive buffer', async () => {
    const own = await listen();
    const peer = await listen();
    expect(peer.port.receiveBuffer).toBeGreaterThanOrEqual(64 * 1472);
    const tail = new Uint8Array(1468);
    for (let n = 1; n <= 64; n++) own.port.send(peer.port.local, Uint8Array.of(0, 3, 0, n), tail);
    for (let n = 1; n <= 64; n++) {
      const event = await peer.next();
      expect('text' in event && event.text.charCodeAt(3)).toBe(n);
    }
  });

  test('N07: to port 0 nothing is sent and nothing thrown', async () => {
    const own = await listen();
    own.port.send({ address: '127.0.0.1', port: 0 }, octets('never'));
    expect(own.port.unsent).toBe(1);
    own.port.pin({ address: '127.0.0.1', port: 0 });
    own.port.send({ address: '127.0.0.1', port: 0 }, octets('never'), octets('!'));
    expect(own.port.unsent).toBe(2);
  });

  test.each([
    ['too long for UDP', '127.0.0.1', 65_536],
    ['of the other family', '::1', 4],
    ['not numeric', 'localhost', 4],
    ['a broadcast that was not asked for', '255.255.255.255', 4],
  ])('N14: what the system refuses (%s) counts as lost', async (_, address, length) => {
    const own = await listen();
    const peer = await listen();
    own.port.send({ address, port: peer.port.local.port }, new Uint8Array(length));
    own.port.send(peer.port.local, octets('next'));
    expect(await peer.next()).toMatchObject({ text: 'next' });
    expect(own.port.unsent).toBe(1);
  });
});

test('N14: of a datagram that is too large its sender hears, pinned to the peer or not', async () => {
  const own = await listen();
  const peer = await listen();
  const tail = new Uint8Array(65_535);
  own.port.send(peer.port.local, octets('head'), tail);
  expect(await own.next()).toEqual({ tooLarge: true });
  own.port.pin(peer.port.local);
  own.port.send(peer.port.local, octets('head'), tail);
  own.port.flush();
  expect(await own.next()).toEqual({ tooLarge: true });
  expect(own.port.unsent).toBe(2);
});

describe('drawing ports', () => {
  test('600 open ports are 600 ports', async () => {
    const network = udpNetwork();
    const ports = await Promise.all(Array.from({ length: 600 }, () => listen({}, network)));
    expect(new Set(ports.map(({ port }) => port.local.port)).size).toBe(600);
  });

  test('R12: a range is used to its last port, then refused with EADDRINUSE', async () => {
    const network = udpNetwork();
    const from = await freePort();
    const range = { from, to: from };
    const first = await listen({ port: range }, network);
    expect(first.port.local.port).toBe(from);
    await expect(listen({ port: range }, network)).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await expect(listen({ port: range }, udpNetwork())).rejects.toThrow(
      `port ${from} of 127.0.0.1 is in use`,
    );
    first.port.close();
    expect((await listen({ port: range }, network)).port.local.port).toBe(from);
  });

  test.runIf(linux)('R12: every port of a range is drawn once, whatever the first', async () => {
    for (const first of [0, 0.5, 0.999]) {
      const network = udpNetwork({ random: () => first });
      const from = 20_000;
      const range = { from, to: from + 3 };
      const drawn: number[] = [];
      let refusal: unknown;
      while (refusal === undefined)
        await listen({ address: '127.0.0.77', port: range }, network).then(
          ({ port }) => drawn.push(port.local.port),
          (error: unknown) => (refusal = error),
        );
      expect(drawn.sort()).toEqual([from, from + 1, from + 2, from + 3]);
      expect(refusal).toMatchObject({
        code: 'EADDRINUSE',
        message: expect.stringContaining('all 4 ports') as string,
      });
      for (const port of open.splice(0)) port.close();
    }
  });

  test('X02: a listening port is nobody else’s, and taken ones are refused', async () => {
    const own = await listen({ role: 'listen' });
    const { port } = own.port.local;
    await expect(listen({ role: 'listen', port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await expect(listen({ role: 'transfer', port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    expect(await bindBeside(port)).toBe('EADDRINUSE');
  });

  test.each([
    ['node:dgram', Infinity],
    ['sockets of the runtime, paired', 10],
    ['the native door', 2],
  ])('X02: nobody joins the port of a transfer at any time: %s', async (_what, nativeAfter) => {
    const network = udpNetwork({ nativeAfter });
    const server = await listen({ role: 'listen' });
    const session = await listen({}, network);
    const client = await listen({}, network);
    const { port } = client.port.local;
    const joined: unknown[] = [await bindBeside(port)];
    client.port.pin(server.port.local);
    client.port.send(server.port.local, octets('RRQ'));
    await server.next();
    joined.push(await bindBeside(port));
    session.port.pin(client.port.local);
    session.port.send(client.port.local, octets('DATA 1'));
    await client.next();
    client.port.pin(session.port.local);
    joined.push(await bindBeside(port), await bindBeside(session.port.local.port));
    for (let round = 0; round < 8; round++) {
      client.port.send(session.port.local, octets('ACK'));
      await session.next();
      session.port.send(client.port.local, octets('DATA 1'));
      await client.next();
      joined.push(await bindBeside(port), await bindBeside(session.port.local.port));
    }
    expect(new Set(joined)).toEqual(new Set(['EADDRINUSE']));
  });

  test.runIf(isNative)('X02: nobody joins a socket that was inherited', async () => {
    const libc = loadLibc()!;
    const fd = new Sharing(libc).open({ address: '127.0.0.1', port: 0 });
    const { port } = await listen({ role: 'listen', fd });
    expect(await bindBeside(port.local.port)).toBe('EADDRINUSE');
  });

  test('S15: an address that is not ours is a rejection with the system’s code', async () => {
    await expect(listen({ address: '192.0.2.1' })).rejects.toMatchObject({ code: 'EADDRNOTAVAIL' });
    await expect(listen({ address: 'localhost' })).rejects.toMatchObject({ code: 'EINVAL' });
  });
});

describe('IPv6', () => {
  test('peer, stranger and closed port on ::1', async () => {
    const own = await listen({ address: '::1' });
    const peer = await listen({ address: '::1' });
    own.port.pin(peer.port.local);
    own.port.send(peer.port.local, octets('over six'));
    expect(await peer.next()).toMatchObject({ text: 'over six', from: own.port.local });
    expect(formatTid(own.port.local)).toBe(`[::1]:${own.port.local.port}`);
  });

  test('N05: an IPv6 port never hears IPv4, so that one host has one name', async () => {
    const six = await listen({ address: '::' });
    const four = await listen({ address: '0.0.0.0', port: six.port.local.port });
    const own = await listen();
    own.port.send({ address: '127.0.0.1', port: six.port.local.port }, octets('four'));
    expect(await four.next()).toMatchObject({ text: 'four', from: own.port.local });
  });
});

test('our address as a host sees it comes from routing, without a packet', async () => {
  expect(await routeTo('127.0.0.1')).toBe('127.0.0.1');
  expect(await routeTo('::1')).toBe('::1');
  await expect(routeTo('255.255.255.255')).rejects.toMatchObject({ code: 'EACCES' });
});

describe('multicast on loopback', () => {
  const group = { address: '239.255.77.1', port: 17_580 };
  const via = '127.0.0.1';

  test('every port that joined the group gets what is sent there, and no other', async () => {
    const members = [1, 2].map(() => listen({ ...group, multicast: { way: 'receive', via } }));
    const [first, second] = await Promise.all(members);
    const other = await listen({ ...group, address: '239.255.77.2', multicast: { way: 'receive', via } });
    const sender = await listen({ multicast: { way: 'send', via } });
    sender.port.send(group, octets('to all'));
    sender.port.send({ ...group, address: '239.255.77.2' }, octets('to the other'));
    const from = sender.port.local;
    expect(await first?.next()).toEqual({ text: 'to all', length: 6, from });
    expect(await second?.next()).toEqual({ text: 'to all', length: 6, from });
    expect(await other.next()).toEqual({ text: 'to the other', length: 12, from });
  });

  test('an interface that is not there is refused', async () => {
    const multicast = { way: 'receive', via: '192.0.2.200' } as const;
    await expect(listen({ ...group, multicast })).rejects.toThrow();
  });
});
