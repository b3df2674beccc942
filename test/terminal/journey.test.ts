// The product on a real terminal: its own server, its own client, and somebody who types.
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { bundle, Program } from './program.ts';

let product: Awaited<ReturnType<typeof bundle>>;
let folder: string;
let program: Program;
beforeAll(async () => {
  product = await bundle('src/cli.ts');
});
afterAll(() => product.remove());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tftpsh-journey-'));
  await mkdir(join(folder, 'share'));
  await mkdir(join(folder, 'here'));
  await writeFile(join(folder, 'share', 'boot.cfg'), 'x'.repeat(4102));
  await writeFile(join(folder, 'share', 'large.bin'), new Uint8Array(60_000_000));
  program = new Program(process.execPath, [product.path], { env: { HOME: folder, XDG_STATE_HOME: folder } });
  await program.until('tftp>');
});
afterEach(async () => {
  program.close();
  await rm(folder, { recursive: true });
});

/** Whether the line with its cursor is this one, at the prompt of our own server. */
const typedAt = (line: string): boolean =>
  program
    .cursorRow()
    .replace(/^tftp 127\.0\.0\.1:\d+> /, '')
    .startsWith(line);

async function served(): Promise<void> {
  program.write(`serve ${join(folder, 'share')} --port 0\rconnect self\r`);
  await program.until(/tftp 127\.0\.0\.1:\d+>/);
  program.write(`lcd ${join(folder, 'here')}\r`);
  await program.until((): boolean => typedAt('|'));
}

it('fetches a file from its own server with a command completed by Tab, and leaves', async () => {
  await served();
  program.write('ge\t');
  await program.until((): boolean => typedAt('get |'));
  program.write('boot.cfg\r');
  await program.until('✔ boot.cfg');
  expect((await readFile(join(folder, 'here', 'boot.cfg'))).length).toBe(4102);
  program.write('\u0004');
  await program.until((): boolean => program.exit !== undefined);
  expect(program.exit).toBe(0);
  expect(program.isOn(2004)).toBe(false);
});

it('shows a transfer, aborts it with Ctrl-C while a line is typed, and remembers it', async () => {
  await served();
  program.write('blksize 8\rget large.bin\r');
  await program.until(/↓ large.bin +\d+% /);
  program.write('stat');
  await program.until(/> stat/);
  program.write('\u0003');
  await program.until('aborted');
  await program.until((): boolean => typedAt('stat|'));
  program.write('\u0015\u001b[A');
  await program.until((): boolean => typedAt('get large.bin|'));
});

it('clears the screen on command and goes on at its top', async () => {
  program.write('help\r');
  await program.until('quit');
  program.write('clear\r');
  await program.until((): boolean => program.screen()[0] === 'tftp>');
  expect(program.screen().join('\n')).not.toContain('quit');
  expect(program.cursorRow()).toBe('tftp> |');
});

it('Ctrl-C twice at an empty prompt leaves with 130', async () => {
  program.write('\u0003');
  await program.until('or Ctrl-C again.');
  program.write('\u0003');
  await program.until((): boolean => program.exit !== undefined);
  expect(program.exit).toBe(130);
});

it('Ctrl-D asks while a transfer runs, and leaves nothing behind', async () => {
  await served();
  program.write('blksize 8\rget large.bin\r');
  await program.until(/↓ large.bin +\d+% /);
  program.write('\u0004');
  await program.until('1 transfer is running. Abort it and quit? (y/n)');
  program.write('y');
  await program.until((): boolean => program.exit !== undefined);
  await expect(readFile(join(folder, 'here', 'large.bin'))).rejects.toThrow('ENOENT');
});
