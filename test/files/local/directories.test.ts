// Directories of this machine.
import { existsSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  kindOf,
  listDirectory,
  makeDirectory,
  makeTemporaryDirectory,
  removeTree,
  removeTreeNow,
} from '../../../src/files/local/directories.ts';
import { noTemporary } from '../../../src/files/problem.ts';
import { problemOf, temporaryDirectories } from '../disk.ts';

const directory = temporaryDirectories();
const linux = process.platform === 'linux';

describe('directories', () => {
  it('are listed by name, links as links', async () => {
    const root = directory();
    writeFileSync(join(root, 'b'), '12');
    mkdirSync(join(root, 'a'));
    symlinkSync('b', join(root, 'c'));
    symlinkSync('none', join(root, 'd'));
    const entries = await listDirectory(root);
    expect(entries.map(({ name, kind, size }) => [name, kind, size])).toEqual([
      ['a', 'directory', undefined],
      ['b', 'file', 2],
      ['c', 'link', 2],
      ['d', 'link', undefined],
    ]);
    expect(await problemOf(listDirectory(join(root, 'none')))).toBe('missing');
    expect(await kindOf(join(root, 'c'))).toBe('file');
    expect(await kindOf(root)).toBe('directory');
    expect(await kindOf(join(root, 'd'))).toBeUndefined();
  });

  it('are made with their parents; one that exists stays, and a file is in the way', async () => {
    const root = directory();
    await makeDirectory(join(root, 'a/b/c'), 0o700);
    await makeDirectory(join(root, 'a/b/c'));
    for (const path of ['a', 'a/b', 'a/b/c'])
      if (linux) expect(statSync(join(root, path)).mode & 0o777).toBe(0o700);
    writeFileSync(join(root, 'file'), '');
    symlinkSync('a', join(root, 'link'));
    await makeDirectory(join(root, 'link'));
    expect(await problemOf(makeDirectory(join(root, 'file')))).toBe('exists');
    expect(await problemOf(makeDirectory(join(root, 'file/d')))).toBe('no-directory');
  });

  it.runIf(linux)('end with an error where the file system makes none', async () => {
    expect(await problemOf(makeDirectory('/proc/tftpsh/d'))).toBe('no-directory');
  });

  it('of our own are private; removing them follows no link', async () => {
    const kept = join(directory(), 'kept');
    writeFileSync(kept, '');
    const removeNow = async (path: string): Promise<void> => removeTreeNow(path);
    for (const remove of [removeTree, removeNow]) {
      const path = await makeTemporaryDirectory();
      if (linux) expect(statSync(path).mode & 0o777).toBe(0o700);
      mkdirSync(join(path, 'd'));
      symlinkSync(kept, join(path, 'd/link'));
      await remove(path);
      await remove(path);
      expect(existsSync(path)).toBe(false);
    }
    expect(existsSync(kept)).toBe(true);
  });
});

describe('S16: a temporary file that cannot be made', () => {
  it.each([
    ['ENOSPC', 'Disk full or allocation exceeded'],
    ['EDQUOT', 'Disk full or allocation exceeded'],
    ['EROFS', 'Permission denied'],
    ['EACCES', 'Permission denied'],
    ['ENOENT', 'No such directory'],
    ['EMFILE', 'Too many open files'],
  ])('after %s is said with its reason, once', (code, reason) => {
    const first = noTemporary(Object.assign(new Error('x'), { code }));
    expect(first).toMatchObject({
      problem: 'no-temporary',
      message: `A temporary file cannot be made: ${reason}`,
    });
    expect(noTemporary(first)).toBe(first);
  });
});
