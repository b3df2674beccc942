// A file that is still being copied to its place: what shows it, and that it is not taken for a complete one.
import {
  appendFileSync,
  closeSync,
  openSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openJail } from '../../../src/files/offerings/jail.ts';
import { errorOf, readAll, store, temporaryDirectories } from '../disk.ts';

const directory = temporaryDirectories();

function share(files: Readonly<Record<string, string>>): string {
  const root = directory();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, name), text);
  return root;
}

const twice = { problem: 'changed', copying: 'growing' };

describe('case 171: a file that grows while it is sent', () => {
  it('fails, and is said to be copied; a file that shrinks is only `changed`', async () => {
    const root = share({ 'fw.bin': '01234', shrunk: '01234' });
    const jail = await openJail(root);
    const copy = openSync(join(root, 'fw.bin'), 'a');
    const source = await jail.open('fw.bin');
    expect(await source.read(new Uint8Array(3))).toBe(3);
    writeSync(copy, '56789');
    expect(await errorOf(source.read(new Uint8Array(9)))).toMatchObject({
      ...twice,
      message: 'The file changed while it was sent: it is still being copied',
    });
    expect(source.copying).toBe('growing');
    await source.close();
    closeSync(copy);

    const shrunk = await jail.open('shrunk');
    truncateSync(join(root, 'shrunk'), 2);
    expect(await errorOf(shrunk.read(new Uint8Array(9)))).toMatchObject({
      problem: 'changed',
      copying: undefined,
    });
    await shrunk.close();
    await jail.close();
  });

  it('is served as it was at its opening where that is allowed, and said to grow', async () => {
    const root = share({ log: 'first\n' });
    const jail = await openJail(root, { growing: true });
    const source = await jail.open('log');
    appendFileSync(join(root, 'log'), 'second\n');
    expect((await readAll(source)).toString()).toBe('first\n');
    expect(source.copying).toBe('growing');
    await jail.close();
  });

  it('a file that was empty when it was opened is not sent as an empty one', async () => {
    const root = share({ 'fw.bin': '' });
    const jail = await openJail(root);
    const source = await jail.open('fw.bin');
    appendFileSync(join(root, 'fw.bin'), 'octets');
    expect(await errorOf(source.read(new Uint8Array(9)))).toMatchObject(twice);
    await source.close();
    await jail.close();
  });
});

describe('case 171: a file that is only about to come', () => {
  it('an empty file is `new` for ten seconds', async () => {
    const root = share({ empty: '', old: '', full: 'x' });
    utimesSync(join(root, 'empty'), 1000, 1000);
    utimesSync(join(root, 'old'), 980, 980);
    utimesSync(join(root, 'full'), 1000, 1000);
    const jail = await openJail(root, { now: () => 1_005_000 });
    for (const [name, copying] of [
      ['empty', 'new'],
      ['old', undefined],
      ['full', undefined],
    ] as const) {
      const source = await jail.open(name);
      await readAll(source);
      expect([name, source.copying]).toEqual([name, copying]);
    }
    await jail.close();
  });

  it.each([
    ['rsync', '.fw.bin.aB3xYz'],
    ['WinSCP', 'fw.bin.filepart'],
    ['Firefox', 'fw.bin.part'],
  ])('a missing file that %s writes under a temporary name is still being copied', async (_, temporary) => {
    const jail = await openJail(share({ [temporary]: 'some' }));
    expect(await errorOf(jail.open('fw.bin'))).toMatchObject({
      ...{ problem: 'missing', copying: 'temporary' },
      message: 'File not found: it is still being copied',
    });
    expect(await errorOf(jail.open('fw'))).toMatchObject({ problem: 'missing', copying: undefined });
    await jail.close();
  });

  it('a missing file that a client uploads is still being uploaded', async () => {
    const jail = await openJail(share({}), { write: true });
    const sink = await jail.create('fw.bin', 5);
    expect(await errorOf(jail.open('fw.bin'))).toMatchObject({
      ...{ problem: 'missing', copying: 'upload' },
      message: 'File not found: it is still being uploaded',
    });
    await store(sink, 'whole');
    expect((await readAll(await jail.open('fw.bin'))).toString()).toBe('whole');
    await jail.close();
  });

  it('twenty missing files a second are looked for', async () => {
    let now = 0;
    const names = Array.from({ length: 25 }, (_, index) => `fw${index}`);
    const root = share(Object.fromEntries(names.map((name) => [`${name}.part`, 'some'])));
    const jail = await openJail(root, { now: () => now });
    const found = async (): Promise<number> => {
      let count = 0;
      for (const name of names) if ((await errorOf(jail.open(name))).copying !== undefined) count += 1;
      return count;
    };
    expect(await found()).toBe(20);
    now = 999;
    expect(await found()).toBe(0);
    now = 1000;
    expect(await found()).toBe(20);
    await jail.close();
  });
});
