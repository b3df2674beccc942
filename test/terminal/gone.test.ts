// Terminals that go away, shells that are ended on them or fail: what is left behind, there and on the disk.
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { data } from '../support/script.ts';
import { udpPeer } from '../support/raw-peer.ts';
import type { RawPeer } from '../support/raw-peer.ts';
import { bundle, Program } from './program.ts';

let product: Awaited<ReturnType<typeof bundle>>;
let folder: string;
let peer: RawPeer;
let program: Program;
beforeAll(async () => {
  product = await bundle('src/cli.ts');
});
afterAll(() => product.remove());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tftpsh-gone-'));
  await mkdir(join(folder, 'here'));
  peer = await udpPeer();
});
afterEach(async () => {
  program.close();
  peer.close();
  // A killed program may be inside its last write.
  await rm(folder, { recursive: true, maxRetries: 10 });
});

/** Runs the shell on a terminal by way of `command`, in which it is "$0" "$@". */
function open(command: string, ...flags: readonly string[]): void {
  const args = ['-c', `cd "$HOME/here"; ${command}`, process.execPath, product.path, ...flags];
  program = new Program('sh', args, { env: { HOME: folder, XDG_STATE_HOME: folder } });
}

/** The shell alone, which nobody tells when its terminal goes; its status ends up in a file. */
const alone = 'trap "" HUP; setsid -w "$0" "$@"; echo $? > ../status';

/** A transfer that has begun: the first block is here, and is all that there will be. */
async function begin(): Promise<void> {
  await program.until('tftp>');
  program.write(`options off\rconnect 127.0.0.1 ${peer.local.port}\rget large.bin\r`);
  expect(await peer.hear()).toMatch(/^RRQ/);
  peer.send(data(1));
  expect(await peer.hear()).toBe('ACK 1');
  expect(await readdir(join(folder, 'here'))).toHaveLength(1);
}

/** What may only be there while the shell is. */
async function tidy(): Promise<void> {
  expect(peer.heard.at(-1)).toMatch(/^ERROR 0/);
  expect(await readdir(join(folder, 'here'))).toEqual([]);
  expect(await readdir(join(folder, 'tftpsh'))).toEqual(['history']);
  expect(await readFile(join(folder, 'tftpsh', 'history'), 'utf8')).toContain('get large.bin\n');
}

describe.each([
  ['drawn', []],
  ['plain', ['--plain']],
])('%s', (_name, flags) => {
  it('S11: a terminal that is gone ends it with 129, in order', async () => {
    open(alone, ...flags);
    await begin();
    program.hangUp();
    const status = (): Promise<string> => readFile(join(folder, 'status'), 'utf8');
    await vi.waitFor(async () => expect(await status()).toBe('129\n'), 10_000);
    await tidy();
  });

  it('Ctrl-\\ ends it at once with 131, in order', async () => {
    open('trap : QUIT; "$0" "$@"; echo "status $?"; stty -a | grep -o " icanon"; cat', ...flags);
    await begin();
    program.write('\u001c');
    await program.until(/^status 131$/m);
    await program.until(/^ icanon$/m);
    await tidy();
  });
});

describe('S04: after SIGKILL', () => {
  const thrice = '"$0" "$@"; echo "status $?"; "$0" "$@"; echo "status $?"; "$0" "$@"';
  const note = async (): Promise<string> => {
    const [name = ''] = (await readdir(join(folder, 'tftpsh'))).filter((each) => each !== 'history');
    return join(folder, 'tftpsh', name);
  };
  // The note is written beside the first prompt, on a busy machine seconds later.
  const patience = 10_000;
  const pid = async (): Promise<number> => Number((await readFile(await note(), 'utf8')).split(' ')[0]);

  it('the next start on the terminal says so, once', async () => {
    open(thrice);
    await program.until((): boolean => program.cursorRow() === 'tftp> |');
    await vi.waitFor(async () => expect(await pid()).toBeGreaterThan(0), patience);
    expect((await stat(await note())).mode & 0o777).toBe(0o600);
    const killed = await pid();
    process.kill(killed, 'SIGKILL');
    await program.until('status 137');
    await program.until(`process ${killed}) was killed`);
    await program.until('stty sane');
    await program.until((): boolean => program.cursorRow() === 'tftp> |');
    program.write('\u0004');
    await program.until('status 0');
    await program.until((): boolean => program.cursorRow() === 'tftp> |');
    program.write('help\r');
    await program.until('quit');
    expect(program.all().filter((row) => row.includes('was killed'))).toHaveLength(1);
  });

  it.each([
    ['of a shell that lives', (made: string) => `${process.pid} ${made}\n`],
    ['of an earlier terminal with the same number', () => `${2 ** 30} 1\n`],
    ['that is none', () => 'x'.repeat(5000)],
  ])('a note %s says nothing and hinders nothing', async (_name, text) => {
    open('stty -echo; "$0" "$@"; echo "status $?"; read line; "$0" "$@"; echo "status $?"; cat');
    await program.until((): boolean => program.cursorRow() === 'tftp> |');
    await vi.waitFor(async () => expect(await pid()).toBeGreaterThan(0), patience);
    const [path, made] = [await note(), (await readFile(await note(), 'utf8')).trim().split(' ')[1] ?? ''];
    program.write('\u0004');
    await program.until('status 0');
    await writeFile(path, text(made));
    program.write('\r');
    await program.until((): boolean => program.cursorRow() === 'tftp> |');
    await vi.waitFor(
      async () => expect((await readFile(path, 'utf8')).split(' ')[1]).toBe(`${made}\n`),
      patience,
    );
    program.write('help\r');
    await program.until('quit');
    expect(program.all().join('\n')).not.toContain('killed');
  });
});

/** A fault from outside: nothing of the program knows of it. */
const fault = `
  process.on('SIGUSR2', () => { throw new Error('fault \\u001b[31m') });
  process.on('SIGUSR1', () => void Promise.reject(new TypeError('fault', { cause: new Error('why') })));
`;

it.skipIf(process.platform !== 'linux').each([
  ['drawn', [], 'USR2', 'Error: fault \\x1b[31m'],
  ['plain', ['--plain'], 'USR2', 'Error: fault \\x1b[31m'],
  ['drawn', [], 'USR1', 'TypeError: fault'],
] as const)('S06: %s', async (_name, flags, signal, told) => {
  await writeFile(join(folder, 'fault.mjs'), fault);
  open(
    'trap : USR1 USR2; "$0" --import "$HOME/fault.mjs" "$@"; echo "status $?"; stty -a | grep -o " icanon"; cat',
    ...flags,
  );
  await begin();
  const children = await readFile(`/proc/${program.pid}/task/${program.pid}/children`, 'utf8');
  process.kill(Number(children.trim().split(' ')[0]), `SIG${signal}`);
  await program.until(/^status 70$/m);
  await program.until(/^ icanon$/m);
  const rows = program.screen().filter((row) => row !== '');
  expect(rows.slice(-4, -2)).toEqual([
    `tftpsh: a bug: ${told}`,
    `  The report is in ${join(folder, 'tftpsh', 'crash.txt')}`,
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
