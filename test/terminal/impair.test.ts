// A loss that the user causes, on a real terminal at both sizes: the words of impair, and the ladder with its cross.
import { expect, test } from 'vitest';
import { stages } from './stage.ts';

const openStage = stages();

test.each([
  [80, 24],
  [120, 40],
])('impair, get, ladder, impair off at %d×%d', async (columns, rows) => {
  const stage = await openStage({ columns, rows });
  const { program } = stage;
  await stage.serve();
  await stage.run('options off', 'options off');
  await stage.run('rexmt 100ms', 'rexmt 100 ms');
  await stage.run('impair client drop ACK 2 once', 'so far: nothing yet');
  await stage.run('get boot.cfg', '4,102 B in');
  const shown = await stage.run('impair', '1 × lost: drop ACK 2 once');
  expect(shown.every((line) => line.length <= columns)).toBe(true);
  program.write('ladder\r');
  await program.until('Esc back');
  await program.until(/ACK 2 {2}lost by impairment ─+✗/);
  program.write('\u001b');
  await program.until((): boolean => !program.isOn(1049));
  await program.until((): boolean => program.cursorRow() === `${stage.prompt}|`);
  await stage.run('impair off', 'Nothing is impaired.');
});
