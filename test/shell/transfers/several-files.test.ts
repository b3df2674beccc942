// Several files in one get: who is asked before something is overwritten, what one failure does to the others, and
// digests that are expected. The questions run over a fake engine and a real disk, the rest is the program itself.
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ended, eventsIn, runCli, startServer } from '../../support/cli.ts';
import type { Ran } from '../../support/cli.ts';
import { rig } from '../fake-engine.ts';

let work = '';
beforeEach(async () => {
  work = await mkdtemp(join(tmpdir(), 'tftpsh-several-'));
});
afterEach(() => rm(work, { recursive: true }));

describe('C04: files that are there', () => {
  /** Runs a get of a, b, new and c, of which all but one are there, and answers what is asked; undefined is Ctrl-C. */
  async function answered(answers: readonly (string | undefined)[], line = 'get h:a h:b h:new h:c') {
    for (const name of ['a', 'b', 'c']) await writeFile(join(work, name), 'mine');
    const { session, engine, run } = rig({ interactive: true, directory: work });
    const asked = new Map<number, string>();
    const left = [...answers];
    session.subscribe(() => {
      const { question } = session.state;
      if (question === undefined || asked.has(question.id)) return;
      asked.set(question.id, question.text);
      if (left.length === 0) throw new Error(`asked once more: ${question.text}`);
      session.answer(question.id, left.shift());
    });
    const { status, lines } = await run(line);
    const got = engine.asked.map((request) => {
      const overwrite = 'to' in request && request.to.type === 'file' && request.to.overwrite;
      return [request.remote.file, overwrite];
    });
    return { status, lines, asked: [...asked.values()], got, left };
  }

  const question = (name: string): string => `${name} exists. Overwrite? (y/n/a: all) `;

  it('a: this one and all that follow, without another question', async () => {
    const { status, asked, got } = await answered(['a']);
    expect(asked).toEqual([question('a')]);
    expect(got).toEqual([
      ['a', true],
      ['b', true],
      ['new', true],
      ['c', true],
    ]);
    expect(status).toBe(0);
  });

  it('y is for one; all for the rest', async () => {
    const { asked, got } = await answered(['y', ' ALL ']);
    expect(asked).toEqual([question('a'), question('b')]);
    expect(got.map(([name]) => name)).toEqual(['a', 'b', 'new', 'c']);
  });

  it.each([
    ['n', 'n'],
    ['no', ' No '],
  ])('%s leaves one out, and the others come; the status says that not all is here', async (_name, no) => {
    const { status, asked, got, lines } = await answered(['y', no, 'y']);
    expect(asked).toEqual(['a', 'b', 'c'].map(question));
    expect(got).toEqual([
      ['a', true],
      ['new', false],
      ['c', true],
    ]);
    expect(lines.filter((text) => text.startsWith('✔'))).toHaveLength(3);
    expect(status).toBe(73);
  });

  it('Ctrl-C in the question: not even those that were agreed to', async () => {
    const { status, got, lines, left } = await answered(['y', undefined, 'y']);
    expect({ status, got, lines, left }).toEqual({
      status: 73,
      got: [],
      lines: ['Nothing was done.'],
      left: ['y'],
    });
  });

  it('no to all of them, and no to the only one', async () => {
    expect(await answered(['n', 'n'], 'get h:a h:b -o .')).toMatchObject({
      status: 73,
      got: [],
      lines: ['Nothing was done.'],
    });
    expect(await answered(['n'], 'get h:a')).toMatchObject({
      asked: ['a exists. Overwrite? (y/n) '],
      lines: ['Nothing was done.'],
    });
  });

  it('-f asks nobody', async () => {
    const { asked, got } = await answered([], 'get -f h:a h:b h:c');
    expect({ asked, got: got.length }).toEqual({ asked: [], got: 3 });
  });
});

