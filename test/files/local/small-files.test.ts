// Small files of our own.
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { appendPrivate, readText, writeText } from '../../../src/files/local/small-files.ts';
import { problemOf, temporaryDirectories } from '../disk.ts';

const directory = temporaryDirectories();
const linux = process.platform === 'linux';

describe('text', () => {
  it('is read up to a limit and no further', async () => {
    const path = join(directory(), 'f');
    writeFileSync(path, 'é\n');
    expect(await readText(path, 3)).toBe('é\n');
    expect(await problemOf(readText(path, 2))).toBe('too-large');
    expect(await problemOf(readText(join(path, '..'), 9))).toBe('is-directory');
    expect(await problemOf(readText(`${path}-none`, 9))).toBe('missing');
    if (linux) expect(await readText('/proc/sys/kernel/ostype', 100)).toBe('Linux\n');
  });

  it('is written whole or at the end, private where asked', async () => {
    const path = join(directory(), 'f');
    await appendPrivate(path, 'one\n');
    await appendPrivate(path, 'two\n');
    expect(readFileSync(path, 'utf8')).toBe('one\ntwo\n');
    if (linux) expect(statSync(path).mode & 0o777).toBe(0o600);
    await writeText(path, 'new', 0o600);
    expect(await readText(path, 99)).toBe('new');
  });

  it.skipIf(!linux)('is never written through a link, nor into a FIFO', async () => {
    const root = directory();
    writeFileSync(join(root, 'target'), 'target');
    symlinkSync('target', join(root, 'link'));
    execFileSync('mkfifo', [join(root, 'fifo')]);
    for (const write of [writeText, appendPrivate]) {
      expect(await problemOf(write(join(root, 'link'), 'x'))).toBe('denied');
      expect(await problemOf(write(join(root, 'fifo'), 'x'))).toBe('not-regular');
      expect(await problemOf(write(root, 'x'))).toBe('is-directory');
    }
    expect(readFileSync(join(root, 'target'), 'utf8')).toBe('target');
  });
});
