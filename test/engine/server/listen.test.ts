// Where a server listens: one socket for each address, replies from the address that was asked, and changes meanwhile.
import { platform } from 'node:os';
import { describe, expect, test } from 'vitest';
import { ack } from '../../support/script.ts';
import { door } from '../../support/door.ts';
import { rrq } from '../../support/raw-peer.ts';
import { inMemory, loopback, serve, settled, type MemoryStage } from '../../support/towers.ts';
import { memoryOffering } from '../../../src/files/offerings/named-files.ts';
import { Server, type ServerSettings } from '../../../src/engine/server/server.ts';
import { addressesOf, localAddresses } from '../../../src/network/interfaces.ts';
import { loadLibc } from '../../../src/network/native/libc.ts';
import { observe } from '../../../src/network/observe.ts';

const files = { f: 'hello' };

test.skipIf(platform() !== 'linux')(
  'replies and refusals leave from the address that was asked, never from another of ours',
  async () => {
    const stage = loopback();
    const { server } = await serve(stage, files, { hosts: ['127.0.0.1', '127.0.0.2', '127.0.0.3'] });
    const peer = await stage.peer();
    for (const to of server.status().listening)
      for (const name of ['f', 'missing']) {
        peer.send(rrq(name), to);
        expect((await peer.receive()).from.address).toBe(to.address);
        peer.send(ack(1));
      }
    expect(new Set(server.status().listening.map(({ port }) => port)).size).toBe(1);
  },
);

const isNative = loadLibc() !== undefined && door.nativeAfter !== Infinity;

test.runIf(isNative).each<[string, ServerSettings]>([
  ['a port for each transfer', {}],
  ['one port for all', { singlePort: true, allow: ['any'] }],
])(
  'one socket on all addresses, %s: everything leaves from the address that was asked',
  async (_, settings) => {
    const stage = loopback({
      onInputSignal: (listener) => {
        process.on('SIGIO', listener);
        stage.undo.push(() => process.off('SIGIO', listener));
      },
    });
    const { server } = await serve(stage, files, { hosts: ['0.0.0.0'], ...settings });
    const { port } = server.status().listening[0]!;
    for (const address of ['127.0.0.1', '127.0.0.2', '127.0.0.3'])
      for (const name of ['f', 'missing']) {
        const peer = await stage.peer();
        peer.send(rrq(name), { address, port });
        expect((await peer.receive()).from.address).toBe(address);
        peer.send(ack(1));
      }
  },
);

test('X04, X02: loopback unless told otherwise, and nobody else may have the port', async () => {
  const stage = loopback();
  const { server, to } = await serve(stage, files);
  expect(server.status().listening).toEqual([{ address: '127.0.0.1', port: to.port }]);
  const second = new Server(stage.tower, memoryOffering(new Map()), { port: to.port });
  await expect(second.listen()).rejects.toMatchObject({ failure: { by: 'listen', code: 'EADDRINUSE' } });
  await second.close();
  const peer = await stage.peer();
  peer.send(Buffer.from('\0\x02new\0octet\0'), to);
  expect(await peer.hear()).toBe('ERROR 2 Access violation: writing is off');
});

