// Other people's clients against our server: every size, both directions, both modes; what arrives is what was sent.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clientPeers, isMissing } from '../support/peers.ts';
import type { ClientPeer, Errand } from '../support/peers.ts';
import { runtimeClients } from '../support/runtime-peers.ts';
import { digest, digestOf, pieces } from './content.ts';
import type { Piece } from './content.ts';
import { belongs, leftOut } from './left-out.ts';
import { ourServer } from './ours.ts';
import type { OurServer } from './ours.ts';

const all = pieces();

type Asked = Pick<Errand, 'blksize' | 'windowsize'>;

/** Plainly, and with what the client can ask for; what is long goes once, at 512 octets where numbers shall roll over. */
function asked(peer: ClientPeer, piece: Piece): readonly Asked[] {
  const windowed = peer.options.includes('windowsize');
  const large: Asked = peer.options.includes('blksize')
    ? { blksize: 1468, ...(windowed ? { windowsize: 16 } : {}) }
    : {};
  if (!piece.long) return peer.options.includes('blksize') ? [{}, large, { blksize: 65464 }] : [{}];
  if (piece.octets.length === 64 * 1024 * 1024) return [large];
  return [windowed ? { blksize: 512, windowsize: 8 } : {}];
}

for (const peer of [...clientPeers(), ...runtimeClients()])
  describe.skipIf(isMissing(peer))(`${peer.name} ↔ our server`, () => {
    let folder: string;
    let root: string;
    let server: OurServer;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'tftpsh-clients-'));
      root = join(folder, 'root');
      await mkdir(root);
      server = await ourServer(root);
    });

    afterAll(async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    });

    for (const direction of ['get', 'put'] as const)
      for (const piece of all.filter((candidate) => belongs(peer.name, direction, candidate)))
        test(`${piece.cases}: ${direction}s ${piece.name}, ${piece.mode}`, async ({ skip }) => {
          const why = leftOut(peer.name, direction, piece);
          if (why !== undefined) skip(`not exercised: ${why}`);
          const [from, to] = direction === 'get' ? [root, folder] : [folder, root];
          await writeFile(join(from, 'file'), piece.octets);
          for (const terms of asked(peer, piece)) {
            const arrives = join(to, 'moved');
            await rm(arrives, { force: true });
            const [remote, local] = direction === 'get' ? ['file', arrives] : ['moved', join(from, 'file')];
            const errand = {
              direction,
              mode: piece.mode,
              host: server.host,
              port: server.port,
              remote,
              local,
              ...terms,
            };
            const ended = await peer.transfer({ ...errand, within: 80_000 });
            expect(ended, JSON.stringify(terms)).toMatchObject({ status: 0 });
            // Some end without their last ACK: then our server has still to publish the file.
            await expect
              .poll(() => digestOf(arrives), { timeout: 5000, message: JSON.stringify(terms) })
              .toBe(digest(piece.octets));
          }
        });
  });
