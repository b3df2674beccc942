// Impairment below our client with foreign servers: what they sent, and what our side of the network did to it.
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lookingRig } from '../shell/packets/rig.ts';
import { isMissing, serverPeers } from '../support/peers.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tftpsh-impair-'));
  await mkdir(join(root, 'served'));
  await writeFile(join(root, 'served', 'fw.bin'), new Uint8Array(2000).fill(7));
});
afterAll(() => rm(root, { recursive: true, force: true }));

for (const peer of serverPeers())
  describe.skipIf(isMissing(peer))(peer.name, () => {
    test('one DATA of the server and one ACK of ours are lost: the file arrives, and the ladder shows both', async () => {
      const server = await peer.start(join(root, 'served'));
      const rig = await lookingRig({ seed: 1 });
      for (const line of [`connect ${server.host} ${server.port}`, 'options off', 'rexmt 100ms'])
        await rig.run(line);
      await rig.run('impair server drop DATA 2 once client drop ACK 3 once');
      expect((await rig.run('get fw.bin')).status).toBe(0);
      expect(await readFile(join(rig.folder, 'fw.bin'))).toEqual(Buffer.alloc(2000, 7));
      const drawn = (await rig.run('ladder --plain')).lines.join('\n');
      expect(drawn).toMatch(/✗─+ DATA 2 {2}512 B {2}lost by impairment/);
      expect(drawn).toMatch(/ACK 3 {2}lost by impairment ─+✗/);
      await server.stop();
    });
  });
