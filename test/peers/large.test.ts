// case 85: more than 4 GiB and more than 131,072 blocks, once each way round. Minutes and gigabytes: only with LONG=1.
import { mkdir, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clientPeers, isMissing, serverPeers } from '../support/peers.ts';
import { digestOf } from './content.ts';
import { ourClient, ourServer } from './ours.ts';

const size = 4 * 1024 ** 3 + 12_345;
const blksize = 16_384;
const minutes = 60_000;

/** A file of zeroes that takes no room, but for its last octets. */
async function sparse(path: string): Promise<void> {
  const file = await open(path, 'w', 0o666);
  await file.truncate(size - 3);
  await file.write('end', size - 3);
  await file.close();
}

describe.skipIf(process.env['LONG'] !== '1')('4 GiB and more', { timeout: 10 * minutes }, () => {
  let folder: string;
  let root: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tftpsh-large-'));
    root = join(folder, 'root');
    await mkdir(root);
    await sparse(join(root, 'file'));
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  for (const peer of serverPeers())
    test.skipIf(isMissing(peer))(`case 85: our client ← ${peer.name}`, async () => {
      const server = await peer.start(root);
      // RFC 2349 sets sizes no bound; only where one of more than 32 bits can be told is it asked for.
      const tsize = peer.name === 'in.tftpd';
      try {
        const remote = { host: server.host, port: server.port, file: 'file' };
        const path = join(folder, 'got');
        const to = { type: 'file', path, overwrite: true } as const;
        const result = await ourClient().get({ remote, settings: { blksize, tsize }, to }).done;
        expect(result.octets).toBe(size);
        expect(await digestOf(path)).toBe(await digestOf(join(root, 'file')));
      } finally {
        await server.stop();
      }
    });

  for (const peer of clientPeers().filter(({ options }) => options.includes('blksize')))
    test.skipIf(isMissing(peer))(`case 85: ${peer.name} ↔ our server`, async () => {
      const server = await ourServer(root, {}, { maxUpload: 2 ** 40 });
      try {
        const { host, port } = server;
        const errand = { host, port, blksize, within: 9 * minutes };
        const local = join(folder, 'fetched');
        expect(await peer.transfer({ ...errand, direction: 'get', remote: 'file', local })).toMatchObject({
          status: 0,
        });
        expect(await digestOf(local)).toBe(await digestOf(join(root, 'file')));
        expect(await peer.transfer({ ...errand, direction: 'put', remote: 'back', local })).toMatchObject({
          status: 0,
        });
        expect(await digestOf(join(root, 'back'))).toBe(await digestOf(local));
        await rm(local);
      } finally {
        await server.stop();
      }
    });
});
