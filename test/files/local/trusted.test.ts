// Files of our own that another user could have put there: they are neither read nor written.
import { chmodSync, chownSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  appendPrivate,
  readOwnText,
  readPrivateTail,
  writePrivate,
} from '../../../src/files/local/small-files.ts';
import { problemOf, temporaryDirectories } from '../disk.ts';

const directory = temporaryDirectories();
const stranger = 65_534;
const isRoot = process.getuid?.() === 0;

/** A home with the file `tftpsh/f` in it. */
function home(): { readonly root: string; readonly folder: string; readonly file: string } {
  const root = directory();
  const folder = join(root, 'tftpsh');
  mkdirSync(folder);
  writeFileSync(join(folder, 'f'), 'ours\n', { mode: 0o600 });
  return { root, folder, file: join(folder, 'f') };
}

const uses = [
  ['the start-up file', (path: string) => readOwnText(path, 99)],
  ['the history, read', (path: string) => readPrivateTail(path, 99)],
  ['the history, written', (path: string) => appendPrivate(path, 'more\n')],
  ['the crash report', (path: string) => writePrivate(path, 'report\n')],
] as const;

describe.runIf(process.platform === 'linux')('T11: our own files', () => {
  it.each(uses)('%s: our own file in our own directories is used', async (_, use) => {
    const { file } = home();
    await use(file);
  });

  it.each(uses)('%s: a directory that others may write to is refused, at each level', async (_, use) => {
    for (const which of ['root', 'folder'] as const)
      for (const mode of [0o777, 0o770, 0o702]) {
        const place = home();
        chmodSync(place[which], mode);
        expect(await problemOf(use(place.file))).toBe('denied');
        expect(readFileSync(place.file, 'utf8')).toBe('ours\n');
      }
  });

  it.runIf(isRoot).each(uses)('%s: a file or directory of another user is refused', async (_, use) => {
    for (const which of ['root', 'folder', 'file'] as const) {
      const place = home();
      chownSync(place[which], stranger, stranger);
      expect(await problemOf(use(place.file))).toBe('denied');
      expect(readFileSync(place.file, 'utf8')).toBe('ours\n');
    }
  });

  it.runIf(isRoot)('no directory is made in the home of another user', async () => {
    const root = directory();
    chownSync(root, stranger, stranger);
    expect(await problemOf(appendPrivate(join(root, 'state/tftpsh/history'), 'x'))).toBe('denied');
    expect(readdirSync(root)).toEqual([]);
  });
});
