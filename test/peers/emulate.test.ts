// emulate asks as the programs themselves ask: the same octets in the first datagram.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { profiles } from '../../src/shell/exam/profiles.ts';
import { clientPeers, isMissing } from '../support/peers.ts';
import { udpPeer } from '../support/raw-peer.ts';
import { error } from '../support/script.ts';
import { ourClient } from './ours.ts';

/** The datagram as text. The timeout of curl follows from its --max-time. */
function textOf(octets: Uint8Array): string {
  return Buffer.from(octets)
    .toString('latin1')
    .replace(/timeout\0\d+/, 'timeout\0N');
}

for (const peer of clientPeers().filter(({ name }) => profiles.some((profile) => profile.name === name)))
  describe.skipIf(isMissing(peer))(peer.name, () => {
    test('its request is ours', async () => {
      const server = await udpPeer();
      const folder = await mkdtemp(join(tmpdir(), 'tftpsh-emulate-'));
      const { address: host, port } = server.local;
      const { settings } = profiles.find(({ name }) => name === peer.name)!;
      try {
        const theirs = peer.transfer({
          ...{ direction: 'get', host, port, remote: 'boot.img', local: join(folder, 'x') },
          ...{ mode: 'octet', within: 10_000 },
        });
        const wanted = await server.receive();
        server.send(error(1), wanted.from);
        await theirs;
        const own = ourClient().get({
          remote: { host, port, file: 'boot.img' },
          ...{ settings, to: { type: 'memory' } },
        });
        let { octets } = await server.receive();
        while (server.from.port === wanted.from.port) ({ octets } = await server.receive());
        server.send(error(1));
        await own.done.catch(() => undefined);
        expect(textOf(octets)).toBe(textOf(wanted.octets));
      } finally {
        server.close();
        await rm(folder, { recursive: true });
      }
    });
  });
