// A loss that the user causes, on a real terminal at both sizes: the words of impair, and the ladder with its cross.
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { bundle } from './program.ts';
import { Stage } from './stage.ts';

let product: Awaited<ReturnType<typeof bundle>>;
let stage: Stage | undefined;
beforeAll(async () => {
  product = await bundle('src/cli.ts');
});
afterAll(() => product.remove());
afterEach(() => stage?.close());

test.each([
  [80, 24],
  [120, 40],
])('impair, get, ladder, impair off at %d×%d', async (columns, rows) => {
  stage = await Stage.open(product.path, { columns, rows });
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
  await program.until((): boolean => program.cursorRow() === `${stage?.prompt ?? ''}|`);
  await stage.run('impair off', 'Nothing is impaired.');
});
