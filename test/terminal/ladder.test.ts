// From a get to its ladder, into a packet and back, on a real terminal: the scrollback is as it was.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { bundle, Program } from './program.ts';

let product: Awaited<ReturnType<typeof bundle>>;
let program: Program;
let folder: string;
beforeAll(async () => {
  product = await bundle('src/cli.ts');
});
afterAll(() => product.remove());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tftpsh-ladder-'));
  await mkdir(join(folder, 'share'));
  await writeFile(join(folder, 'share', 'boot.cfg'), 'x'.repeat(4102));
  program = new Program(process.execPath, [product.path], { env: { HOME: folder, XDG_STATE_HOME: folder } });
  await program.until('tftp>');
});
afterEach(async () => {
  program.close();
  await rm(folder, { recursive: true });
});

it('get, ladder, select, Enter, Esc, Esc', async () => {
  program.write(`serve ${join(folder, 'share')} --port 0\rconnect self\rlcd ${folder}\rblksize 512\r`);
  await program.until('blksize 512');
  program.write('get boot.cfg\r');
  await program.until('4,102 B');
  program.write('ladder\r');
  await program.until('Esc back');
  expect(program.isOn(1049)).toBe(true);
  expect(program.screen().join('\n')).toMatch(/›.*RRQ "boot.cfg"/);
  program.write('\u001b[B\u001b[B\u001b[B');
  await program.until(/›.*DATA 1/);
  program.resize(120, 40);
  await program.until('packet 4  DATA');
  program.resize(80, 24);
  await program.until((): boolean => !program.screen().join('\n').includes('packet 4  DATA'));
  program.write('\r');
  await program.until(/opcode \| +block/);
  program.write('\u001b');
  await program.until(/›.*DATA 1/);
  program.write('\u001b');
  await program.until((): boolean => !program.isOn(1049));
  await program.until((): boolean => /^tftp 127\.0\.0\.1:\d+> \|$/.test(program.cursorRow()));
  const all = program.all().join('\n');
  for (const line of ['tftp> connect self', '> get boot.cfg', '✔ boot.cfg   4,102 B', '> ladder'])
    expect(all.split(line), line).toHaveLength(2);
  // Leaving the view leaves nothing.
  expect(all).not.toContain('LADDER');
  program.write('lpwd\r');
  await program.until('Local directory now');
});

it('a crash of the outside world inside a view gives the terminal back', async () => {
  program.write(`serve ${join(folder, 'share')} --port 0\rconnect self\rlcd ${folder}\rget boot.cfg\r`);
  await program.until('4,102 B');
  program.write('ladder\r');
  await program.until('Esc back');
  process.kill(program.pid, 'SIGTERM');
  await program.until((): boolean => program.exit !== undefined);
  expect([1049, 2004].map((mode) => program.isOn(mode))).toEqual([false, false]);
  expect(program.exit).toBe(143);
});
