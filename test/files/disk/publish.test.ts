// What appears under the final name: the descriptor that was written, with the access rights that the name had.
import {
  chmodSync,
  chownSync,
  readFileSync,
  readdirSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createLocal } from '../../../src/files/local/user-file.ts';
import { openJail } from '../../../src/files/offerings/jail.ts';
import { problemOf, store, temporaryDirectories } from '../disk.ts';

const directory = temporaryDirectories();
const isRoot = process.getuid?.() === 0;

/** Replaces `root/f` with the text `new`, in both roles. */
const roles = [
  ['get', async (root: string) => createLocal(join(root, 'f'), { overwrite: true })],
  [
    'server',
    async (root: string) => {
      const jail = await openJail(root, { write: true, overwrite: true, reserve: 0 });
      const sink = await jail.create('f', undefined);
      await jail.close();
      return sink;
    },
  ],
] as const;

describe.each(roles)('%s', (_, create) => {
  it.each(['a file', 'a link'])(
    'W19: %s that takes the place of the temporary file is not published',
    async (kind) => {
      const root = directory();
      writeFileSync(join(root, 'f'), 'old');
      writeFileSync(join(root, 'other'), 'other');
      const sink = await create(root);
      await sink.write([Buffer.from('new')]);
      const part = readdirSync(root).find((name) => name.includes('.tftp-part-'))!;
      renameSync(join(root, part), join(root, 'stolen'));
      if (kind === 'a file') writeFileSync(join(root, part), 'foreign');
      else symlinkSync('other', join(root, part));
      expect(await problemOf(sink.publish())).toBe('io');
      expect(readFileSync(join(root, 'f'), 'utf8')).toBe('old');
      expect(readFileSync(join(root, 'other'), 'utf8')).toBe('other');
    },
  );

  it('W19: a temporary file that was removed is not published', async () => {
    const root = directory();
    const sink = await create(root);
    await sink.write([Buffer.from('new')]);
    renameSync(join(root, readdirSync(root)[0]!), join(root, 'stolen'));
    expect(await problemOf(sink.publish())).toBe('io');
    expect(readdirSync(root)).toEqual(['stolen']);
  });

  it.each([
    [0o600, 0o600],
    [0o664, 0o664],
    [0o755, 0o755],
    [0o4600, 0o600],
    [0o6755, 0o755],
    [0o1644, 0o644],
  ])('W15: a file of mode %o is replaced by one of mode %o', async (before, after) => {
    const root = directory();
    writeFileSync(join(root, 'f'), 'old');
    chmodSync(join(root, 'f'), before);
    await store(await create(root), 'new');
    expect(readFileSync(join(root, 'f'), 'utf8')).toBe('new');
    expect(statSync(join(root, 'f')).mode & 0o7777).toBe(after);
  });

  it.runIf(isRoot)('W15: the owner of the replaced file is kept where that is permitted', async () => {
    const root = directory();
    writeFileSync(join(root, 'f'), 'old');
    chownSync(join(root, 'f'), 65_534, 65_533);
    chmodSync(join(root, 'f'), 0o4750);
    await store(await create(root), 'new');
    const { uid, gid, mode } = statSync(join(root, 'f'));
    expect([uid, gid, mode & 0o7777]).toEqual([65_534, 65_533, 0o750]);
  });

  it('W15: a new file has the mode that the umask leaves', async () => {
    const root = directory();
    const before = process.umask(0o002);
    try {
      await store(await create(root), 'new');
    } finally {
      process.umask(before);
    }
    expect(statSync(join(root, 'f')).mode & 0o7777).toBe(0o664);
  });
});
