// Inputs that taught something earlier, in the repository: one file for each target, one input a line in base64.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Inputs of one target that are kept at most: a batch plays all of them first. */
const most = 60;

const pathOf = (name: string): string => join('test/fuzz/corpus', `${name.replaceAll(' ', '-')}.txt`);

/** The kept inputs. The working directory is the project. */
export function readCorpus(name: string): readonly Uint8Array[] {
  const path = pathOf(name);
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => Buffer.from(line, 'base64'));
}

/** Adds `found`, the shortest first, as far as there is room. */
export function growCorpus(name: string, found: readonly Uint8Array[]): void {
  const lines = [...readCorpus(name), ...found.toSorted((a, b) => a.length - b.length)].map((input) =>
    Buffer.from(input).toString('base64'),
  );
  writeFileSync(pathOf(name), `${[...new Set(lines)].slice(0, most).join('\n')}\n`);
}
