// Names whose octets are not UTF-8, as a user of the built program meets them: lines, arguments, scripts, logs, packets.
import { execFile } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { checkEvent } from '../../../src/shell/report/events.ts';
import { ended, eventsIn, runCli, startServer } from '../../support/cli.ts';

const program = join(import.meta.dirname, '../../../dist/cli.cjs');

let root = '';
let work = '';
let port = 0;
let server: ChildProcessWithoutNullStreams;
let log = '';

/** A path: `name` has one character for each octet. */
function at(folder: string, name: string): Buffer {
  return Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(name, 'latin1')]);
}

function namesIn(folder: string): readonly string[] {
  return readdirSync(folder, { encoding: 'latin1' }).sort();
}

/** Runs a line of sh, in which `$T` is the program; printf makes octets that Node itself cannot pass. */
function sh(line: string): Promise<{ readonly out: string; readonly err: string; readonly status: number }> {
  const options = { cwd: work, env: { ...process.env, T: `${process.execPath} ${program}` } };
  return new Promise((resolve) => {
    const child = execFile('/bin/sh', ['-c', line], options, (error, out, err) => {
      resolve({ out, err, status: error === null ? 0 : Number(error.code) });
    });
    child.stdin?.end();
  });
}

describe.skipIf(process.platform !== 'linux')('case 170: names that are not UTF-8', () => {
  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'tftpsh-test-'));
    writeFileSync(at(root, 'caf\xe9.cfg'), 'latin');
    writeFileSync(at(root, 'boot.img\xff'), 'image');
    ({ port, child: server } = await startServer(['.', '--write'], root));
    server.stdout.on('data', (text: string) => (log += text));
  });
  afterAll(async () => {
    server.kill('SIGTERM');
    await ended(server);
    rmSync(root, { recursive: true });
  });
  beforeEach(() => {
    work = mkdtempSync(join(tmpdir(), 'tftpsh-test-'));
  });
  afterEach(() => rmSync(work, { recursive: true }));

  const script = [
    `serve . --port 0 --write`,
    'connect self',
    'ls',
    String.raw`get $'caf\xe9.cfg' $'copy\xff'`,
    String.raw`stat $'caf\xe9.cfg'`,
    String.raw`put $'copy\xff' up.cfg`,
    'lls',
    'show command',
    'ladder --plain',
    'packet 1 --plain',
    'trace on',
    String.raw`get $'copy\xff' $'sub\xe4/x' -f`,
    'serve stop',
  ].join('\n');

  test('a script lists, gets, stats and puts them, and every text shows the octet', async () => {
    mkdirSync(at(work, 'sub\xe4'));
    writeFileSync(at(work, 'caf\xe9.cfg'), 'latin');
    const { status, out } = await runCli([], { input: script, cwd: work });
    expect(status).toBe(0);
    expect(out).not.toContain('\ufffd');
    expect(namesIn(work)).toEqual(['caf\xe9.cfg', 'copy\xff', 'sub\xe4', 'up.cfg']);
    expect(readFileSync(at(work, 'copy\xff'), 'latin1')).toBe('latin');
    expect(readFileSync(at(work, 'sub\xe4/x'), 'latin1')).toBe('latin');
    for (const text of [
      String.raw`5  caf\xe9.cfg`,
      String.raw`caf\xe9.cfg: 5 octets`,
      String.raw`5  copy\xff`,
      String.raw`sub\xe4/`,
      String.raw`put $'copy\xff' 'tftp://127.0.0.1:`,
      String.raw`"up.cfg"`,
      String.raw`RRQ   "copy\xff" octet`,
      String.raw`read copy\xff, 5 B`,
    ])
      expect(out).toContain(text);
  });

  test('JSON has them in the same spelling, and each event is documented', async () => {
    writeFileSync(at(work, 'caf\xe9.cfg'), 'latin');
    mkdirSync(at(work, 'sub\xe4'));
    const { status, out } = await runCli(['--json'], { input: script, cwd: work });
    expect(status).toBe(0);
    const events = eventsIn(out);
    expect(events.map(checkEvent).filter((problem) => problem !== undefined)).toEqual([]);
    expect(events).toContainEqual(
      expect.objectContaining({ event: 'listing', names: [String.raw`caf\xe9.cfg`] }),
    );
    expect(events).toContainEqual(expect.objectContaining({ event: 'served', file: String.raw`copy\xff` }));
  });

  test('a URI names an octet as %FF; the local name has it too', async () => {
    const { status, out } = await runCli(['get', `tftp://127.0.0.1:${port}/boot.img%FF`], { cwd: work });
    expect(status).toBe(0);
    expect(out).toMatch(/^✔ boot\.img\\xff {3}5 B /);
    expect(namesIn(work)).toEqual(['boot.img\xff']);
  });

  test('arguments of the process keep their octets, and so does its directory', async () => {
    const put = await sh(
      `mkdir "$(printf 'k\\374che')" && cd "$(printf 'k\\374che')" && printf new > "$(printf 'neu\\344.cfg')" && ` +
        `$T 127.0.0.1 ${port} -c put "$(printf 'neu\\344.cfg')"`,
    );
    expect(put).toMatchObject({ status: 0, err: '' });
    expect(put.out).toMatch(/^✔ neu\\xe4\.cfg {3}3 B /);
    expect(readFileSync(at(root, 'neu\xe4.cfg'), 'latin1')).toBe('new');
    const line = await sh(`$T 127.0.0.1 ${port} -c "get $(printf 'neu\\344.cfg') -"`);
    expect(line).toMatchObject({ status: 0, out: 'new' });
    const uri = await sh(`$T "tftp://127.0.0.1:${port}/$(printf 'caf\\351.cfg')"`);
    expect(uri.status).toBe(0);
    expect(namesIn(work)).toEqual(['caf\xe9.cfg', 'k\xfcche']);
    rmSync(at(root, 'neu\xe4.cfg'));
  });

  test('a script may have the octets themselves', async () => {
    const input = Buffer.from('get caf\xe9.cfg\n', 'latin1');
    expect(await runCli(['127.0.0.1', String(port)], { input, cwd: work })).toMatchObject({
      status: 0,
      err: '',
    });
    expect(namesIn(work)).toEqual(['caf\xe9.cfg']);
  });

  test('an escape without $ is a name of backslashes: the way to write the octet is said', async () => {
    const { status, err } = await runCli(['127.0.0.1', String(port), '-c', 'get', String.raw`caf\xe9.cfg`], {
      cwd: work,
    });
    expect(status).toBe(66);
    expect(err).toContain(String.raw`get caf\\xe9.cfg: server error 1: File not found`);
    expect(err).toContain(String.raw`an octet of a name is written as $'caf\xe9.cfg'`);
    const local = await runCli(['127.0.0.1', String(port), '-c', 'put', String.raw`caf\xe9.cfg`], {
      cwd: work,
    });
    expect(local.err).toContain(String.raw`an octet of a name is written as $'caf\xe9.cfg'`);
  });

  test('case 25: what is refused is logged as any other request, and a rule strips an octet that a boot ROM appends', async () => {
    writeFileSync(join(work, 'pxelinux.0'), 'loader');
    writeFileSync(join(work, 'rules'), String.raw`r \xff$`);
    const input = [
      'serve . --port 0 --rewrite rules',
      String.raw`serve rewrite $'pxelinux.0\xff'`,
      'connect self',
      String.raw`get $'pxelinux.0\xff' loader`,
      'serve stop',
      'serve . --port 0',
      'connect self',
      String.raw`get $'pxelinux.0\xff' none`,
    ].join('\n');
    const { status, out } = await runCli([], { input, cwd: work });
    expect(status).toBe(66);
    expect(readFileSync(join(work, 'loader'), 'utf8')).toBe('loader');
    expect(out).toContain(String.raw`read pxelinux.0\xff, 6 B`);
    expect(out).toContain(String.raw`RRQ pxelinux.0\xff refused: File not found`);
  });

  test('the log of a server shows them', () => {
    expect(log).toContain(String.raw`read boot.img\xff, 5 B`);
    expect(log).toContain(String.raw`wrote neu\xe4.cfg, 3 B`);
    expect(log).toContain(String.raw`RRQ caf\\xe9.cfg refused: File not found`);
  });
});
