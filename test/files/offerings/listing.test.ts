// Looking into directories, an entry at a time: for completion.
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openJail } from '../../../src/files/offerings/jail.ts';
import { eachEntry } from '../../../src/files/local/directories.ts';
import { problemOf, temporaryDirectories } from '../disk.ts';

const directory = temporaryDirectories();

function share(files: readonly string[]): string {
  const root = directory();
  for (const name of files) {
    mkdirSync(join(root, name, '..'), { recursive: true });
    writeFileSync(join(root, name), '');
  }
  return root;
}

it('tells the entries of a directory until it has told enough', async () => {
  const root = share(['a', 'sub/x', '.hidden']);
  symlinkSync('sub', join(root, 'link'));
  const seen = async (most: number): Promise<readonly string[]> => {
    const names: string[] = [];
    await eachEntry(root, (name, kind) => names.push(`${name} ${kind}`) < most);
    return names.sort();
  };
  expect(await seen(9)).toEqual(['.hidden file', 'a file', 'link link', 'sub directory']);
  expect(await seen(2)).toHaveLength(2);
  expect(await problemOf(eachEntry(join(root, 'none'), () => true))).toBe('missing');
  expect(await problemOf(eachEntry(join(root, 'a'), () => true))).toBe('missing');
});

it('looks into one directory, and never above the root', async () => {
  const root = share(['in/a', 'in/sub/x', 'in/.a.tftp-part-0123abcd', 'in/b\\c', 'secret']);
  symlinkSync('a', join(root, 'in', 'link'));
  const jail = await openJail(join(root, 'in'));
  const seen = async (name: string, most = 9): Promise<readonly string[]> => {
    const names: string[] = [];
    await jail.visitDirectory?.(name, (one, isDirectory) => names.push(isDirectory ? `${one}/` : one) < most);
    return names.sort();
  };
  expect(await seen('')).toEqual(['a', 'sub/']);
  expect(await seen('sub')).toEqual(['x']);
  expect(await seen('', 1)).toHaveLength(1);
  for (const name of ['..', 'sub/..', '.', '/', 'sub/', '../in', 'none', 'a', 'link', 'b\\c'])
    expect(await seen(name), name).toEqual([]);
  await jail.close();
});
