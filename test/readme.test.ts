// README says what the tables say. `UPDATE_README=1 npx vitest run test/readme.test.ts` writes the blocks anew.
import { readFile, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { blocks, rendered } from './support/readme.ts';

const path = new URL('../README.md', import.meta.url);

test('the tables of README are the tables of the program', async () => {
  const readme = await readFile(path, 'utf8');
  for (const name of Object.keys(blocks)) expect(readme).toContain(`<!-- ${name} -->`);
  const now = rendered(readme);
  if (process.env['UPDATE_README'] === '1') await writeFile(path, now);
  else expect(readme).toBe(now);
});
