// Step mode with foreign programs, whose clocks run on: what they send again while we read is held, and explained.
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemTower } from '../../src/engine/system.ts';
import { Ring } from '../../src/trace/record/ring.ts';
import { lookingRig, type LookingRig } from '../shell/packets/rig.ts';
import { clientPeers, isMissing, serverPeers } from '../support/peers.ts';

const file = new Uint8Array(1200).fill(7);
let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tftpsh-step-'));
  await mkdir(join(root, 'served'));
  await writeFile(join(root, 'served', 'fw.bin'), file);
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** A session whose network has a gate. */
async function steppingRig(): Promise<LookingRig> {
  const ring = new Ring();
  return lookingRig({ tower: systemTower({ recorder: ring }), ring });
}

/** What is said about held packets that a foreign program sent again. */
const explained = ({ events }: LookingRig): string[] =>
  events.flatMap((event) =>
    event.event === 'held' ? event.remarks.filter((text) => text.includes('again')) : [],
  );

for (const peer of serverPeers().filter(({ name }) => name === 'in.tftpd'))
  describe.skipIf(isMissing(peer))(peer.name, () => {
    test('its DATA 1 comes again while ours is held; each repetition is explained, and the file arrives', async () => {
      const server = await peer.start(join(root, 'served'));
      const rig = await steppingRig();
      for (const line of [
        `connect ${server.host} ${server.port}`,
        'options off',
        'step on',
        'get fw.bin &',
        'next',
      ])
        expect((await rig.run(line)).status, line).toBe(0);
      const stepper = await rig.session.context.step.load();
      // RRQ has passed. DATA 1 is held, and the server, which gets no ACK, sends it again.
      await expect.poll(() => stepper.held.length, { timeout: 15_000 }).toBeGreaterThan(1);
      const said = (await rig.run('step')).lines.join(' ').replace(/\s+/g, ' ');
      expect(said).toMatch(
        /the server sent DATA 1 again \(\+\S+ m?s[^)]*\): its clock runs on, and it got no answer/,
      );
      expect(said).toContain('server not ours: its clock runs on');
      // The ACK that we would send now is what was foreseen; then the copy is the held packet, and says why it came.
      await rig.run('next');
      await expect
        .poll(() => explained(rig).some((text) => text.includes('after the pause began')))
        .toBe(true);
      expect((await rig.run('release')).status).toBe(0);
      expect(await rig.session.context.work.idle()).toBe(0);
      expect(await readFile(join(rig.folder, 'fw.bin'))).toEqual(Buffer.from(file));
      await server.stop();
    });
  });

for (const peer of clientPeers().filter(({ name }) => name === 'curl'))
  describe.skipIf(isMissing(peer))(peer.name, () => {
    test('it asks our server; what it sends again while we hold its request is explained, and it gets the file', async () => {
      const rig = await steppingRig();
      await writeFile(join(rig.folder, 'fw.bin'), file);
      for (const line of ['serve . --port 0', 'step on']) expect((await rig.run(line)).status, line).toBe(0);
      const { port = 0 } = rig.session.context.server.local ?? {};
      const local = join(rig.folder, 'got.bin');
      const got = peer.transfer({ direction: 'get', host: '127.0.0.1', port, remote: 'fw.bin', local });
      const stepper = await rig.session.context.step.load();
      // The request is held, and curl asks again.
      await expect.poll(() => stepper.held.length, { timeout: 20_000 }).toBeGreaterThan(1);
      const said = (await rig.run('step')).lines.join(' ').replace(/\s+/g, ' ');
      expect(said).toContain('server received RRQ "fw.bin" octet');
      expect(said).toMatch(
        /the client sent RRQ again \(\+\S+ m?s[^)]*\): its clock runs on, and it got no answer/,
      );
      expect((await rig.run('release')).status).toBe(0);
      expect(await got).toMatchObject({ status: 0 });
      expect(await readFile(local)).toEqual(Buffer.from(file));
    });
  });
