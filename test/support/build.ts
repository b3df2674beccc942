// Builds dist/ before the tests where it is older than its sources: many tests run the built program.
import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

const home = join(import.meta.dirname, '../..');
const sources = ['src', '.config', 'package.json', 'tsconfig.json'];
/** The files that the build writes first and last. */
const products = ['dist/cli.cjs', 'dist/program.js', 'dist/tftpsh.1', 'dist/types/index.d.ts'];

/** Called by vitest once before the tests, and before each rerun in watch mode. A failed build fails the run. */
export function setup(project: TestProject): void {
  buildIfStale();
  project.onTestsRerun(buildIfStale);
}

function buildIfStale(): void {
  const built = Math.min(...products.map((path) => changedAt(join(home, path))));
  if (sources.some((path) => newestIn(join(home, path)) > built))
    execFileSync('npm', ['run', '--silent', 'build'], { cwd: home, stdio: 'inherit' });
}

function newestIn(path: string): number {
  const inside = statSync(path).isDirectory() ? readdirSync(path) : [];
  return Math.max(changedAt(path), ...inside.map((name) => newestIn(join(path, name))));
}

/** When a file or folder last changed, in milliseconds since 1970; 0 where it is missing. */
function changedAt(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
