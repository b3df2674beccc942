// The session: what is typed, what the engine is told, what the transcript says.
import { say } from '../../../src/wire/text.ts';
import { describe, expect, it } from 'vitest';
import { checkEvent, eventTable } from '../../../src/shell/report/events.ts';
import { FakeEngine, failure, rig } from '../fake-engine.ts';

describe('connect', () => {
  it('tells the address, and that nothing was sent', async () => {
    const { run, session } = rig();
    const { status, lines } = await run('connect boot.example');
    expect(status).toBe(0);
    expect(lines).toEqual([
      'Using 192.0.2.1 (udp4), port 69. Nothing has been sent: TFTP has no connections.',
    ]);
    expect(session.state.prompt).toBe('tftp boot.example> ');
  });

  it.each([
    ['connect 10.0.0.1 6969', '10.0.0.1', 6969],
    ['connect 10.0.0.1:6969', '10.0.0.1', 6969],
    ['connect 10.0.0.1 tftp', '10.0.0.1', 69],
    ['connect tftp://10.0.0.1:1069', '10.0.0.1', 1069],
    ['connect tftp://10.0.0.1/some/file', '10.0.0.1', 69],
    ['connect [fe80::1%eth0] 70', 'fe80::1%eth0', 70],
    ['connect fe80::1', 'fe80::1', 69],
    ['c [fe80::1]:71', 'fe80::1', 71],
  ])('%s', async (line, host, port) => {
    const { run, session } = rig();
    expect((await run(line)).status).toBe(0);
    expect(session.context.peer.current).toMatchObject({ host, port });
  });

  it('C09: an unknown name is 68', async () => {
    const { run } = rig();
    const { status, lines } = await run('connect nowhere');
    expect(status).toBe(68);
    expect(lines[0]).toBe('✗ connect nowhere: unknown host nowhere');
  });

  it('points at a wrong port', async () => {
    const { run } = rig();
    expect(await run('connect 10.0.0.1 99999')).toEqual({
      status: 64,
      lines: [
        'Give a port from 1 to 65535 or a service name.',
        '  connect 10.0.0.1 99999',
        '                   ^^^^^',
        '  Usage: connect HOST [PORT] | connect tftp://HOST[:PORT] | connect self',
      ],
    });
  });
});

