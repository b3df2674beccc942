// `serve` from the user's words: every form, every flag, and every way to get it wrong.
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TftpError } from '../../../src/engine/tftp-error.ts';
import { serveFlags } from '../../../src/shell/server/serve-flags.ts';
import { findSetting } from '../../../src/shell/settings/settings.ts';
import { untrusted } from '../../../src/wire/text.ts';
import { failure, progressOf, rigs } from '../fake-engine.ts';
import type { Rig } from '../fake-engine.ts';

let root = '';

beforeAll(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'tftpsh-test-')));
  await mkdir(join(root, 'boot', 'sub'), { recursive: true });
  await writeFile(join(root, 'boot', 'a.cfg'), 'hello\n');
  await writeFile(join(root, 'fw.bin'), 'x'.repeat(1234));
  await writeFile(join(root, 'other.bin'), 'y');
  await writeFile(join(root, 'boot', 'fw.bin'), 'z');
  await writeFile(join(root, 'rules'), 'ri ^tftpboot/(.*) \\1\na \\.key$\nrP ^ up/\n');
  await writeFile(join(root, 'bad-rules'), '# first\nq x y\n');
});
afterAll(() => rm(root, { recursive: true }));

const make = rigs();
const here = (): Rig => make({ directory: root });

async function names(made: Rig): Promise<readonly string[]> {
  const { lines } = await made.run('ls');
  return lines.slice(1).map((line) => line.trim().split('  ')[1] ?? '');
}

describe('cases 144 and 145: patience and limits', () => {
  it('are flags of one server; those of our client stay', async () => {
    const { run, engine, session } = here();
    await run('serve boot --timeout 60 --rexmt 2 --send-rate 1M --pace 2ms');
    expect(engine.served).toEqual([{ timeout: 60_000, rexmt: 2000, sendRate: 1_048_576, sendGap: 2 }]);
    expect(session.context.settings.chosen).toEqual({});
  });

  it('octets for --rate, which counts requests, lead to --send-rate', async () => {
    const { run } = here();
    expect((await run('serve boot --rate 4M')).lines[0]).toBe(
      '--rate must be 1–1000000; serve-send-rate limits the octets per second.',
    );
  });
});

