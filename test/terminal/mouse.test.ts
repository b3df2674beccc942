// The mouse on a real terminal: it belongs to a view while the view is open, and to the terminal at all other times.
import { expect, describe, it } from 'vitest';
import type { Program } from './program.ts';
import { stages, type Stage } from './stage.ts';

const open = stages();

const wheel = (by: 'up' | 'down', times = 1): string => `\u001b[<${by === 'up' ? 64 : 65};5;5M`.repeat(times);
const click = (row: number): string => `\u001b[<0;20;${row + 1}M\u001b[<0;20;${row + 1}m`;
/** Whether the terminal reports the mouse. */
const reports = (program: Program): readonly boolean[] => [1000, 1006].map((mode) => program.isOn(mode));
const rowOf = ({ program }: Stage, wanted: string): number =>
  program.screen().findIndex((row) => row.includes(wanted));

/** A stage with a finished get of nine blocks and its ladder on the screen. */
async function ladder(columns: number, rows: number, first: readonly string[] = []): Promise<Stage> {
  const stage = await open({ columns, rows });
  await stage.serve();
  for (const line of first) await stage.run(line, /\S/);
  await stage.run('blksize 128', 'blksize 128');
  await stage.run('get boot.cfg', '✔ boot.cfg');
  stage.program.write('ladder\r');
  await stage.program.until('LADDER');
  return stage;
}

describe.each([
  [80, 24],
  [120, 40],
])('at %d × %d', (columns, rows) => {
  it('the wheel scrolls the ladder, clicks select and decode, and leaving gives the mouse back', async () => {
    const stage = await ladder(columns, rows);
    const { program } = stage;
    expect(reports(program)).toEqual([true, true]);
    program.write(wheel('down', 4));
    await program.until((): boolean => !program.screen().join('\n').includes('RRQ'));
    const [, , third = '', fourth = ''] = program.screen();
    const number = Number(/\d+/.exec(third)?.[0]);
    expect(fourth).toMatch(new RegExp(`^. *${number + 1} `));
    program.write(click(5));
    await program.until(new RegExp(`^› *${number + 3} `, 'm'));
    program.write(click(5));
    await program.until(`packet ${number + 3} of `);
    program.write('\u001b');
    await program.until(new RegExp(`^› *${number + 3} `, 'm'));
    program.write(wheel('up', 20));
    await program.until('RRQ');
    program.write('q');
    await program.until((): boolean => !program.isOn(1049));
    expect(reports(program)).toEqual([false, false]);
    // The prompt never gets a report as text.
    program.write(wheel('down', 3));
    await stage.run('lpwd', 'Local directory now');
  });

  it('help and the list of a capture scroll, and a click opens a transfer', async () => {
    const stage = await open({ columns, rows });
    await stage.serve();
    const { program } = stage;
    program.write('help keys\r');
    await program.until((): boolean => program.isOn(1049) && program.screen()[0] === 'help keys');
    const [, , before] = program.screen();
    program.write(wheel('down'));
    await program.until((): boolean => program.screen()[2] !== before);
    program.write('q');
    await program.until((): boolean => !program.isOn(1049));
    await stage.run('capture c.pcapng', 'Capturing');
    for (const name of ['a.cfg', 'b.cfg']) await stage.run(`get ${name}`, `✔ ${name}`);
    await stage.run('capture off', 'packets');
    program.write('open c.pcapng\r');
    await program.until(/^OPEN c\.pcapng/m);
    program.write(click(rowOf(stage, 'b.cfg')));
    await program.until(/^› .*b\.cfg/m);
    program.write(click(rowOf(stage, 'b.cfg')));
    await program.until('LADDER  get "b.cfg"');
  });
});

it('set mouse off leaves it to the terminal', async () => {
  const { program } = await ladder(80, 24, ['set mouse off']);
  expect(program.raw).not.toContain('\u001b[?1000h');
});

it('a signal in a view gives the mouse back', async () => {
  const { program } = await ladder(80, 24);
  process.kill(program.pid, 'SIGTERM');
  await program.until((): boolean => program.exit !== undefined);
  expect(reports(program)).toEqual([false, false]);
});
