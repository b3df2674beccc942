// N14: datagrams that the system refuses because of their length. In memory, on virtual time, on a network that carries
// 1,500 octets.
import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { Client } from '../../../src/engine/client/client.ts';
import type { Origin } from '../../../src/engine/client/requests.ts';
import type { Transfer, TransferSettings } from '../../../src/engine/transfer.ts';
import type { ForwardingNetwork } from '../../../src/network/observe.ts';
import type { PacketPort } from '../../../src/network/packet-network.ts';
import { ack, oack, pattern } from '../../support/script.ts';
import { rrq, type RawPeer } from '../../support/raw-peer.ts';
import { inMemory, serve, settled, tftpErrorOf, type MemoryStage } from '../../support/towers.ts';

interface World {
  readonly stage: MemoryStage;
  readonly listener: RawPeer;
  readonly server: RawPeer;
  readonly transfer: Transfer;
}

const file = pattern(20_000);
const wish: TransferSettings = { blksize: 8192, windowsize: 'off', tsize: false };

/** A put whose wish the server has granted; its network carries `largest` octets. */
async function granted(
  from: Origin = { type: 'memory', octets: file },
  {
    largest = 1500,
    refusing,
  }: { largest?: number; refusing?: (network: ForwardingNetwork) => ForwardingNetwork } = {},
): Promise<World> {
  const stage = inMemory({ largest });
  const listener = await stage.peer();
  const server = await stage.peer();
  const remote = { host: '127.0.0.1', port: listener.local.port, file: 'f' };
  const network = refusing?.(stage.tower.network) ?? stage.tower.network;
  const transfer = new Client({ ...stage.tower, network }).put({ remote, settings: wish, from });
  expect(await listener.hear()).toBe('WRQ f octet blksize=8192');
  server.send(oack('blksize 8192'), listener.from);
  return { stage, listener, server, transfer };
}

describe('N14: blocks that are too large to be sent', () => {
  test('a put says so to the server, and asks again with 512 octets from the first octet on', async () => {
    const { stage, listener, server, transfer } = await granted();
    expect(await server.hear()).toBe(
      'ERROR 0 datagrams of 8,196 octets are too large to leave this machine: ask for a smaller blksize',
    );
    expect(await listener.hear()).toBe('WRQ f octet blksize=512');
    const second = await stage.peer();
    second.send(oack('blksize 512'), listener.from);
    const blocks = Math.floor(file.length / 512) + 1;
    for (let block = 1; block <= blocks; block += 1) {
      expect(await second.hear()).toMatch(new RegExp(`^DATA ${block} `));
      second.send(ack(block));
    }
    const { octets, warnings, confirmed } = await settled(stage, transfer.done);
    expect({ octets, confirmed }).toEqual({ octets: 20_000, confirmed: true });
    expect(warnings).toEqual([
      'datagrams of 8,196 octets are too large to leave this machine: asked again with blksize 512',
    ]);
  });

  test('a put from a stream, which cannot be read twice, fails and says what to change', async () => {
    const { stage, server, transfer } = await granted({ type: 'stream', stream: Readable.from([file]) });
    const failure = await tftpErrorOf(stage, transfer.done);
    expect(failure.failure.by).toBe('network');
    expect(failure.shortMessage).toBe(
      'datagrams of 8,196 octets are too large to leave this machine: ask for a smaller blksize',
    );
    await stage.clock.run();
    expect(server.heard).toEqual([expect.stringMatching(/^ERROR 0 /)]);
  });

  test('refused once it is a lost datagram: a router may have told the system to cut what follows', async () => {
    let refusals = 0;
    const refusing = (network: ForwardingNetwork): ForwardingNetwork => ({
      async open(options) {
        const port = await network.open(options);
        const send: PacketPort['send'] = (to, packet) => {
          if (packet.op !== 'DATA' || refusals > 0) port.send(to, packet);
          else queueMicrotask(() => options.events.tooLarge?.());
          if (packet.op === 'DATA') refusals += 1;
        };
        return {
          ...{ local: port.local, send },
          forward: (to, octets) => port.forward(to, octets),
          flush: () => port.flush(),
          pin: (peer) => port.pin(peer),
          unref: () => port.unref(),
          close: () => port.close(),
        };
      },
    });
    const { stage, server, transfer } = await granted(undefined, { largest: 9000, refusing });
    for (let block = 1; block <= 3; block += 1) {
      expect(await server.hear()).toMatch(new RegExp(`^DATA ${block} `));
      server.send(ack(block));
    }
    const { resent, warnings } = await settled(stage, transfer.done);
    expect({ resent, warnings }).toEqual({ resent: 1, warnings: [] });
  });

  test('a read from our server ends with an ERROR that names the cause, not in silence', async () => {
    const stage = inMemory({ largest: 1500 });
    const { to, ends } = await serve(stage, { f: file });
    const peer = await stage.peer();
    peer.send(rrq('f', 'blksize 8192'), to);
    expect(await peer.hear()).toBe('OACK blksize=8192');
    peer.send(ack(0));
    expect(await peer.hear()).toMatch(/^ERROR 0 datagrams of 8,196 octets are too large/);
    await stage.clock.run();
    expect(ends()).toEqual(['failed']);
  });
});
