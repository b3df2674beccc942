// Names whose octets are not UTF-8, on a real disk: a Latin-1 name is one name, and an overlong `/` or `.` leads nowhere.
import { lstatSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createLocal, openLocal } from '../../../src/files/local/user-file.ts';
import { kindOf, listDirectory, placeOf } from '../../../src/files/local/directories.ts';
import { createGrowing, settleAs } from '../../../src/files/local/growing-file.ts';
import { readText, writeText } from '../../../src/files/local/small-files.ts';
import { diskPath } from '../../../src/files/disk/path.ts';
import { openPortableTree } from '../../../src/files/disk/walk-portable.ts';
import { localNameOf, parseName } from '../../../src/files/offerings/name.ts';
import { openJail } from '../../../src/files/offerings/jail.ts';
import { memoryOffering, offeredFiles } from '../../../src/files/offerings/named-files.ts';
import { problemFrom } from '../../../src/files/problem.ts';
import { errorOf, problemOf, readAll, store, temporaryDirectories } from '../disk.ts';

const directory = temporaryDirectories();

/** A path on the disk: `name` has one character for each octet. */
function at(root: string, name: string): Buffer {
  return Buffer.concat([Buffer.from(`${root}/`), Buffer.from(name, 'latin1')]);
}

/** The names in a directory, one character for each octet. */
function namesIn(root: string): readonly string[] {
  return readdirSync(root, { encoding: 'latin1' }).sort();
}

function share(files: Readonly<Record<string, string>>): string {
  const root = directory();
  for (const [name, text] of Object.entries(files)) writeFileSync(at(root, name), text);
  return root;
}

const cafe = 'caf\udce9.cfg';

describe.skipIf(process.platform !== 'linux')('a directory with Latin-1 names', () => {
  it('offers them: they are listed, found and read', async () => {
    const root = share({ 'caf\xe9.cfg': 'latin', 'caf\xc3\xa9.cfg': 'utf', 'boot.img\xff': 'image' });
    mkdirSync(at(root, 'k\xfcche'));
    writeFileSync(at(root, 'k\xfcche/\xff'), 'deep');
    const jail = await openJail(root);
    const listed = await jail.list(10);
    expect(listed.map(({ name }) => name)).toEqual(
      ['boot.img\udcff', cafe, 'café.cfg', 'k\udcfcche/\udcff'].sort(),
    );
    for (const [name, text] of [
      [cafe, 'latin'],
      ['café.cfg', 'utf'],
      ['boot.img\udcff', 'image'],
      ['\\k\udcfcche\\\udcff', 'deep'],
    ] as const)
      expect((await readAll(await jail.open(name))).toString()).toBe(text);
    for (const name of ['boot.img', 'caf\udcea.cfg', 'caf\ufffd.cfg', 'kche/\udcff'])
      expect(await problemOf(jail.open(name))).toBe('missing');
    const seen: string[] = [];
    await jail.visitDirectory?.('k\udcfcche', (name) => seen.push(name) > 0);
    expect(seen).toEqual(['\udcff']);
    await jail.close();
  });

  it('takes uploads under them, and makes their directories', async () => {
    const root = share({ 'old\xff': 'old' });
    const jail = await openJail(root, { write: true, overwrite: true, mkdir: true });
    await store(await jail.create('neu\udcfc/\udcff', 3), 'new');
    await store(await jail.create('old\udcff', undefined), 'newer');
    const sink = await jail.create('\udcff'.repeat(255), 1);
    expect(await problemOf(jail.create('\udcff'.repeat(255), 1))).toBe('busy');
    await sink.discard();
    await jail.close();
    expect(namesIn(root)).toEqual(['neu\xfc', 'old\xff']);
    expect(readFileSync(at(root, 'neu\xfc/\xff'), 'latin1')).toBe('new');
    expect(readFileSync(at(root, 'old\xff'), 'latin1')).toBe('newer');
  });

  it('finds them in another case, and through links inside', async () => {
    const root = share({ 'CAF\xe9.cfg': 'case', 'file\xff': 'target' });
    symlinkSync(Buffer.from([0x66, 0x69, 0x6c, 0x65, 0xff]), at(root, 'link\xfe'));
    const caseless = await openJail(root, { caseless: true });
    expect((await readAll(await caseless.open('caf\udce9.CFG'))).toString()).toBe('case');
    await caseless.close();
    const linked = await openJail(root, { links: 'inside' });
    expect((await readAll(await linked.open('link\udcfe'))).toString()).toBe('target');
    await linked.close();
    const strict = await openJail(root);
    expect(await problemOf(strict.open('link\udcfe'))).toBe('denied');
    await strict.close();
  });

  it('F02, P17: an overlong separator or dot leads nowhere, and the octets are not looked at as text', async () => {
    const outer = share({ secret: 'secret' });
    mkdirSync(join(outer, 'in'));
    const jail = await openJail(join(outer, 'in'), { write: true, mkdir: true });
    const overlong = ['\udcc0\udcae\udcc0\udcae/secret', '\udcc0\udcae\udcc0\udcae\udcc0\udcafsecret'];
    for (const name of [...overlong, '..\udcc0\udcafsecret', '\udce0\udc80\udcae./secret'])
      expect(await problemOf(jail.open(name)), name).toBe('missing');
    for (const name of ['../secret\udcff', '\udcff/../../secret', 'a\0\udcff'])
      expect(['denied', 'bad-name']).toContain(await problemOf(jail.open(name)));
    await store(await jail.create('\udcc0\udcae\udcc0\udcae\udcc0\udcafx', 1), 'x');
    await jail.close();
    expect(namesIn(outer)).toEqual(['in', 'secret']);
    expect(namesIn(join(outer, 'in'))).toEqual(['\xc0\xae\xc0\xae\xc0\xafx']);
  });

  it('is offered itself, and walked without /proc too', async () => {
    const root = directory();
    mkdirSync(at(root, 'k\xfcche'));
    writeFileSync(at(root, 'k\xfcche/\xff'), 'deep');
    const path = join(root, 'k\udcfcche');
    expect(await kindOf(path)).toBe('directory');
    for (const platform of ['linux', 'freebsd']) {
      const jail = await openJail(path, { platform });
      expect((await readAll(await jail.open('\udcff'))).toString()).toBe('deep');
      await jail.close();
    }
    const tree = await openPortableTree(root);
    expect(await problemOf(tree.directory(['k\udcfdche']))).toBe('no-directory');
  });

  it('single files have such names', async () => {
    const root = share({ 'boot.img\xff': 'image' });
    const files = offeredFiles();
    await files.add('x\udcfe', join(root, 'boot.img\udcff'));
    expect((await readAll(await files.open('/x\udcfe'))).toString()).toBe('image');
    expect((await files.list(5)).map(({ name }) => name)).toEqual(['x\udcfe']);
    await files.close();
  });
});

