// A process that confines itself: whatever thread reads a file, only its places are left. In processes of their own.
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, test, type TestContext } from 'vitest';
import { bundled } from '../../support/program.ts';

const run = promisify(execFile);

const code = `
import { confine } from 'src/network/native/landlock.ts';
import { readFileSync } from 'node:fs';
import { link, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
const [root, outside, isWritten, threads] = process.argv.slice(2);
const said = (work) => work.then(() => 'done', (error) => error.code);
// More at a time than there are threads: each of them reads.
const reads = async (path) => [...new Set(await Promise.all(Array.from({ length: 64 }, () => said(readFile(path)))))];
const before = await reads(outside);
const result = await confine([{ path: root, isWritten: isWritten === 'written' }], Number(threads));
const main = await said((async () => readFileSync(outside))());
console.log(JSON.stringify({
  result, before, main, outside: await reads(outside), inside: await reads(root + '/a'),
  create: await said(writeFile(root + '/b', 'x')),
  move: await said(mkdir(root + '/d').then(() => rename(root + '/b', root + '/d/b')).then(() => link(root + '/d/b', root + '/c'))),
  elsewhere: await said(writeFile(outside + '.new', 'x')),
}));
`;

let program = '';
let work = '';
let root = '';
const outside = (): string => join(work, 'secret');

beforeAll(() => {
  program = bundled(code);
});
beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), 'tftpsh-test-'));
  root = join(work, 'root');
  mkdirSync(root);
  writeFileSync(outside(), 'secret');
  writeFileSync(join(root, 'a'), 'a');
});
const made: string[] = [];
beforeEach(() => void made.push(work));
afterAll(() => {
  for (const path of made) rmSync(path, { recursive: true });
});

interface Said {
  readonly result: string;
  readonly before: readonly string[];
  readonly main: string;
  readonly outside: readonly string[];
  readonly inside: readonly string[];
  readonly create: string;
  readonly move: string;
  readonly elsewhere: string;
}

async function confined(how: 'read' | 'written', pool: string, told = pool): Promise<Said> {
  const { stdout } = await run(process.execPath, [program, root, outside(), how, told], {
    env: {
      ...process.env,
      UV_THREADPOOL_SIZE: pool,
      NODE_PATH: join(import.meta.dirname, '../../../node_modules'),
    },
  });
  return JSON.parse(stdout) as Said;
}

/** Skips the test, with the reason, where the system has no Landlock. Nothing may have changed then. */
function needsLandlock(said: Said, { skip }: TestContext): void {
  if (
    ['no-landlock', 'not-linux', 'other-processor', 'not-installed', 'not-loadable'].includes(said.result)
  ) {
    expect(said).toMatchObject({ main: 'done', outside: ['done'], elsewhere: 'done' });
    skip(`no confinement here: ${said.result}`);
  }
}

describe('X07: a confined process', () => {
  for (const pool of ['1', '4', '9'])
    test(`reads nothing outside, with a pool of ${pool}`, async (context) => {
      const said = await confined('read', pool);
      needsLandlock(said, context);
      expect(said.before).toEqual(['done']);
      expect(said).toMatchObject({
        result: 'confined',
        main: 'EACCES',
        outside: ['EACCES'],
        inside: ['done'],
      });
      expect(said).toMatchObject({ create: 'EACCES', move: 'EACCES', elsewhere: 'EACCES' });
      expect(readdirSync(root)).toEqual(['a']);
    });

  test('writes and moves in a place that is written, and nowhere else', async (context) => {
    const said = await confined('written', '4');
    needsLandlock(said, context);
    expect(said).toMatchObject({ result: 'confined', outside: ['EACCES'], elsewhere: 'EACCES' });
    expect(said).toMatchObject({ inside: ['done'], create: 'done', move: 'done' });
    expect(readdirSync(root, { recursive: true }).sort()).toEqual(['a', 'c', 'd', 'd/b']);
  });

  for (const told of ['2', '6'])
    test(`stays as it is where its pool has not the ${told} threads that it should have`, async (context) => {
      const said = await confined('written', '4', told);
      needsLandlock(said, context);
      expect(said).toMatchObject({
        result: 'not-possible',
        main: 'done',
        outside: ['done'],
        elsewhere: 'done',
      });
    });
});
