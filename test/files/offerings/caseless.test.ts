// Names that differ in case alone: no rule decides by how a name is written, only by what the disk has under it.
// A folding disk shows one file under every writing; two hard links to one file are that view on any disk.
import { linkSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Offering } from '../../../src/files/file.ts';
import { CaselessNames } from '../../../src/files/offerings/caseless.ts';
import { openTree } from '../../../src/files/disk/walk.ts';
import { openJail, type JailOptions } from '../../../src/files/offerings/jail.ts';
import { openDescriptors, problemOf, readAll, store, temporaryDirectories } from '../disk.ts';

const directory = temporaryDirectories();

/** Whether this disk keeps names apart that differ in case alone. */
function keepsCase(): boolean {
  const root = directory();
  writeFileSync(join(root, 'a'), '');
  writeFileSync(join(root, 'A'), '');
  return readdirSync(root).length === 2;
}

const open = (root: string, options: JailOptions = {}): Promise<Offering> =>
  openJail(root, { caseless: true, reserve: 0, ...options });

async function text(jail: Offering, name: string): Promise<string> {
  return (await readAll(await jail.open(name))).toString();
}

function share(files: Readonly<Record<string, string>>): string {
  const root = directory();
  for (const [name, octets] of Object.entries(files)) writeFileSync(join(root, name), octets);
  return root;
}

describe.skipIf(!keepsCase())('names in every case', () => {
  it('F21: of two names that differ in case each is itself, and a third writing is refused for both', async () => {
    const root = share({ 'BOOT.CFG': 'capitals', 'boot.cfg': 'small' });
    const jail = await open(root, { write: true, overwrite: true });
    expect(await text(jail, 'BOOT.CFG')).toBe('capitals');
    expect(await text(jail, 'boot.cfg')).toBe('small');
    expect(await problemOf(jail.open('Boot.cfg'))).toBe('denied');
    expect(await problemOf(jail.create('Boot.cfg', 1))).toBe('denied');
    await jail.close();
    expect(readdirSync(root).sort()).toEqual(['BOOT.CFG', 'boot.cfg']);
    expect(readFileSync(join(root, 'BOOT.CFG'), 'utf8')).toBe('capitals');
    expect(readFileSync(join(root, 'boot.cfg'), 'utf8')).toBe('small');
    expect(openDescriptors(root)).toBe(0);
  });

  it('F21: a directory of two writings leads nowhere but by its exact name', async () => {
    const root = directory();
    for (const name of ['Pub', 'pub']) {
      mkdirSync(join(root, name));
      writeFileSync(join(root, name, 'f'), name);
    }
    const jail = await open(root, { write: true, mkdir: true });
    expect(await text(jail, 'Pub/F')).toBe('Pub');
    expect(await text(jail, 'pub/F')).toBe('pub');
    expect(await problemOf(jail.open('PUB/f'))).toBe('denied');
    expect(await problemOf(jail.create('PUB/new', 1))).toBe('denied');
    await jail.close();
    expect(readdirSync(root).sort()).toEqual(['Pub', 'pub']);
  });

  it('F21: a file that must not be replaced is not, however its name is written', async () => {
    const root = share({ 'BOOT.CFG': 'old' });
    const jail = await open(root, { write: true });
    for (const name of ['BOOT.CFG', 'boot.cfg', 'Boot.Cfg', '/bOOT.cFG'])
      expect(await problemOf(jail.create(name, 1))).toBe('exists');
    await jail.close();
    expect(readdirSync(root)).toEqual(['BOOT.CFG']);
    expect(readFileSync(join(root, 'BOOT.CFG'), 'utf8')).toBe('old');
  });

  it.each([true, false])(
    'F21: where the disk folds names, the disk decides before and after an upload (caseless %s)',
    async (caseless) => {
      const root = share({ 'BOOT.CFG': 'old' });
      const jail = await open(root, { caseless, write: true });
      const sink = await jail.create('new.cfg', 3);
      await sink.write([Buffer.from('new')]);
      // From now on the disk finds the old file under the name of the new one as well: the same device and inode.
      linkSync(join(root, 'BOOT.CFG'), join(root, 'new.cfg'));
      const [one, other] = ['BOOT.CFG', 'new.cfg'].map((name) => statSync(join(root, name)).ino);
      expect(one).toBe(other);
      expect(await problemOf(sink.publish())).toBe('exists');
      await sink.discard();
      expect(await problemOf(jail.create('new.cfg', 3))).toBe('exists');
      await jail.close();
      expect(readdirSync(root).sort()).toEqual(['BOOT.CFG', 'new.cfg']);
      expect(readFileSync(join(root, 'BOOT.CFG'), 'utf8')).toBe('old');
    },
  );

  it('F21: two uploads at a time in two writings are two files where the disk says so', async () => {
    const root = directory();
    const jail = await open(root, { write: true });
    const capitals = await jail.create('LOG', 1);
    const small = await jail.create('log', 1);
    await store(capitals, 'L');
    await store(small, 'l');
    expect(await text(jail, 'LOG')).toBe('L');
    expect(await text(jail, 'log')).toBe('l');
    expect(await problemOf(jail.open('Log'))).toBe('denied');
    await jail.close();
  });
});