describe('get', () => {
  it('needs a server', async () => {
    const { run } = rig();
    expect((await run('get boot.cfg')).lines[0]).toBe(
      'Not connected. Try "tftpsh HOST -c …", or write HOST:FILE.',
    );
  });

  it('says the friendly line, and the classic ones when verbose', async () => {
    const { run } = rig();
    await run('connect 10.0.0.1');
    await run('verbose on');
    expect((await run('get dir/boot.cfg')).lines).toEqual([
      'getting from 10.0.0.1:dir/boot.cfg to boot.cfg [octet]',
      'Received 4102 bytes in 0.012 seconds [2734667 bits/sec]',
      '✔ dir/boot.cfg   4,102 B in 12 ms (342 kB/s)   9 blocks, 0 resent',
    ]);
    await run('verbose off');
    expect((await run('set glyphs ascii')).status).toBe(0);
    expect((await run('get boot.cfg')).lines[0]).toMatch(/^ok boot\.cfg /);
  });

  it.each([
    ['get h:a.txt', { host: 'h', port: 69, file: 'a.txt' }, '/nonexistent/a.txt'],
    ['get [::1]:d/a.txt b.txt', { host: '::1', port: 69, file: 'd/a.txt' }, '/nonexistent/b.txt'],
    ['get tftp://h:70/d%20e/a;mode=netascii', { host: 'h', port: 70, file: 'd e/a' }, '/nonexistent/a'],
    ['get -o out h:a', { host: 'h', port: 69, file: 'a' }, '/nonexistent/out/a'],
    ['get h:a dir/', { host: 'h', port: 69, file: 'a' }, '/nonexistent/dir/a'],
    ['get h:a ~/b', { host: 'h', port: 69, file: 'a' }, '/home/user/b'],
    ['get h:a /abs/b', { host: 'h', port: 69, file: 'a' }, '/abs/b'],
    [String.raw`get 'h:a\b'`, { host: 'h', port: 69, file: 'a\\b' }, '/nonexistent/b'],
    ['get h:../../.bashrc', { host: 'h', port: 69, file: '../../.bashrc' }, '/nonexistent/.bashrc'],
  ])('C03: %s', async (line, remote, path) => {
    const { run, engine } = rig();
    expect((await run(line)).status).toBe(0);
    expect(engine.asked).toMatchObject([{ remote, to: { type: 'file', path, overwrite: false } }]);
  });

  it.each(['get h:..', 'get h:.', 'get h:/', 'get h:d/'])('C03: %s has no local name', async (line) => {
    const { run, engine } = rig();
    expect(await run(line)).toMatchObject({ status: 64 });
    expect(engine.asked).toEqual([]);
  });

  it('several files: the first failure counts, the others are tried', async () => {
    const { run, engine } = rig();
    engine.fates = [
      { ok: true },
      {
        ok: false,
        error: failure({ by: 'file', problem: 'exists', message: 'exists' }, 'File already exists'),
      },
      { ok: true },
      { ok: false, error: failure({ by: 'file', problem: 'full', message: 'full' }, 'Disk full') },
    ];
    const { status, lines } = await run('get -f h:a h:b h:c h:d');
    expect(status).toBe(73);
    expect(engine.asked.map(({ remote }) => remote.file)).toEqual(['a', 'b', 'c', 'd']);
    expect(lines.filter((line) => line.startsWith('✔'))).toHaveLength(2);
  });

  it('a script that goes on ends with the status of its first failure', async () => {
    const { session, run, engine } = rig();
    const problems = [
      failure({ by: 'file', problem: 'exists', message: 'exists' }, 'File already exists'),
      failure({ by: 'file', problem: 'full', message: 'full' }, 'Disk full'),
    ];
    engine.fates = problems.map((error) => ({ ok: false, error }));
    const text = 'get h:a\nget h:b\necho done';
    expect(await session.context.scripts.run({ name: say`script`, text, keepGoing: true })).toBe(73);
    engine.fates = problems.map((error) => ({ ok: false, error }));
    for (const line of ['get h:a &', 'get h:b &']) expect((await run(line)).status).toBe(0);
    expect(await session.context.work.idle()).toBe(73);
  });

  it('a silent server is not asked for the rest', async () => {
    const { run, engine } = rig();
    engine.fates = [{ ok: false, error: failure({ by: 'silence', sends: 6, heard: false }, 'no answer') }];
    const { status, lines } = await run('get h:a h:b h:c');
    expect(status).toBe(75);
    expect(engine.asked).toHaveLength(1);
    expect(lines.slice(-2)).toEqual(['get b: skipped', 'get c: skipped']);
  });

  it('-j runs them beside each other, without it one after another', async () => {
    const { session, engine } = rig();
    engine.fates = ['waits', 'waits', 'waits', 'waits'];
    const parallel = session.submit('get -j 2 h:a h:b h:c');
    await Promise.resolve();
    await expect.poll(() => engine.transfers.length).toBe(2);
    expect(session.state.transfers.map(({ state }) => state)).toEqual(['moving', 'moving', 'queued']);
    expect(session.state.foreground).toBe(true);
    engine.transfers[0]!.finish();
    await expect.poll(() => engine.transfers.length).toBe(3);
    for (const transfer of engine.transfers) transfer.finish();
    expect(await parallel).toBe(0);
    expect(session.state.transfers).toEqual([]);
  });

  it('& goes on beside the prompt, and its failure is not lost', async () => {
    const { session, engine, run } = rig();
    engine.fates = ['waits'];
    expect((await run('get h:a &')).status).toBe(0);
    expect(session.state).toMatchObject({ foreground: false, transfers: [{ background: true }] });
    engine.transfers[0]!.abort();
    expect(await session.context.work.idle()).toBe(130);
  });

  it('C02: Ctrl-C ends the foreground and what waits for it', async () => {
    const { session, engine } = rig();
    engine.fates = ['waits'];
    const running = session.submit('get h:a h:b');
    await expect.poll(() => engine.transfers.length).toBe(1);
    session.interrupt();
    expect(await running).toBe(130);
    expect(engine.transfers).toHaveLength(1);
    expect(session.state).toMatchObject({ foreground: false, transfers: [], leaving: undefined });
  });

  it('C02: what waits for its turn and is aborted is told of', async () => {
    const { session, engine, lines } = rig();
    engine.fates = ['waits'];
    const first = session.submit('get h:a');
    await expect.poll(() => engine.transfers.length).toBe(1);
    const second = session.submit('get h:b');
    await expect.poll(() => session.context.transfers.rows().length).toBe(2);
    session.interrupt();
    expect(await Promise.all([first, second])).toEqual([130, 130]);
    expect(engine.transfers).toHaveLength(1);
    expect(lines.map(({ text }) => text)).toEqual(['✗ get a: abort', 'get b: cancelled (was queued)']);
  });

  it('case 212: multicast is asked for with extensions on only', async () => {
    const { run, engine } = rig();
    expect((await run('get h:a --multicast')).lines[0]).toBe(
      '--multicast is an extension: use "set extensions on" or --extensions first.',
    );
    expect(engine.asked).toEqual([]);
    await run('set extensions on');
    await run('get h:a --multicast');
    expect(engine.asked[0]).toMatchObject({ settings: { multicast: true } });
    await run('get h:b');
    expect(engine.asked[1]?.settings).not.toHaveProperty('multicast');
  });

  it('C08: a digest travels in lower case; what is none is refused', async () => {
    const { run, engine } = rig();
    await run(`get h:a --sha256 ${'AB'.repeat(32)}`);
    expect(engine.asked[0]).toMatchObject({ sha256: 'ab'.repeat(32), hash: true });
    expect((await run('get h:a --sha256 xyz')).lines[0]).toBe('A SHA-256 has 64 hexadecimal digits.');
  });

  it('T08: names of others are shown and not obeyed', async () => {
    const { run, lines } = rig();
    await run("get 'h:a\u001b[2Jb' x");
    expect(lines.map(({ text }) => text).join('')).not.toContain('\u001b');
    expect(lines.at(-1)?.text).toContain(String.raw`a\x1b[2Jb`);
  });
});

