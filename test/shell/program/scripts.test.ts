// Scripts and pipes with the program as it is installed: bad input, places, signals, what a broad session tells as JSON.
import { mkdir, readFile, readdir, symlink, writeFile } from 'node:fs/promises';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkEvent } from '../../../src/shell/report/events.ts';
import { ended, eventsIn, runCli, startCli } from '../../support/cli.ts';
import { served } from './served.ts';

const here = served(
  {
    'boot.cfg': 'hello\n',
    'large.bin': new Uint8Array(8 * 1024 * 1024),
    [`it's "odd" name #1 & more`]: 'odd\n',
  },
  ['--write'],
);

const script = (input: string | Uint8Array, args: readonly string[] = []) =>
  runCli(args, { input, cwd: here.work });

describe('bad input', () => {
  it('S09: 1 GB without a newline costs no memory and is refused once', async () => {
    async function* endless(): AsyncGenerator<Uint8Array> {
      const octets = new Uint8Array(1024 * 1024).fill(0x61);
      for (let i = 0; i < 1024; i++) yield await Promise.resolve(octets);
      yield Buffer.from('\nstatus\n');
    }
    const goingOn = await runCli(['--json'], {
      input: (async function* () {
        yield Buffer.from('set keep-going on\n');
        yield* endless();
      })(),
    });
    expect(goingOn.status).toBe(64);
    const events = eventsIn(goingOn.out);
    expect(events.map(({ event }) => event)).toEqual(['setting', 'refused', 'sockets', 'text']);
    expect(events[1]).toMatchObject({ message: 'line too long: at most 4,096 characters', place: 'line 2' });
  });

  it('S09: random octets run nothing and crash nothing', async () => {
    const noise = Buffer.alloc(64 * 1024);
    let state = 1;
    for (let i = 0; i < noise.length; i++) {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      // Without "!": what a shell would do with noise is its own affair.
      const octet = state >>> 24;
      noise[i] = octet === 0x21 ? 0x22 : octet;
    }
    const { status, err } = await script(Buffer.concat([Buffer.from('set keep-going on\n'), noise]));
    expect(status).toBe(64);
    expect(err).not.toContain('a bug');
    // eslint-disable-next-line no-control-regex -- controls are what is looked for
    expect(err).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
    expect(await readdir(here.work)).toEqual([]);
  });

  it('names with spaces, quotes and signs travel; a name over two lines is two lines', async () => {
    const name = `it's "odd" name #1 & more`;
    const quoted = `"it's \\"odd\\" name #1 & more"`;
    const connect = `connect 127.0.0.1 ${here.port}\n`;
    expect(await script(`${connect}set literal on\nget ${quoted} 'a copy.txt'\n`)).toMatchObject({
      status: 0,
      err: '',
    });
    expect(await readFile(join(here.work, 'a copy.txt'), 'utf8')).toBe('odd\n');
    await writeFile(join(here.work, name), 'mine');
    expect((await script(`${connect}set literal on\nput ${quoted} 'x y/z'\n`)).status).not.toBe(0);
    const { status, err } = await script('get "a\nb"\n');
    expect({ status, err }).toEqual({ status: 64, err: 'tftpsh: line 1: ?unclosed quote "\n' });
  });

  it('T08: escapes in names are shown, not sent to the terminal', async () => {
    const { err } = await script('put "\u001b[2J\u001b]0;x\u0007" 127.0.0.1:x\n');
    expect(err).toBe('tftpsh: line 1: put \\x1b[2J\\x1b]0;x\\x07: File not found\n');
  });
});

describe('scripts within scripts', () => {
  it('clear writes nothing where there is no screen', async () => {
    expect(await script('clear\n', ['--json'])).toMatchObject({ status: 0, out: '' });
    expect(await script('clear\n')).toMatchObject({ status: 0, out: '', err: '' });
  });

  it('tell where it failed, and stop there', async () => {
    await mkdir(join(here.work, 'lab'));
    await writeFile(join(here.work, 'lab/inner'), 'set hash on\r\nget nofile\nget boot.cfg\n');
    await writeFile(join(here.work, 'outer'), `connect 127.0.0.1 ${here.port}\nsource lab/inner\n`);
    expect(await script('# one\nsource outer\n')).toMatchObject({
      status: 66,
      err: 'tftpsh: line 2: lab/inner:2: get nofile: server error 1: File not found\n',
    });
    const once = await runCli(['source', 'outer'], { cwd: here.work });
    expect(once.status).toBe(66);
    expect(once.err).toBe('tftpsh: outer:2: lab/inner:2: get nofile: server error 1: File not found\n');
  });

  it('that call themselves end', async () => {
    await writeFile(join(here.work, 'loop'), 'source loop\n');
    expect(await script('source loop\n')).toMatchObject({
      status: 64,
      err: 'tftpsh: line 1: loop:1: Scripts are nested too deeply.\n',
    });
  });

  it('a start-up file is not read: a script means the same everywhere', async () => {
    await mkdir(join(here.work, 'tftpsh'));
    await writeFile(join(here.work, 'tftpsh/startup'), 'set hash on\n');
    const ran = await runCli([], { input: 'set hash\n', env: { XDG_CONFIG_HOME: here.work } });
    expect(ran).toMatchObject({ status: 0, out: 'hash off\n' });
  });
});

