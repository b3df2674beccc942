// Our client against other people's servers: every size, both directions, both modes; what arrives is what was sent.
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Client } from '../../src/engine/client/client.ts';
import type { TransferSettings } from '../../src/engine/transfer.ts';
import { isMissing, serverPeers } from '../support/peers.ts';
import type { RunningPeer, ServerPeer } from '../support/peers.ts';
import { runtimeServers } from '../support/runtime-peers.ts';
import { digest, digestOf, pieces } from './content.ts';
import type { Piece } from './content.ts';
import { belongs, leftOut } from './left-out.ts';
import { ourClient } from './ours.ts';

const all = pieces();

/** The same file plainly, with our defaults, and at 512 octets so that block numbers roll over. */
function settingsFor(peer: ServerPeer, piece: Piece): readonly TransferSettings[] {
  const { mode, long } = piece;
  if (!long) return [{ mode, options: false }, { mode }, { mode, blksize: 512, windowsize: 4 }];
  if (mode === 'netascii' || piece.octets.length === 64 * 1024 * 1024) return [{ mode }];
  return [{ mode, blksize: 512, windowsize: peer.options.includes('windowsize') ? 8 : 'off' }];
}

for (const peer of [...serverPeers(), ...runtimeServers()])
  describe.skipIf(isMissing(peer))(`our client ↔ ${peer.name}`, () => {
    let folder: string;
    let root: string;
    let server: RunningPeer;
    let client: Client;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'tftpsh-servers-'));
      root = join(folder, 'root');
      await chmod(folder, 0o755);
      await mkdir(root);
      await chmod(root, 0o777);
      server = await peer.start(root);
      client = ourClient();
    });

    afterAll(async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    });

    const remote = (file: string): { host: string; port: number; file: string } => ({
      host: server.host,
      port: server.port,
      file,
    });

    for (const piece of all.filter((candidate) => belongs(peer.name, 'get', candidate)))
      test(`${piece.cases}: gets ${piece.name}, ${piece.mode}`, async ({ skip }) => {
        const why = leftOut(peer.name, 'get', piece);
        if (why !== undefined) skip(`not exercised: ${why}`);
        // A name of its own: a server may still hold the file of the transfer before, whose last ACK it has not read yet.
        const file = `${piece.name.replaceAll(/[^0-9A-Za-z]+/g, '-')}-${piece.mode}`;
        await writeFile(join(root, file), piece.octets, { mode: 0o666 });
        for (const settings of settingsFor(peer, piece)) {
          const path = join(folder, 'got');
          await client.get({ remote: remote(file), settings, to: { type: 'file', path, overwrite: true } })
            .done;
          expect(await digestOf(path), JSON.stringify(settings)).toBe(digest(piece.octets));
        }
      });

    for (const piece of all.filter((candidate) => belongs(peer.name, 'put', candidate)))
      test(`${piece.cases}: puts ${piece.name}, ${piece.mode}`, async ({ skip }) => {
        const why = leftOut(peer.name, 'put', piece);
        if (why !== undefined) skip(`not exercised: ${why}`);
        await writeFile(join(folder, 'file'), piece.octets);
        for (const settings of settingsFor(peer, piece)) {
          await rm(join(root, 'put'), { force: true });
          await client.put({
            remote: remote('put'),
            settings,
            from: { type: 'file', path: join(folder, 'file') },
          }).done;
          // Some close the file after their last ACK.
          await expect
            .poll(() => digestOf(join(root, 'put')), { timeout: 5000, message: JSON.stringify(settings) })
            .toBe(digest(piece.octets));
        }
      });
  });