describe('put', () => {
  it.each([
    ['put a.txt', 'a.txt'],
    ['put d/a.txt', 'a.txt'],
    ['put a:b', 'a:b'],
    ['put a.txt b.txt', 'b.txt'],
    ['put a.txt dir/', 'dir/a.txt'],
  ])('%s', async (line, file) => {
    const { run, engine } = rig();
    await run('connect 10.0.0.1');
    expect((await run(line)).status).toBe(0);
    expect(engine.asked).toMatchObject([{ remote: { host: '10.0.0.1', file } }]);
  });

  it('several files go into a directory', async () => {
    const { run, engine } = rig();
    await run('put x/a b h:images');
    expect(engine.asked.map(({ remote }) => `${remote.host} ${remote.file}`)).toEqual([
      'h images/a',
      'h images/b',
    ]);
  });

  it('the final acknowledgement that never came is 75, and is told', async () => {
    const { run, engine } = rig();
    engine.fates = [{ ok: true, more: { confirmed: false } }];
    const { status, lines } = await run('put a h:a');
    expect(status).toBe(75);
    expect(lines.at(-1)).toContain('the final ACK never came');
  });

  it('standard input that holds the commands is no file', async () => {
    const { run } = rig();
    expect((await run('put - h:a')).lines[0]).toBe('Standard input holds the commands; use a file.');
  });
});

