// Files that are kept for a while: within their bounds, the oldest goes first, and nothing has a name.
import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FileCache, type CacheFile } from '../../../src/files/cache/file-cache.ts';
import { readAll, temporaryDirectories } from '../disk.ts';

const directory = temporaryDirectories();
const octets = (length: number): Uint8Array => new Uint8Array(length).fill(7);

/** A cache for 100 octets and 3 files. */
function start(): {
  cache: FileCache<string>;
  root: string;
  add: (key: string, size: number) => Promise<boolean>;
} {
  const root = directory();
  const cache = new FileCache<string>({ directory: root, size: 100, files: 3, now: () => Date.now() });
  const add = async (key: string, size: number): Promise<boolean> => {
    const file = await cache.create();
    const fits = (await file?.append(octets(size))) ?? false;
    if (fits && file !== undefined) cache.keep(key, file, `tag of ${key}`);
    file?.release();
    return fits;
  };
  return { cache, root, add };
}

const has = (cache: FileCache<string>, key: string): boolean => {
  const found = cache.find(key);
  found?.file.release();
  return found !== undefined;
};

async function text(file: CacheFile): Promise<string> {
  return (await readAll(file.source(), 3)).toString();
}

describe('case 147: a cache of files', () => {
  it('gives back what was kept, to several readers, each at its own place', async () => {
    const { cache } = start();
    const file = await cache.create();
    await file?.append(Buffer.from('one '));
    await file?.append(Buffer.from('file'));
    if (file !== undefined) cache.keep('f', file, 'v1');
    file?.release();
    const found = cache.find('f');
    expect(found?.tag).toBe('v1');
    const [first, second] = [found!.file.source(), found!.file.source()];
    const into = new Uint8Array(4);
    expect([await first.read(into), Buffer.from(into).toString()]).toEqual([4, 'one ']);
    expect((await readAll(second)).toString()).toBe('one file');
    expect((await readAll(first)).toString()).toBe('file');
    expect(first.size).toBe(8);
    found?.file.release();
    await cache.close();
    expect(cache.used).toEqual({ files: 0, octets: 0 });
  });

  it('never has more octets than it may: what was used longest ago goes', async () => {
    const { cache, add } = start();
    expect([await add('a', 40), await add('b', 40)]).toEqual([true, true]);
    expect(has(cache, 'a')).toBe(true);
    expect(await add('c', 40)).toBe(true);
    expect(['a', 'b', 'c'].map((key) => has(cache, key))).toEqual([true, false, true]);
    expect(cache.used).toEqual({ files: 2, octets: 80 });
    await cache.close();
  });

  it('never has more files than it may', async () => {
    const { cache, add } = start();
    for (const key of ['a', 'b', 'c', 'd']) await add(key, 1);
    expect(['a', 'b', 'c', 'd'].map((key) => has(cache, key))).toEqual([false, true, true, true]);
    await cache.close();
  });

  it('a file that does not fit is not kept, and takes no room afterwards', async () => {
    const { cache, add } = start();
    await add('a', 60);
    expect(await add('large', 101)).toBe(false);
    expect(cache.used.octets).toBe(0);
    await cache.close();
  });

  it('a file that is read does not go; without room there is no new one', async () => {
    const { cache, add } = start();
    for (const key of ['a', 'b', 'c']) await add(key, 30);
    const readers = ['a', 'b', 'c'].map((key) => cache.find(key)!.file);
    expect(await cache.create()).toBeUndefined();
    readers[1]?.release();
    expect(await add('d', 30)).toBe(true);
    expect(['a', 'b', 'c', 'd'].map((key) => has(cache, key))).toEqual([true, false, true, true]);
    for (const at of [0, 2]) readers[at]?.release();
    await cache.close();
  });

  it('one that is replaced or forgotten can be read to its end', async () => {
    const { cache, add } = start();
    await add('a', 10);
    const old = cache.find('a')!.file;
    await add('a', 20);
    expect(await text(old)).toHaveLength(10);
    expect(cache.used).toEqual({ files: 2, octets: 30 });
    old.release();
    await cache.close();
    expect(cache.used).toEqual({ files: 0, octets: 0 });
  });

  it('nothing of it has a name, and what a killed run left goes after a minute', async () => {
    const { cache, root, add } = start();
    const [stale, young] = [join(root, 'tftpsh-cache-abcdef'), join(root, 'tftpsh-cache-ABCDEF')];
    for (const path of [stale, young, join(root, 'tftpsh-cache-of-mine')]) {
      mkdirSync(path);
      writeFileSync(join(path, 'file'), 'x');
    }
    const before = Date.now() / 1000 - 61;
    for (const path of [stale, join(root, 'tftpsh-cache-of-mine')]) utimesSync(path, before, before);
    await add('a', 10);
    expect(readdirSync(root).sort()).toEqual(['tftpsh-cache-ABCDEF', 'tftpsh-cache-of-mine']);
    await cache.close();
  });

  it('a directory that takes no files, and an end in between, only mean that nothing is kept', async () => {
    const gone = new FileCache({ directory: join(directory(), 'none'), size: 100, files: 3, now: () => 0 });
    expect(await gone.create()).toBeUndefined();
    expect(gone.used).toEqual({ files: 0, octets: 0 });
    const { cache } = start();
    const file = await cache.create();
    await cache.close();
    if (file !== undefined) cache.keep('late', file, '');
    file?.release();
    await cache.close();
    expect(cache.used).toEqual({ files: 0, octets: 0 });
  });
});
