// The edges of an offered directory: the last size and name that are accepted, and what the server asks before it starts.
import {
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openJail } from '../../../src/files/offerings/jail.ts';
import { openDescriptors, problemOf, store, temporaryDirectories } from '../disk.ts';

const directory = temporaryDirectories();

describe('before the server starts', () => {
  it.each([
    [{}, false],
    [{ write: true }, true],
    [{ overwrite: true }, true],
  ])('the place that is offered with %j: written %s', async (rules, isWritten) => {
    const root = realpathSync(directory());
    const jail = await openJail(root, rules);
    const places: { path: string; isWritten: boolean }[] = [];
    await jail.withPlaces?.(async (given) => {
      for (const place of given) places.push({ ...place, path: realpathSync(place.path) });
    });
    expect(places).toEqual([{ path: root, isWritten }]);
    await jail.close();
  });

  it.each([{}, { write: true }, { overwrite: true }])(
    'a directory can be used with %j, and is held once',
    async (rules) => {
      const root = directory();
      const jail = await openJail(root, rules);
      await jail.assertUsable?.();
      await jail.withPlaces?.(async () => undefined);
      expect(openDescriptors(root)).toBe(process.platform === 'linux' ? 1 : 0);
      await jail.close();
    },
  );

  it('W11: who may only replace files removes stale temporary files too', async () => {
    const root = directory();
    const [stale, fresh] = ['.boot.cfg.tftp-part-0123abcd', '.boot.cfg.tftp-part-89abcdef'];
    const kept = ['a.x.tftp-part-0123abcd', '.x.tftp-part-0123abcd0', '.tftp-part-0123abcd', fresh];
    for (const name of [stale, ...kept]) writeFileSync(join(root, name), '');
    for (const name of [stale, ...kept.slice(0, 3)]) utimesSync(join(root, name), 1, 1);
    await (await openJail(root, { overwrite: true })).close();
    expect([stale, ...kept].filter((name) => existsSync(join(root, name)))).toEqual(kept);
  });
});

describe('the root itself', () => {
  it.each(['refuse', 'inside'] as const)(
    'is a directory, neither read nor written (links: %s)',
    async (links) => {
      const jail = await openJail(directory(), { links, write: true, overwrite: true, reserve: 0 });
      for (const name of ['/', './/.']) {
        expect(await problemOf(jail.open(name))).toBe('is-directory');
        expect(await problemOf(jail.create(name, undefined))).toBe('is-directory');
      }
      await jail.close();
    },
  );

  it('case 23: a link to the root is a directory too, where links are followed', async () => {
    const root = directory();
    symlinkSync('.', join(root, 'self'));
    const jail = await openJail(root, { links: 'inside', write: true, overwrite: true, reserve: 0 });
    expect(await problemOf(jail.open('self'))).toBe('is-directory');
    expect(await problemOf(jail.create('self', undefined))).toBe('is-directory');
    await jail.close();
  });
});

describe('an upload', () => {
  it('W14: of exactly the largest size is accepted', async () => {
    const root = directory();
    const jail = await openJail(root, { write: true, maxUpload: 4, reserve: 0 });
    await store(await jail.create('x', 4), '1234');
    expect(readFileSync(join(root, 'x'), 'utf8')).toBe('1234');
    await jail.close();
  });

  it('case 112: below a directory that exists only the others are made', async () => {
    const root = directory();
    mkdirSync(join(root, 'there'));
    const jail = await openJail(root, { write: true, mkdir: true, reserve: 0 });
    await store(await jail.create('there/a/b/x', undefined), 'deep');
    expect(readFileSync(join(root, 'there/a/b/x'), 'utf8')).toBe('deep');
    await jail.close();
  });

  it('case 112: below a new directory a name is free, also where it is taken above the directory', async () => {
    const root = directory();
    writeFileSync(join(root, 'x'), 'another');
    const jail = await openJail(root, { write: true, mkdir: true, reserve: 0 });
    await store(await jail.create('new/x', undefined), 'ours');
    expect(readFileSync(join(root, 'new/x'), 'utf8')).toBe('ours');
    await jail.close();
  });

  it('W20: 10,000 directories are made in all, 16 for one file; those of a discarded file do not count', async () => {
    const root = directory();
    const jail = await openJail(root, { write: true, mkdir: true, durable: false, reserve: 0 });
    const below = (number: number): string => `${number}/${'d/'.repeat(15)}x`;
    await (await jail.create(below(0), undefined)).discard();
    for (let number = 0; number < 10_000 / 16; number++)
      await store(await jail.create(below(number), undefined), '');
    expect(await problemOf(jail.create('more/x', undefined))).toBe('full');
    await store(await jail.create('0/beside', undefined), 'no new directory');
    await jail.close();
  });

  it('case 112: where links are followed, missing directories are refused, or made', async () => {
    const root = directory();
    const strict = await openJail(root, { links: 'inside', write: true, reserve: 0 });
    expect(await problemOf(strict.create('none/deeper/x', undefined))).toBe('no-directory');
    const making = await openJail(root, { links: 'inside', write: true, mkdir: true, reserve: 0 });
    await store(await making.create('none/deeper/x', undefined), 'deep');
    expect(readFileSync(join(root, 'none/deeper/x'), 'utf8')).toBe('deep');
    await strict.close();
    await making.close();
  });

  it('that was given up before it began makes nothing', async () => {
    const root = directory();
    const jail = await openJail(root, { write: true, reserve: 0 });
    const signal = AbortSignal.abort();
    const client = { address: '192.0.2.1', signal };
    await expect(jail.create('x', undefined, client)).rejects.toThrow();
    expect(existsSync(join(root, 'x'))).toBe(false);
    await store(await jail.create('x', undefined, { address: '192.0.2.1' }), 'x');
    await jail.close();
  });
});
