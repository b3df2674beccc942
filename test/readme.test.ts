// README and the manual contain what the tables say, and show what the program draws.
// `npm run docs` writes the tables and the picture.
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ladderSvg } from '../src/trace/export/svg.ts';
import { ladder } from '../src/trace/ladder/ladder.ts';
import { runCli } from './support/cli.ts';
import { blocks, files, rendered } from './support/tables.ts';
import { lookingRig } from './shell/packets/rig.ts';

const home = join(import.meta.dirname, '..');
const isWritten = process.env['UPDATE_DOCS'] === '1';

test.each(Object.entries(files))('the tables of %s are the tables of the program', async (name, blocks) => {
  const text = await readFile(join(home, name), 'utf8');
  for (const block of blocks) expect(text).toContain(`<!-- ${block} -->`);
  const now = rendered(text);
  if (isWritten) await writeFile(join(home, name), now);
  else expect(text, 'run "npm run docs"').toBe(now);
});

test('every rendered table is in some file', () => {
  expect(Object.values(files).flat().sort()).toEqual(Object.keys(blocks).sort());
});

test('the picture of README is the ladder of a transfer that impair disturbed, in the lab', async () => {
  const picture = join(home, '.github/ladder.svg');
  const { run, session } = await lookingRig({ seed: 1 });
  const lines = ['lab on', 'lab file fw.bin 11000', 'windowsize 4', 'impair server drop DATA 3 once'];
  for (const line of [...lines, 'get fw.bin']) expect((await run(line)).status).toBe(0);
  const view = await session.context.inspector.find();
  if (view === undefined) throw new Error('no transfer');
  const now = ladderSvg(ladder(view.log));
  if (isWritten) await writeFile(picture, now);
  else expect(await readFile(picture, 'utf8'), 'run "npm run docs"').toBe(now);
});

test('README is short, and each file that it names exists', async () => {
  const readme = await readFile(join(home, 'README.md'), 'utf8');
  expect(Buffer.byteLength(readme)).toBeLessThanOrEqual(12 * 1024);
  const links = [...readme.matchAll(/\]\(([^)#]+)[^)]*\)|`(test\/[^`]+)`/g)].map(([, a, b]) => a ?? b!);
  expect(links.length).toBeGreaterThan(20);
  expect(links.filter((path) => !existsSync(join(home, path)))).toEqual([]);
});

test('README shows lines that the program prints', async () => {
  const readme = await readFile(join(home, 'README.md'), 'utf8');
  const sample = /```console\n\$ tftpsh --demo\n([^]*?)```/.exec(readme)?.[1] ?? '';
  const alike = (line: string): string =>
    line
      .replace(/\b[km]?(B\/s|s)\b/g, '$1')
      .replace(/[0-9][0-9,.]*/g, '0')
      .replace(/(…| ) +/g, ' ');
  const { out, err } = await runCli(['--demo', '--plain']);
  const printed = new Set(`${out}\n${err}`.split('\n').map(alike));
  const lines = sample.trimEnd().split('\n').map(alike);
  expect(lines.length).toBeGreaterThan(8);
  expect(lines.filter((line) => !printed.has(line))).toEqual([]);
});
