// export FILE.png: by the first program of this system that can draw it; without one, a clear word.
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findBrowser } from '../../support/browser.ts';
import { withLoss } from './rig.ts';

/** A PATH in which only these programs are, each a script. */
async function pathWith(folder: string, programs: Readonly<Record<string, string>>): Promise<string> {
  const path = join(folder, 'bin');
  await mkdir(path);
  for (const [name, script] of Object.entries(programs)) {
    await writeFile(join(path, name), `#!/bin/sh\n${script}\n`);
    await chmod(join(path, name), 0o755);
  }
  return path;
}

const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
/** Draws nothing, but shows in the file what it was given. */
const fake = `for last; do :; done; printf '\\211PNG\\r\\n\\032\\n' > "$4"; cat "$last" >> "$4"`;

test('the picture goes through the first program that is there, and is light unless --theme says dark', async () => {
  const env: Record<string, string> = {};
  const { run, folder } = await withLoss({ env });
  env['PATH'] = await pathWith(folder, { 'rsvg-convert': fake });
  // The script itself needs cat.
  env['PATH'] += ':/usr/bin:/bin';
  expect((await run('export a.png')).lines).toEqual([expect.stringMatching(/^✔ a\.png {3}/)]);
  const image = await readFile(join(folder, 'a.png'));
  expect(image.subarray(0, 8)).toEqual(signature);
  expect(image.toString()).toContain('<svg class="l"');
  expect(image.toString()).not.toContain('prefers-color-scheme');
  expect((await run('export a.png')).status).toBe(73);
  await run('export -f a.png --theme dark');
  expect(await readFile(join(folder, 'a.png'))).not.toEqual(image);
});

test('a program that fails, or writes no PNG, is passed over; without any there is a word, and no file', async () => {
  const env: Record<string, string> = {};
  const { run, folder } = await withLoss({ env });
  env['PATH'] = await pathWith(folder, { 'rsvg-convert': 'echo no > "$4"', inkscape: 'exit 3' });
  const { status, lines } = await run('export a.png');
  expect(status).toBe(74);
  expect(lines.join('\n')).toContain('No program here draws a PNG: install rsvg-convert');
  await expect(readFile(join(folder, 'a.png'))).rejects.toThrow('ENOENT');
});

const browser = findBrowser();
test.skipIf(browser === undefined)('chromium draws it', async () => {
  if (browser === undefined) return;
  const env: Record<string, string> = {};
  const { run, folder } = await withLoss({ env });
  // Under root a browser has no sandbox of its own.
  const chromium = `exec "${browser.command}" --no-sandbox "$@"`;
  Object.assign(env, browser.env, { HOME: folder, PATH: await pathWith(folder, { chromium }) });
  expect((await run('export a.png')).status).toBe(0);
  const image = await readFile(join(folder, 'a.png'));
  expect(image.subarray(0, 8)).toEqual(signature);
  // PNG specification §11.2.2: the width is the first number of the header.
  expect(image.readUInt32BE(16)).toBeGreaterThan(1000);
});
