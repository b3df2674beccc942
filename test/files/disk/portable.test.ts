// The walk by paths, for systems without /proc: what is opened is compared with what the path means afterwards.
import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FileError } from '../../../src/files/file.ts';
import { diskPath } from '../../../src/files/disk/path.ts';
import { holdDirectory, openTree, syncDirectory } from '../../../src/files/disk/walk.ts';
import { problemOf, temporaryDirectories } from '../disk.ts';

const directory = temporaryDirectories();

/** A root with a file, a directory with a file, and links inside and outside. */
function root(): string {
  const outside = directory();
  writeFileSync(join(outside, 'secret'), '');
  const made = realpathSync(directory());
  mkdirSync(join(made, 'sub'));
  for (const name of ['a', 'b', 'sub/c', '..x']) writeFileSync(join(made, name), '');
  symlinkSync(join(outside, 'secret'), join(made, 'out'));
  symlinkSync('a', join(made, 'link'));
  return made;
}

describe('F12, F14: the file that was opened', () => {
  test.each([
    ['a', 'a', 'confirmed'],
    ['sub/c', 'sub/c', 'confirmed'],
    ['..x', '..x', 'confirmed'],
    ['b', 'a', 'denied'],
    ['out', 'out', 'denied'],
    ['a', 'out', 'denied'],
  ])('%s, reached by the name %s: %s', async (opened, name, expected) => {
    const path = root();
    const held = await holdDirectory(path, 'darwin');
    const handle = await open(join(path, opened));
    const outcome = held.confirm(handle, name).then(
      () => 'confirmed',
      (error: unknown) => (error instanceof FileError ? error.problem : error),
    );
    expect(await outcome).toBe(expected);
    await handle.close();
    await held.close();
  });

  test('a child is a directory itself, neither a file nor a link', async () => {
    const path = root();
    const held = await holdDirectory(path, 'darwin');
    expect(String((await held.child('sub')).at('c'))).toBe(join(path, 'sub/c'));
    expect(await problemOf(held.child('a'))).toBe('no-directory');
    expect(await problemOf(held.child('link'))).toBe('denied');
    expect(await problemOf(held.child('none'))).toBe('no-directory');
  });

  test('a root is a directory, which may be reached by a link', async () => {
    const path = root();
    const link = join(directory(), 'to');
    symlinkSync(path, link);
    expect(await (await openTree(link, 'darwin')).realRoot()).toBe(path);
    expect(await problemOf(openTree(join(path, 'a'), 'darwin'))).toBe('no-directory');
    expect(await problemOf(openTree(join(path, 'none'), 'darwin'))).toBe('no-directory');
  });
});

describe.skipIf(process.platform !== 'linux')('the names in a directory are synced', () => {
  test('on a disk, and without an error where the file system cannot', async () => {
    await syncDirectory(diskPath(root()));
    await syncDirectory(diskPath('/proc'));
  });

  test('a directory that is missing, or a file, is an error', async () => {
    const path = root();
    await expect(syncDirectory(diskPath(join(path, 'none')))).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(syncDirectory(diskPath(join(path, 'a')))).rejects.toMatchObject({ code: 'ENOTDIR' });
  });
});
