// Everything from one port: several clients of one host, addresses that are rewritten on the way, and two servers
// behind one forwarder of datagrams. On loopback.
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { ack, data, pattern } from '../../support/script.ts';
import { rrq, wrq } from '../../support/raw-peer.ts';
import { loopback, serve, type Stage } from '../../support/towers.ts';
import { memoryOffering } from '../../../src/files/offerings/named-files.ts';
import { TftpClient } from '../../../src/engine/library/tftp-client.ts';
import { sameTid, tid, type Tid } from '../../../src/wire/tid.ts';

const content = pattern(100_000);

/** What a load balancer or a NAT does: each client gets a port of its own towards one of the servers, and keeps it. */
async function forwarder(
  stage: Stage,
  servers: readonly Tid[],
): Promise<{ readonly to: Tid; readonly flows: () => number[] }> {
  const outside = await bound(stage);
  const ways = new Map<number, { readonly socket: Socket; readonly server: number }>();
  outside.on('message', (octets, { port, address }) => {
    const known = ways.get(port);
    if (known !== undefined) {
      const { port: there, address: host } = servers[known.server]!;
      known.socket.send(octets, there, host);
      return;
    }
    const server = ways.size % servers.length;
    const socket = createSocket('udp4').bind(0, '127.0.0.1');
    stage.undo.push(() => socket.close());
    ways.set(port, { socket, server });
    // A balancer of this kind knows no other port than the one it was told.
    socket.on('message', (answer, from) => {
      if (sameTid(tid(from.address, from.port), servers[server]!)) outside.send(answer, port, address);
    });
    socket.send(octets, servers[server]!.port, servers[server]!.address);
  });
  const { address, port } = outside.address();
  return { to: tid(address, port), flows: () => [...ways.values()].map(({ server }) => server) };
}

async function bound(stage: Stage): Promise<Socket> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  stage.undo.push(() => socket.close());
  return socket;
}

test('two clients of one host at once, told apart by their ports', async () => {
  const stage = loopback();
  const files = new Map([['f', content]]);
  const { to, server } = await serve(stage, memoryOffering(files, { write: true }), { singlePort: true });
  const [one, two, three] = [await stage.peer(), await stage.peer(), await stage.peer()];
  one.send(rrq('f'), to);
  two.send(rrq('f', 'blksize 1000'), to);
  three.send(wrq('new'), to);
  expect(await one.hear()).toBe('DATA 1 (512)');
  expect(await two.hear()).toBe('OACK blksize=1000');
  expect(await three.hear()).toBe('ACK 0');
  expect(server.status().active).toHaveLength(3);
  one.send(ack(1));
  two.send(ack(0));
  three.send(data(1, 100));
  expect(await three.hear()).toBe('ACK 1');
  const [first, second] = await Promise.all([one.drain(), two.drain(1000)]);
  expect(first.equals(content.subarray(512))).toBe(true);
  expect(second.equals(content)).toBe(true);
  for (const peer of [one, two, three]) expect(peer.from).toEqual(to);
  expect(files.get('new')).toHaveLength(100);
});

test('strangers on the shared port draw nothing and disturb nobody', async () => {
  const stage = loopback();
  const { to } = await serve(stage, { f: content }, { singlePort: true });
  const [peer, stranger] = [await stage.peer(), await stage.peer()];
  peer.send(rrq('f'), to);
  await peer.receive();
  for (const packet of [ack(1), ack(2), data(1), Buffer.from('\0\x05\0\0x\0')]) stranger.send(packet, to);
  peer.send(ack(1));
  expect((await peer.drain()).equals(content.subarray(512))).toBe(true);
  stranger.send(rrq('missing'), to);
  expect(await stranger.hear()).toBe('ERROR 1 File not found');
  expect(stranger.waiting).toEqual([]);
});

test('behind addresses and ports that are rewritten', async () => {
  const stage = loopback();
  const { to } = await serve(stage, memoryOffering(new Map([['f', content]]), { write: true }), {
    singlePort: true,
  });
  const nat = await forwarder(stage, [to]);
  const client = new TftpClient('127.0.0.1', { port: nat.to.port });
  expect(Buffer.from(await client.getOctets('f')).equals(content)).toBe(true);
  await client.put(content, 'new', { blksize: 1468, windowsize: 8 });
  expect(Buffer.from(await client.getOctets('new')).equals(content)).toBe(true);
});

test('two read-only servers behind one forwarder share the clients, and every file is whole', async () => {
  const stage = loopback();
  const servers = [
    await serve(stage, { f: content }, { singlePort: true }),
    await serve(stage, { f: content }, { singlePort: true }),
  ];
  const balancer = await forwarder(
    stage,
    servers.map(({ to }) => to),
  );
  const clients = Array.from(
    { length: 6 },
    () => new TftpClient('127.0.0.1', { port: balancer.to.port, blksize: 1468 }),
  );
  const got = await Promise.all(clients.map((client) => client.getOctets('f')));
  for (const octets of got) expect(Buffer.from(octets).equals(content)).toBe(true);
  expect(balancer.flows().sort()).toEqual([0, 0, 0, 1, 1, 1]);
});
