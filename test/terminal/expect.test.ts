// Programs that drive ours, such as expect: they wait for the prompt with its blank, in any environment.
// The rule: wait for what was written, never for time.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn, type IPty } from '@lydell/node-pty';
import { afterEach, describe, expect, test } from 'vitest';

const home = mkdtempSync(join(tmpdir(), 'expect-'));
let open: IPty[] = [];

afterEach(() => {
  for (const pty of open) pty.kill('SIGKILL');
  open = [];
});

interface Driven {
  /** What was written since the last wait, up to `text` and with it. */
  until(text: string): Promise<string>;
  type(text: string): void;
}

function drive(env: Readonly<Record<string, string>>): Driven {
  const program = join(import.meta.dirname, '../../dist/cli.cjs');
  const own = { PATH: process.env['PATH'] ?? '', HOME: home, ...env };
  // node-pty sets TERM itself: env(1) takes it away again.
  const args = ['TERM' in env ? 'NOTHING' : 'TERM', process.execPath, program, '--no-startup'];
  const pty = spawn('env', ['-u', ...args], { cols: 80, rows: 24, cwd: home, env: own });
  open.push(pty);
  let written = '';
  let seen: () => void = () => undefined;
  pty.onData((text) => {
    written += text;
    seen();
  });
  return {
    async until(text) {
      await new Promise<void>((resolve) => {
        seen = () => {
          if (written.includes(text)) resolve();
        };
        seen();
      });
      const end = written.indexOf(text) + text.length;
      const part = written.slice(0, end);
      written = written.slice(end);
      return part;
    },
    type: (text) => pty.write(text),
  };
}

const environments: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ['colour', { TERM: 'xterm-256color', LANG: 'C.UTF-8' }],
  ['NO_COLOR', { TERM: 'xterm', NO_COLOR: '1', LANG: 'C.UTF-8' }],
  ['TERM unset', { LANG: 'C.UTF-8' }],
  ['TERM=dumb', { TERM: 'dumb', LANG: 'C.UTF-8' }],
  ['TERM=vt100 and LC_ALL=C', { TERM: 'vt100', NO_COLOR: '1', LC_ALL: 'C' }],
];

describe('a program that drives the shell', () => {
  test.each(environments)('case 131: waits for "tftp> " and gets it each time: %s', async (_, env) => {
    const shell = drive(env);
    await shell.until('tftp> ');
    shell.type('mode\r');
    await shell.until('octet');
    await shell.until('tftp> ');
    shell.type('status\r');
    await shell.until('Not connected');
    await shell.until('tftp> ');
  });

  test('case 130: LC_ALL=C: not one octet beyond ASCII, whatever is shown', async () => {
    writeFileSync(join(home, 'grün'), 'x');
    const shell = drive({ TERM: 'xterm', LC_ALL: 'C' });
    let all = await shell.until('tftp> ');
    for (const line of ['lls', 'help get', 'set', 'get nothing', 'get 127.0.0.1:9:f', 'set glyphs unicode']) {
      shell.type(`${line}\r`);
      all += await shell.until('tftp> ');
    }
    shell.type('quit\r');
    // eslint-disable-next-line no-control-regex -- that is what is tested
    expect(all).toMatch(/^[\x00-\x7f]*$/);
    expect(all).toContain('gr\\u{fc}n');
    rmSync(home, { recursive: true });
  });
});
