// The program as it is installed: ways in, exit statuses, streams, signals.
import { closeSync, openSync } from 'node:fs';
import { mkdtemp, readFile, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { checkEvent } from '../../../src/shell/report/events.ts';
import { temporaryDirectories } from '../../files/disk.ts';
import { ended, eventsIn, runCli, startCli, startServer } from '../../support/cli.ts';

const temporary = temporaryDirectories();
let root = '';
let work = '';
let port = 0;
let server: ChildProcessWithoutNullStreams;
let uri = '';

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tftpsh-test-'));
  await writeFile(join(root, 'boot.cfg'), 'hello\n'.repeat(500));
  ({ port, child: server } = await startServer(['.', '--write'], root));
  uri = `tftp://127.0.0.1:${port}`;
});
beforeEach(() => {
  work = temporary();
});
afterAll(async () => {
  server.kill('SIGTERM');
  expect((await ended(server)).status).toBe(143);
  await rm(root, { recursive: true });
});

describe('the end', () => {
  it('what was written to standard error is read whole, whatever the status', async () => {
    const input = 'bad\n'.repeat(20_000);
    const child = startCli(['--no-startup'], { cwd: work });
    child.stdin.end(`set keep-going on\n${input}`);
    const { status, err } = await ended(child);
    expect(status).toBe(64);
    expect(err.split('Invalid command').length - 1).toBe(20_000);
  });
});

