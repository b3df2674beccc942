// One command on a command line, as scripts and pipes use it: what it says next, where its results go.
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { captureDatagram, captureHead } from '../../../src/trace/capture/file/pcapng-write.ts';
import { readCommandLine } from '../../../src/shell/program/command-line.ts';
import { readFlags } from '../../../src/shell/program/parse-flags.ts';
import { eventsIn, runCli } from '../../support/cli.ts';
import { concat, latin } from '../../trace/capture/captures.ts';
import { served } from './served.ts';

const here = served({ 'r1.cfg': 'hostname r1\n' });

describe('what to try next', () => {
  it('is a command line that can be typed as it is', async () => {
    const { err, status } = await runCli(['127.0.0.1', '1', '-c', 'get', 'r1.cfg'], { cwd: here.work });
    expect(status).toBe(69);
    expect(err).toContain('Next: try another port: "tftpsh 127.0.0.1 PORT -c get r1.cfg"');
  });

  it('keeps the standard input that was sent', async () => {
    const { err } = await runCli(['127.0.0.1', '1', '-c', 'put', '-', 'up'], { cwd: here.work, input: 'x' });
    expect(err).toContain('Next: try another port: "tftpsh 127.0.0.1 PORT -c put - up"');
  });

  it('keeps the port that was given', async () => {
    const there = ['127.0.0.1', String(here.port)];
    await writeFile(join(here.work, 'r1.cfg'), 'mine');
    const { err } = await runCli([...there, '-c', 'get', 'r1.cfg'], { cwd: here.work });
    expect(err).toContain(`Next: "tftpsh 127.0.0.1 ${here.port} -c get -f r1.cfg" overwrites it`);
  });

  it('keeps the local name that was given', async () => {
    const there = ['127.0.0.1', String(here.port)];
    await writeFile(join(here.work, 'mine.cfg'), 'mine');
    const { err } = await runCli([...there, '-c', 'get', 'r1.cfg', 'mine.cfg'], { cwd: here.work });
    expect(err).toContain(`Next: "tftpsh ${there.join(' ')} -c get -f r1.cfg mine.cfg" overwrites it`);
  });

  it.each([
    ['get r1.cfg', 'Not connected. Try "tftpsh HOST -c …", or write HOST:FILE.'],
    ['probe', 'Name a server, or choose one with "tftpsh HOST -c …".'],
    ['-c frobnicate', 'Try "tftpsh help".'],
    ['set nosuch', '"tftpsh set" lists them.'],
    ['impair nosuch', '"tftpsh help impair" lists them.'],
    ['serve --nosuch', '"tftpsh help serve" lists its flags'],
    ['serve drop x', 'Try "tftpsh serve DIR".'],
    ['extract here', 'No capture is open. Use --from FILE.'],
    ['ls', '"ls" lists the local directory.'],
    ['nosuch.invalid -c get f', 'use the address: "tftpsh ADDRESS"\n'],
    ['-4 ::1 -c get f', 'Leave out -4, or give an IPv4 address.'],
  ])('%s: names no command of the prompt', async (line, says) => {
    const { err } = await runCli(line.split(' '), { cwd: here.work });
    expect(err).toContain(says);
  });

  it('has no heading in JSON', async () => {
    const { out } = await runCli(['--json', 'get', 'tftp://127.0.0.1:1/r1.cfg'], { cwd: here.work });
    const failed = eventsIn<{ next?: string }>(out).find(({ event }) => event === 'failed');
    expect(failed?.next).toMatch(/^try another port: "tftpsh /);
  });
});

describe('a flag after the command', () => {
  it.each([
    ['serve . --timeout 60', { flags: [], command: ['serve', '.', '--timeout', '60'] }],
    ['serve . --rexmt=2 --pace 2ms', { flags: [], command: ['serve', '.', '--rexmt=2', '--pace', '2ms'] }],
    ['serve . --blksize 512', { flags: ['--blksize=512'], command: ['serve', '.'] }],
    ['get h:f --timeout 60', { flags: ['--timeout=60'], command: ['get', 'h:f'] }],
    ['--timeout 60 serve .', { flags: ['--timeout=60'], command: ['serve', '.'] }],
  ])('case 144: %s: it belongs to the command that has it', (line, read) => {
    expect(readCommandLine(line.split(' '))).toEqual({ type: 'run', host: [], ...read });
  });

  it.each([
    ['h get -f a', { host: ['h'], command: ['get', '-f', 'a'] }],
    [
      'h 6969 get a -o d/ --trace',
      { flags: ['--trace'], host: ['h', '6969'], command: ['get', 'a', '-o', 'd/'] },
    ],
    ['h put a --rate 1M', { host: ['h'], command: ['put', 'a', '--rate', '1M'] }],
    ['h get -- -a', { host: ['h'], command: ['get', '--', '-a'] }],
    ['tftp://h/a -f', { command: ['get', 'tftp://h/a', '-f'] }],
  ])('%s: also after HOST COMMAND and the URL of a file', (line, read) => {
    expect(readCommandLine(line.split(' '))).toEqual({ type: 'run', flags: [], host: [], ...read });
  });

  it.each([
    ['--wait 10m h', { flags: ['--wait=10m'], host: ['h'] }],
    ['--wait 600 h 6969', { flags: ['--wait=600'], host: ['h', '6969'] }],
    ['--wait=10m h', { flags: ['--wait=10m'], host: ['h'] }],
    ['--wait h', { flags: ['--wait'], host: ['h'] }],
    ['h --wait', { flags: ['--wait'], host: ['h'] }],
  ])('%s: --wait takes a time where one follows', (line, read) => {
    expect(readCommandLine(line.split(' '))).toEqual({ type: 'run', command: undefined, ...read });
  });
});

describe('a pipe', () => {
  it('gets every result on standard output, in order, whatever its colour', async () => {
    const client = { address: '192.0.2.1', port: 1024 };
    const ours = { address: '192.0.2.9', port: 69 };
    const answer = { address: '192.0.2.9', port: 3000 };
    const at = 0n;
    const packets = [1, 2, 3].flatMap((number) => {
      const from = { ...client, port: client.port + number };
      const refusal = number === 2 ? '\0\x05\0\x01no such file\0' : '\0\x03\0\x01abc';
      return [
        captureDatagram({ at, from, to: ours, payload: latin(`\0\x01r${number}.cfg\0octet\0`) }),
        captureDatagram({ at, from: answer, to: from, payload: latin(refusal) }),
        ...(number === 2 ? [] : [captureDatagram({ at, from, to: answer, payload: latin('\0\x04\0\x01') })]),
      ];
    });
    await writeFile(join(here.work, 'x.pcapng'), concat(captureHead(), ...packets));
    const { out, err } = await runCli(['open', 'x.pcapng'], { cwd: here.work });
    expect(err).toBe('');
    expect(out.match(/complete|refused/g)).toEqual(['complete', 'refused', 'complete']);
  });
});

describe('get -o', () => {
  const get = ['get', '-o', 'new/deep/'];

  it('makes the directory where --mkdir says so, and else not', async () => {
    const uri = `tftp://127.0.0.1:${here.port}/r1.cfg`;
    expect(await runCli([...get, uri], { cwd: here.work })).toMatchObject({ status: 73 });
    expect(await readdir(here.work)).toEqual([]);
    expect(await runCli([...get, '--mkdir', uri], { cwd: here.work })).toMatchObject({ status: 0, err: '' });
    expect(await readdir(join(here.work, 'new/deep'))).toEqual(['r1.cfg']);
  });

  it('--mkdir makes the directory of LOCAL too, and the advice says so', async () => {
    const there = ['127.0.0.1', String(here.port), '-c', 'get'];
    const { err } = await runCli([...there, 'r1.cfg', 'a/b.cfg'], { cwd: here.work });
    const line = `${there.join(' ')} --mkdir r1.cfg a/b.cfg`;
    expect(err).toContain(`Directory a/ does not exist.\n  Next: "tftpsh ${line}" makes it`);
    expect(await runCli(line.split(' '), { cwd: here.work })).toMatchObject({ status: 0, err: '' });
    expect(await readdir(join(here.work, 'a'))).toEqual(['b.cfg']);
  });

  it.each([
    [['--mkdir', '127.0.0.1:x'], 64, 'of -o DIR or of LOCAL'],
    [['--mkdir', '-o', 'file/', '127.0.0.1:x'], 64, 'file/ is a file, not a directory.'],
    [['--mkdir', '127.0.0.1:x', 'file/new/x'], 77, 'The directory cannot be made there'],
    ...(process.platform === 'linux'
      ? [[['--mkdir', '127.0.0.1:x', '/proc/new/x'], 77, 'The directory cannot be made there'] as const]
      : []),
  ] as const)('%s: says why no directory can be made', async (words, status, says) => {
    await writeFile(join(here.work, 'file'), '');
    const got = await runCli(['get', ...words], { cwd: here.work });
    expect(got).toMatchObject({ status });
    expect(got.err).toContain(says);
  });
});

describe('ways to say it', () => {
  it.each([
    ['-c with one quoted line', ['h', '-c', 'get r1.cfg -'], ['h'], ['get', 'r1.cfg', '-']],
    ['a quoted name in it', ['h', '-c', 'get "a b" -'], ['h'], ['get', 'a b', '-']],
    ['-c with words', ['h', '-c', 'get', 'r1.cfg'], ['h'], ['get', 'r1.cfg']],
    ['HOST COMMAND', ['h', 'get', 'f'], ['h'], ['get', 'f']],
    ['HOST PORT COMMAND', ['h', '6969', 'get', 'f'], ['h', '6969'], ['get', 'f']],
    ['the URL of a file', ['tftp://h/r1.cfg'], [], ['get', 'tftp://h/r1.cfg']],
    ['the URL of a file and a local name', ['tftp://h/a', 'b'], [], ['get', 'tftp://h/a', 'b']],
    ['the URL of a host', ['tftp://h/'], ['tftp://h/'], undefined],
    ['HOST PORT', ['h', '6969'], ['h', '6969'], undefined],
    ['BusyBox get', ['-g', '-r', 'a', '-l', 'b', 'h', '6969'], ['h', '6969'], ['get', 'a', 'b']],
    ['BusyBox get, letters together', ['-gr', 'a', 'h'], ['h'], ['get', 'a']],
    ['BusyBox put', ['-p', '-l', 'a', 'h'], ['h'], ['put', 'a']],
    ['atftp get', ['--get', '--remote-file', 'a', '--local-file=b', 'h'], ['h'], ['get', 'a', 'b']],
    ['atftp put', ['h', '--put', '-l', 'a', '-r', 'b'], ['h'], ['put', 'a', 'b']],
  ])('%s', (_name, argv, host, command) => {
    expect(readCommandLine(argv)).toEqual({ type: 'run', flags: [], host, command });
  });

  it.each([
    ['a direction without a file', ['-g', 'h'], 'tftpsh HOST -c get REMOTE [LOCAL]'],
    ['a direction without a host', ['-p', '-l', 'a'], 'tftpsh HOST -c put LOCAL [REMOTE]'],
    [
      'an option of atftp without a value',
      ['--option', 'blksize', 'h'],
      '"tftpsh --blksize 1468 HOST -c get FILE"',
    ],
    [
      'multicast as atftp asks for it',
      ['--option', 'multicast', '-g', 'h'],
      '--extensions HOST -c get --multicast',
    ],
    ['both directions', ['-g', '-p', '-r', 'a', 'h'], 'give one of them'],
    ['a misspelt command after HOST PORT', ['h', '6969', 'gett', 'a'], '"tftpsh h 6969 get a"?'],
    ['a misspelt command', ['gte', 'a'], '"tftpsh get a"?'],
    ['HOST FILE', ['h', 'a b'], `"tftpsh h get 'a b'" fetches a file`],
    ['a pasted quote in a quoted line', ['h', '-c', 'get \u201ca b\u201d'], 'type: get "a b"'],
    ['an open quote in a quoted line', ['h', '-c', 'get "a b'], 'unclosed quote'],
    ['a quoted command before the host', ['-c', 'get a', 'h', '6969'], '"tftpsh h 6969 -c get a"'],
  ])('%s is answered with the right line', (_name, argv, line) => {
    const answer = readCommandLine(argv);
    expect('message' in answer && answer.message).toContain(line);
  });

  it.each([
    [['--impair', '', 'get', 'a'], '--impair needs a value: --impair FAULTS'],
    [['--impair=', 'get', 'a'], '--impair needs a value: --impair FAULTS'],
    [['--wait=', 'get', 'a'], '--wait needs a value'],
    [['-m', '', 'h'], '--mode needs a value: --mode MODE'],
  ])('an empty value of a flag is refused: %j', (argv, message) => {
    const answer = readCommandLine(argv);
    expect('message' in answer && answer.message).toContain(message);
  });

  it.each([' ', ';', 'loss 5%;'])('faults that say nothing are refused: %j', async (faults) => {
    const answer = await readFlags([`--impair=${faults}`], {
      env: {},
      pkg: { version: '1', description: '' },
    });
    expect('message' in answer && answer.message).toContain("--impair takes faults, as in 'loss 5%;");
  });

  it.each([
    ['--option', 'blksize 1468'],
    ['--option=blksize 1468'],
    ['--option', 'tsize 0', '--option', 'blksize 1468'],
  ])('an option of atftp is understood: %s %s', (...words) => {
    const expected = { type: 'run', flags: ['--blksize=1468'], host: ['h'] };
    expect(readCommandLine([...words, '-g', '-r', 'get', 'h'])).toEqual({
      ...expected,
      command: ['get', 'get'],
    });
    expect(readCommandLine([...words, 'h'])).toEqual({ ...expected, command: undefined });
    expect(readCommandLine(['h', ...words, '-c', 'get', '--option'])).toMatchObject({
      command: ['get', '--option'],
    });
  });

  it('-l and -p of our own commands keep their meaning', () => {
    expect(readCommandLine(['-l', 'h', '-c', 'get', '-p'])).toMatchObject({
      flags: ['--literal'],
      command: ['get', '-p'],
    });
  });
});

describe('an address of the other family', () => {
  it.each([
    ['-4', '::1', '::1 is an IPv6 address, but only IPv4 is used'],
    ['-6', '127.0.0.1', '127.0.0.1 is an IPv4 address, but only IPv6 is used'],
  ])('%s %s says what the address is', async (flag, host, said) => {
    const { status, err } = await runCli([flag, host, '-c', 'get', 'f'], { cwd: here.work });
    expect(status).toBe(64);
    expect(err).toContain(said);
    expect(err).toContain(`Leave out ${flag}`);
  });
});
