// What a start does not read and does not open: each of these costs more than all that a one-shot does.
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { execFile } from 'node:child_process';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startServer } from '../support/cli.ts';
import { Program } from './program.ts';

const dist = join(import.meta.dirname, '../../dist');
const run = promisify(execFile);

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tftpsh-start-'));
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A program of these files of dist/ alone. */
async function programOf(...names: readonly string[]): Promise<string> {
  for (const name of names) await copyFile(join(dist, name), join(folder, name));
  return join(folder, 'cli.cjs');
}

test('a one-shot get reads neither Ink nor the flag parser', async () => {
  const program = await programOf('cli.cjs', 'program.js');
  await writeFile(join(folder, 'k.bin'), new Uint8Array(1024).fill(7));
  const { port, child } = await startServer(['.'], folder);
  try {
    await run(process.execPath, [program, 'get', `tftp://127.0.0.1:${port}/k.bin`, 'copy'], { cwd: folder });
    expect(await readFile(join(folder, 'copy'))).toEqual(await readFile(join(folder, 'k.bin')));
    // What is left out is needed indeed, elsewhere.
    const withValue = run(process.execPath, [program, '--rexmt', '1', 'help'], { cwd: folder });
    await expect(withValue).rejects.toThrow(/flag-values\.js/);
  } finally {
    child.kill();
  }
});

// Ends the program where it opens a segmenter, or makes a pattern of the kind that reads the emoji.
const tripwire = `
const trip = (what) => { process.stdout.write('tripped: ' + what); process.exit(9); };
Intl.Segmenter = class { constructor() { trip('segmenter'); } };
const Plain = RegExp;
globalThis.RegExp = class extends Plain {
  constructor(source, flags) { if (String(flags).includes('v')) trip('emoji'); super(source, flags); }
};`;

test('the first prompt can be typed at before a segmenter is opened or the emoji are read', async () => {
  const path = await programOf('cli.cjs', 'program.js', 'app.js');
  const preload = join(folder, 'tripwire.js');
  await writeFile(preload, tripwire);
  const env = { XDG_CONFIG_HOME: folder, XDG_STATE_HOME: folder };
  const program = new Program(process.execPath, ['--import', preload, path], { env });
  try {
    await program.until('tftp>');
    program.write('get boot');
    await program.until('tftp> get boot');
    program.write('é🙂');
    await program.until('tripped');
  } finally {
    program.close();
  }
});
