// The verdicts of check about stock servers, as golden tables: a change of a case or of a server shows here.
// `npx vitest run test/peers/check.test.ts --update` writes the tables anew.
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkServer, type Checked } from '../../src/engine/exam/check/check-server.ts';
import { systemTower } from '../../src/engine/system.ts';
import { isMissing, serverPeers, type RunningPeer } from '../support/peers.ts';

const file = 'fw.bin';
/** Text with all line ends in it, of whole blocks of 512 and 1,024 octets. */
const content = Uint8Array.from({ length: 20_480 }, (_, at) =>
  at % 61 === 0 ? 10 : at % 97 === 0 ? 13 : 32 + (at % 90),
);

/** Cases whose verdict hangs on which of two packets the server reads first. */
const unsteady: Readonly<Record<string, readonly number[]>> = { atftpd: [96] };

function table(peer: string, checked: readonly Checked[]): string {
  const rows = checked.map(({ row, result }) => {
    const verdict = unsteady[peer]?.includes(row.number) === true ? 'PASS or FAIL' : result.verdict;
    return `| ${row.number} | ${row.title} | ${row.section} | ${verdict} |`;
  });
  return ['| case | situation | section | verdict |', '|---|---|---|---|', ...rows, ''].join('\n');
}

for (const peer of serverPeers())
  describe.skipIf(isMissing(peer))(`a check of ${peer.name}`, () => {
    let folder: string;
    let server: RunningPeer;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'tftpsh-check-'));
      const root = join(folder, 'root');
      await chmod(folder, 0o755);
      await mkdir(root);
      await chmod(root, 0o777);
      await writeFile(join(root, file), content, { mode: 0o666 });
      server = await peer.start(root);
    });

    afterAll(async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    });

    test('case 161: gives its golden table', { timeout: 180_000 }, async () => {
      const { host, port } = server;
      const checked = await checkServer(systemTower(), { host, port, file, write: 'scratch', risk: true });
      await expect(table(peer.name, checked)).toMatchFileSnapshot(
        `golden/check-${peer.name.replaceAll(' ', '-')}.md`,
      );
    });
  });