describe('one command', () => {
  it('--impair makes a one-shot lose what it says; a wrong word is refused before anything is sent', async () => {
    const lossy = [
      '--impair',
      'client drop ACK 2 once; server dup DATA 1',
      '--json',
      '--trace',
      '--no-options',
    ];
    const { status, out } = await runCli([...lossy, '--rexmt', '50ms', 'get', `${uri}/boot.cfg`], {
      cwd: work,
    });
    expect(status).toBe(0);
    const remarks = eventsIn<{ remark?: string }>(out).flatMap(({ remark }) => remark ?? []);
    expect(remarks).toContain('lost (impair drop ACK 2 once)');
    expect(eventsIn(out).map(({ event }) => event)).toContain('impairment');
    const refused = await runCli(['--impair', 'los 5%', 'get', `${uri}/boot.cfg`, 'never'], { cwd: work });
    expect(refused).toMatchObject({ status: 64, out: '' });
    expect(refused.err).toContain('Did you mean "loss"?');
    expect(await readdir(work)).toEqual(['boot.cfg']);
  });

  it('get by URI, by -c, and to standard output', async () => {
    const by = await runCli(['get', `${uri}/boot.cfg`], { cwd: work });
    expect(by).toMatchObject({ status: 0, err: '' });
    expect(by.out).toMatch(/^✔ boot\.cfg {3}3,000 B in .* 0 resent\n$/);
    expect(await readFile(join(work, 'boot.cfg'), 'utf8')).toBe('hello\n'.repeat(500));
    const over = await runCli(['127.0.0.1', String(port), '-c', 'get', '-f', 'boot.cfg'], { cwd: work });
    expect(over).toMatchObject({ status: 0 });
    expect(over.out.split('\n')).toHaveLength(2);
    const piped = await runCli(['get', `${uri}/boot.cfg`, '-'], { cwd: work });
    expect(piped).toMatchObject({ status: 0, out: 'hello\n'.repeat(500) });
    expect(piped.err).toMatch(/^✔ boot\.cfg/);
  });

  it('a get whose request was resent ends at once: what RFC 1350 §6 calls dallying is given up', async () => {
    const peer = createSocket('udp4');
    peer.bind(0, '127.0.0.1');
    await once(peer, 'listening');
    const last = new Promise<number>((resolve) => {
      let requests = 0;
      peer.on('message', (packet, from) => {
        if (packet[1] === 4) resolve(performance.now());
        else if (++requests > 1) peer.send(Buffer.from([0, 3, 0, 1, 65]), from.port, from.address);
      });
    });
    const ran = await runCli(['--rexmt=0.1', 'get', `tftp://127.0.0.1:${peer.address().port}/x`, '-']);
    expect(ran).toMatchObject({ status: 0, out: 'A' });
    expect(performance.now() - (await last)).toBeLessThan(1500);
    peer.close();
  });

  it('case 117: put from standard input', async () => {
    expect(await runCli(['put', '-', `127.0.0.1:x`], { input: 'x' })).toMatchObject({ status: 69 });
    expect(await runCli(['put', '-', `${uri}/piped.txt`], { input: 'from a pipe' })).toMatchObject({
      status: 0,
    });
    expect(await readFile(join(root, 'piped.txt'), 'utf8')).toBe('from a pipe');
  });

  it('case 115: an existing file is refused without -f', async () => {
    await writeFile(join(work, 'boot.cfg'), 'mine');
    const { status, err } = await runCli(['get', `${uri}/boot.cfg`], { cwd: work });
    expect(status).toBe(73);
    expect(err).toMatch(/^tftpsh: get boot\.cfg: File already exists\n/);
    expect(await readFile(join(work, 'boot.cfg'), 'utf8')).toBe('mine');
  });

  it.each([
    { flags: ['--rexmt', '1', '--rexmt=2'], shown: /^\* rexmt +2/m },
    { flags: ['-m', 'netascii', '-m', 'octet', '--mode=netascii'], shown: /^\* mode +netascii/m },
    { flags: ['-6', '-4', '--rexmt=2'], shown: /^\* family +4/m },
    { flags: ['-4', '-6'], shown: /^\* family +6/m },
    { flags: ['-v', '-v', '--rexmt=2'], shown: /^\* verbose +on/m },
  ])('the last one of $flags counts', async ({ flags, shown }) => {
    const ran = await runCli([...flags, 'set'], { cwd: work });
    expect(ran).toMatchObject({ status: 0, err: '' });
    expect(ran.out).toMatch(shown);
  });

  it.each([
    ['C09: a missing file', ['get', 'URI/nofile'], 66, 'tftpsh: get nofile: server error 1: File not found'],
    ['case 92: a closed port', ['get', 'tftp://127.0.0.1:1/x'], 69, 'tftpsh: get x: nothing listens'],
    ['a missing local file', ['put', 'nofile', 'URI/x'], 66, 'tftpsh: put nofile → x: '],
    ['a refused upload', ['put', 'boot.cfg', 'URI/boot.cfg'], 77, 'tftpsh: put boot.cfg: server error '],
    [
      'C08: a wrong digest',
      ['get', 'URI/boot.cfg', '--sha256', '0'.repeat(64)],
      65,
      'tftpsh: get boot.cfg: ',
    ],
    ['case 10: a request over 512 octets', ['get', `URI/${'x'.repeat(600)}`, 'y'], 64, 'tftpsh: get xxx'],
    ['an unknown host', ['get', 'tftp://no-such-host.invalid/x'], 68, 'tftpsh: get x: '],
    ['an unknown command', ['-c', 'gt', 'x'], 64, 'tftpsh: ?Invalid command "gt". Did you mean "get"?'],
    [
      'a word that is not a command',
      ['gt', 'x'],
      64,
      'tftpsh: "gt" is not a command: did you mean "tftpsh get x"?',
    ],
    ['an unknown flag', ['--blksiz=5'], 64, 'tftpsh: unknown flag --blksiz=5: did you mean --blksize?'],
    [
      'a flag beyond its limits',
      ['--blksize', '7', 'help'],
      64,
      'tftpsh: --blksize: blksize must be 8–65464',
    ],
    [
      'of a flag given twice the last one',
      ['--blksize=512', '--rexmt=1', '--rexmt', '2', '--blksize', '7', 'help'],
      64,
      'tftpsh: --blksize: blksize must be 8–65464',
    ],
    [
      'a port that is not permitted or not there',
      ['serve', '.', '--host', '192.0.2.1'],
      71,
      'tftpsh: serve .: cannot listen',
    ],
  ])('%s', async (_, args, status, message) => {
    await writeFile(join(work, 'boot.cfg'), 'other');
    const cwd = args[0] === 'put' ? work : await mkdtemp(join(work, 'empty-'));
    const ran = await runCli(
      args.map((arg) => arg.replace('URI', uri)),
      { cwd },
    );
    expect({ status: ran.status, out: ran.out }).toEqual({ status, out: '' });
    expect(ran.err.startsWith(message), ran.err).toBe(true);
    if (args[0] === 'get') expect(await readdir(cwd)).toEqual([]);
  });

  it('--no-mouse turns the setting off', async () => {
    expect((await runCli(['--no-mouse', 'set', 'mouse'])).out).toMatch(/^mouse off/);
    expect((await runCli(['set', 'mouse'])).out).toMatch(/^mouse on/);
  });

  it('global flags work before and behind the command', async () => {
    const { out } = await runCli(['-t', 'get', `${uri}/boot.cfg`, '--blksize', '1024', '--windowsize=1'], {
      cwd: work,
    });
    expect(out).toContain('blksize=1024');
    expect(out).toMatch(/ 0\.000000 {2}→ RRQ {3}"boot\.cfg" octet /);
    const plain = await runCli(['--no-options', '-v', '-t', 'get', `${uri}/boot.cfg`, 'b'], { cwd: work });
    expect(plain.out).toContain('getting from 127.0.0.1:boot.cfg to b [octet]');
    expect(plain.out).not.toContain('OACK');
    expect(plain.out).toMatch(/Received 3000 bytes in [0-9.]+ seconds \[\d+ bits\/sec\]/);
  });

  it('tells version and help', async () => {
    expect(await runCli(['-V'])).toMatchObject({ status: 0, out: 'tftpsh 0.1.0\n' });
    expect((await runCli(['--help'])).out).toContain('--no-options');
    expect((await runCli(['help', 'get'])).out).toContain('--sha256 HEX');
  });
});

