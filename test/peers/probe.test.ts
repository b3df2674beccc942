// What stock servers answer to a probe: the table of fingerprints is derived from them again.
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fingerprintOf, fingerprints, likeness } from '../../src/engine/exam/probe/fingerprints.ts';
import { probe } from '../../src/engine/exam/probe/probe.ts';
import { systemTower } from '../../src/engine/system.ts';
import { isMissing, serverPeers, type RunningPeer } from '../support/peers.ts';

const file = 'fw.bin';

/** A folder that a server offers, with one file. */
async function offered(): Promise<{ folder: string; root: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'tftpsh-probe-'));
  const root = join(folder, 'root');
  await chmod(folder, 0o755);
  await mkdir(root);
  await chmod(root, 0o777);
  await writeFile(join(root, file), Buffer.alloc(100_000, 'line of text\n'), { mode: 0o666 });
  return { folder, root };
}

for (const peer of serverPeers())
  describe.skipIf(isMissing(peer))(`a probe of ${peer.name}`, () => {
    let folder: string;
    let server: RunningPeer;

    beforeAll(async () => {
      const place = await offered();
      folder = place.folder;
      server = await peer.start(place.root);
    });

    afterAll(async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    });

    test('case 160: gives its fingerprint, and recognises it', async () => {
      const card = await probe(systemTower(), { host: server.host, port: server.port, file });
      const known = fingerprints.find(({ software }) => software.startsWith(peer.name));
      expect(fingerprintOf(card.facts)).toEqual(known?.facts);
      expect(likeness(card.facts)?.software).toBe(known?.software);
    });
  });
