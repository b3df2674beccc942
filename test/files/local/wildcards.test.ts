// Local files by a pattern: what matches, what does not, in which order.
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findMatches, type Matches } from '../../../src/files/local/wildcards.ts';
import { temporaryDirectories } from '../disk.ts';

const directory = temporaryDirectories();

/** What `pattern` matches in a directory with these files; a name that ends in a slash is a directory. */
async function found(pattern: string, names: readonly string[]): Promise<Matches> {
  const root = directory();
  for (const name of names) {
    mkdirSync(join(root, name, '..'), { recursive: true });
    if (name.endsWith('/')) mkdirSync(join(root, name), { recursive: true });
    else writeFileSync(join(root, name), '');
  }
  return findMatches(pattern, (path) => resolve(root, path));
}

describe('case 143: a pattern', () => {
  const names = ['a.bin', 'b.bin', 'b1.bin', 'c.cfg', '.hidden.bin', 'a[1].bin', 'aXbXc', 'é.bin', '-x', '*'];
  const table: readonly (readonly [string, readonly string[]])[] = [
    ['*.bin', ['a.bin', 'a[1].bin', 'b.bin', 'b1.bin', 'é.bin']],
    ['?.bin', ['a.bin', 'b.bin', 'é.bin']],
    ['[ab].bin', ['a.bin', 'b.bin']],
    ['[a-c].*', ['a.bin', 'b.bin', 'c.cfg']],
    ['[!a].bin', ['b.bin', 'é.bin']],
    ['[]a].bin', ['a.bin']],
    ['.*.bin', ['.hidden.bin']],
    ['a*b*c', ['aXbXc']],
    ['a*X', []],
    [String.raw`a\[1\].b*`, ['a[1].bin']],
    [String.raw`\**`, ['*']],
    ['a[1.bin', []],
    ['*x', ['-x']],
    ['nothing*', []],
  ];
  it.each(table)('%s', async (pattern, files) => {
    expect(await found(pattern, names)).toEqual({ files, others: [] });
  });

  it('goes through directories, and tells what is not a file', async () => {
    const tree = ['r1/fw.bin', 'r2/fw.bin', 'r2/old.bin', 'r3/', 'x/y/fw.bin', 'file'];
    expect(await found('r?/fw.*', tree)).toEqual({ files: ['r1/fw.bin', 'r2/fw.bin'], others: [] });
    expect(await found('*', tree)).toEqual({ files: ['file'], others: ['r1', 'r2', 'r3', 'x'] });
    expect(await found('*/*', tree)).toEqual({
      files: ['r1/fw.bin', 'r2/fw.bin', 'r2/old.bin'],
      others: ['x/y'],
    });
    expect(await found('none/*', tree)).toEqual({ files: [], others: [] });
    expect(await found('file/*', tree)).toEqual({ files: [], others: [] });
  });

  it('may be absolute; a link counts as what it leads to, and one that leads nowhere is left out', async () => {
    const root = directory();
    writeFileSync(join(root, 'a.bin'), '');
    symlinkSync('a.bin', join(root, 'b.bin'));
    symlinkSync('none', join(root, 'c.bin'));
    expect(await findMatches(`${root}/*.bin`, (path) => path)).toEqual({
      files: [join(root, 'a.bin'), join(root, 'b.bin')],
      others: [],
    });
  });

  it('gives a name that a command would read as something else with its directory', async () => {
    expect((await found('*', ['-', '~', '~x', 'y'])).files).toEqual(['./-', './~', './~x', 'y']);
  });

  it('takes no long time for many stars', async () => {
    expect((await found(`${'*a'.repeat(40)}b`, ['a'.repeat(200)])).files).toEqual([]);
  });
});
