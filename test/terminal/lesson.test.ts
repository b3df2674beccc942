// A lesson on a real terminal at both sizes: the list, a step, a wrong turn, a hint, the step panel, what passes, the end.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { stages } from './stage.ts';

const openStage = stages();

test.each([
  [80, 24],
  [120, 40],
])('lesson read, get, check, next, step, hint, check, export, stop at %d×%d', async (columns, rows) => {
  const stage = await openStage({ columns, rows });
  const { program, folder } = stage;
  const list = await stage.run('lesson', '"lesson next" goes on');
  expect(list.length).toBeLessThanOrEqual(rows - 3);
  stage.prompt = 'tftp lab> ';
  const shown = await stage.run('lesson next', 'Then: "lesson check".', 'tftp> ');
  expect(shown.every((line) => line.length <= columns)).toBe(true);
  expect(program.broken()).toEqual([]);
  await stage.run('get short.bin', '✔ short.bin');
  await stage.run('lesson check', '✗ Not yet. That was another file.');
  await stage.run('get three.bin', '✔ three.bin');
  await stage.run('lesson check', /^✔ Right\. 1,200 octets are/);
  await stage.run('lesson next', 'step 2 of 2: Lose a packet by hand');
  await stage.run('hint', 'step client, then get three.bin');
  await stage.run('step client', 'Step mode is on');
  program.write('get three.bin\r');
  for (const packet of ['sends RRQ', 'received DATA 1', 'sends ACK 1', 'received DATA 2', 'sends ACK 2']) {
    await program.until((): boolean => program.isOn(1049) && program.screen().join('\n').includes(packet));
    program.write(packet === 'sends ACK 2' ? 'd' : '\r');
  }
  await program.until('packet 6');
  program.write('r');
  await program.until((): boolean => !program.isOn(1049));
  await stage.said('get three.bin', '✔ three.bin');
  await stage.run('lesson check', '✔ Right. Neither end learns that ACK 2 is lost.');
  await stage.run('lesson --export h.html', '✔ h.html');
  expect((await readFile(join(folder, 'h.html'), 'utf8')).match(/<svg class="l"/g)).toHaveLength(2);
  stage.prompt = 'tftp> ';
  await stage.run('lesson stop', 'The lesson has ended', 'tftp lab> ');
  await stage.run('lesson', /1 ✔ read/);
  expect(await readFile(join(folder, 'tftpsh', 'lessons'), 'utf8')).toBe('read ++\n');
});

test.each([
  [80, 24],
  [120, 40],
])(
  'lost in the panel at %d×%d: check says that a packet is held, again begins anew',
  async (columns, rows) => {
    const stage = await openStage({ columns, rows });
    const { program } = stage;
    const held = async (): Promise<void> => {
      await stage.run('step client', 'Step mode is on');
      program.write('get three.bin\r');
      await program.until('client sends RRQ');
    };
    stage.prompt = 'tftp lab> ';
    await stage.run('lesson read', 'step 1 of 2', 'tftp> ');
    await stage.run('lesson next', 'Step 1 is not done yet: "lesson back" returns to it.');
    await held();
    program.write(':lesson check\r');
    await program.until('The transfer has not ended.');
    program.write(':lesson again\r');
    await program.until((): boolean => !program.isOn(1049));
    const begun = (): number => program.all().filter((row) => row.startsWith('LESSON 1 ')).length;
    await program.until((): boolean => begun() === 3 && program.cursorRow() === `${stage.prompt}|`);
    await held();
    program.write('\u0003');
    await program.until((): boolean => !program.isOn(1049));
    await stage.run('lesson back', 'step 1 of 2: Fetch a file');
    stage.prompt = 'tftp> ';
    await stage.run('lesson off', 'The lesson has ended', 'tftp lab> ');
    expect(program.broken()).toEqual([]);
  },
);
