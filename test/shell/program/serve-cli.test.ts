// The program as a server: one command, a script, JSON, another user, a socket of somebody else.
import { createSocket } from 'node:dgram';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { turn } from '../../../src/network/clock.ts';
import { checkEvent } from '../../../src/shell/report/events.ts';
import { ended, eventsIn, runCli, startCli, startServer } from '../../support/cli.ts';

const linux = process.platform === 'linux';
const isRoot = process.getuid?.() === 0;
let work = '';

beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'tftpsh-test-'));
  await chmod(work, 0o755);
  await writeFile(join(work, 'fw.bin'), 'firmware\n');
  await writeFile(join(work, 'secret'), 'nobody may know\n');
});
afterAll(() => rm(work, { recursive: true }));

it('one file, for this machine only: it is read, nothing else is, and a third is not heard', async () => {
  const { port, child } = await startServer(
    ['fw.bin', '--allow', '127.0.0.0/8', '--deny', '127.0.0.9'],
    work,
  );
  const uri = `tftp://127.0.0.1:${port}`;
  expect(await runCli(['get', `${uri}/fw.bin`, '-'])).toMatchObject({ status: 0, out: 'firmware\n' });
  for (const name of ['secret', '../secret', './fw.bin/../secret'])
    expect((await runCli(['get', `${uri}/${name}`, '-'])).status, name).toBeOneOf([66, 77]);
  child.kill('SIGTERM');
  expect((await ended(child)).status).toBe(143);
});

it('a script serves, adds, drops, and every line of JSON is documented', async () => {
  const input = [
    'serve fw.bin --port 0',
    'connect self',
    'get fw.bin first',
    'serve add secret as public',
    'get public second',
    'ls',
    'serve drop fw.bin',
    'set keep-going on',
    'get fw.bin third',
    'serve',
    'serve log',
    'serve stop',
  ].join('\n');
  const { status, out } = await runCli(['--json'], { input, cwd: work });
  expect(status).toBe(66);
  const events = eventsIn(out);
  expect(events.map(checkEvent).filter((problem) => problem !== undefined)).toEqual([]);
  expect(events.filter(({ event }) => event === 'offered')).toMatchObject([
    { name: 'public', offered: true },
    { name: 'fw.bin', offered: false },
  ]);
  const times = events.map((event) => (event as { readonly at?: string }).at ?? '');
  expect(times.filter((time) => !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(time))).toEqual([]);
  expect(await readFile(join(work, 'second'), 'utf8')).toBe('nobody may know\n');
});

it('SIGHUP opens the log again after a rotation; SIGTERM ends, with the last counters written', async () => {
  const log = join(work, 'log', 'tftpsh.log');
  await mkdir(join(work, 'log'));
  const args = ['fw.bin', '--log', log, '--metrics', join(work, 'log', 'tftpsh.prom')];
  const { port, child } = await startServer(args, work);
  await rename(log, `${log}.1`);
  child.kill('SIGHUP');
  const isThere = async (): Promise<boolean> => (await readdir(join(work, 'log'))).includes('tftpsh.log');
  while (!(await isThere())) await turn();
  expect((await runCli(['get', `tftp://127.0.0.1:${port}/fw.bin`, '-'])).status).toBe(0);
  child.kill('SIGTERM');
  expect((await ended(child)).status).toBe(143);
  expect(await readFile(log, 'utf8')).toMatch(/^[-\dT:.]+Z 127\.0\.0\.1:\d+ read fw\.bin, 9 B in .*\n$/);
  expect(await readFile(`${log}.1`, 'utf8')).toBe('');
  const metrics = await readFile(join(work, 'log', 'tftpsh.prom'), 'utf8');
  expect(metrics).toContain('tftpsh_transfers_total{outcome="done"} 1\n');
});

it('what cannot be served is said with a caret and 64, or with 71', async () => {
  const bad = await runCli(['serve', '.', '--allow', '10.0.0.0/40'], { cwd: work });
  expect(bad.status).toBe(64);
  expect(bad.err).toMatch(
    /^tftpsh: --allow: "10\.0\.0\.0\/40" is not a block .*\n {2}serve .*\n {2} +\^{11}\n/,
  );
  const { port, child } = await startServer(['fw.bin'], work);
  const taken = await runCli(['serve', 'fw.bin', '--port', String(port)], { cwd: work });
  expect(taken.status).toBe(71);
  expect(taken.err).toContain('Another program, or another tftpsh, uses this port.');
  child.kill('SIGTERM');
  await ended(child);
});

it.runIf(linux && isRoot)(
  'X05: beyond loopback root becomes nobody, and says what nobody cannot use',
  async () => {
    const args = ['serve', '.', '--host', '0.0.0.0', '--port', '0'];
    await chmod(work, 0o700);
    const refused = await runCli(args, { cwd: work });
    expect(refused.err).toMatch(/user "nobody" cannot read the directory/);
    expect(refused.status).toBe(77);
    await chmod(work, 0o755);
    expect((await runCli([...args, '--write'], { cwd: work })).err).toMatch(
      /user "nobody" cannot write to the directory/,
    );
    const child = startCli(args, { cwd: work });
    await once(child.stdout, 'data');
    const uid = /^Uid:\t(\d+)/m.exec(await readFile(`/proc/${child.pid ?? 0}/status`, 'utf8'))?.[1];
    expect(Number(uid)).toBe(65_534);
    child.kill('SIGTERM');
    await ended(child);
  },
);

