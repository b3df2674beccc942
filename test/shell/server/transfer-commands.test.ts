// `serve --on-upload` and `--on-download`: a command for each stored or read file, without a shell, bounded, and in the log.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { VirtualClock } from '../../../src/network/virtual-clock.ts';
import type { Printable } from '../../../src/wire/text.ts';
import type { ShellEvent } from '../../../src/shell/report/events.ts';
import { checkEvent } from '../../../src/shell/report/events.ts';
import { commandWords, TransferCommands } from '../../../src/shell/server/transfer-commands.ts';
import { ended, startCli, startServer } from '../../support/cli.ts';

interface Started {
  readonly words: readonly string[];
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
  readonly end: (status: number) => void;
}

/** Commands that end when the test says so. */
function start(): {
  commands: TransferCommands;
  clock: VirtualClock;
  started: Started[];
  lines: string[];
  events: ShellEvent[];
} {
  const clock = new VirtualClock();
  const started: Started[] = [];
  const lines: string[] = [];
  const events: ShellEvent[] = [];
  const commands = new TransferCommands({
    clock,
    run: (words, signal, onLine) =>
      new Promise((resolve) => {
        started.push({ words, signal, say: (line) => onLine(line as Printable), end: resolve });
        signal.addEventListener('abort', () => resolve(143));
      }),
    report(event, text) {
      expect(checkEvent(event)).toBeUndefined();
      events.push(event);
      lines.push(text);
    },
  });
  return { commands, clock, started, lines, events };
}

const upload = (name: string) => ({ kind: 'put', path: `/srv/${name}`, client: '10.0.0.1' }) as const;

describe('case 139: the words of the command', () => {
  test('are split once, before the names are put in: no name becomes two words or a shell command', () => {
    const { commands, started } = start();
    const words = commandWords('notify --from={client} "{path}" \'a {b}\'') ?? [];
    commands.add(words, upload('a b; rm -rf {client} $(x)'));
    expect(started[0]?.words).toEqual([
      'notify',
      '--from=10.0.0.1',
      '/srv/a b; rm -rf {client} $(x)',
      'a {b}',
    ]);
  });

  test('a path that is not UTF-8 cannot be passed on: the command is not run, and that is said', () => {
    const { commands, started, lines } = start();
    commands.add(['notify', '{path}'], upload('caf\udce9'));
    expect([started, lines]).toEqual([
      [],
      [
        String.raw`command for /srv/caf\xe9: the path is not UTF-8, and a program gets it as UTF-8 only: not run`,
      ],
    ]);
    commands.add(['notify', '{client}'], upload('caf\udce9'));
    expect(started[0]?.words).toEqual(['notify', '10.0.0.1']);
  });

  test.each(['', '   ', '"open', 'x &', '!ls', '# nothing'])('%j is no command', (line) => {
    expect(commandWords(line)).toBeUndefined();
  });
});

describe('case 139: commands are bounded', () => {
  test('four at a time; a hundred wait, and what comes then is not run and said', () => {
    const { commands, started, lines, events } = start();
    for (let count = 0; count < 105; count += 1) commands.add(['x', '{path}'], upload(`f${count}`));
    expect(started).toHaveLength(4);
    expect(lines).toEqual(['command for /srv/f104: too many transfers wait for their command: not run']);
    expect(events).toMatchObject([{ event: 'upload-command', status: -1 }]);
  });

  test('the next one starts when one has ended; status, time and the last line of output are logged', async () => {
    const { commands, clock, started, lines, events } = start();
    for (const name of ['a', 'b', 'c', 'd', 'e']) commands.add(['x', '{path}'], upload(name));
    started[0]!.say('checking');
    started[0]!.say('wrong signature');
    await clock.advance(1500);
    started[0]!.end(3);
    await clock.settle();
    expect(lines).toEqual(['command for /srv/a: exit status 3 in 1.5 s: wrong signature']);
    expect(events).toMatchObject([
      { path: '/srv/a', client: '10.0.0.1', status: 3, ms: 1500, output: ['checking', 'wrong signature'] },
    ]);
    expect(started.map(({ words }) => words[1])).toEqual(['/srv/a', '/srv/b', '/srv/c', '/srv/d', '/srv/e']);
  });

  test('after a minute a command is ended; of its output twenty lines are kept', async () => {
    const { commands, clock, started, lines, events } = start();
    commands.add(['x'], upload('a'));
    for (let line = 1; line <= 50; line += 1) started[0]!.say(`line ${line}`);
    await clock.advance(60_000);
    expect(started[0]?.signal.aborted).toBe(true);
    expect(lines).toEqual([
      expect.stringMatching(/^command for \/srv\/a: ended after .*, which is the limit: line 20$/),
    ]);
    expect(events).toMatchObject([{ output: { length: 20 } }]);
  });

  test('when the server stops, running commands are ended and waiting ones forgotten', async () => {
    const { commands, clock, started } = start();
    for (const name of ['a', 'b', 'c', 'd', 'e']) commands.add(['x', '{path}'], upload(name));
    commands.stop();
    await clock.settle();
    expect(started).toHaveLength(4);
    expect(started.every(({ signal }) => signal.aborted)).toBe(true);
  });
});

