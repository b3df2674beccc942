// Directories for each client, rewritten names, and names whose case does not matter.
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Offering } from '../../../src/files/file.ts';
import { openJail, type JailOptions } from '../../../src/files/offerings/jail.ts';
import { memoryOffering } from '../../../src/files/offerings/named-files.ts';
import { rewriteRules, type RewriteRules } from '../../../src/files/offerings/rewrite.ts';
import { clientDirectory, perClient, rewritten } from '../../../src/files/offerings/wrappers.ts';
import { openDescriptors, problemOf, readAll, store, temporaryDirectories } from '../disk.ts';

const directory = temporaryDirectories();
const one = { address: '192.0.2.1' };
const two = { address: '2001:db8::2' };

function share(files: Readonly<Record<string, string>>): string {
  const root = directory();
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(root, name, '..'), { recursive: true });
    writeFileSync(join(root, name), content);
  }
  return root;
}

async function text(offering: Offering, name: string, by = one): Promise<string> {
  return (await readAll(await offering.open(name, by))).toString();
}

describe('a root for each client', () => {
  const files = { '192.0.2.1/f': 'one', '2001-db8--2/f': 'two', f: 'all' };

  test('each reads its own', async () => {
    const offering = perClient(await openJail(share(files)));
    expect(await text(offering, 'f')).toBe('one');
    expect(await text(offering, '/f')).toBe('one');
    expect(await text(offering, '\\f', two)).toBe('two');
    expect(await text(offering, 'f', { address: '2001:db8::2%eth0' })).toBe('two');
    expect(await problemOf(offering.open('f', { address: '192.0.2.3' }))).toBe('missing');
    expect((await offering.list(9)).map(({ name }) => name)).toEqual(['192.0.2.1/f', '2001-db8--2/f', 'f']);
    const seen: string[] = [];
    const see = (name: string): boolean => seen.push(name) > 0;
    await offering.visitDirectory?.('', see, two);
    await offering.visitDirectory?.('', see);
    expect(seen).toEqual(['f']);
    await offering.close();
  });

  test('F01: none reaches another, by whatever name', async () => {
    const offering = perClient(await openJail(share(files), { write: true, overwrite: true, reserve: 0 }));
    for (const name of ['../f', '../2001-db8--2/f', 'x/../../f', '..', '..\\f']) {
      expect(await problemOf(offering.open(name, one))).toBe('denied');
      expect(await problemOf(offering.create(name, 1, one))).toBe('denied');
    }
    expect(await problemOf(offering.open('/', one))).toBe('is-directory');
    expect(await problemOf(offering.open('', one))).toBe('bad-name');
    expect(await problemOf(offering.open('f'))).toBe('denied');
    await offering.close();
  });

  test('writing goes to its own, made where that is allowed', async () => {
    const root = share(files);
    const strict = perClient(await openJail(root, { write: true, reserve: 0 }));
    expect(await problemOf(strict.create('new', 3, { address: '192.0.2.3' }))).toBe('no-directory');
    await store(await strict.create('new', 3, one), 'new');
    expect(readFileSync(join(root, '192.0.2.1/new'), 'utf8')).toBe('new');
    const making = perClient(await openJail(root, { write: true, mkdir: true, reserve: 0 }));
    await store(await making.create('new', 3, { address: 'fe80::1%eth0' }), 'far');
    expect(readFileSync(join(root, 'fe80--1/new'), 'utf8')).toBe('far');
    await strict.close();
    await making.close();
  });

  test('no two addresses share a directory', () => {
    const addresses = ['1.2.3.4', '::1', '::', '1::', '2001:db8::1', '2001:db8::1:0', 'fe80::1'];
    expect(new Set(addresses.map((address) => clientDirectory({ address }))).size).toBe(addresses.length);
  });
});