describe('settings', () => {
  it('the classic words', async () => {
    const { run } = rig();
    expect((await run('mode')).lines).toEqual(['Using octet mode to transfer files.']);
    expect((await run('ascii')).lines).toEqual(['Using netascii mode to transfer files.']);
    expect((await run('verbose')).lines).toEqual(['Verbose mode on.']);
    expect((await run('v')).lines).toEqual(['Verbose mode off.']);
    expect((await run('t')).lines).toEqual(['Packet tracing on.']);
    // Bare, the words verbose and trace switch as in BSD; every other setting's word only tells.
    for (const word of ['tsize', 'literal', 'options'])
      expect((await run(word)).lines).toEqual((await run(word)).lines);
    expect((await run('timeout')).lines).toEqual(['timeout 25 s']);
    expect((await run('set blksize 99999')).lines.slice(0, 3)).toEqual([
      'blksize must be 8–65464, auto or off (RFC 2348); 1468 avoids fragments on Ethernet.',
      '  set blksize 99999',
      '              ^^^^^',
    ]);
    expect((await run('set blksiz 512')).status).toBe(0);
  });

  it('reach the engine', async () => {
    const { run, engine } = rig();
    for (const line of ['rexmt 2', 'options off', 'unset options', 'windowsize 4', 'ascii']) await run(line);
    await run('get h:a');
    expect(engine.asked[0]?.settings).toEqual({
      rexmt: 2000,
      windowsize: 4,
      mode: 'netascii',
    });
  });

  it('status begins with the three lines of BSD', async () => {
    const { run } = rig();
    expect((await run('status')).lines).toEqual([
      'Not connected.',
      'Mode: octet Verbose: off Tracing: off Literal: off',
      'Rexmt-interval: 1 second, Max-timeout: 25 seconds',
    ]);
    await run('connect 10.0.0.1');
    await run('hash on');
    await run('set hash on');
    await run('get a');
    expect((await run('s')).lines).toEqual([
      'Connected to 10.0.0.1.',
      'Mode: octet Verbose: off Tracing: off Literal: off',
      'Rexmt-interval: 1 second, Max-timeout: 25 seconds',
      'Changed settings: hash on',
      'Last transfer: get a   4,102 B in 12 ms (342 kB/s)   9 blocks',
    ]);
  });
});

describe('changed settings', () => {
  it('are those that differ from their defaults, and a rexmt that is asked of the server', async () => {
    const { run } = rig();
    for (const line of ['trace', 'trace', 'timeout 25', 'set ports any', 'rexmt 1', 'blksize 8'])
      await run(line);
    expect((await run('status')).lines.at(-1)).toBe('Changed settings: rexmt 1 s, blksize 8');
    const marked = (await run('set')).lines.filter((line) => line.startsWith('*'));
    expect(marked.map((line) => line.split(' ')[1])).toEqual(['rexmt', 'blksize']);
  });
});

describe('questions', () => {
  it('a missing host is asked for at a terminal and refused in a script', async () => {
    const { session, run } = rig({ interactive: true });
    const running = run('connect');
    await expect.poll(() => session.state.question?.text).toBe('(to) ');
    session.answer(session.state.question!.id, '10.0.0.9');
    expect((await running).status).toBe(0);
    expect(session.context.peer.current?.host).toBe('10.0.0.9');
    expect((await rig().run('connect')).status).toBe(64);
  });

  it('S01: Ctrl-C cancels a question; at an empty prompt it tells how to leave, then leaves', async () => {
    const { session, run, lines } = rig({ interactive: true });
    const running = run('get');
    await expect.poll(() => session.state.question?.text).toBe('(file) ');
    session.interrupt();
    expect((await running).status).toBe(64);
    session.interrupt();
    expect(session.state.leaving).toBeUndefined();
    session.context.output.flush();
    expect(lines.at(-1)?.text).toBe('To quit: "quit", Ctrl-D, or Ctrl-C again.');
    session.interrupt();
    expect(session.state.leaving).toBe(130);
  });

  it.each([
    ['two seconds later', 2001, false],
    ['after something was typed', 10, true],
  ])('a second Ctrl-C %s only tells how to leave', async (_name, wait, types) => {
    const { session, clock } = rig({ interactive: true });
    session.interrupt();
    if (types) session.typed();
    await clock.advance(wait);
    session.interrupt();
    expect(session.state.leaving).toBeUndefined();
    session.interrupt();
    expect(session.state.leaving).toBe(130);
  });
});

