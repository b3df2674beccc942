// `serve --on-upload`: a command for each stored file, without a shell, bounded, and in the log.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { VirtualClock } from '../../../src/network/virtual-clock.ts';
import type { Printable } from '../../../src/wire/text.ts';
import type { ShellEvent } from '../../../src/shell/report/events.ts';
import { checkEvent } from '../../../src/shell/report/events.ts';
import { commandWords, UploadCommands } from '../../../src/shell/server/upload-commands.ts';
import { ended, startCli, startServer } from '../../support/cli.ts';

interface Started {
  readonly words: readonly string[];
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
  readonly end: (status: number) => void;
}

/** Commands that end when the test says so. */
function start(): {
  commands: UploadCommands;
  clock: VirtualClock;
  started: Started[];
  lines: string[];
  events: ShellEvent[];
} {
  const clock = new VirtualClock();
  const started: Started[] = [];
  const lines: string[] = [];
  const events: ShellEvent[] = [];
  const commands = new UploadCommands({
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

const upload = (name: string) => ({ path: `/srv/${name}`, client: '10.0.0.1' });

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

  test.each(['', '   ', '"open', 'x &', '!ls', '# nothing'])('%j is no command', (line) => {
    expect(commandWords(line)).toBeUndefined();
  });
});

describe('case 139: commands are bounded', () => {
  test('four at a time; a hundred wait, and what comes then is not run and said', () => {
    const { commands, started, lines, events } = start();
    for (let count = 0; count < 105; count += 1) commands.add(['x', '{path}'], upload(`f${count}`));
    expect(started).toHaveLength(4);
    expect(lines).toEqual(['command for /srv/f104: too many uploads wait for their command: not run']);
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

describe('case 139: in the program', () => {
  let root = '';
  afterEach(() => rmSync(root, { recursive: true }));

  test('a real upload runs the command with the path of the file and the address of the client', async () => {
    root = mkdtempSync(join(tmpdir(), 'upload-'));
    const script = `require('fs').writeFileSync(process.argv[1] + '.seen', process.argv[2])`;
    const command = `"${process.execPath}" -e "${script}" {path} {client}`;
    const { port, child } = await startServer([root, '--write', '--on-upload', command], root);
    let log = '';
    const logged = new Promise<void>((resolve) =>
      child.stdout.on('data', (text: string) => {
        log += text;
        if (/command for .*\n/.test(log)) resolve();
      }),
    );
    const put = startCli(['put', 'package.json', `127.0.0.1:${port}:my file.json`]);
    expect(await ended(put)).toMatchObject({ status: 0 });
    await logged;
    child.kill('SIGTERM');
    expect(log).toMatch(/command for .*\/my file\.json: done in /);
    const seen = join(root, 'my file.json.seen');
    expect(existsSync(seen)).toBe(true);
    expect(readFileSync(seen, 'utf8')).toBe('127.0.0.1');
  });
});
