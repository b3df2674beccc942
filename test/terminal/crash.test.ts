// S06: an error that nobody caught ends the program once and for all: the terminal is as before, one line tells it,
// a report is kept, the peer is told, and no temporary file stays.
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { udpPeer } from '../support/raw-peer.ts';
import type { RawPeer } from '../support/raw-peer.ts';
import { data } from '../support/script.ts';
import { bundle, Program } from './program.ts';

/** A fault from outside: nothing of the program knows of it. */
const fault = `
  process.on('SIGUSR2', () => { throw new Error('fault \\u001b[31m') });
  process.on('SIGUSR1', () => void Promise.reject(new TypeError('fault', { cause: new Error('why') })));
`;

let product: Awaited<ReturnType<typeof bundle>>;
let folder: string;
let peer: RawPeer;
let program: Program;
beforeAll(async () => {
  product = await bundle('src/cli.ts');
});
afterAll(() => product.remove());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tftpsh-crash-'));
  await mkdir(join(folder, 'here'));
  await writeFile(join(folder, 'fault.mjs'), fault);
  peer = await udpPeer();
});
afterEach(async () => {
  program.close();
  peer.close();
  await rm(folder, { recursive: true });
});

/** The shell under a shell that tells how it ended, in the middle of a get. */
async function openWithGet(...flags: readonly string[]): Promise<void> {
  const command =
    'cd "$HOME/here"; trap : USR1 USR2; "$0" --import "$HOME/fault.mjs" "$@"; echo "status $?"; stty -a | grep -o " icanon"; cat';
  const args = ['-c', command, process.execPath, product.path, ...flags];
  program = new Program('sh', args, { env: { HOME: folder, XDG_STATE_HOME: folder } });
  await program.until('tftp>');
  program.write(`options off\rconnect 127.0.0.1 ${peer.local.port}\rget large.bin\r`);
  expect(await peer.hear()).toMatch(/^RRQ/);
  peer.send(data(1));
  expect(await peer.hear()).toBe('ACK 1');
}

/** Asks for the fault: the program is the shell's child, and the signal goes to both. */
async function fail(signal: 'USR1' | 'USR2'): Promise<void> {
  const children = await readFile(`/proc/${program.pid}/task/${program.pid}/children`, 'utf8');
  process.kill(Number(children.trim().split(' ')[0]), `SIG${signal}`);
}

it.skipIf(process.platform !== 'linux').each([
  ['drawn', [], 'USR2', 'Error: fault \\x1b[31m'],
  ['plain', ['--plain'], 'USR2', 'Error: fault \\x1b[31m'],
  ['drawn', [], 'USR1', 'TypeError: fault'],
] as const)('S06: %s', async (_name, flags, signal, told) => {
  await openWithGet(...flags);
  await fail(signal);
  await program.until(/^status 70$/m);
  await program.until(/^ icanon$/m);
  const rows = program.screen().filter((row) => row !== '');
  expect(rows.slice(-4, -2)).toEqual([
    `tftpsh: a bug: ${told}`,
    `  A report is in ${join(folder, 'tftpsh', 'crash.txt')}`,
  ]);
  expect(peer.heard.at(-1)).toMatch(/^ERROR 0/);
  expect(await readdir(join(folder, 'here'))).toEqual([]);
  const report = join(folder, 'tftpsh', 'crash.txt');
  expect((await stat(report)).mode & 0o777).toBe(0o600);
  const text = await readFile(report, 'utf8');
  expect(text).toMatch(/^tftpsh \d.*, Node v\d/);
  expect(text).toContain(told);
  expect(text).toContain('fault.mjs');
  // Nothing in it moves a cursor.
  expect(text).not.toContain('\u001b');
  if (signal === 'USR1') expect(text).toContain('Error: why');
});