describe('the addresses of this machine', () => {
  interface World {
    readonly stage: MemoryStage;
    readonly server: Server;
    readonly told: string[];
    ours: readonly string[];
  }

  async function start(): Promise<World> {
    const stage = inMemory();
    const world = { stage, ours: ['10.0.0.1', '127.0.0.1'] as readonly string[], told: [] as string[] };
    const host = stage.network.host('10.0.0.1', '10.0.0.2', '127.0.0.1', '2001:db8::1');
    const network = observe(host, stage.tower.bus, stage.clock);
    const tower = { ...stage.tower, network, localAddresses: () => world.ours };
    const offering = memoryOffering(new Map([['f', Buffer.from('hello')]]));
    const server = new Server(tower, offering, { lan: true, port: 6969, grace: 0 });
    server.subscribe((event) => {
      if (event.type === 'listening' || event.type === 'broken')
        world.told.push(`${event.type} ${event.local.address}`);
    });
    await server.listen();
    stage.undo.push(() => settled(stage, server.close()));
    return Object.assign(world, { server });
  }

  const listening = ({ server }: World): readonly string[] =>
    server
      .status()
      .listening.map(({ address }) => address)
      .sort();

  test('come and go: each is listened on while it is there', async () => {
    const world = await start();
    expect(listening(world)).toEqual(['10.0.0.1', '127.0.0.1']);
    world.ours = ['10.0.0.1', '10.0.0.2', '2001:db8::1'];
    await world.stage.clock.advance(3000);
    expect(listening(world)).toEqual(['10.0.0.1', '10.0.0.2', '2001:db8::1']);
    expect(world.told.slice(2)).toEqual(['broken 127.0.0.1', 'listening 10.0.0.2', 'listening 2001:db8::1']);
    const peer = await world.stage.peer('10.0.0.9');
    peer.send(rrq('f'), { address: '10.0.0.2', port: 6969 });
    expect((await peer.receive()).from.address).toBe('10.0.0.2');
    peer.send(ack(1));
  });

  test('one that cannot be had is told once at most, and tried again', async () => {
    const world = await start();
    world.ours = ['10.0.0.1', '10.77.0.1'];
    await world.stage.clock.advance(20_000);
    expect(listening(world)).toEqual(['10.0.0.1']);
    expect(world.told.filter((line) => line.startsWith('broken'))).toEqual(['broken 127.0.0.1']);
  });

  test('a transfer goes on while its address is given up', async () => {
    const world = await start();
    const peer = await world.stage.peer('10.0.0.9');
    peer.send(rrq('f', 'tsize 0'), { address: '10.0.0.1', port: 6969 });
    expect(await peer.hear()).toBe('OACK tsize=5');
    await world.server.relisten(['127.0.0.1']);
    peer.send(ack(0));
    expect((await peer.drain()).toString()).toBe('hello');
  });

  test('after close nothing is listened on any more, whatever comes', async () => {
    const world = await start();
    await settled(world.stage, world.server.close());
    await world.stage.clock.advance(20_000);
    await world.server.relisten(['10.0.0.1']);
    expect(listening(world)).toEqual([]);
    expect(world.stage.clock.pending).toBe(0);
  });

  test('are told as datagrams tell them: link-local ones with their zone', () => {
    const entry = { netmask: '', mac: '', internal: false, cidr: null };
    const found = addressesOf({
      eth0: [
        { ...entry, address: '192.0.2.1', family: 'IPv4' },
        { ...entry, address: 'FE80::1', family: 'IPv6', scopeid: 2 },
        { ...entry, address: '2001:db8::1', family: 'IPv6', scopeid: 0 },
      ],
      eth1: [{ ...entry, address: '192.0.2.1', family: 'IPv4' }],
      none: undefined,
    });
    expect(found).toEqual(['192.0.2.1', '2001:db8::1', 'fe80::1%eth0']);
    expect(localAddresses()).toContain('127.0.0.1');
  });
});

test('a port that opens while the server closes is closed again: at the start, and when addresses change', async () => {
  const stage = inMemory();
  const { network } = stage.tower;
  for (const changes of [false, true]) {
    let whenOpened: () => void = () => undefined;
    const open: typeof network.open = async (options) => {
      const port = await network.open(options);
      whenOpened();
      return port;
    };
    const server = new Server({ ...stage.tower, network: { open } }, memoryOffering(new Map()), { port: 0 });
    if (changes) await server.listen();
    whenOpened = () => void server.close();
    stage.network.host('192.0.2.8');
    if (changes) expect(await server.relisten(['127.0.0.1', '192.0.2.8'])).toEqual([]);
    else await expect(server.listen()).rejects.toThrow();
    await server.close();
    expect(stage.network.ports).toBe(0);
  }
});