describe('serve', () => {
  it('C09: a port that is taken is 71', async () => {
    const { run, engine } = rig({ directory: process.cwd() });
    engine.listenError = failure(
      { by: 'listen', code: 'EADDRINUSE', message: 'x' },
      'cannot listen: the port is taken',
    );
    const { status, lines } = await run('serve src --port 69');
    expect(status).toBe(71);
    expect(lines).toContain('  Another program, or another tftpsh, uses this port.');
  });

  it('starts, is connected to by itself, and stops', async () => {
    const { run, session, engine } = rig({ directory: process.cwd() });
    expect((await run('serve src --port 0 --host 127.0.0.1')).lines).toEqual([
      'listening on 127.0.0.1:6969',
      `offering ${process.cwd()}/src (read-only)`,
    ]);
    expect(engine.served).toEqual([{ hosts: ['127.0.0.1'], port: 0 }]);
    expect(session.state.server).toMatchObject({ listening: '127.0.0.1:6969', writable: false });
    await run('connect');
    expect(session.context.peer.current).toMatchObject({ host: '127.0.0.1', port: 6969 });
    expect((await run('serve src')).lines[0]).toMatch(/^Our server is already running\. "serve stop"/);
    expect((await run('serve address 10.0.0.1')).lines).toEqual([
      '192.0.2.7:6969',
      '  Our server listens on 127.0.0.1:6969 only: 10.0.0.1 cannot reach it. Use serve with --lan or --host.',
    ]);
    expect((await run('serve stop')).lines).toEqual(['Server stopped.']);
    expect(session.state.server).toBeUndefined();
    expect((await run('serve nothing-here')).status).toBe(64);
  });
});

describe('the rest', () => {
  it('help knows every command', async () => {
    const { run, session } = rig();
    const all = (await run('help')).lines.join('\n');
    for (const { name } of session.context.commands) {
      expect(all.split(/\s+/)).toContain(name);
      expect((await run(`help ${name}`)).lines[0]).toMatch(new RegExp(`^${name}[:,] `));
    }
    expect((await run('help')).lines.every((line) => line.length <= 80)).toBe(true);
  });

  it('quit leaves', async () => {
    const { run, session } = rig();
    await run('bye');
    expect(session.state.leaving).toBe(0);
  });

  it('a bug is told, and does not end the shell', async () => {
    const { run, engine } = rig();
    engine.client.stat = () => Promise.reject(new Error('oops'));
    expect(await run('stat h:a')).toMatchObject({ status: 70, lines: ['A bug in tftpsh: Error: oops'] });
  });
});

describe('events', () => {
  it('each is as documented', async () => {
    const { run, events, engine } = rig({ directory: process.cwd() });
    engine.fates = [{ ok: true }, { ok: false, error: failure({ by: 'silence', sends: 1, heard: false }) }];
    for (const line of [
      'connect 10.0.0.1',
      'get -f a',
      'put package.json',
      'gt',
      'stat a',
      'set',
      'mode',
      'lls test',
      'serve package.json',
      'serve add tsconfig.json',
      'serve stop',
      'impair loss 5%',
    ])
      await run(line);
    expect(events.map(checkEvent).filter((problem) => problem !== undefined)).toEqual([]);
    const seen = new Set(events.map(({ event }) => event));
    // Events about packets have tests of their own.
    const others: string[] = [
      ...[
        'packet',
        'served',
        'dropped',
        'upload-command',
        'download-command',
        'ladder',
        'anatomy',
        'explanation',
        'figures',
        'difference',
      ],
      ...['sockets', 'impairment', 'lab', 'diagnosis', 'capture', 'conversation', 'extracted', 'exported'],
      ...['probed', 'checked', 'tuned', 'replayed'],
      ...['step', 'held', 'stepped', 'prediction'],
      ...['lessons', 'lesson', 'lesson-check', 'lesson-test'],
    ];
    expect(
      eventTable.map(({ event }) => event).filter((event) => !seen.has(event) && !others.includes(event)),
    ).toEqual([]);
  });

  it('reports an event that is not as documented', () => {
    expect(checkEvent({ event: 'text' })).toBe('text.lines: missing');
    expect(checkEvent({ event: 'text', lines: [1] })).toBe('text.lines: not a list of strings');
    expect(checkEvent({ event: 'closed', more: 1 })).toBe('closed.more: not documented');
    expect(checkEvent({ event: 'x' })).toBe('unknown event "x"');
    expect(checkEvent(5)).toBe('not an object');
    expect(new FakeEngine().asked).toEqual([]);
  });
});