describe('rewritten names', () => {
  const rules = (lines: string): RewriteRules => rewriteRules(lines) as RewriteRules;

  test('go to the offering behind, which judges them again', async () => {
    const jail = await openJail(share({ 'pxe/boot.img': 'img', secret: 's' }), { write: true, reserve: 0 });
    const offering = rewritten(jail, rules('r ^/?tftpboot/ pxe/\na secret\nr ^up$ ../up\nrP ^log/ pxe/'));
    expect(await text(offering, '/tftpboot/boot.img')).toBe('img');
    expect(await text(offering, 'pxe/boot.img')).toBe('img');
    expect(await problemOf(offering.open('secret', one))).toBe('denied');
    expect(await problemOf(offering.open('up', one))).toBe('denied');
    expect(await problemOf(offering.open('log/boot.img', one))).toBe('missing');
    await store(await offering.create('log/new', 1, one), 'x');
    expect(await text(offering, 'pxe/new')).toBe('x');
    expect((await offering.list(9)).map(({ name }) => name)).toEqual(['pxe/boot.img', 'pxe/new', 'secret']);
    await offering.close();
  });

  test('a rule may lead each client to a directory of its own', async () => {
    const offering = rewritten(
      memoryOffering(new Map([['192.0.2.1/f', Buffer.from('mine')]])),
      rules(String.raw`r ^ \i/`),
    );
    expect(await text(offering, 'f')).toBe('mine');
    expect(await problemOf(offering.open('f', two))).toBe('missing');
  });
});

describe('names in another case', () => {
  const jailed = (root: string, options: JailOptions = {}): Promise<Offering> =>
    openJail(root, { caseless: true, reserve: 0, ...options });

  test('the exact name first, then the only other one; several are refused', async () => {
    const root = share({
      'Boot/BOOT.CFG': 'cfg',
      'two/a': 'small',
      'two/A': 'large',
      'three/Ab': '',
      'three/aB': '',
    });
    const jail = await jailed(root);
    for (const name of ['boot/boot.cfg', 'BOOT\\BOOT.CFG', 'Boot/BOOT.CFG', 'bOOt/Boot.cfg'])
      expect(await text(jail, name)).toBe('cfg');
    expect(await text(jail, 'two/a')).toBe('small');
    expect(await text(jail, 'TWO/A')).toBe('large');
    expect(await problemOf(jail.open('three/ab'))).toBe('denied');
    expect(await problemOf(jail.open('three/none'))).toBe('missing');
    expect(await problemOf(jail.open('none/x'))).toBe('missing');
    expect(await problemOf(jail.open('BOOT'))).toBe('is-directory');
    const strict = await openJail(root);
    expect(await problemOf(strict.open('boot/boot.cfg'))).toBe('missing');
    await jail.close();
    await strict.close();
  });

  test('a write finds the file that is meant', async () => {
    const root = share({ 'Dir/File': 'old' });
    const careful = await jailed(root, { write: true });
    expect(await problemOf(careful.create('dir/FILE', 1))).toBe('exists');
    await store(await careful.create('DIR/new', 1), 'n');
    const replacing = await jailed(root, { overwrite: true });
    await store(await replacing.create('dir/file', 3), 'new');
    expect(readdirSync(join(root, 'Dir')).sort()).toEqual(['File', 'new']);
    expect(readFileSync(join(root, 'Dir/File'), 'utf8')).toBe('new');
    await careful.close();
    await replacing.close();
  });

  test('F12, F13: links are refused under any spelling, and nothing outside is found', async () => {
    const outside = share({ Secret: 'SECRET' });
    const root = share({ 'real/File': 'inside' });
    symlinkSync(outside, join(root, 'Out'));
    symlinkSync(join(outside, 'Secret'), join(root, 'Leaf'));
    symlinkSync('real', join(root, 'Link'));
    const jail = await jailed(root);
    for (const name of ['out/secret', 'leaf', 'Out/Secret', 'link/file', 'LINK/File'])
      expect(await problemOf(jail.open(name))).toBe('denied');
    for (const name of ['../x', 'REAL/../x']) expect(await problemOf(jail.open(name))).toBe('denied');
    const following = await jailed(root, { links: 'inside' });
    expect(await text(following, 'link/File')).toBe('inside');
    expect(await problemOf(following.open('out/Secret'))).toBe('denied');
    await jail.close();
    await following.close();
    expect(openDescriptors(root)).toBe(0);
  });

  test('F24: a temporary file of ours is nobody else’s in any case', async () => {
    const jail = await jailed(share({ '.x.tftp-part-0123abcd': 'half' }));
    expect(await problemOf(jail.open('.X.TFTP-PART-0123ABCD'))).toBe('denied');
    await jail.close();
  });

  test('F22: nothing but case is overlooked: an accent of its own is another name', async () => {
    const jail = await jailed(share({ 'É.bin': 'one' }));
    expect(await text(jail, 'é.bin')).toBe('one');
    expect(await problemOf(jail.open('e\u0301.bin'))).toBe('missing');
    await jail.close();
  });
});
