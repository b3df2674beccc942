// A small program of the engine in a process of its own: bundled, started, and spoken to by lines.
// For what a test cannot do to itself: few descriptors, another user, a network of its own, an exit.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { afterAll } from 'vitest';

const made: string[] = [];
afterAll(() => {
  for (const path of made.splice(0)) rmSync(path, { recursive: true, force: true });
});

/** Bundles `code`, which may import from `src/`, and gives the path of the module to run. */
export function bundled(code: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'tftpsh-program-'));
  made.push(folder);
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
