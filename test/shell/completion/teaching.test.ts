// Completion of what teaches: the files of the lab, scenarios, lessons, and the words of lab, step and impair.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { temporaryDirectories } from '../../files/disk.ts';
import { rig, type Rig } from '../fake-engine.ts';

const directory = temporaryDirectories({ isServed: true });

/** A session in a directory with these files. */
function rigWith(...names: readonly string[]): Rig {
  const root = directory();
  for (const name of names) writeFileSync(join(root, name), '');
  const stage = rig({ directory: root });
  onTestFinished(() => stage.session.close());
  return stage;
}

const labels = async ({ session }: Rig, line: string): Promise<readonly string[]> =>
  (await session.complete(line, line.length)).items.map(({ label }) => label);

it('the files of the lab while it is on, for get, put, stat and lab file', async () => {
  const stage = rigWith('here');
  expect(await labels(stage, 'get ')).toEqual([]);
  await stage.run('lab on');
  await stage.run('lab file new.bin 10');
  for (const line of ['get o', 'stat o', 'put here o', 'lab file o'])
    expect(await labels(stage, line), line).toContain('one.bin');
  expect(await labels(stage, 'get n')).toEqual(['new.bin']);
  await stage.run('lab off');
  expect(await labels(stage, 'get o')).toEqual([]);
});

it('scenarios for lab run, lessons, and the words of lab, step and impair', async () => {
  const stage = rigWith('a.scenario', 'b.txt');
  expect(await labels(stage, 'lab run ')).toEqual(['a.scenario']);
  expect(await labels(stage, 'lab ')).toEqual(['on', 'off', 'speed', 'server', 'file', 'run']);
  expect(await labels(stage, 'lab server ')).toEqual(['usual', 'single-port', 'two-addresses']);
  expect(await labels(stage, 'lesson lost')).toEqual(['lost-data', 'lost-ack']);
  expect(await labels(stage, 'impair server early')).toEqual(['early-error']);
  expect(await labels(stage, 'impair load ')).toEqual(['a.scenario', 'b.txt']);
  expect(await labels(stage, 'step until block 3 ')).toContain('client');
});
