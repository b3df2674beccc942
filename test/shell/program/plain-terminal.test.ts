// The plain shell at a real terminal: a prompt, answers, Ctrl-C, Ctrl-D, the history; no cursor moves, no colour unasked.
// The rule: wait for what was written, never for time.
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn } from '@lydell/node-pty';
import type { IPty } from '@lydell/node-pty';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { temporaryDirectories } from '../../files/disk.ts';
import { ended, startServer } from '../../support/cli.ts';

let root = '';
let home = '';
let port = 0;
let server: ChildProcessWithoutNullStreams;
const temporary = temporaryDirectories();
let open: Terminal[] = [];

const escapes = new RegExp(`${String.fromCharCode(27)}\\[([0-9;?]*)([A-Za-z])`, 'g');

class Terminal {
  readonly #pty: IPty;
  #watch: () => void = () => undefined;
  written = '';
  status: number | undefined;

  constructor(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const program = join(import.meta.dirname, '../../../dist/cli.cjs');
    const own = { PATH: process.env['PATH'] ?? '', HOME: home, LANG: 'C.UTF-8', ...env };
    this.#pty = spawn(process.execPath, [program, ...args], { cols: 80, rows: 24, cwd: home, env: own });
    this.#pty.onData((text) => {
      this.written += text;
      this.#watch();
    });
    this.#pty.onExit(({ exitCode }) => {
      this.status = exitCode;
      this.#watch();
    });
    open.push(this);
  }

  async until(text: string | (() => boolean)): Promise<string> {
    const holds = (): boolean => (typeof text === 'string' ? this.written.includes(text) : text());
    await new Promise<void>((resolve) => {
      this.#watch = () => {
        if (holds()) resolve();
      };
      this.#watch();
    });
    const { written } = this;
    if (typeof text === 'string') this.written = written.slice(written.indexOf(text) + text.length);
    return written;
  }

  async type(keys: string, answer: string): Promise<string> {
    this.#pty.write(keys);
    return this.until(answer);
  }

  async end(keys: string): Promise<number> {
    this.#pty.write(keys);
    await this.until(() => this.status !== undefined);
    return this.status ?? -1;
  }

  kill(): void {
    if (this.status === undefined) this.#pty.kill('SIGKILL');
  }
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tftpsh-test-'));
  await writeFile(join(root, 'boot.cfg'), 'hello\n');
  await writeFile(join(root, 'large.bin'), new Uint8Array(64 * 1024 * 1024));
  ({ port, child: server } = await startServer(['.'], root));
});
beforeEach(() => {
  home = temporary();
});
afterEach(() => {
  for (const one of open) one.kill();
  open = [];
});
afterAll(async () => {
  server.kill('SIGTERM');
  await ended(server);
  await rm(root, { recursive: true });
});

const prompt = (): string => `tftp 127.0.0.1:${port}> `;

const connected = async (
  args: readonly string[],
  env?: Readonly<Record<string, string>>,
): Promise<Terminal> => {
  const terminal = new Terminal(['127.0.0.1', String(port), ...args], env);
  await terminal.until(prompt());
  return terminal;
};

