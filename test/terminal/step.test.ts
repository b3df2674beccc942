// Step mode on a real terminal at both sizes: the panel opens by itself, keys decide, and the prompt comes back.
import { expect, test } from 'vitest';
import { stages } from './stage.ts';

const openStage = stages();

/** In the lab, with a get of which the first packet is held. */
async function held(columns: number, rows: number, ends = 'client') {
  const stage = await openStage({ columns, rows });
  stage.prompt = 'tftp lab> ';
  await stage.run('lab on', 'three.bin', 'tftp> ');
  await stage.run('options off', 'options off');
  await stage.run(`step ${ends}`, 'Step mode is on');
  stage.program.write('get three.bin\r');
  await stage.program.until('client sends RRQ "three.bin" octet');
  return stage;
}

test.each([
  [80, 24],
  [120, 40],
])('step, predict, edit, drop and release in the panel at %d×%d', async (columns, rows) => {
  const stage = await held(columns, rows);
  const { program } = stage;
  await program.until('waits for the answer to its RRQ · timer 1 s (stands still)');
  program.write('\r');
  await program.until('client received DATA 1 512 B');
  await program.until('the client will send ACK 1');
  program.write('Pack 2\r');
  await program.until('Wrong: ACK 1 is sent, not ACK 2.');
  program.write('Pack 1\r');
  await program.until('Right: ACK 1 is sent.');
  expect(program.broken()).toEqual([]);
  program.write('\r');
  await program.until('client sends ACK 1');
  program.write('eblock 7\r');
  await program.until('edited: block 1 → 7');
  await program.until('client sends ACK 7');
  program.write('d');
  await program.until('client sends ACK 1');
  program.write('?');
  await program.until('Keys of step mode');
  program.write('\u001b');
  await program.until('client sends ACK 1');
  program.write('r');
  await program.until((): boolean => !program.isOn(1049));
  await program.until(/✔ three\.bin {3}1,200 B/);
  await program.until((): boolean => program.cursorRow() === `${stage.prompt}|`);
});

test.each([
  [80, 24],
  [120, 40],
])(
  'a request with options at %d×%d: what follows from it is in view, and its octets scroll',
  async (columns, rows) => {
    const stage = await openStage({ columns, rows });
    const { program } = stage;
    stage.prompt = 'tftp lab> ';
    await stage.run('lab on', 'three.bin', 'tftp> ');
    await stage.run('step client', 'Step mode is on');
    program.write('get three.bin\r');
    await program.until('client  waits for the answer to its RRQ');
    await program.until('next    it is sent to 192.0.2.1:69');
    expect(program.screen().join('\n').includes('more rows (arrow keys)')).toBe(rows === 24);
    for (let row = 0; row < 12; row += 1) program.write('\u001b[B');
    await program.until('allowed: 1 to 65,535');
    expect(program.screen().join('\n')).toContain('next    it is sent to 192.0.2.1:69');
    program.write('Poack\r');
    await program.until('Noted: the judgement comes with that packet.');
    program.write('\r');
    await program.until('client received OACK');
    await program.until('Right: OACK is sent.');
    expect(program.broken()).toEqual([]);
  },
);

test.each([
  [80, 24],
  [120, 40],
])(
  'Esc leaves the panel: lines step too, an empty one is next, and step opens it again at %d×%d',
  async (columns, rows) => {
    const stage = await held(columns, rows);
    const { program } = stage;
    program.write('\u001b');
    await program.until((): boolean => !program.isOn(1049));
    program.write('\r');
    await program.until('step 1  client sends RRQ "three.bin" octet: passed');
    await program.until('step 2  client received DATA 1 512 B');
    program.write('step\r');
    await program.until((): boolean => program.isOn(1049));
    await program.until('the client will send ACK 1');
    program.write(':step off\r');
    await program.until((): boolean => !program.isOn(1049));
    await program.until(/✔ three\.bin/);
  },
);

test.each([
  [80, 24],
  [120, 40],
])(
  'connect self at %d×%d: both ends of a real transfer are held in turn, and both clocks stand still',
  async (columns, rows) => {
    const stage = await openStage({ columns, rows });
    const { program } = stage;
    await stage.serve();
    // An agreed timeout, so that no timer expires on a busy machine while a packet is on its way.
    for (const option of ['blksize', 'windowsize', 'tsize']) await stage.run(`${option} off`, 'off');
    await stage.run('rexmt 9s', 'rexmt 9 s');
    await stage.run('step until last', 'packets pass until the last DATA');
    program.write('get boot.cfg\r');
    await program.until('server sends DATA 9 6 B');
    const timers = (): readonly string[] => program.screen().filter((row) => row.includes('stands still)'));
    const before = timers();
    expect(before).toEqual([
      expect.stringMatching(/^ {2}server {2}waits for ACK 9 · timer [\d.]+ s/),
      expect.stringMatching(/^ {2}client {2}waits for DATA 9 · timer [\d.]+ s/),
    ]);
    program.write('Pack 9\r');
    await program.until('Right: ACK 9 is sent.');
    expect(timers()).toEqual(before);
    for (const packet of ['client received DATA 9', 'client sends ACK 9', 'server received ACK 9']) {
      program.write('\r');
      await program.until(packet);
      expect(program.screen().join('\n')).not.toContain('more held');
    }
    expect(program.broken()).toEqual([]);
    program.write('\r');
    await program.until((): boolean => !program.isOn(1049));
    await program.until(/✔ boot\.cfg {3}4,102 B in .* 9 blocks, 0 resent/);
    await program.until((): boolean => program.cursorRow() === `${stage.prompt}|`);
  },
);

test('Ctrl-C in the panel goes to the prompt, and there it aborts the transfer; the prompt is alive', async () => {
  const stage = await held(80, 24, 'both');
  const { program } = stage;
  program.write('\u0003');
  await program.until((): boolean => !program.isOn(1049));
  program.write('\u0003');
  await program.until('aborted');
  await stage.run('step off', 'Step mode is off.');
});

test('quit while packets are held: the terminal is given back in order', async () => {
  const stage = await held(80, 24, 'both');
  const { program } = stage;
  program.write('\u001b');
  await program.until((): boolean => !program.isOn(1049));
  program.write('quit\r');
  await program.until('Abort it and quit? (y/n)');
  program.write('y');
  await program.until((): boolean => program.exit !== undefined);
  expect([1049, 2004].map((mode) => program.isOn(mode))).toEqual([false, false]);
});