describe.skipIf(process.platform !== 'linux')('local files with such names', () => {
  it('are read, written and listed', async () => {
    const root = share({ 'caf\xe9.cfg': 'latin' });
    expect((await readAll(await openLocal(join(root, cafe)))).toString()).toBe('latin');
    const copy = join(root, 'copy\udcff');
    await store(await createLocal(copy), 'copied');
    expect(await problemOf(createLocal(copy))).toBe('exists');
    expect(await problemOf(openLocal(join(root, 'caf\ufffd.cfg')))).toBe('missing');
    expect(await placeOf(copy)).toBe('file');
    expect((await listDirectory(root)).map(({ name, size }) => [name, size])).toEqual([
      [cafe, 5],
      ['copy\udcff', 6],
    ]);
    await writeText(join(root, 'note\udcff'), 'a note');
    expect(await readText(join(root, 'note\udcff'), 100)).toBe('a note');
    const growing = await createGrowing(join(root, 'x\udcff.partial'));
    await growing.close();
    expect(await settleAs(join(root, 'x\udcff.partial'), join(root, 'x\udcff'))).toBe(true);
    expect(lstatSync(at(root, 'x\xff')).isFile()).toBe(true);
  });

  it('a text with octets that are not UTF-8 is read with them', async () => {
    const root = directory();
    writeFileSync(join(root, 'rules'), Buffer.from('r caf\xe9 caf\xc3\xa9', 'latin1'));
    expect(await readText(join(root, 'rules'), 100)).toBe('r caf\udce9 café');
  });
});

it('offerings in memory have such names too', async () => {
  const files = new Map([[cafe, Buffer.from('latin')]]);
  const offering = memoryOffering(files, { write: true });
  expect((await readAll(await offering.open(`/${cafe}`))).toString()).toBe('latin');
  await store(await offering.create('x\udcff', undefined), 'new');
  expect([...files.keys()]).toEqual([cafe, 'x\udcff']);
});

describe('systems whose names are characters', () => {
  it('Windows: such a name is refused before the disk is asked', () => {
    expect(problemFrom(parseName('a\udcff', 'win32')).problem).toBe('bad-name');
    expect(localNameOf('a\udcff', 'win32')).toBeUndefined();
    expect(localNameOf('a\udcff', 'linux')).toBe('a\udcff');
    expect(() => diskPath('a\udcff', 'win32')).toThrow(
      'Names on this system are Unicode, and this one is not',
    );
    expect(diskPath('a\udcff', 'linux')).toEqual(Buffer.from([0x61, 0xff]));
    expect(diskPath('aé', 'win32')).toBe('aé');
  });

  it('macOS and some disks: the refusal of the system is put into words', async () => {
    const refusal = Object.assign(new Error('EILSEQ: illegal byte sequence'), { code: 'EILSEQ' });
    const error = await errorOf(Promise.reject(problemFrom(refusal)));
    expect([error.problem, error.message]).toEqual(['bad-name', 'This disk takes only names in UTF-8']);
  });
});