describe.skipIf(!keepsCase())('the index of a directory', () => {
  const soon = (): number => Date.now() + 3_600_000;

  /** Returns when the disk gives files a later time than that of `root`. */
  function letTimePass(root: string): void {
    const elsewhere = join(directory(), 'f');
    do writeFileSync(elsewhere, '');
    while (statSync(elsewhere).ctimeMs <= statSync(root).ctimeMs);
  }

  it('R17: a directory that does not change is read once, also by many at the same time', async () => {
    const root = share({ F0: '0', F1: '1', F2: '2' });
    let asked = 0;
    const jail = await open(root, { now: () => ((asked += 1), soon()) });
    await Promise.all(Array.from({ length: 50 }, () => text(jail, 'f1')));
    for (const name of ['f0', 'f1', 'f2']) expect(await text(jail, name)).toBe(name.slice(1));
    expect(await problemOf(jail.open('none'))).toBe('missing');
    // The clock is asked each time a directory is read, once for each of the 53 files that are opened, and once for the
    // missing one: a copy of it may be under way.
    expect(asked).toBe(1 + 53 + 1);
    await jail.close();
  });

  it('R17: a file that appears is found, whether the directory was quiet or not', async () => {
    for (const isQuiet of [true, false]) {
      const root = share({ F0: '' });
      letTimePass(root);
      // For a quiet directory the first index is kept.
      let asked = 0;
      const jail = await open(root, { now: () => (isQuiet && ++asked === 1 ? soon() : Date.now()) });
      for (let number = 0; number < 20; number++) {
        expect(await problemOf(jail.open(`new${number}`))).toBe('missing');
        writeFileSync(join(root, `NEW${number}`), 'here');
        expect(await text(jail, `new${number}`)).toBe('here');
        rmSync(join(root, `NEW${number}`));
        expect(await problemOf(jail.open(`new${number}`))).toBe('missing');
      }
      writeFileSync(join(root, 'f0x'), '');
      writeFileSync(join(root, 'F0X'), '');
      expect(await problemOf(jail.open('f0X'))).toBe('denied');
      await jail.close();
    }
  });

  it('R17: what is remembered is bounded, and what was forgotten is found again', async () => {
    const root = directory();
    for (const name of ['a', 'b', 'c']) {
      mkdirSync(join(root, name));
      for (const file of ['F1', 'F2', 'F3']) writeFileSync(join(root, name, file), '');
    }
    const tree = await openTree(root, process.platform);
    let asked = 0;
    const names = new CaselessNames(tree, () => ((asked += 1), soon()), 6);
    for (const name of ['a', 'b', 'c', 'c', 'b'])
      expect(await names.actual([name, 'f1'])).toEqual([name, 'F1']);
    expect(asked).toBe(3);
    expect(await names.actual(['a', 'f2'])).toEqual(['a', 'F2']);
    expect(asked).toBe(4);
    await tree.close();
  });
});
