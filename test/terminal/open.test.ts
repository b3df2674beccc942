// Captures on a real terminal: the list in the shell and as a one-shot, and a pipe that is followed while the keys come
// from the terminal.
import { spawnSync } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { captureDatagram, captureHead } from '../../src/trace/capture/file/pcapng-write.ts';
import { concat, latin } from '../trace/capture/captures.ts';
import { bundle, Program } from './program.ts';

let product: Awaited<ReturnType<typeof bundle>>;
let folder: string;
const programs: Program[] = [];
beforeAll(async () => {
  product = await bundle('src/cli.ts');
});
afterAll(() => product.remove());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tftpsh-open-'));
});
afterEach(async () => {
  for (const program of programs.splice(0)) program.close();
  await rm(folder, { recursive: true });
});

const server = { address: '192.0.2.9', port: 69 };

/** A get of three octets. */
function gets(number: number): Uint8Array {
  const client = { address: '192.0.2.1', port: 1024 + number };
  const answer = { address: '192.0.2.9', port: 30_000 + number };
  const one = (from: typeof client, to: typeof client, payload: string): Uint8Array =>
    captureDatagram({ at: BigInt(number) * 1_000_000n, from, to, payload: latin(payload) });
  return concat(
    one(client, server, `\0\x01boot-${number}.cfg\0octet\0`),
    one(answer, client, '\0\x03\0\x01abc'),
    one(client, answer, '\0\x04\0\x01'),
  );
}

async function capture(count: number): Promise<string> {
  const path = join(folder, 'trace.pcapng');
  const parts = Array.from({ length: count }, (_, at) => gets(at + 1));
  await writeFile(path, concat(captureHead(), ...parts));
  return path;
}

function start(file: string, args: readonly string[]): Program {
  const program = new Program(file, args, { env: { HOME: folder, XDG_STATE_HOME: folder } });
  programs.push(program);
  return program;
}

const tftpsh = (...args: readonly string[]): Program => start(process.execPath, [product.path, ...args]);

it('as a one-shot: keys that were typed before the list is on the screen do nothing', async () => {
  const program = tftpsh('-c', 'open', await capture(5));
  // `q` leaves a list, and as a line it would quit the shell. The cursor keys would select another row.
  program.write('q\r\u001b[B\u001b[B');
  await program.until('5 transfers');
  await program.until(/›.*boot-1\.cfg/);
  expect(program.isOn(1049)).toBe(true);
  program.write('\u001b[B');
  await program.until(/›.*boot-2\.cfg/);
  program.write('q');
  await program.until((): boolean => program.exit !== undefined);
  expect(program.exit).toBe(0);
});

it('in the shell: list, filter, ladder, packet, back, and the prompt as it was', async () => {
  const path = await capture(300);
  const program = tftpsh();
  await program.until('tftp>');
  program.write(`open ${path}\r`);
  await program.until('300 transfers');
  expect(program.isOn(1049)).toBe(true);
  program.write('\u001b[F');
  await program.until(/›.*boot-300\.cfg/);
  program.write('ffile=boot-7*\r');
  await program.until('11 shown');
  program.write('\u001b[H\r');
  await program.until('LADDER  get "boot-7.cfg"');
  program.write('\r');
  await program.until('packet 1 of 3');
  program.write('\u001b');
  await program.until(/›.*RRQ/);
  program.write('\u001b');
  await program.until('11 shown');
  program.resize(120, 40);
  await program.until('SERVER');
  program.resize(80, 24);
  program.write('s');
  await program.until('goodput');
  program.write('\u001b');
  await program.until('11 shown');
  program.write('q');
  await program.until((): boolean => !program.isOn(1049));
  await program.until((): boolean => program.cursorRow() === 'tftp> |');
  // Nothing stays in the scrollback.
  expect(program.all().join('\n')).not.toContain('boot-7');
  program.write('ladder --plain\r');
  await program.until('LADDER  get "boot-7.cfg"');
});

it('as a one-shot: the list, and on Esc nothing stays, no prompt, status 0', async () => {
  const path = await capture(3);
  const program = tftpsh('open', path);
  await program.until('3 transfers');
  program.write('\r');
  await program.until('LADDER  get "boot-1.cfg"');
  program.write('\u001b');
  await program.until('3 transfers');
  program.write('\u001b');
  await program.until((): boolean => program.exit !== undefined);
  expect(program.exit).toBe(0);
  expect([1049, 2004].map((mode) => program.isOn(mode))).toEqual([false, false]);
  const all = program.all().join('\n');
  expect(all).not.toContain('boot-3.cfg');
  expect(all).not.toContain('tftp>');
});