describe('case 143: wildcards in put', () => {
  beforeEach(async () => {
    for (const name of ['b.bin', 'a.bin', 'c.cfg', 'fw[1].bin', 'my x.bin'])
      await writeFile(join(work, name), '');
    await mkdir(join(work, 'old.bin'));
  });

  async function put(words: string): Promise<{ status: number; lines: readonly string[]; sent: unknown[] }> {
    const { engine, run } = rig({ interactive: true, directory: work });
    const { status, lines } = await run(`put ${words}`);
    const sent = engine.asked.map((request) => [
      'from' in request && request.from.type === 'file' ? relative(work, request.from.path) : undefined,
      request.remote.file,
    ]);
    return { status, lines, sent };
  }

  it('send the files that match, in order, each under its own name; a directory is skipped and said', async () => {
    const { status, lines, sent } = await put('*.bin h:');
    expect(sent).toEqual([
      ['a.bin', 'a.bin'],
      ['b.bin', 'b.bin'],
      ['fw[1].bin', 'fw[1].bin'],
      ['my x.bin', 'my x.bin'],
    ]);
    expect(lines[0]).toBe('old.bin is not a file: skipped.');
    expect(status).toBe(0);
  });

  it.each([
    ['into a directory, with or without its slash', '[ab].bin h:images', ['images/a.bin', 'images/b.bin']],
    ['into a directory, one file too', 'c.* h:images', ['images/c.cfg']],
    ['beside names', 'c.cfg a*.bin h:d/', ['d/c.cfg', 'd/a.bin']],
    ['a name for each', "[ab].bin 'h:site-{}.old'", ['site-a.bin.old', 'site-b.bin.old']],
    ['a name for one', 'c.cfg h:x/{}-1', ['x/c.cfg-1']],
  ])('%s', async (_name, words, names) => {
    const { status, sent } = await put(words);
    expect(sent.map((one) => (one as string[])[1])).toEqual(names);
    expect(status).toBe(0);
  });

  it.each([
    ['quotes switch them off', "'*.bin' h:", '*.bin'],
    ['a file of exactly that name needs no quotes', 'fw[1].bin h:', 'fw[1].bin'],
  ])('%s', async (_name, words, name) => {
    expect((await put(words)).sent).toEqual([[name, name]]);
  });

  it.each([
    ['nothing matches', '*.txt h:', 'No file matches; "lls" lists the local files.', '*.txt'],
    ['only directories match', 'o* h:', 'Only directories match.', 'o*'],
    ['two files of one name', 'a.bin ./a.bin h:d', 'a.bin and ./a.bin would both become d/a.bin.', './a.bin'],
    [
      'standard input has no name',
      "- 'h:x-{}/'",
      'put needs a file name for the server: put - NAME.',
      'h:x-{}/',
    ],
  ])('%s: refused before anything moves, with its place', async (_name, words, message, wrong) => {
    const { status, lines, sent } = await put(words);
    expect({ status, sent, first: lines[0] }).toEqual({ status: 64, sent: [], first: message });
    const [, line = '', carets = ''] = lines;
    expect(line.slice(carets.indexOf('^'), carets.lastIndexOf('^') + 1)).toContain(wrong);
  });
});

describe('case 145: put with limits', () => {
  it('flags are for this command, settings for the next ones too', async () => {
    await writeFile(join(work, 'f'), 'x');
    const { engine, run } = rig({ interactive: true, directory: work });
    await run('put f h: --rate 1M --pace 2ms');
    await run('set rate 64k');
    await run('put f h:');
    expect(engine.asked.map(({ settings }) => [settings?.sendRate, settings?.sendGap])).toEqual([
      [1_048_576, 2],
      [65_536, undefined],
    ]);
  });

  it.each([
    ['--rate 10', '--rate must be 1024–1000000000 or off; 1M suits most flash memories.'],
    ['--pace 5', '--pace must be 0 s – 1 s; give a time such as 2ms.'],
  ])('%s is refused', async (flag, message) => {
    const { run } = rig({ interactive: true, directory: work });
    expect((await run(`put f h: ${flag}`)).lines[0]).toBe(message);
  });
});

