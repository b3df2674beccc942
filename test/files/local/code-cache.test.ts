// V8's code cache of a script: used where it can be trusted, written where there was none, and never needed.
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runCached, type CodeCacheOptions } from '../../../src/files/local/code-cache.ts';

const uid = process.getuid!();
const variant = 'v20';

let root: string;
let folder: string;
let script: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'tftpsh-cache-'));
  folder = join(root, 'xdg/tftpsh');
  script = join(root, 'program.js');
  // Long enough that V8 makes a cache worth damaging.
  await writeFile(
    script,
    `(function(){${'let a={b:[1,2,3]};a.b.push(4);'.replace('let ', 'var ').repeat(50)}return 42})`,
  );
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** Runs the script to its end. @returns whether a cache was used. */
function run(more: Partial<CodeCacheOptions> = {}): boolean {
  const { value, save } = runCached(script, { folder, uid, variant, ...more });
  expect((value as () => number)()).toBe(42);
  save?.();
  return save === undefined;
}

async function cacheFile(): Promise<string> {
  const [name] = await readdir(folder);
  return join(folder, name!);
}

test('the first run makes the cache for the runs that follow, readable by its owner alone', async () => {
  expect([run(), run(), run()]).toEqual([false, true, true]);
  expect(await readdir(folder)).toHaveLength(1);
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
  expect((await stat(await cacheFile())).mode & 0o777).toBe(0o600);
});

test('another Node, other flags and another release have caches of their own', async () => {
  expect([run(), run({ variant: 'v22' }), run({ variant: 'v22' }), run()]).toEqual([
    false,
    false,
    true,
    true,
  ]);
  // As long as before: V8 itself compares the length alone.
  await writeFile(script, (await readFile(script, 'utf8')).replaceAll('push(4)', 'push(5)'));
  expect([run(), run()]).toEqual([false, true]);
});

test('a cache beside the script is used, if it is the cache of this script', async () => {
  run();
  await writeFile(`${script}.cache`, await readFile(await cacheFile()));
  expect(run({ folder: undefined })).toBe(true);
  await writeFile(script, (await readFile(script, 'utf8')).replaceAll('push(4)', 'push(5)'));
  expect(run({ folder: undefined })).toBe(false);
});

describe('a cache is ignored and replaced, without a word, where', () => {
  test('one octet of it differs, wherever', async () => {
    run();
    const path = await cacheFile();
    const octets = await readFile(path);
    for (let at = 0; at < octets.length; at += 37) {
      const damaged = Buffer.from(octets);
      damaged[at]! ^= 0x10;
      await writeFile(path, damaged);
      expect(run(), `octet ${at}`).toBe(false);
      expect(run()).toBe(true);
    }
  });

  test.each([0, 3, 4, 5, 64])('it ends after %i octets', async (length) => {
    run();
    await writeFile(await cacheFile(), (await readFile(await cacheFile())).subarray(0, length));
    expect([run(), run()]).toEqual([false, true]);
  });

  test('it is a link', async () => {
    run();
    const path = await cacheFile();
    const elsewhere = join(root, 'elsewhere');
    await writeFile(elsewhere, await readFile(path), { mode: 0o600 });
    await rm(path);
    await symlink(elsewhere, path);
    expect([run(), run()]).toEqual([false, true]);
  });

  test.each([0o620, 0o602, 0o640])('others may write or read the file: %o', async (mode) => {
    run();
    await chmod(await cacheFile(), mode);
    expect([run(), run()]).toEqual([false, true]);
  });
});

describe('nothing is read from or written to a folder that', () => {
  test.each([0o770, 0o777, 0o1777, 0o755])('others may write or read: %o', async (mode) => {
    run();
    await chmod(folder, mode);
    const before = await stat(await cacheFile());
    expect([run(), run()]).toEqual([false, false]);
    expect((await stat(await cacheFile())).mtimeMs).toBe(before.mtimeMs);
  });

  test('belongs to somebody else', async () => {
    run();
    expect([run({ uid: uid + 1 }), run({ uid: uid + 1 })]).toEqual([false, false]);
  });

  test('is a link', async () => {
    await mkdir(join(root, 'elsewhere'), { mode: 0o700 });
    await mkdir(join(root, 'xdg'));
    await symlink(join(root, 'elsewhere'), folder);
    expect([run(), run()]).toEqual([false, false]);
    expect(await readdir(join(root, 'elsewhere'))).toEqual([]);
  });

  test('cannot be made', async () => {
    await writeFile(join(root, 'xdg'), '');
    expect([run(), run()]).toEqual([false, false]);
  });

  test.runIf(process.platform === 'linux')('the file system does not make', () => {
    expect(run({ folder: '/proc/tftpsh/cache' })).toBe(false);
  });
});

test('the folder does not grow without end', async () => {
  for (let i = 0; i < 40; i++) run({ variant: `v${i}` });
  expect((await readdir(folder)).length).toBeLessThanOrEqual(16);
  expect(run({ variant: 'v39' })).toBe(true);
});