describe('what is offered', () => {
  it('X04: a directory; the banner tells address, root and mode', async () => {
    const { run, events, engine } = here();
    expect((await run('serve boot')).lines).toEqual([
      'listening on 127.0.0.1:6969',
      `offering ${root}/boot (read-only)`,
    ]);
    expect(engine.served).toEqual([{}]);
    const listening = events.find(({ event }) => event === 'listening');
    expect(listening).toMatchObject({ address: '127.0.0.1', port: 6969, root: `${root}/boot` });
  });

  it.each([
    ['--write', 'new files may be created'],
    ['--overwrite', 'existing files may be replaced'],
    ['--write --overwrite --mkdir', 'files may be created and replaced'],
  ])('X04: %s is told as "%s"', async (flags, mode) => {
    const { run, session } = here();
    expect((await run(`serve boot ${flags}`)).lines[1]).toBe(`offering ${root}/boot (${mode})`);
    expect(session.state.server).toMatchObject({ writable: true });
  });

  it('files: only their names exist; some are added, some dropped, while it runs', async () => {
    const made = here();
    const { run, session, events } = made;
    expect((await run('serve fw.bin boot/a.cfg')).lines[1]).toBe('offering fw.bin, a.cfg (read-only)');
    expect(await names(made)).toEqual(['a.cfg', 'fw.bin']);
    expect((await run('serve add boot/fw.bin as images/old.bin')).lines).toEqual([
      'images/old.bin is offered; 3 files in all.',
    ]);
    expect((await run('serve add other.bin')).status).toBe(0);
    expect((await run('serve')).lines[0]).toMatch(/^Serving 4 files \(read-only\) for /);
    expect((await run('serve drop /fw.bin')).lines).toEqual([
      '/fw.bin withdrawn; 3 files left. Running transfers continue.',
    ]);
    expect(await names(made)).toEqual(['a.cfg', 'images/old.bin', 'other.bin']);
    await expect(session.context.server.offering?.open('fw.bin')).rejects.toMatchObject({
      problem: 'missing',
    });
    await expect(session.context.server.offering?.open('boot/fw.bin')).rejects.toMatchObject({
      problem: 'missing',
    });
    expect(events.filter(({ event }) => event === 'offered')).toEqual([
      { event: 'offered', name: 'images/old.bin', offered: true },
      { event: 'offered', name: 'other.bin', offered: true },
      { event: 'offered', name: '/fw.bin', offered: false },
    ]);
  });

  it('add starts a server where none runs, with its flags', async () => {
    const made = here();
    expect((await made.run('serve add fw.bin as x --port 0')).lines[1]).toBe('offering x (read-only)');
    expect(made.engine.served).toEqual([{ port: 0 }]);
    expect(await names(made)).toEqual(['x']);
    expect((await made.run('serve drop x')).lines[0]).toMatch(/0 files left/);
    expect((await made.run('serve')).lines[0]).toMatch(/^Serving nothing \(/);
  });

  it('a web server and a TFTP server, which cannot be listed', async () => {
    const { run } = here();
    expect((await run('serve https://boot.example/images/')).lines[1]).toBe(
      'offering https://boot.example/images/ (read-only)',
    );
    expect((await run('ls')).lines[0]).toMatch(/they cannot be listed: a web server has no list/);
    await run('serve stop');
    expect((await run('serve tftp://10.0.0.9/images --write')).lines.slice(1)).toEqual([
      'offering tftp://10.0.0.9/images (files may be written to it)',
      '  "trace on" shows the packets of both sides.',
    ]);
    expect((await run('ls')).lines[0]).toMatch(/TFTP has no list\.$/);
  });

  it('each client in a directory of its own, and names by rules', async () => {
    const { run, session } = here();
    await mkdir(join(root, 'boot', '192.0.2.7'));
    await writeFile(join(root, 'boot', '192.0.2.7', 'own.cfg'), 'own');
    await run('serve boot --unique-root ip --rewrite rules --caseless');
    const { offering } = session.context.server;
    const source = await offering!.open('tftpboot/OWN.CFG', { address: '192.0.2.7' });
    expect(source.size).toBe(3);
    await source.close();
    await expect(offering!.open('a.key', { address: '192.0.2.7' })).rejects.toMatchObject({
      problem: 'denied',
    });
    await expect(offering!.open('own.cfg', { address: '192.0.2.8' })).rejects.toMatchObject({
      problem: 'missing',
    });
  });
});

describe('flags and settings', () => {
  it('each flag is a setting', () => {
    for (const { name, setting } of serveFlags) expect(findSetting(setting), name).toBeDefined();
  });

  const wishes = {
    port: 69,
    hosts: ['192.0.2.9'],
    allow: ['10.0.0.0/8', '2001:db8::/32'],
    deny: ['10.0.0.9'],
    rate: 5,
    maxTransfers: 7,
    singlePort: true,
    ports: { from: 50_000, to: 50_009 },
  };

  it('flags reach the engine', async () => {
    const { run, engine } = here();
    await run(
      'serve boot --port tftp --host 192.0.2.9 --allow 10.0.0.0/8,2001:db8::/32 --deny 10.0.0.9 --rate 5 --max-transfers 7 --single-port --port-range 50000:50009',
    );
    expect(engine.served).toEqual([wishes]);
  });

  it('so do settings, as a start-up file would set them; flags win', async () => {
    const { run, engine } = here();
    for (const line of [
      'set serve-port 69',
      'set serve-host 192.0.2.9',
      'set serve-allow 10.0.0.0/8,2001:db8::/32',
      'set serve-deny 10.0.0.9',
      'set serve-rate 5',
      'set max-transfers 7',
      'set single-port on',
      'set ports 50000:50009',
      'set serve-write on',
    ])
      expect(await run(line)).toMatchObject({ status: 0 });
    expect((await run('serve boot')).lines[1]).toMatch(/new files may be created\)$/);
    await run('serve stop');
    await run('serve boot --lan --port 0');
    const { hosts, ...rest } = wishes;
    expect(engine.served).toEqual([
      { hosts, ...rest },
      { ...rest, port: 0, lan: true },
    ]);
  });

  it('everybody may be allowed beside blocks whose addresses are known', async () => {
    const { run, engine } = here();
    expect(await run('serve boot --single-port --allow 10.0.0.0/8,any')).toMatchObject({ status: 0 });
    expect(engine.served).toEqual([expect.objectContaining({ allow: ['10.0.0.0/8', 'any'] })]);
  });

  it('a host on the line wins over serve-lan', async () => {
    const { run, engine } = here();
    await run('set serve-lan on');
    await run('serve boot --host 192.0.2.9');
    expect(engine.served).toEqual([{ hosts: ['192.0.2.9'] }]);
  });

  it('the status shows the limits and the allowed clients', async () => {
    const { run } = here();
    await run('serve boot --allow 10.0.0.0/8 --deny 10.0.0.9 --rewrite rules --single-port');
    const { lines } = await run('serve');
    expect(lines.slice(1)).toEqual([
      '  on 127.0.0.1:6969',
      '  active 0   done 0   failed 0   probes 0   0 B served',
      '  refused 0   denied 0   dropped 0',
      '  at most 512 transfers at the same time, all on the listening port; 200',
      '    requests per second from one address',
      '  open to clients in 10.0.0.0/8, closed to 10.0.0.9',
      '  3 rewrite rules for names: "serve rewrite NAME" shows the result',
    ]);
  });

  it('the status counts what became of the requests, and shows the transfers that run', async () => {
    const { run, engine, session } = here();
    await run('serve boot');
    const file = untrusted('a.cfg');
    const peer = { address: '192.0.2.8', port: 4000 };
    const asked = { op: 'RRQ', file, peer } as const;
    const refused = { type: 'refused', ...asked, code: 1, message: 'File not found' } as const;
    const dropped = { type: 'dropped', peer, octets: 4 } as const;
    const of = (number: number) => ({ progress: progressOf('get', number, file, 1000) });
    const failure = { by: 'local', code: 0, message: 'gone' } as const;
    for (const number of [1, 2, 3, 4, 5, 6, 7]) engine.emit({ type: 'accepted', number, ...asked });
    for (const number of [1, 2, 3]) engine.emit({ type: 'complete', ...of(number), confirmed: true });
    for (const number of [4, 5]) engine.emit({ type: 'failed', ...of(number), failure });
    engine.emit({ type: 'probe', ...of(6) });
    for (const number of [8, 9, 10, 11]) engine.emit({ ...refused, number });
    engine.emit({ ...dropped, reason: 'denied', count: 5 });
    engine.emit({ ...dropped, reason: 'too-long', count: 6 });
    session.context.output.flush();
    const { lines } = await run('serve');
    expect(lines.slice(2, 4)).toEqual([
      '  active 1   done 3   failed 2   probes 1   6,000 B served',
      '  refused 4   denied 5   dropped 6',
    ]);
    expect(lines.at(-1)).toBe('  192.0.2.8:4000  get a.cfg  4,102 B  block 9');
  });
});

