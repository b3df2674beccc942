// The directories of a new file: made in order, used where somebody else made them, and gone again if the file is not published.
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { deepestOf, makeBelow } from '../../../src/files/disk/new-directories.ts';
import { holdDirectory, openTree } from '../../../src/files/disk/walk.ts';
import { openDescriptors, problemOf, temporaryDirectories } from '../disk.ts';

const directory = temporaryDirectories();

describe.each(['linux', 'darwin'])('on %s', (platform) => {
  test('directories are made one below the other, and all of them go again', async () => {
    const root = directory();
    const base = await holdDirectory(root, platform);
    const made = await makeBelow(base, ['a', 'b', 'c'], true);
    expect(existsSync(join(root, 'a/b/c'))).toBe(true);
    writeFileSync(made.last.at('file'), '');
    expect(readdirSync(join(root, 'a/b/c'))).toEqual(['file']);
    await made.undo();
    expect(existsSync(join(root, 'a/b/c/file'))).toBe(true);
    await made.close();
    const again = await makeBelow(base, ['x', 'y'], false);
    await again.undo();
    await again.close();
    expect(readdirSync(root)).toEqual(['a']);
    await base.close();
    expect(openDescriptors(root)).toBe(0);
  });

  test('one that somebody else made is used, and stays', async () => {
    const root = directory();
    mkdirSync(join(root, 'a'));
    const base = await holdDirectory(root, platform);
    const made = await makeBelow(base, ['a', 'b'], false);
    await made.undo();
    await made.close();
    await base.close();
    expect(readdirSync(root)).toEqual(['a']);
    expect(readdirSync(join(root, 'a'))).toEqual([]);
  });

  test('if one cannot be made, those before it go again', async () => {
    const root = directory();
    const base = await holdDirectory(root, platform);
    expect(await problemOf(makeBelow(base, ['a', 'b', 'n'.repeat(256)], true))).toBe('name-too-long');
    expect(readdirSync(root)).toEqual([]);
    await base.close();
  });

  test('the deepest directory that exists, and the names below it', async () => {
    const root = directory();
    mkdirSync(join(root, 'a/b'), { recursive: true });
    const tree = await openTree(root, platform);
    const { directory: deepest, missing } = await deepestOf(tree, ['a', 'b', 'c', 'd']);
    expect(missing).toEqual(['c', 'd']);
    writeFileSync(deepest.at('file'), '');
    expect(readdirSync(join(root, 'a/b'))).toEqual(['file']);
    expect(await problemOf(deepestOf(tree, ['a', 'b', 'file', 'd']))).toBe('no-directory');
    await deepest.close();
    await tree.close();
  });
});