test('case 139: the command of a download has an event of its own; both kinds share the four places', async () => {
  const { commands, clock, started, events } = start();
  for (const name of ['a', 'b', 'c', 'd']) commands.add(['x'], upload(name));
  commands.add(['y', '{path}', '{client}'], { kind: 'get', path: '/srv/fw.bin', client: '10.0.0.2' });
  expect(started).toHaveLength(4);
  started[0]!.end(0);
  await clock.settle();
  expect(started[4]?.words).toEqual(['y', '/srv/fw.bin', '10.0.0.2']);
  started[4]!.end(0);
  await clock.settle();
  expect(events.at(-1)).toMatchObject({ event: 'download-command', path: '/srv/fw.bin', client: '10.0.0.2' });
});

describe('case 139: in the program', () => {
  let root = '';
  afterEach(() => rmSync(root, { recursive: true }));

  /** Starts a server whose command writes the client into `PATH.seen`. `logged` resolves with the log when that has ended. */
  async function serveWith(flags: readonly string[]): Promise<{
    readonly port: number;
    readonly logged: Promise<string>;
    readonly stop: () => void;
  }> {
    root = mkdtempSync(join(tmpdir(), 'transfer-'));
    writeFileSync(join(root, 'fw.bin'), 'firmware');
    const script = `require('fs').writeFileSync(process.argv[1] + '.seen', process.argv[2])`;
    const command = `"${process.execPath}" -e "${script}" {path} {client}`;
    const { port, child } = await startServer([root, ...flags, command], root);
    let log = '';
    const logged = new Promise<string>((resolve) =>
      child.stdout.on('data', (text: string) => {
        log += text;
        if (/command for .*\n/.test(log)) resolve(log);
      }),
    );
    return { port, logged, stop: () => void child.kill('SIGTERM') };
  }

  test('a real upload runs the command with the path of the file and the address of the client', async () => {
    const { port, logged, stop } = await serveWith(['--write', '--on-upload']);
    const put = startCli(['put', 'package.json', `127.0.0.1:${port}:my file.json`]);
    expect(await ended(put)).toMatchObject({ status: 0 });
    expect(await logged).toMatch(/command for .*\/my file\.json: done in /);
    stop();
    expect(readFileSync(join(root, 'my file.json.seen'), 'utf8')).toBe('127.0.0.1');
  });

  test('a real download runs it too; a request for the size alone does not', async () => {
    const { port, logged, stop } = await serveWith(['--on-download']);
    expect(await ended(startCli(['stat', `127.0.0.1:${port}:fw.bin`]))).toMatchObject({ status: 0 });
    expect(existsSync(join(root, 'fw.bin.seen'))).toBe(false);
    expect(await ended(startCli(['get', `127.0.0.1:${port}:fw.bin`, '-']))).toMatchObject({ status: 0 });
    const log = await logged;
    stop();
    expect(log).toMatch(/requested the size of fw\.bin[^]*command for .*\/fw\.bin: done in /);
    expect(log.match(/command for/g)).toHaveLength(1);
    expect(readFileSync(join(root, 'fw.bin.seen'), 'utf8')).toBe('127.0.0.1');
  });

  test('single files have a path as well', async () => {
    root = mkdtempSync(join(tmpdir(), 'transfer-'));
    const file = join(root, 'one.bin');
    writeFileSync(file, 'one');
    const { port, child } = await startServer([file, '--on-download', 'echo [{path}]'], root);
    const logged = new Promise<string>((resolve) =>
      child.stdout.on('data', (text: string) => /command for .*\n/.test(text) && resolve(text)),
    );
    expect(await ended(startCli(['get', `127.0.0.1:${port}:one.bin`, '-']))).toMatchObject({ status: 0 });
    expect(await logged).toContain(`: [${file}]`);
    child.kill('SIGTERM');
  });
});