describe('what is refused', () => {
  const caret = (line: string, word: string): string[] => [
    `  ${line}`,
    `  ${' '.repeat(line.indexOf(word))}${'^'.repeat(word.length)}`,
  ];

  it.each([
    ['serve boot --allow 10.0.0.0/33', '10.0.0.0/33', '--allow: "10.0.0.0/33" is not a block of addresses: '],
    [
      'serve boot --deny 10.0.0.1,any',
      '10.0.0.1,any',
      '--deny: "any" is not a block of addresses: a block is',
    ],
    ['serve boot --deny 10.0.0.1,x', '10.0.0.1,x', '--deny: "x" is not a block of addresses: a block is'],
    [
      'serve boot --allow 10.0.0.1 --allow ::1',
      '--allow ::1',
      'Give --allow only once; separate several values with commas.',
    ],
    ['serve boot --port 70000', '70000', '--port must be 0–65535.'],
    ['serve boot --rate 0', '0', '--rate must be 1–1000000; '],
    ['serve boot --port-range 9:1', '9:1', '--port-range must be MIN:MAX'],
    [
      'serve boot --unique-root /33',
      '/33',
      '--unique-root must be a prefix length such as /20, shared, ip, mac or subnet.',
    ],
    ['serve boot --cache boot', 'boot', 'This flag applies to a web server only.'],
    ['serve fw.bin --cache-size 1G', '1G', 'Single files are offered unchanged and read-only; this flag'],
    ['serve http://127.0.0.1:1/ --cache fw.bin', 'fw.bin', 'The directory of --cache does not exist.'],
    ['serve http://127.0.0.1:1/ --cache-size 1k', '1k', '--cache-size must be 1048576–'],
    [
      'serve http://127.0.0.1:1/ --on-download x',
      'x',
      'A web server is offered read-only, with its own names',
    ],
    ["serve boot --on-download '&'", "'&'", 'Give a program and its arguments, such as'],
    ['serve boot --timeout 10ms', '10ms', '--timeout must be 1 s – 3600 s.'],
    ['serve boot --unique-root host', 'host', '--unique-root must be a prefix length such as /20, '],
    ['serve boot --lan --host 10.0.0.1', '10.0.0.1', '--lan listens on every address'],
    ['serve boot --mkdir', '--mkdir', '--mkdir needs --write'],
    ['serve boot --rewrite bad-rules', 'bad-rules', 'bad-rules:2: unknown flag; the flags are r, g,'],
    [
      'serve boot --rewrite none-such',
      'none-such',
      'Cannot read the rewrite rules "none-such": File not found.',
    ],
    ['serve nothing-here', 'nothing-here', 'No such file or directory.'],
    ['serve nothing-here --port 0', 'nothing-here', 'No such file or directory. "ls" lists the local files.'],
    ['serve up --write', 'up', 'There is no directory "up". Make it first: mkdir up'],
    ['serve up --write --mkdir', 'up', 'There is no directory "up". Make it first: mkdir up'],
    ['serve fw.bin fw.bin --port 0', 'fw.bin --port', 'A file with that name is already offered'],
    ['serve fw.bin boot', 'boot', 'Give one directory, or several files.'],
    ['serve fw.bin --write', '--write', 'Single files are offered unchanged and read-only'],
    ['serve /dev/null', '/dev/null', 'Not a directory or a regular file.'],
    ['serve ftp://h/', 'ftp://h/', 'Unknown kind of URL. Use http://, https:// or tftp://.'],
    ['serve https://u:p@h/', 'https://u:p@h/', 'A gateway address must not have a user name or password.'],
    ['serve https://h/?q', 'https://h/?q', 'A gateway address must not have ? or #.'],
    ['serve https://h/ --write', '--write', 'A web server is offered read-only'],
    ['serve https://h/ fw.bin', 'fw.bin', 'Give one URL and nothing else.'],
    ['serve tftp://h/ --overwrite', '--overwrite', 'The other server decides this'],
    ['serve tftp://h/x;mode=octet', 'tftp://h/x;mode=octet', 'A proxy always uses octet mode'],
    ['serve tftp://127.0.0.1:6969/', 'tftp://127.0.0.1:6969/', 'That address is this server itself'],
    ['serve tftp://0.0.0.0:6969/', 'tftp://0.0.0.0:6969/', 'That address is this server itself'],
    ['serve boot --user nobody', 'nobody', 'Only root can become another user.'],
    ['serve stop --port 5', '5', 'serve stop takes no --port.'],
    ['serve add fw.bin x', 'x', 'Give one file and its name'],
    ['serve add fw.bin as ../x', '../x', 'A client cannot request that name: Access violation.'],
    ['serve drop a b', 'b', 'serve drop needs one name'],
    ['serve rewrite a', '', 'No rewrite rules loaded (use --rewrite FILE).'],
    ['serve drop a', '', 'Our server is not running.'],
  ])('%s', async (line, word, message) => {
    const { run, engine } = here();
    const { status, lines } = await run(line);
    expect(status).toBe(64);
    expect(lines[0]).toMatch(new RegExp(`^${message.replace(/[.?*/()|[\]\\^$+]/g, '\\$&')}`));
    const shown = word.split(' ')[0] ?? '';
    if (shown !== '') {
      const [same, mark] = caret(line, shown);
      expect(lines[1]).toBe(same);
      // The word may stand twice: the caret is under the last one that is meant.
      expect(mark?.trim()).toBe(lines[2]?.trim());
      expect(line.slice((lines[2]?.lastIndexOf(' ') ?? 0) - 1).startsWith(shown)).toBe(true);
    }
    expect(engine.served).toEqual([]);
  });

  it('the form that was begun is told, not all of them', async () => {
    const { run } = here();
    expect((await run('serve add fw.bin x')).lines.at(-1)).toBe('  Usage: serve add FILE [as NAME]');
    expect((await run('serve nix')).lines.at(-1)).toBe('  See "tftpsh help serve" for its forms and flags.');
  });

  it('a proxy to another port of this machine is none to itself', async () => {
    const { run } = here();
    expect((await run('serve tftp://127.0.0.1:1069/')).status).toBe(0);
  });

  it('abort N ends a transfer of our server too', async () => {
    const { run, engine } = here();
    expect((await run('abort 7')).status).toBe(64);
    await run('serve fw.bin');
    expect((await run('abort 7')).status).toBe(0);
    expect(engine.aborted).toEqual([7]);
  });

  it('while it runs: another one, a name that is taken, a name that is not there', async () => {
    const { run } = here();
    await run('serve fw.bin');
    expect((await run('serve boot')).lines[0]).toMatch(/^Our server is already running\./);
    expect((await run('serve add other.bin as fw.bin')).lines[0]).toMatch(
      /^A file with that name is already offered/,
    );
    expect((await run('serve add boot')).lines[0]).toMatch(/^A directory cannot be added/);
    expect((await run('serve add other.bin --port 5')).lines[0]).toMatch(
      /^Our server is already running; flags work/,
    );
    expect((await run('serve drop nix')).lines[0]).toMatch(/^No file with that name is offered/);
    await run('serve stop');
    await run('serve boot');
    expect((await run('serve add other.bin')).lines[0]).toBe(
      `Our server offers ${root}/boot, not single files.`,
    );
    expect((await run('serve drop a.cfg')).status).toBe(64);
  });

  it('C09: port 69 without the privilege: the remedies are told', async () => {
    const { run, engine, session } = here();
    const cause = { by: 'listen', code: 'EACCES', message: 'x' } as const;
    engine.listenError = new TftpError('cannot listen: not permitted', cause, { advice: 'setcap …' });
    expect(await run('serve boot --port 69')).toEqual({
      status: 71,
      lines: [
        '✗ serve boot: cannot listen: not permitted',
        '  setcap …',
        '  Next: "tftpsh serve DIR --port 6969", or see "tftpsh help serving"',
      ],
    });
    expect(session.context.server.running).toBe(false);
    engine.listenError = failure({ by: 'listen', code: 'EADDRINUSE', message: 'x' });
    expect((await run('serve boot')).lines[1]).toMatch(/^ {2}Another program, or another tftpsh/);
  });
});