describe.runIf(process.platform !== 'win32')('at a terminal', () => {
  it.each([
    ['--plain', ['--plain'], {}, true],
    ['--plain with NO_COLOR', ['--plain'], { NO_COLOR: '1' }, false],
    ['--plain --no-color', ['--plain', '--no-color'], {}, false],
    ['TERM=dumb', [], { TERM: 'dumb' }, false],
    ['CI', [], { CI: 'true' }, true],
  ] as const)('%s: prompts, and moves no cursor', async (_, args, env, colored) => {
    const terminal = await connected(args, env);
    const text = await terminal.type('get boot.cfg\r', prompt());
    expect(text).toContain('✔ boot.cfg');
    const codes = [...text.matchAll(escapes)].map((match) => match[2]);
    expect(new Set(codes)).toEqual(new Set(colored ? ['m'] : []));
    expect(await terminal.end('quit\r')).toBe(0);
  });

  it('clear empties the screen, and a terminal without codes is left alone', async () => {
    const terminal = await connected(['--plain']);
    await terminal.type('clear\r', `\u001b[H\u001b[2J${prompt()}`);
    expect(await terminal.end('quit\r')).toBe(0);
    const dumb = await connected([], { TERM: 'dumb' });
    expect(await dumb.type('clear\r', prompt())).not.toContain('\u001b');
    expect(await dumb.end('quit\r')).toBe(0);
  });

  it('C04: asks before it overwrites, and takes no for an answer', async () => {
    await writeFile(join(home, 'boot.cfg'), 'mine');
    const terminal = await connected(['--plain']);
    await terminal.type('get boot.cfg\r', 'boot.cfg exists. Overwrite? (y/n) ');
    await terminal.type('n\r', 'Nothing was done.');
    expect(await readFile(join(home, 'boot.cfg'), 'utf8')).toBe('mine');
    await terminal.until(prompt());
    await terminal.type('get boot.cfg\r', 'Overwrite? (y/n) ');
    await terminal.type('y\r', '✔ boot.cfg');
    expect(await readFile(join(home, 'boot.cfg'), 'utf8')).toBe('hello\n');
  });

  it('C02, S01: Ctrl-C ends the transfer and not the shell; at the prompt it warns, twice it leaves', async () => {
    const terminal = await connected(['--plain']);
    await terminal.type('blksize 8\r', 'blksize 8');
    await terminal.type('get large.bin\r', '%');
    await terminal.type('\u0003', 'get large.bin: aborted');
    await terminal.until(prompt());
    expect(await readdir(home)).not.toContain('large.bin');
    expect((await readdir(home)).filter((name) => name.includes('part'))).toEqual([]);
    await terminal.type('\u0003', 'To quit: "quit", Ctrl-D, or Ctrl-C again.');
    expect(await terminal.end('\u0003')).toBe(130);
  });

  it('steps: what comes while the prompt waits has lines of its own, and the prompt comes again', async () => {
    const terminal = new Terminal(['--plain', '--no-color']);
    for (const line of ['lab on', 'options off', 'step client'])
      await terminal.type(`${line}\r`, 'tftp lab> ');
    await terminal.type('get three.bin &\r', '\r\nstep 1  client sends RRQ "three.bin" octet\r\n');
    await terminal.until('tftp lab> ');
    await terminal.type('\r', 'step 1  client sends RRQ "three.bin" octet: passed\r\n');
    await terminal.until('\r\nstep 2  client received DATA 1 512 B\r\n');
    // While a packet is held no progress is drawn over what is typed.
    expect(await terminal.type('predict ack 1\r', 'Right: ACK 1 is sent.')).not.toContain('B/s');
    await terminal.type('step off\r', '✔ three.bin');
    await terminal.until('tftp lab> ');
    expect(await terminal.end('quit\r')).toBe(0);
  });

  it('quit asks once while a transfer runs', async () => {
    const terminal = await connected(['--plain']);
    await terminal.type('blksize 8\r', 'blksize 8');
    await terminal.type('get large.bin &\r', prompt());
    await terminal.type('quit\r', '1 transfer is running. Abort it and quit? (y/n) ');
    await terminal.type('n\r', prompt());
    await terminal.type('quit\r', '(y/n) ');
    expect(await terminal.end('y\r')).toBe(0);
    expect((await readdir(home)).filter((name) => name.includes('large'))).toEqual([]);
  });

  it('Ctrl-D leaves, and what ran in the background leaves nothing', async () => {
    const terminal = await connected(['--plain']);
    await terminal.type('blksize 8\r', 'blksize 8');
    await terminal.type('get large.bin &\r', prompt());
    expect(await terminal.end('\u0004')).toBe(0);
    expect((await readdir(home)).filter((name) => name.includes('large'))).toEqual([]);
  });

  it('T11: lines are kept for the next shell, and those with a blank before them are not', async () => {
    const first = await connected(['--plain']);
    await first.type('status\r', prompt());
    await first.type(' secret\r', prompt());
    await first.end('quit\r');
    const second = await connected(['--plain']);
    const text = await second.type('history\r', '3  history');
    expect(text).toContain('1  status');
    expect(text).not.toContain('secret');
    expect(await second.end('quit\r')).toBe(0);
  });

  it('reads the start-up file before the first prompt, and not with --no-startup', async () => {
    const env = { XDG_CONFIG_HOME: join(home, 'config') };
    const directory = join(env.XDG_CONFIG_HOME, 'tftpsh');
    await mkdir(directory, { recursive: true });
    await writeFile(join(directory, 'startup'), `gt\nconnect 127.0.0.1 ${port}\n`, { mode: 0o600 });
    const terminal = new Terminal(['--plain'], env);
    const text = await terminal.until(prompt());
    expect(text).toContain('startup:1: ?Invalid command "gt". Did you mean "get"?');
    expect(await terminal.end('quit\r')).toBe(0);
    const without = new Terminal(['--plain', '--no-startup'], env);
    expect(await without.until('tftp> ')).not.toContain('Invalid');
    expect(await without.end('quit\r')).toBe(0);
  });
});
