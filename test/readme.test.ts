// README and the manual say what the tables say, and show what the program draws.
// `UPDATE_README=1 npx vitest run test/readme.test.ts` writes the blocks and the picture anew.
import { readFile, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { ladderSvg } from '../src/trace/export/svg.ts';
import { ladder } from '../src/trace/ladder/ladder.ts';
import { SideLog } from '../src/trace/record/side-log.ts';
import { blocks, files, rendered } from './support/readme.ts';
import { pattern } from './support/script.ts';
import { isBlock, recordPair } from './trace/recorded.ts';

test.each(Object.entries(files))('the tables of %s are the tables of the program', async (file, names) => {
  const path = new URL(`../${file}`, import.meta.url);
  const written = await readFile(path, 'utf8');
  for (const name of names) expect(written).toContain(`<!-- ${name} -->`);
  const now = rendered(written);
  if (process.env['UPDATE_README'] === '1') await writeFile(path, now);
  else expect(written).toBe(now);
});

test('every rendered table is in some file', () => {
  expect(Object.values(files).flat().sort()).toEqual(Object.keys(blocks).sort());
});

test('the picture of README is a ladder of a transfer in which the third block is lost', async () => {
  const picture = new URL('../.github/ladder.svg', import.meta.url);
  const offer = { tsize: 0, blksize: 1468, windowsize: 4 };
  const { events } = recordPair({ kind: 'get', file: pattern(11_000), offer, drop: isBlock('DATA', 3) });
  // Packets of one window leave together on the virtual clock; on a wire one follows the other.
  const paced = events.client.map((event, count) => ({ ...event, at: event.at + count * 0.047 }));
  const now = ladderSvg(ladder(new SideLog({ transfer: 1, side: 'client' }, paced)));
  if (process.env['UPDATE_README'] === '1') await writeFile(picture, now);
  else expect(await readFile(picture, 'utf8')).toBe(now);
});