it('a name with a blank is quoted in the advice', async () => {
  expect((await here().run("serve 'my files' --overwrite")).lines[0]).toBe(
    `There is no directory "my files". Make it first: mkdir 'my files'`,
  );
});

it('at the prompt the advice is a line for the prompt', async () => {
  const made = make({ directory: root, interactive: true });
  expect((await made.run('serve up --write')).lines[0]).toBe(
    'There is no directory "up". Make it first: !mkdir up',
  );
  expect((await made.run('serve up')).lines[0]).toBe(
    'No such file or directory. "lls" lists the local files.',
  );
});

describe('serve rewrite', () => {
  it('tells each step, and for which rule', async () => {
    const { run } = here();
    expect((await run('serve rewrite TFTPBOOT/a --rewrite rules')).lines).toEqual([
      '  line 1: TFTPBOOT/a → a',
      'RRQ TFTPBOOT/a becomes a',
    ]);
    await writeFile(join(root, 'wrong'), 'r ^a b\nri x(a*)*  \\1');
    expect((await run('serve rewrite a --rewrite wrong')).lines).toEqual([
      'wrong:2: this repeats a part that may be empty; leave out one of the two repetitions.',
      '  ri x(a*)*  \\1',
      '      ^^^^^',
    ]);
    await run('set serve-rewrite rules');
    expect((await run('serve rewrite a --write')).lines).toEqual([
      '  line 3: a → up/a',
      'WRQ a becomes up/a',
    ]);
    expect((await run('serve rewrite x.key')).lines).toEqual(['RRQ x.key is refused by line 2']);
    expect((await run('serve rewrite b')).lines).toEqual(['  no rule matches', 'RRQ b becomes b']);
  });
});

describe('serve log', () => {
  it('keeps the last events, with what came from outside made harmless', async () => {
    const { run, engine, session, clock } = here();
    await run('serve boot');
    const peer = { address: '192.0.2.8', port: 4000 };
    for (let i = 0; i < 600; i++) {
      // No more than ten lines of one kind a second: more would be counted.
      if (i % 10 === 0) await clock.advance(1000);
      engine.emit({
        ...{ type: 'refused', number: 1, op: 'RRQ', file: untrusted(`\u001b[2J${i}`), peer, code: 1 },
        message: 'File not found',
      });
    }
    session.context.output.flush();
    const { lines } = await run('serve log');
    expect(lines).toHaveLength(500);
    expect(lines.at(-1)).toMatch(/^\d\d:\d\d:\d\d {2}✗ 192\.0\.2\.8:4000 RRQ \\x1b\[2J599 refused: /);
  });

  it('tells of addresses that come and go', async () => {
    const { run, engine, lines, session } = here();
    await run('serve boot --lan');
    engine.emit({ type: 'listening', local: { address: '192.0.2.9', port: 6969 } });
    session.context.output.flush();
    expect(lines.at(-1)?.text).toBe('listening on 192.0.2.9:6969');
  });
});
