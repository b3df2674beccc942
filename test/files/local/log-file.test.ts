// A file of lines that is opened again while it is used.
import { mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LogFile } from '../../../src/files/local/log-file.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tftpsh-log-'));
  path = join(folder, 'log');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('a file that is closed while it is opened again leaves no descriptor', async () => {
  const log = await LogFile.open(path);
  const reopened = log.reopen();
  await log.close();
  await reopened;
});

test('what is written while it is opened again is in one of the two files', async () => {
  const log = await LogFile.open(path);
  await rename(path, `${path}.1`);
  const reopened = [log.reopen(), log.reopen()];
  log.write('last');
  await log.close();
  await Promise.all(reopened);
  const texts = [await readFile(`${path}.1`, 'utf8'), await readFile(path, 'utf8')];
  expect(texts.join('')).toBe('last\n');
});