it('as a one-shot: a damage is the status; --plain prints lines and loads no view', async () => {
  const path = await capture(3);
  await writeFile(path, 'rubbish', { flag: 'a' });
  const program = tftpsh('open', path);
  await program.until('3 transfers');
  program.write('q');
  await program.until((): boolean => program.exit !== undefined);
  expect(program.exit).toBe(65);
  const plain = tftpsh('open', '--plain', await capture(3));
  await plain.until((): boolean => plain.exit !== undefined);
  expect(plain.exit).toBe(0);
  expect(plain.raw).not.toContain('\u001b[?1049h');
  expect(plain.raw).toContain('boot-3.cfg');
});

it('a signal gives the terminal back', async () => {
  const program = tftpsh('open', await capture(3));
  await program.until('3 transfers');
  process.kill(program.pid, 'SIGTERM');
  await program.until((): boolean => program.exit !== undefined);
  expect(program.exit).toBe(143);
  expect([1049, 2004].map((mode) => program.isOn(mode))).toEqual([false, false]);
});

it.skipIf(process.platform === 'win32')(
  'follows a pipe with the keys of the terminal: the list grows, the ladder grows, leaving ends it',
  async () => {
    const fifo = join(folder, 'fifo');
    spawnSync('mkfifo', [fifo]);
    const program = start('/bin/sh', ['-c', `cat '${fifo}' | "$0" "$1" open -; echo "status $?"`, process.execPath, product.path]); // prettier-ignore
    const pipe = createWriteStream(fifo);
    const whole = gets(1);
    const request = captureDatagram({
      ...{ at: 1n, from: { address: '192.0.2.1', port: 1025 }, to: server },
      payload: latin('\0\x01boot-1.cfg\0octet\0'),
    });
    pipe.write(captureHead());
    await program.until('No TFTP packets yet.');
    pipe.write(request);
    await program.until(/›.*boot-1\.cfg.*under way/);
    program.write('\r');
    await program.until('LADDER  get "boot-1.cfg"');
    program.write('F');
    expect(program.screen().join('\n')).not.toContain('DATA 1');
    pipe.write(whole.subarray(request.length));
    await program.until('done: 3 octets');
    program.write('\u001b');
    await program.until(/›.*boot-1\.cfg.*complete/);
    for (let number = 2; number <= 40; number += 1) pipe.write(gets(number));
    await program.until(/›.*boot-40\.cfg.*complete/);
    // Home stops following, End follows again.
    program.write('\u001b[H');
    await program.until(/›.*boot-1\.cfg/);
    for (let number = 41; number <= 45; number += 1) pipe.write(gets(number));
    await program.until('45 transfers');
    expect(program.screen().join('\n')).toMatch(/›.*boot-1\.cfg/);
    program.write('\u001b[F');
    await program.until(/›.*boot-45\.cfg/);
    pipe.write(gets(46));
    await program.until(/›.*boot-46\.cfg.*complete/);
    program.write('q');
    await program.until((): boolean => !program.isOn(1049));
    // The shell waits for its whole pipeline.
    pipe.end();
    await program.until('status 0');
    expect([1049, 2004].map((mode) => program.isOn(mode))).toEqual([false, false]);
    expect(program.all().join('\n')).not.toContain('boot-2.cfg');
  },
);

it.skipIf(process.platform === 'win32')(
  'a pipe that ends leaves the list until a key is pressed',
  async () => {
    const path = await capture(3);
    const program = start('/bin/sh', ['-c', `cat '${path}' | "$0" "$1" open -; echo "status $?"`, process.execPath, product.path]); // prettier-ignore
    await program.until('3 transfers · ended');
    program.write('\u0003');
    await program.until('status 0');
    const lines = start('/bin/sh', ['-c', `cat '${path}' | "$0" "$1" open - --plain; echo "status $?"`, process.execPath, product.path]); // prettier-ignore
    await lines.until('status 0');
    expect(lines.raw).not.toContain('\u001b[?1049h');
  },
);
