// Impairment below our end with foreign servers and clients: what they sent, and what our side of the network did to it.
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lookingRig } from '../shell/packets/rig.ts';
import { clientPeers, isMissing, serverPeers } from '../support/peers.ts';
import { runtimeClients, runtimeServers } from '../support/runtime-peers.ts';
import { digest, digestOf, noise } from './content.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tftpsh-impair-'));
  await mkdir(join(root, 'served'));
  await writeFile(join(root, 'served', 'fw.bin'), new Uint8Array(2000).fill(7));
});
afterAll(() => rm(root, { recursive: true, force: true }));

for (const peer of [...serverPeers(), ...runtimeServers().filter(({ name }) => name !== 'Net::TFTPd')])
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

/** Of each direction one packet of the server and one of the client. */
const losses = {
  get: 'impair server drop DATA 2 once client drop ACK 3 once',
  put: 'impair server drop ACK 2 once client drop DATA 3 once',
} as const;

/** They notice a lost packet after ten seconds: tried by hand (LONG=1). */
const slow = ['tftp-hpa put', 'curl get', 'curl put', 'Net::TFTP get', 'Net::TFTP put'];

for (const peer of [...clientPeers(), ...runtimeClients()])
  describe.skipIf(isMissing(peer))(`${peer.name} ↔ our server, with loss`, () => {
    for (const direction of ['get', 'put'] as const)
      test(`one packet of each end is lost: the ${direction} is whole`, async ({ skip }) => {
        if (slow.includes(`${peer.name} ${direction}`) && process.env['LONG'] !== '1')
          skip('not exercised: it waits ten seconds for a lost packet');
        const rig = await lookingRig({ seed: 1 });
        await rig.run('serve . --write --overwrite --port 0');
        const port = Number(/:(\d+)/.exec(rig.session.state.server?.listening ?? '')?.[1]);
        await rig.run(losses[direction]);
        const [remote, local] = [join(rig.folder, 'remote'), join(rig.folder, 'local')];
        await writeFile(direction === 'get' ? remote : local, noise(3000));
        const errand = { direction, host: '127.0.0.1', port, remote: 'remote', local };
        expect(await peer.transfer({ ...errand, within: 50_000 })).toMatchObject({ status: 0 });
        await expect.poll(() => digestOf(direction === 'get' ? local : remote)).toBe(digest(noise(3000)));
        const drawn = (await rig.run('ladder --plain')).lines.join('\n');
        expect(drawn.match(/lost by impairment/g)).toHaveLength(2);
        await rig.run('serve stop');
      });
  });
