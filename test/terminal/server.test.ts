// Our server as a screen at a real terminal: alone as a command, and in the shell, at both sizes.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { runCli } from '../support/cli.ts';
import { bundle, Program } from './program.ts';

let product: Awaited<ReturnType<typeof bundle>>;
let work = '';
const programs: Program[] = [];
beforeAll(async () => {
  product = await bundle('src/cli.ts');
  work = await mkdtemp(join(tmpdir(), 'tftpsh-watch-'));
  await writeFile(join(work, 'fw.bin'), 'firmware\n');
});
afterEach(() => {
  for (const program of programs.splice(0)) program.close();
});
afterAll(async () => {
  await product.remove();
  await rm(work, { recursive: true });
});

function start(args: readonly string[], { columns, rows } = { columns: 80, rows: 24 }): Program {
  const env = { HOME: work, XDG_STATE_HOME: work };
  const program = new Program(process.execPath, [product.path, ...args], { columns, rows, env });
  programs.push(program);
  return program;
}

/** Asks the server on the screen for a file. */
async function ask(rows: readonly string[], file: string): Promise<void> {
  const port = /SERVER 127\.0\.0\.1:(\d+)/.exec(rows.join('\n'))?.[1] ?? '';
  await runCli(['get', `tftp://127.0.0.1:${port}/${file}`, '-']);
}

it.each([
  [80, 24],
  [120, 40],
])(
  'one command at %s×%s: a refused request in the log, its ladder, and Ctrl-C ends it',
  async (columns, rows) => {
    const program = start(['serve', work, '--port', '0'], { columns, rows });
    await program.until('No transfer is running.');
    expect(program.isOn(1049)).toBe(true);
    await ask(program.screen(), 'fw.bin');
    await ask(program.screen(), 'nothing');
    await program.until(/› .*✗ 127\.0\.0\.1:\d+ RRQ nothing refused: File not found\n.*read fw\.bin, 9 B in/);
    program.write('\r');
    await program.until(/LADDER {2}serve "nothing"[^]*ERROR 1 File not found/);
    program.write('\u001b');
    await program.until('2 lines, the newest first');
    program.write('\u001b');
    await program.until('Press s twice, or Ctrl-C, to stop the server.');
    program.write('\u0003');
    await program.until((): boolean => program.exit !== undefined);
    expect(program.exit).toBe(0);
    expect(program.isOn(1049)).toBe(false);
    // What happened stays in the scrollback.
    const all = program.all().join('\n');
    expect(all).toContain('listening on 127.0.0.1:');
    expect(all).toMatch(/server: \d\d:\d\d:\d\d {2}✗ .* RRQ nothing refused/);
    expect(all).toContain('Server stopped.');
  },
);

it('in the shell: a filter, leaving while it runs on, and stopping it', async () => {
  const program = start([]);
  await program.until('tftp>');
  program.write(`serve ${work} --port 0\r`);
  await program.until('listening on');
  program.write('server\r');
  await program.until('Nothing was asked for yet.');
  await ask(program.screen(), 'fw.bin');
  await ask(program.screen(), 'nothing');
  await program.until('2 lines, the newest first');
  program.write('/nothing\r');
  await program.until('1 of 2 lines with "nothing"');
  program.write('\u001b');
  await program.until('2 lines, the newest first');
  program.write('\u001b');
  await program.until((): boolean => !program.isOn(1049));
  await program.until(/^server 127\.0\.0\.1:\d+ .*done 1/m);
  program.write('server\r');
  await program.until('2 lines, the newest first');
  program.write('s');
  await program.until('Press s again to stop the server.');
  program.write('s');
  await program.until('Server stopped.');
  expect(program.isOn(1049)).toBe(false);
});

it('--plain: lines as before, and no screen', async () => {
  const program = start(['--plain', 'serve', work, '--port', '0']);
  await program.until('offering');
  expect(program.raw).not.toContain('\u001b[?1049h');
  program.write('\u0003');
  await program.until((): boolean => program.exit !== undefined);
  expect(program.exit).toBe(130);
});
