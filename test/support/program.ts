// A small program of the engine in a process of its own: bundled, started, and spoken to by lines.
// For what a test cannot do to itself: few descriptors, another user, a network of its own, an exit.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { afterAll, afterEach, beforeEach } from 'vitest';

/** Folders of programs: of one test, and of all tests of the file. */
const made = { once: [] as string[], forAll: [] as string[] };
const remove = (paths: string[]): void => {
  for (const path of paths.splice(0)) rmSync(path, { recursive: true, force: true });
};
let isInTest = false;
beforeEach(() => {
  isInTest = true;
});
afterEach(() => {
  isInTest = false;
  remove(made.once);
});
afterAll(() => remove(made.forAll));

/** Bundles `code`, which may import from `src/`, and gives the path of the module to run. */
export function bundled(code: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'tftpsh-program-'));
  (isInTest ? made.once : made.forAll).push(folder);
  const entry = join(folder, 'program.ts');
  writeFileSync(entry, code.replaceAll("'src/", `'${join(import.meta.dirname, '../../src')}/`));
  const outfile = join(folder, 'program.mjs');
  buildSync({
    entryPoints: [entry],
    bundle: true,
    platform: 'node',
    loader: { '.md': 'text', '.lesson': 'text' },
    format: 'esm',
    outfile,
    logLevel: 'error',
  });
  return outfile;
}
