// Views at a terminal of two sizes: their keys, leaving them, coming back to a list, and a ladder that plays.
import { describe, expect, it } from 'vitest';
import { stages, type Stage } from './stage.ts';

const open = stages();

/** Types a line and waits for its view. */
async function show(stage: Stage, line: string, shows: string | RegExp): Promise<void> {
  stage.program.write(`${line}\r`);
  await stage.program.until((): boolean => {
    const text = stage.program.screen().join('\n');
    return stage.program.isOn(1049) && (typeof shows === 'string' ? text.includes(shows) : shows.test(text));
  });
}

async function leave({ program, prompt }: Stage, key = '\u001b'): Promise<void> {
  program.write(key);
  await program.until((): boolean => !program.isOn(1049) && program.cursorRow() === `${prompt}|`);
}

describe.each([
  [80, 24],
  [120, 40],
])('at %d × %d', (columns, rows) => {
  it('? and F1 show the keys of every view, n jumps, and leaving leaves nothing behind', async () => {
    const stage = await open({ columns, rows });
    const { program } = stage;
    await stage.serve();
    await stage.run('blksize 512', 'blksize 512');
    await stage.run('impair client drop ACK 2 once', /drop ACK 2/);
    for (const name of ['a.cfg', 'b.cfg']) await stage.run(`get ${name}`, `✔ ${name}`);
    await stage.run('capture c.pcapng', 'Capturing');
    await stage.run('get a.cfg c.cfg', '✔ a.cfg');
    await stage.run('capture off', 'packets');
    const views = [
      ['ladder 3', 'LADDER', 'Keys of the ladder'],
      ['packet 1', 'packet 1 of', 'Keys of a packet'],
      ['ladder --play 1x', 'playing', 'Keys of a ladder that is played'],
      ['diff 1 3', 'DIFF', 'Keys of a page of text'],
      ['help keys', 'help keys', 'Keys of a page of text'],
      ['open c.pcapng', 'OPEN c.pcapng', 'Keys of'],
    ] as const;
    for (const [line, shows, keys] of views)
      for (const key of ['?', '\u001bOP']) {
        await show(stage, line, line.includes('--play') ? /playing|at the end/ : shows);
        program.write(key);
        await program.until(keys);
        program.write('\u001b');
        await program.until((): boolean => !program.screen().join('\n').includes(keys));
        expect(program.broken()).toEqual([]);
        await leave(stage);
      }
    const all = program.all().join('\n');
    for (const left of ['LADDER', 'packet 1 of', 'DIFF', 'keys of the prompt'])
      expect(all).not.toContain(left);
  });

  it('open alone comes back to the list with its filter', async () => {
    const stage = await open({ columns, rows });
    await stage.serve();
    await stage.run('capture c.pcapng', 'Capturing');
    for (const name of ['a.cfg', 'b.cfg', 'boot.cfg']) await stage.run(`get ${name}`, `✔ ${name}`);
    await stage.run('capture off', 'packets');
    await show(stage, 'open c.pcapng', '3 transfers');
    stage.program.write('fboot\r');
    await stage.program.until('1 shown');
    await leave(stage);
    // The filter is there still, and says so.
    await show(stage, 'open', /OPEN c\.pcapng +3 transfers · 1 shown[^]*\n1\/1 · boot · /);
    const again = stage.program.screen().join('\n');
    expect(again).toContain('boot.cfg');
    expect(again).not.toContain('a.cfg');
    await leave(stage, '\u0003');
    expect(stage.program.all().join('\n')).not.toContain('OPEN');
  });

  it('a ladder is played, paused and stepped', async () => {
    const stage = await open({ columns, rows });
    const { program } = stage;
    await stage.serve();
    await stage.run('get a.cfg', '✔ a.cfg');
    await show(stage, 'ladder --play 0.001x', /^ *1\/\d+ .* 0\.001x .* playing/m);
    program.write('\u001b[C\u001b[C');
    await program.until(/^ *3\/\d+ .* paused/m);
    program.write('\u001b[D');
    await program.until(/^ *2\/\d+ .* paused/m);
    for (let times = 0; times < 20; times += 1) program.write('+');
    await program.until(/^ *2\/\d+ .* 1000x .* paused/m);
    program.write(' ');
    await program.until('at the end');
    await program.until(/done: 4,102 octets/);
    await leave(stage);
  });

  it('ladder --plain and explain are as wide as the window', async () => {
    const stage = await open({ columns, rows });
    await stage.serve();
    await stage.run('get a.cfg', '✔ a.cfg');
    for (const [line, says] of [
      ['ladder --plain', 'done: 4,102 octets'],
      ['explain', 'All 4,102 octets arrived'],
    ] as const) {
      const lines = await stage.run(line, says);
      const widest = Math.max(...lines.map((row) => row.length));
      expect(widest, line).toBeLessThan(columns);
      expect(widest, line).toBeGreaterThan(columns - 35);
    }
    expect(stage.program.broken()).toEqual([]);
  });
});

it('S01: SIGINT from elsewhere leaves a view as Ctrl-C does, and the shell stays', async () => {
  const stage = await open();
  await stage.serve();
  await stage.run('get a.cfg', '✔ a.cfg');
  await show(stage, 'ladder', 'LADDER');
  process.kill(stage.program.pid, 'SIGINT');
  await stage.program.until(
    (): boolean => !stage.program.isOn(1049) && stage.program.cursorRow() === `${stage.prompt}|`,
  );
  await stage.run('status', 'Connected to');
});
