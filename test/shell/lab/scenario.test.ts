// The golden scenarios: each file says in its first line which rule its ladder shows.
import { readdirSync } from 'node:fs';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readScenario } from '../../../src/shell/lab/scenario.ts';
import { lookingRig } from '../packets/rig.ts';

const folder = new URL('./scenarios/', import.meta.url).pathname;

test.each(readdirSync(folder))('%s', async (name) => {
  const rig = await lookingRig({ seed: 1 });
  await copyFile(join(folder, name), join(rig.folder, name));
  const { status, lines } = await rig.run(`lab run ${name}`);
  expect(lines.at(-1)).toMatch(/^The ladder is the expected one: \d+ lines\.$/);
  expect(status).toBe(0);
});

test('a ladder that differs is told with its first line, and the status is 65', async () => {
  const rig = await lookingRig({ seed: 1 });
  const text = await readFile(join(folder, 'lost-data.scenario'), 'utf8');
  await writeFile(join(rig.folder, 'a'), text.replace('DATA 2 once', 'DATA 3 once'));
  const { status, lines } = await rig.run('lab run a');
  expect(status).toBe(65);
  expect(lines.slice(-3).map((line) => line.slice(0, 20))).toEqual([
    'The ladder differs f',
    '  expected  0.003000',
    '  is        0.004000',
  ]);
});

test('without a ladder the scenario prints its own, and with it the scenario passes', async () => {
  const rig = await lookingRig({ seed: 1 });
  const commands = 'options off\nget short.bin -f\n';
  await writeFile(join(rig.folder, 's'), commands);
  const { status, lines } = await rig.run('lab run s');
  expect(status).toBe(0);
  const at = lines.indexOf('ladder:');
  await writeFile(join(rig.folder, 's'), `${commands}${lines.slice(at).join('\n')}\n`);
  expect((await rig.run('lab run s')).lines.at(-1)).toMatch(/^The ladder is the expected one/);
});

test('settings and impairments of before a scenario are not its own, and settings come back', async () => {
  const rig = await lookingRig({ seed: 1 });
  for (const line of ['blksize 1024', 'impair loss 100%']) await rig.run(line);
  await copyFile(join(folder, 'exact-block.scenario'), join(rig.folder, 's'));
  expect((await rig.run('lab run s')).status).toBe(0);
  expect(rig.session.context.settings.chosen).toEqual({ blksize: 1024 });
  const missing = await rig.run('lab run missing');
  expect(missing.status).toBe(66);
  expect(missing.lines[0]).toMatch(/^✗ lab run missing: File not found/);
});

test('a scenario without a transfer is told so', async () => {
  const rig = await lookingRig();
  await writeFile(join(rig.folder, 's'), '# nothing\n');
  expect(await rig.run('lab run s')).toMatchObject({ status: 64 });
  expect(readScenario('a\nladder:\nx  \n\n')).toEqual({ commands: 'a', expected: ['x'] });
});