/** What the kernel and the JSON line say: the confined give up new privileges as well. */
async function confinement(args: readonly string[]): Promise<readonly [confined: unknown, kernel: boolean]> {
  const child = startCli(['--json', 'serve', '.', '--port', '0', '--write', ...args], { cwd: work });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const [event] = eventsIn<{ confined?: boolean; port: number }>(String(line).split('\n')[0] ?? '');
  const status = await readFile(`/proc/${child.pid ?? 0}/status`, 'utf8');
  const uri = `tftp://127.0.0.1:${event?.port ?? 0}`;
  expect(await runCli(['get', `${uri}/fw.bin`, '-'])).toMatchObject({ status: 0, out: 'firmware\n' });
  const name = `up${args.join('')}`;
  expect(await runCli(['put', '-', `${uri}/${name}`], { input: 'x'.repeat(3_000_000) })).toMatchObject({
    status: 0,
  });
  expect((await stat(join(work, name))).size).toBe(3_000_000);
  child.kill('SIGTERM');
  expect((await ended(child)).status).toBe(143);
  return [event?.confined, /^NoNewPrivs:\s*1$/m.test(status)];
}

it.runIf(linux)(
  'X07: a one-shot server is confined where the kernel can, and works all the same',
  async () => {
    const [confined, kernel] = await confinement([]);
    expect(kernel).toBe(confined === true);
    const required = await runCli(['serve', 'nix', '--confine', 'require'], { cwd: work });
    expect(required.status).toBe(64);
    expect(await confinement(['--confine=off'])).toEqual([undefined, false]);
  },
);

it.runIf(linux)(
  'X07: a shell, upload commands and gateways are not, and say so where they must be',
  async () => {
    const one = await runCli(
      ['serve', '.', '--write', '--port', '0', '--confine', 'require', '--on-upload', 'echo {path}'],
      {
        cwd: work,
      },
    );
    expect(one).toMatchObject({ status: 64, out: '' });
    expect(one.err).toContain('it runs other programs (--on-upload, --on-download, --unique-root mac)');
    const shell = await runCli([], { cwd: work, input: 'serve . --port 0 --confine require\n' });
    expect(shell.status).toBe(64);
    expect(shell.err).toContain('a shell needs the other files of its user');
    const web = await runCli(['serve', 'http://127.0.0.1:1/', '--port', '0', '--confine', 'require']);
    expect(web.err).toContain('what it offers is not a directory of this machine');
    expect((await runCli(['serve', '.', '--confine', 'yes'], { cwd: work })).err).toContain(
      '--confine is auto, off or require.',
    );
  },
);

it.runIf(linux && isRoot)('X01: as root it warns; with --user it is that user', async () => {
  const warned = startCli(['serve', '.', '--port', '0'], { cwd: work });
  const [warning] = (await once(warned.stderr, 'data')) as [Buffer];
  expect(String(warning)).toContain('Running as root');
  warned.kill('SIGTERM');
  await once(warned, 'close');
  const { port, child } = await startServer(['.', '--user', 'nobody'], work);
  const uid = /^Uid:\t(\d+)/m.exec(await readFile(`/proc/${child.pid ?? 0}/status`, 'utf8'))?.[1];
  expect(Number(uid)).toBeGreaterThan(0);
  expect(await runCli(['get', `tftp://127.0.0.1:${port}/fw.bin`, '-'])).toMatchObject({ out: 'firmware\n' });
  child.kill('SIGTERM');
  await ended(child);
});

it.runIf(linux).each(['udp4', 'udp6'] as const)(
  'X01: listens on an inherited %s socket, as systemd hands it over',
  async (type) => {
    const socket = createSocket(type);
    const loopback = type === 'udp4' ? '127.0.0.1' : '::1';
    socket.bind(0, loopback);
    await once(socket, 'listening');
    const { fd } = (socket as unknown as { _handle: { fd: number } })._handle;
    const { port } = socket.address();
    // The shell's own number becomes the program's: exec keeps it.
    const child = spawn(
      '/bin/sh',
      ['-c', 'LISTEN_PID=$$ LISTEN_FDS=1 exec "$0" "$@"', process.execPath]
        .concat(join(import.meta.dirname, '../../../dist/cli.cjs'))
        .concat('--json', 'serve', 'fw.bin'),
      { cwd: work, stdio: ['ignore', 'pipe', 'ignore', fd] },
    );
    const [line] = (await once(child.stdout!, 'data')) as [Buffer];
    expect(JSON.parse(String(line).split('\n')[0] ?? '')).toMatchObject({ address: loopback, port });
    socket.close();
    const host = type === 'udp4' ? loopback : `[${loopback}]`;
    expect(await runCli(['get', `tftp://${host}:${port}/fw.bin`, '-'])).toMatchObject({ out: 'firmware\n' });
    child.kill('SIGTERM');
    await once(child, 'close');
  },
);
