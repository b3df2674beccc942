// The verdicts of check about stock servers, as golden tables: a change of a case or of a server shows here.
// The project publishes no other program's defects. So a table lists the cases in which the server agrees with the RFC, and
// holds all other verdicts by a digest. A test that fails prints them. `npx vitest run FILE --update` writes the tables anew.
import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
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

/** Cases whose verdict depends on which of two packets the server reads first. */
const unsteady: Readonly<Record<string, readonly number[]>> = { atftpd: [96] };

interface Verdict {
  readonly row: Checked['row'];
  readonly verdict: string;
}

function verdictsOf(peer: string, checked: readonly Checked[]): readonly Verdict[] {
  const isUnsteady = (number: number): boolean => unsteady[peer]?.includes(number) === true;
  return checked.map(({ row, result }) => ({
    row,
    verdict: isUnsteady(row.number) ? 'PASS or FAIL' : result.verdict,
  }));
}

const lineOf = ({ row: { number, title, section }, verdict }: Verdict): string =>
  `| ${number} | ${title} | ${section} | ${verdict} |`;

function table(verdicts: readonly Verdict[]): string {
  const digest = createHash('sha256').update(verdicts.map(lineOf).join('\n')).digest('hex');
  return [
    '| case | situation | section | verdict |',
    '|---|---|---|---|',
    ...verdicts.filter(({ verdict }) => verdict === 'PASS').map(lineOf),
    '',
    `The verdicts of all ${verdicts.length} cases have the SHA-256 ${digest}.`,
    '',
  ].join('\n');
}

/** Times that a server is checked until its table is the golden one, or comes twice. */
const most = 3;

/**
 * A verdict rests on real waits: it can turn where the machine stands still for a moment. So a table that differs from
 * the golden one has to come a second time. The cases that turned are printed.
 */
async function steadyVerdicts(
  peer: string,
  { host, port }: RunningPeer,
  golden: string,
): Promise<readonly Verdict[]> {
  const examine = async (): Promise<readonly Verdict[]> =>
    verdictsOf(peer, await checkServer(systemTower(), { host, port, file, write: 'scratch', risk: true }));
  let verdicts = await examine();
  for (let checks = 1; checks < most && table(verdicts) !== golden; checks += 1) {
    const before = new Set(verdicts.map(lineOf));
    verdicts = await examine();
    const turned = verdicts.map(lineOf).filter((line) => !before.has(line));
    if (turned.length === 0) break;
    process.stderr.write(`verdicts about ${peer} that turned, as they are now:\n${turned.join('\n')}\n`);
  }
  return verdicts;
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
      const golden = `golden/check-${peer.name.replaceAll(' ', '-')}.md`;
      const expected = await readFile(join(import.meta.dirname, golden), 'utf8').catch(() => '');
      const verdicts = await steadyVerdicts(peer.name, server, expected);
      await expect(table(verdicts), verdicts.map(lineOf).join('\n')).toMatchFileSnapshot(golden);
    });
  });