describe('case 143: a name for each file of get', () => {
  async function get(words: string): Promise<{ status: number; lines: readonly string[]; saved: unknown[] }> {
    const { engine, run } = rig({ interactive: true, directory: work });
    const { status, lines } = await run(`get ${words}`);
    const saved = engine.asked.map((request) => [
      request.remote.file,
      'to' in request && request.to.type === 'file' ? relative(work, request.to.path) : undefined,
    ]);
    return { status, lines, saved };
  }

  it.each([
    ['the last word has {}', 'h:a.cfg h:d/b.cfg backup-{}', ['backup-a.cfg', 'backup-b.cfg']],
    ['-o has {}', "-o 'backup-{}' h:a.cfg h:b.cfg h:c.cfg", ['backup-a.cfg', 'backup-b.cfg', 'backup-c.cfg']],
    ['one file', 'h:a.cfg {}.old', ['a.cfg.old']],
    ['twice', 'h:a.cfg h:b.cfg {}/{}', ['a.cfg/a.cfg', 'b.cfg/b.cfg']],
    ['a dollar sign in a name means itself', 'h:a$&b x-{}', ['x-a$&b']],
  ])('%s', async (_name, words, paths) => {
    const { status, saved } = await get(words);
    expect(saved.map((one) => (one as string[])[1])).toEqual(paths);
    expect(status).toBe(0);
  });

  it('--mkdir makes the directories of all of them', async () => {
    expect((await get('--mkdir h:a.cfg h:b.cfg out/{}/cfg')).status).toBe(0);
    expect(await readdir(join(work, 'out'))).toEqual(['a.cfg', 'b.cfg']);
  });

  it.each([
    ['h:x/a.cfg h:y/a.cfg backup-{}', 'x/a.cfg and h:y/a.cfg would both be saved as backup-a.cfg.'],
    ['-o d h:x/a.cfg h:y/a.cfg', 'x/a.cfg and h:y/a.cfg would both be saved as d/a.cfg.'],
    ['-o one{ h:a h:b --mkdir h:a', 'h:a and h:a would both be saved as one{/a.'],
  ])('%s: two files never share one name', async (words, message) => {
    const { status, lines, saved } = await get(words);
    expect({ status, saved }).toEqual({ status: 64, saved: [] });
    expect(lines[0]).toContain(message);
  });
});

