// Directories that uploads need: when they are made, and when they go again.
import { lstatSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openJail } from '../../../src/files/offerings/jail.ts';
import { openDescriptors, problemOf, store, temporaryDirectories } from '../disk.ts';

const directory = temporaryDirectories();

describe('the directories of an upload', () => {
  it('W20: directories are made when the file is published, and not before', async () => {
    const root = directory();
    const jail = await openJail(root, { write: true, mkdir: true, reserve: 0 });
    const sink = await jail.create('a/b/x', undefined);
    await sink.write([Buffer.from('half')]);
    expect(readdirSync(root)).toHaveLength(1); // the temporary file
    expect(lstatSync(join(root, readdirSync(root)[0] ?? '')).isFile()).toBe(true);
    await sink.discard();
    expect(readdirSync(root)).toEqual([]);
    await jail.close();
  });

  it('W20: two files of one new directory do not disturb each other', async () => {
    const root = directory();
    const jail = await openJail(root, { write: true, mkdir: true, reserve: 0 });
    const [one, two] = await Promise.all([jail.create('a/1', undefined), jail.create('a/2', undefined)]);
    expect(await problemOf(jail.create('a/2', undefined))).toBe('busy');
    await Promise.all([store(one, 'one'), store(two, 'two')]);
    expect(readdirSync(join(root, 'a')).sort()).toEqual(['1', '2']);
    expect(openDescriptors(root)).toBe(process.platform === 'linux' ? 1 : 0);
    await jail.close();
  });

  it('W20: what was made goes again if the file cannot be published, unless somebody else made it', async () => {
    const root = directory();
    const jail = await openJail(root, { write: true, mkdir: true, reserve: 0 });
    const sink = await jail.create('a/b/c/x', undefined);
    mkdirSync(join(root, 'a'));
    writeFileSync(join(root, 'a/b'), 'a file in the way');
    expect(await problemOf(store(sink, 'late'))).toBe('no-directory');
    expect(readFileSync(join(root, 'a/b'), 'utf8')).toBe('a file in the way');
    const other = await jail.create('new/deep/x', undefined);
    for (const name of readdirSync(root).filter((one) => one.startsWith('.'))) rmSync(join(root, name));
    expect(await problemOf(store(other, 'exchanged'))).toBe('io');
    expect(readdirSync(root)).toEqual(['a']);
    await jail.close();
  });

  it('W20: a link that appears meanwhile leads nowhere', async () => {
    const outside = directory();
    const root = directory();
    const jail = await openJail(root, { write: true, mkdir: true, reserve: 0 });
    const sink = await jail.create('a/b/x', undefined);
    symlinkSync(outside, join(root, 'a'));
    expect(await problemOf(store(sink, 'x'))).toBe('denied');
    expect(readdirSync(outside)).toEqual([]);
    await jail.close();
  });

  it('W20: without room, without a place or with too many directories none is made', async () => {
    const root = directory();
    const full = await openJail(root, { write: true, mkdir: true, reserve: 1e15 });
    expect(await problemOf(full.create('a/b/x', undefined))).toBe('full');
    const one = await openJail(root, { write: true, mkdir: true, reserve: 0, maxUploads: 1 });
    const place = await one.create('x', undefined);
    expect(await problemOf(one.create('a/b/x', undefined))).toBe('exhausted');
    await place.discard();
    expect(await problemOf(one.create(`${'d/'.repeat(17)}x`, undefined))).toBe('denied');
    const most = await one.create(`${'d/'.repeat(16)}x`, undefined);
    await most.discard();
    expect(readdirSync(root)).toEqual([]);
    for (const jail of [full, one]) await jail.close();
  });

  it('W20: mkdir makes nothing for clients that may not create files', async () => {
    const root = directory();
    writeFileSync(join(root, 'old'), 'old');
    for (const rights of [{}, { overwrite: true }]) {
      const jail = await openJail(root, { ...rights, mkdir: true, reserve: 0 });
      const expected = rights.overwrite === true ? 'no-directory' : 'read-only';
      expect(await problemOf(jail.create('a/x', undefined))).toBe(expected);
      await jail.close();
    }
    expect(readdirSync(root)).toEqual(['old']);
  });
});
