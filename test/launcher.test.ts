// The launcher starts the built program wherever it lies and whatever became of its code cache, which only makes it fast.
import { execFile } from 'node:child_process';
import { chmod, copyFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const run = promisify(execFile);
const dist = join(import.meta.dirname, '../dist');
const names = ['cli.cjs', 'program.js', 'program.js.cache', 'flag-values.js'];

let folder: string;
let env: Record<string, string>;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tftpsh-launcher-'));
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  for (const name of names) await copyFile(join(dist, name), join(folder, name));
  env = { PATH: process.env['PATH']!, XDG_CACHE_HOME: join(folder, 'caches') };
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Runs a command of the shell. @returns how many caches the user has after it. */
async function helpOf(args: readonly string[] = [], flags: readonly string[] = []): Promise<number> {
  const words = [...flags, join(folder, 'cli.cjs'), ...args, 'help', 'get'];
  const { stdout, stderr } = await run(process.execPath, words, { env, cwd: folder });
  expect({ begins: stdout.slice(0, 4), stderr }).toEqual({ begins: 'get,', stderr: '' });
  return (await readdir(join(folder, 'caches/tftpsh')).catch(() => [])).length;
}

test('the cache of the build serves the Node that made it: the user needs none', async () => {
  expect(await helpOf()).toBe(0);
  expect(await helpOf([], ['--no-warnings'])).toBe(0);
});

test('version and help need neither the program nor its parser', async () => {
  for (const name of names.slice(1)) await rm(join(folder, name));
  const print = async (flag: string): Promise<string> =>
    (await run(process.execPath, [join(folder, 'cli.cjs'), flag], { env })).stdout;
  expect(await print('--version')).toMatch(/^tftpsh \d+\.\d+\.\d+\n$/);
  expect(await print('-V')).toBe(await print('--version'));
  expect(await print('--help')).toMatch(/^An interactive TFTP shell(.|\n)*--version(.|\n)*explains one\.\n$/);
  expect(await print('-h')).toBe(await print('--help'));
});

test('flags with a value load the parser', async () => {
  expect(await helpOf(['--rexmt', '1'])).toBe(0);
});

describe('the program works, and keeps a cache of its own,', () => {
  test('without the cache of the build', async () => {
    await rm(join(folder, 'program.js.cache'));
    expect([await helpOf(), await helpOf()]).toEqual([1, 1]);
    expect((await stat(join(folder, 'caches/tftpsh'))).mode & 0o777).toBe(0o700);
  });

  test.each([20, 0.5])('with a damaged one: octet or share %d', async (place) => {
    const path = join(folder, 'program.js.cache');
    const octets = await readFile(path);
    octets[place < 1 ? Math.floor(octets.length * place) : place]! ^= 0xff;
    await writeFile(path, octets);
    expect(await helpOf()).toBe(1);
  });

  test('with other flags of V8, in the command line or in the environment', async () => {
    expect(await helpOf([], ['--stack-size=900'])).toBe(1);
    env['NODE_OPTIONS'] = '--stack-trace-limit=30';
    expect([await helpOf(), await helpOf()]).toEqual([2, 2]);
  });
});

describe('the program works without any cache,', () => {
  beforeEach(() => rm(join(folder, 'program.js.cache')));

  test('without a home directory', async () => {
    env = { PATH: env['PATH']! };
    expect(await helpOf()).toBe(0);
  });

  test('with a home directory that cannot be written', async () => {
    await writeFile(join(folder, 'caches'), '');
    expect(await helpOf()).toBe(0);
  });

  test('in a folder that cannot be written', async () => {
    await chmod(folder, 0o555);
    env['XDG_CACHE_HOME'] = join(folder, 'caches');
    expect(await helpOf()).toBeLessThanOrEqual(1);
    await chmod(folder, 0o755);
  });
});

test('a bug is reported with the names of the functions, and not with a place on the machine of the build', async () => {
  const preload = join(folder, 'fault.cjs');
  await writeFile(preload, "process.cwd = () => { throw new Error('a made-up fault'); };");
  env['XDG_STATE_HOME'] = folder;
  const words = ['--require', preload, join(folder, 'cli.cjs'), 'help', 'get'];
  await expect(run(process.execPath, words, { env })).rejects.toThrow(/a bug: Error: a made-up fault/);
  const report = await readFile(join(folder, 'tftpsh/crash.txt'), 'utf8');
  expect(report).toMatch(/at surroundings \(program\.js:\d+:\d+\)\n *at main \(program\.js:\d+:\d+\)/);
});