describe('the program', () => {
  const content = 'hello\n'.repeat(5000);
  const digest = createHash('sha256').update(content).digest('hex');
  let root = '';
  let port = 0;
  let server: ChildProcessWithoutNullStreams;
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'tftpsh-several-'));
    for (const name of ['a.cfg', 'b.cfg', 'c.cfg']) await writeFile(join(root, name), content);
    ({ port, child: server } = await startServer(['.'], root));
  });
  afterAll(async () => {
    server.kill('SIGTERM');
    await ended(server);
    await rm(root, { recursive: true });
  });

  const script = (lines: string, args: readonly string[] = []): Promise<Ran> =>
    runCli(args, { input: `connect 127.0.0.1 ${port}\n${lines}\n`, cwd: work });
  const command = (...words: readonly string[]): Promise<Ran> =>
    runCli(['127.0.0.1', String(port), '-c', ...words], { cwd: work });

  it('C08: the right digest, in any case, is told', async () => {
    const { status, out } = await command('get', 'a.cfg', '--sha256', digest.toUpperCase());
    expect(status).toBe(0);
    expect(out).toMatch(/^✔ a\.cfg/);
    expect(out).toContain(`\n  sha256 ${digest}\n`);
    expect(await readFile(join(work, 'a.cfg'), 'utf8')).toBe(content);
  });

  it('C08: a wrong one publishes nothing, and what was there stays', async () => {
    const wrong = '0'.repeat(64);
    const { status, err, out } = await command('get', 'a.cfg', '--sha256', wrong);
    expect({ status, out }).toEqual({ status: 65, out: '' });
    expect(err.split('\n')).toEqual([
      `tftpsh: get a.cfg: SHA-256 mismatch: the file has ${digest}`,
      '  Nothing was stored: the received file is not the expected one.',
      '',
    ]);
    expect(await readdir(work)).toEqual([]);
    await writeFile(join(work, 'a.cfg'), 'mine');
    expect((await script(`get -f a.cfg --sha256 ${wrong}`)).status).toBe(65);
    expect(await readdir(work)).toEqual(['a.cfg']);
    expect(await readFile(join(work, 'a.cfg'), 'utf8')).toBe('mine');
  });

  it.each([
    [
      'several files',
      `get a.cfg b.cfg c.cfg --sha256 ${digest}`,
      '--sha256 works with one file only.',
      digest,
    ],
    ['63 digits', `get a.cfg --sha256 ${'0'.repeat(63)}`, 'A SHA-256 has 64 hex', '0'.repeat(63)],
    ['no digits', 'get a.cfg --sha256=abcdefgh', 'A SHA-256 has 64 hex', '--sha256=abcdefgh'],
    ['two of them', `get a.cfg --sha256 ${digest} --sha256 f`, 'Give --sha256 only once.', '--sha256'],
    ['none', 'get a.cfg --sha256', '--sha256 needs a value: --sha256 HEX.', '--sha256'],
    ['-j of none', 'get -j 0 a.cfg', '-j takes a number from 1 to 64.', '0'],
    ['-j of many', 'get -j 65 a.cfg', '-j takes a number from 1 to 64.', '65'],
  ])('%s: refused before anything moves', async (_name, line, message, word) => {
    const { status, err } = await script(line);
    expect(status).toBe(64);
    expect(err.startsWith(`tftpsh: line 2: ${message}`), err).toBe(true);
    expect(await readdir(work)).toEqual([]);
    // The caret stands under the word, for whoever reads.
    const { run } = rig({ interactive: true, directory: work });
    const { lines } = await run(line.replace('a.cfg', 'h:a.cfg'));
    const shown = lines[1] ?? '';
    const at = lines[2]?.indexOf('^') ?? -1;
    expect(shown.slice(at, (lines[2]?.lastIndexOf('^') ?? -1) + 1)).toBe(word);
  });

  it('-j: one that fails is told with its name, the others complete, and its status stays', async () => {
    const { status, out, err } = await command('get', '-j', '3', 'a.cfg', 'nofile', 'b.cfg', 'c.cfg');
    expect(status).toBe(66);
    const summaries = out.trimEnd().split('\n').sort();
    expect(summaries).toEqual(
      ['a', 'b', 'c'].map((name): unknown => expect.stringMatching(summaryOf(`${name}.cfg`))),
    );
    expect(err.split('\n')[0]).toBe('tftpsh: get nofile: server error 1: File not found');
    expect((await readdir(work)).sort()).toEqual(['a.cfg', 'b.cfg', 'c.cfg']);
    for (const name of ['a.cfg', 'b.cfg', 'c.cfg'])
      expect(await readFile(join(work, name), 'utf8')).toBe(content);
  });

  it('case 143: wildcards and names in one-shots: three files there, and back under other names', async () => {
    for (const name of ['1.bin', '2.bin', '3.bin']) await writeFile(join(work, name), name);
    const up = await mkdtemp(join(tmpdir(), 'tftpsh-up-'));
    const { port: writable, child } = await startServer(['.', '--write'], up);
    const put = await runCli(['put', '-j', '2', '*.bin', `127.0.0.1:${writable}:`], { cwd: work });
    expect({ status: put.status, err: put.err }).toEqual({ status: 0, err: '' });
    expect((await readdir(up)).sort()).toEqual(['1.bin', '2.bin', '3.bin']);
    const line = ['127.0.0.1', String(writable), 'get', '1.bin', '3.bin', 'back-{}'];
    expect((await runCli(line, { cwd: work })).status).toBe(0);
    expect(await readFile(join(work, 'back-3.bin'), 'utf8')).toBe('3.bin');
    const none = await runCli(['put', '*.txt', `127.0.0.1:${writable}:`], { cwd: work });
    expect(none.status).toBe(64);
    expect(none.err).toContain('No file matches');
    child.kill('SIGTERM');
    await ended(child);
    await rm(up, { recursive: true });
  });

  it('-j in a script: the script stops behind it, and every file is one event', async () => {
    const { status, out } = await script('get -j 2 nofile a.cfg b.cfg\nget c.cfg', ['--json']);
    expect(status).toBe(66);
    const events = eventsIn<{ remote?: string; command?: string }>(out);
    const told = events.filter(({ event }) => event === 'done' || event === 'failed');
    expect(told.map(({ remote, command }) => remote ?? command).sort()).toEqual([
      'a.cfg',
      'b.cfg',
      'get nofile',
    ]);
    expect((await readdir(work)).sort()).toEqual(['a.cfg', 'b.cfg']);
  });
});

function summaryOf(name: string): RegExp {
  return new RegExp(
    String.raw`^✔ ${name.replace('.', String.raw`\.`)} {3}30,000 B in [\d.]+ m?s \(.*/s\) {3}\d+ blocks?, 0 resent$`,
  );
}
