// The lab on a real terminal at both sizes: on, a loss, the ladder of both ends, a scenario, off.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { stages } from './stage.ts';

const openStage = stages();

test.each([
  [80, 24],
  [120, 40],
])('lab on, get, ladder, lab run, lab off at %d×%d', async (columns, rows) => {
  const stage = await openStage({ columns, rows });
  const { program, folder } = stage;
  stage.prompt = 'tftp lab> ';
  const shown = await stage.run('lab on', 'three.bin', 'tftp> ');
  expect(shown.every((line) => line.length <= columns)).toBe(true);
  await stage.run('options off', 'options off');
  await stage.run('impair server drop DATA 2 once', 'so far: nothing yet');
  await stage.run('get three.bin', '1,200 B in 256 ms');
  program.write('ladder\r');
  await program.until('Esc back');
  await program.until(/✗─+ DATA 2 {2}512 B {2}lost by impairment/);
  program.write('\u001b');
  await program.until((): boolean => !program.isOn(1049));
  await writeFile(join(folder, 's'), 'get one.bin -f\nladder:\nnothing\n');
  await stage.run('lab run s', 'The ladder differs from line 1 on.');
  stage.prompt = 'tftp> ';
  await stage.run('lab off', 'The lab is off.', 'tftp lab> ');
});