describe('scripts', () => {
  it('stop at the first failure, with its line and status', async () => {
    const input = `# a comment\nconnect 127.0.0.1 ${port}\r\nget nofile\nget boot.cfg`;
    expect(await runCli([], { input, cwd: work })).toMatchObject({
      status: 66,
      err: 'tftpsh: line 3: get nofile: server error 1: File not found\n',
    });
    expect(await readdir(work)).toEqual([]);
    const more = await runCli([], { input: `set keep-going on\n${input}`, cwd: work });
    expect(more.status).toBe(66);
    expect(await readdir(work)).toEqual(['boot.cfg']);
  });

  it('wait for what they started beside them', async () => {
    const input = `get ${uri}/boot.cfg &\nget ${uri}/nofile n &\n`;
    expect((await runCli([], { input, cwd: work })).status).toBe(66);
    expect(await readdir(work)).toEqual(['boot.cfg']);
  });

  it.each([
    ['a NUL', 'status\nget a\0b\n', 'tftpsh: line 2: ?NUL character in the line\n'],
    [
      'octets that are not UTF-8',
      Buffer.from([0x73, 0xff, 10]),
      'tftpsh: line 1: ?Invalid command "s\\xff". Try "help".\n',
    ],
    ['an unclosed quote', 'get "a\n', 'tftpsh: line 1: ?unclosed quote "\n'],
    ['a long line', 'x'.repeat(5000), 'tftpsh: line 1: ?line too long: 5,000 characters, at most 4,096\n'],
    [
      'an unknown command without a last newline',
      'frobnicate',
      'tftpsh: line 1: ?Invalid command "frobnicate". Try "help".\n',
    ],
  ])('S09: %s', async (_, input, err) => {
    expect(await runCli([], { input })).toMatchObject({ status: 64, err });
  });

  it('S09: 256 MiB without a newline are refused as soon as that is known', async () => {
    async function* endless(): AsyncGenerator<Uint8Array> {
      const octets = new Uint8Array(1024 * 1024).fill(0x61);
      for (let i = 0; i < 256; i++) yield await Promise.resolve(octets);
    }
    expect(await runCli([], { input: endless() })).toMatchObject({
      status: 64,
      err: 'tftpsh: line 1: line too long: at most 4,096 characters\n',
    });
  });

  it('an empty one is done', async () => {
    expect(await runCli([], { input: '' })).toMatchObject({ status: 0, out: '', err: '' });
  });

  it('--json: one documented object a line', async () => {
    const input = `set keep-going on\ntrace on\nconnect 127.0.0.1 ${port}\nget boot.cfg\nget nofile\nstat boot.cfg\ngt\nserve . --port 0\nserve stop\n`;
    const { out, status } = await runCli(['--json'], { input, cwd: work });
    expect(status).toBe(66);
    const events = eventsIn(out);
    expect(events.map(checkEvent).filter((problem) => problem !== undefined)).toEqual([]);
    expect(new Set(events.map(({ event }) => event))).toEqual(
      new Set([
        'setting',
        'connected',
        'started',
        'packet',
        'done',
        'failed',
        'stat',
        'refused',
        'listening',
        'closed',
        'text',
      ]),
    );
    const piped = await runCli(['--json', 'get', `${uri}/boot.cfg`, '-']);
    expect(piped.out).toBe('hello\n'.repeat(500));
    expect(piped.err).toMatch(/^\{"event":"started"/);
  });
});

describe('the server in a pipe', () => {
  it('tells where it listens as JSON, and ends by SIGINT with 130', async () => {
    const child = startCli(['--json', 'serve', '.', '--port', '0'], { cwd: work });
    // What a chunk holds is the pipe's affair.
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    expect(JSON.parse(line)).toEqual({
      event: 'listening',
      at: expect.any(String) as string,
      address: '127.0.0.1',
      port: expect.any(Number) as number,
      root: await realpath(work),
      mode: 'read-only',
      // Where the kernel has Landlock.
      ...('confined' in (JSON.parse(line) as object) && { confined: true }),
    });
    const end = ended(child);
    child.kill('SIGINT');
    expect(await end).toMatchObject({ status: 130, err: '' });
  });
});

describe('streams that fail', () => {
  it('S07: a reader that went away ends it quietly with 141', async () => {
    const child = startCli(['help']);
    child.stdout.destroy();
    expect(await ended(child)).toMatchObject({ status: 141, err: '' });
  });

  it.runIf(process.platform === 'linux')('C05: a full disk behind standard output is noticed', async () => {
    const full = openSync('/dev/full', 'w');
    const program = join(import.meta.dirname, '../../../dist/cli.cjs');
    for (const args of [['help'], ['get', `${uri}/boot.cfg`, '-']]) {
      const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', full, 'ignore'] });
      expect(await new Promise((resolve) => child.once('close', resolve)), args[0]).toBe(74);
    }
    closeSync(full);
  });

  it.runIf(process.platform === 'linux')('S08: works with descriptors closed', async () => {
    const program = join(import.meta.dirname, '../../../dist/cli.cjs');
    const child = spawn(
      '/bin/sh',
      ['-c', `"$0" "$1" get "$2" out.cfg <&- >&- 2>&-`, process.execPath, program, `${uri}/boot.cfg`],
      { cwd: work },
    );
    expect(await new Promise((resolve) => child.once('close', resolve))).toBe(0);
    expect(await readFile(join(work, 'out.cfg'), 'utf8')).toBe('hello\n'.repeat(500));
  });
});

describe('the demonstration', () => {
  it.each(['/nonexistent/place', '/proc'])(
    'S16: without temporary files in %s it says so, with 74',
    async (place) => {
      const { status, err } = await runCli(['--demo', '--plain'], { env: { TMPDIR: place } });
      expect(status).toBe(74);
      expect(err).toMatch(/^tftpsh: demo: A temporary file cannot be made: /);
      expect(err).toContain(`Temporary files go to ${place}.`);
      expect(err).toContain('set TMPDIR to a directory that has room');
    },
  );

  it('shows both directions with equal hashes, and ends in a pipe', async () => {
    const { status, out } = await runCli(['--demo']);
    expect(status).toBe(0);
    expect(out.match(/SHA-256 [0-9a-f]{64} is the same on both sides/g)).toHaveLength(2);
    expect(out).toMatch(/client → RRQ {3}"boot\.cfg"/);
    expect(out).toMatch(/server ← WRQ {3}"notes\.txt"/);
  });
});