describe('files that are there', () => {
  it.runIf(process.platform !== 'win32')(
    'C04: a link is refused without -f; with it the link itself is replaced',
    async () => {
      await writeFile(join(here.work, 'target'), 'mine');
      await symlink('target', join(here.work, 'boot.cfg'));
      const connect = `connect 127.0.0.1 ${here.port}\n`;
      expect((await script(`${connect}get boot.cfg\n`)).status).toBe(73);
      const { status, err } = await script(`${connect}get -f boot.cfg\n`);
      expect({ status, err }).toEqual({
        status: 0,
        err: 'boot.cfg is a link: the link itself is replaced.\n',
      });
      expect(await readFile(join(here.work, 'target'), 'utf8')).toBe('mine');
      expect(await readFile(join(here.work, 'boot.cfg'), 'utf8')).toBe('hello\n');
    },
  );

  it.runIf(process.platform !== 'win32')(
    'C04: a directory and a FIFO are refused, even with -f',
    async () => {
      await mkdir(join(here.work, 'boot.cfg'));
      execFileSync('mkfifo', [join(here.work, 'fifo')]);
      const connect = `connect 127.0.0.1 ${here.port}\n`;
      expect((await script(`${connect}get -f boot.cfg\n`)).status).toBe(73);
      expect((await script(`${connect}get -f boot.cfg fifo\n`)).status).toBe(73);
      expect((await readdir(here.work)).sort()).toEqual(['boot.cfg', 'fifo']);
    },
  );
});

describe('several files', () => {
  it('in parallel, into a directory, with the summary of each', async () => {
    await mkdir(join(here.work, 'out'));
    const { status, out } = await script(
      `connect 127.0.0.1 ${here.port}\nget -j 4 -o out/ boot.cfg large.bin\n`,
    );
    expect(status).toBe(0);
    expect(out).toMatch(/^✔ boot\.cfg → \S+boot\.cfg {3}6 B in /m);
    expect(out).toMatch(/^✔ large\.bin → \S+large\.bin {3}8\.4 MB in /m);
    expect((await readdir(join(here.work, 'out'))).sort()).toEqual(['boot.cfg', 'large.bin']);
  });
});

describe('the width of a pipe', () => {
  const widest = async (env: Readonly<Record<string, string>>): Promise<number> => {
    const input = `connect 127.0.0.1 ${here.port}\nget boot.cfg\nladder\n`;
    const { out, status } = await runCli([], { input, cwd: here.work, env });
    expect(status).toBe(0);
    expect(out).toContain('done: 6 octets');
    const rows = out.split('\n').filter((line) => line.includes('│'));
    return Math.max(...rows.map((line) => line.length));
  };

  it.each([
    ['', 79],
    ['120', 119],
    ['nonsense', 79],
  ])('COLUMNS=%s: %i at most, and used', async (columns, most) => {
    const found = await widest({ COLUMNS: columns });
    expect(found).toBeLessThanOrEqual(most);
    expect(found).toBeGreaterThan(most - 35);
  });
});

describe('JSON', () => {
  it('every line of a broad session is a documented event', async () => {
    await writeFile(join(here.work, 'up.txt'), 'up\n');
    await writeFile(join(here.work, 'inner'), 'gt\n');
    const input = [
      'set keep-going on',
      'trace on',
      'serve . --port 0 --write',
      'connect self',
      'get up.txt copy',
      'get up.txt copy',
      'get nofile',
      'put up.txt new.txt',
      'put nofile x',
      'stat up.txt',
      'ls',
      'lls',
      'serve',
      'serve log',
      'help',
      'help scripts',
      'status',
      'transfers',
      'show command',
      'unset blksize',
      'connect',
      'connect no-such-host.invalid',
      'source inner',
      'get "',
      'abort 99',
      '!echo local',
      'get up.txt beside &',
      'history',
      'serve stop',
      'x'.repeat(5000),
    ].join('\n');
    const { out } = await script(input, ['--json']);
    const events = eventsIn(out);
    expect(events.map(checkEvent).filter((problem) => problem !== undefined)).toEqual([]);
    expect([...new Set(events.map(({ event }) => event))].sort()).toEqual([
      'closed',
      'connected',
      'done',
      'failed',
      'listening',
      'listing',
      'packet',
      'refused',
      'served',
      'setting',
      'sockets',
      'started',
      'stat',
      'text',
    ]);
  });
});

it('a command of the system runs in the local directory', async () => {
  await mkdir(join(here.work, 'sub'));
  const { out } = await script('lcd sub\n!mkdir inner\n!pwd\n');
  expect(out.trimEnd().split('\n').at(-1)).toMatch(/\/sub$/);
  expect(await readdir(join(here.work, 'sub'))).toEqual(['inner']);
});

describe('signals in a script', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)(
    'C02: %s ends a transfer: the peer is told, nothing is left behind, status %d',
    async (signal, status) => {
      const child = startCli(['--json'], { cwd: here.work });
      const started = new Promise<void>((resolve) => {
        child.stdout.on('data', (text: Buffer) => {
          if (String(text).includes('"op":"DATA"')) resolve();
        });
      });
      const end = ended(child);
      child.stdin.write(
        `trace on\nset blksize 8\nset windowsize 1\nget tftp://127.0.0.1:${here.port}/large.bin\n`,
      );
      await started;
      child.kill(signal);
      const { status: was, out } = await end;
      expect(was).toBe(status);
      expect(out).toMatch(/"direction":"sent","op":"ERROR","summary":"[^"]*0/);
      expect(await readdir(here.work)).toEqual([]);
    },
  );
});
