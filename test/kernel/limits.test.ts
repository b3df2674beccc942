// What a kernel refuses to our program: room on a disk, descriptors, privileges. Each refusal has its message, and nothing
// half is left. The program runs as users run it; mounts live in namespaces of their own.
import { spawnSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { digest, digestOf, noise } from '../peers/content.ts';
import { run, start, type Ended, type Program, type Running } from '../support/spawn.ts';

const program = join(import.meta.dirname, '../../dist/cli.cjs');
const file = noise(1_000_000);

let folder: string;
const running: Running[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tftpsh-limits-'));
  await chmod(folder, 0o755);
  for (const name of ['served', 'small']) {
    await mkdir(join(folder, name));
    await chmod(join(folder, name), 0o777);
  }
  await writeFile(join(folder, 'served', 'file'), file, { mode: 0o644 });
});
afterEach(async () => {
  for (const one of running.splice(0)) await one.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Whether these words run here; the reason why not is printed. */
function can(...words: readonly string[]): boolean {
  const [command = '', ...args] = words;
  const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) console.warn(`skipped: ${words.join(' ')}: ${error?.message ?? stderr.trim()}`);
  return status === 0;
}

const ours = (...args: readonly string[]): readonly string[] => [process.execPath, program, ...args];

function programOf([command = '', ...args]: readonly string[]): Program {
  return { command, args, cwd: folder };
}

/** A server that listens on a port of loopback. */
async function serve(words: readonly string[]): Promise<{ server: Running; uri: string }> {
  const server = start(programOf(words));
  running.push(server);
  const line = await server.line(/^listening on/);
  return { server, uri: `tftp://${line.slice('listening on '.length)}` };
}

const end = (words: readonly string[], within = 30_000): Promise<Ended> => run(programOf(words), within);

const canMount = can('unshare', '--mount', 'mount', '-t', 'tmpfs', '-o', 'size=256k', 'none', '/mnt');

describe.skipIf(!canMount)('a disk of 256 KiB that fills up', () => {
  /** `words` where the folder `small` is a disk of its own. */
  const onSmallDisk = (words: readonly string[]): readonly string[] => [
    ...['unshare', '--mount', 'sh', '-c'],
    ...['mount -t tmpfs -o size=256k,mode=777 none small && exec "$@"', 'sh', ...words],
  ];

  /** What is on that disk of a program. */
  const disk = ({ pid }: Running): string => join('/proc', String(pid), 'root', folder, 'small');

  test.each(['--no-options', '--tsize'])(
    'W05: our server refuses the rest of a put with %s, nothing is left, and a small file has room',
    async (flag) => {
      const { server, uri } = await serve(onSmallDisk(ours('serve', 'small', '--write', '--port', '0')));
      const size = flag === '--tsize' ? [] : [flag];
      const put = await end(ours(...size, 'put', 'served/file', `${uri}/up`));
      expect(put.stderr).toContain('server error 3: Disk full or allocation exceeded');
      expect(put.status).toBe(74);
      expect(await readdir(disk(server))).toEqual([]);
      await writeFile(join(folder, 'little'), noise(100_000));
      expect(await end(ours('put', 'little', `${uri}/up`))).toMatchObject({ status: 0 });
      expect(await digestOf(join(disk(server), 'up'))).toBe(digest(noise(100_000)));
    },
  );

  test.each(['--no-options', '--tsize'])(
    'W05: our client ends a get with %s by ERROR 3, and nothing is left',
    async (flag) => {
      const { server, uri } = await serve(ours('-t', 'serve', 'served', '--port', '0'));
      const size = flag === '--tsize' ? [] : [flag];
      const listing = ['sh', '-c', '"$@"; status=$?; ls -A small; exit $status', 'sh'];
      const got = await end(onSmallDisk([...listing, ...ours(...size, 'get', `${uri}/file`, 'small/file')]));
      expect(got).toMatchObject({ status: 74, stdout: '' });
      expect(got.stderr).toContain('Disk full');
      await server.line(/server ← ERROR 3/);
    },
  );
});

describe.skipIf(!can('prlimit', '--nofile=64', 'true'))('few descriptors', () => {
  const limited = (limit: number, words: readonly string[]): readonly string[] => [
    ...['prlimit', `--nofile=${limit}`, ...words],
  ];
  /** Node itself needs 18. */
  const limits = Array.from({ length: 9 }, (_, at) => 19 + at);

  test('R06: a server that cannot start says why, and one that starts serves', async () => {
    const statuses = new Set<number>();
    for (const limit of limits) {
      const server = start(programOf(limited(limit, ours('serve', 'served', '--port', '0'))));
      running.push(server);
      const line = await server.line(/^listening on/).catch(() => undefined);
      if (line !== undefined) {
        const got = await end(ours('get', '-f', `tftp://${line.slice('listening on '.length)}/file`, 'got'));
        statuses.add(0);
        if (got.status !== 0) expect(got.stderr).toMatch(/server error 0: Server busy/);
        await server.stop();
        continue;
      }
      const { status = -1 } = await server.ended;
      statuses.add(status);
      expect(server.said()).toMatch(/Too many open files|cannot listen .*EMFILE/);
      expect(server.said()).toContain('ulimit -n');
    }
    // Both ends of the range were met.
    expect(statuses.has(0)).toBe(true);
    expect(statuses.size).toBeGreaterThan(1);
  });

  test('R06: a client that cannot open its files or ports says why, and leaves nothing', async () => {
    const { uri } = await serve(ours('serve', 'served', '--port', '0'));
    let failures = 0;
    for (const limit of limits) {
      const got = await end(limited(limit, ours('get', '-f', `${uri}/file`, 'small/got')));
      if (got.status === 0) continue;
      failures += 1;
      expect(got.stderr, String(limit)).toMatch(/Too many open files|cannot open a local port \(EMFILE\)/);
      expect(got.stderr).toContain('ulimit -n');
      expect(await readdir(join(folder, 'small'))).toEqual([]);
    }
    expect(failures).toBeGreaterThan(0);
    expect(await digestOf(join(folder, 'small', 'got'))).toBe(digest(file));
  });

  test.each([90, 40, 30])(
    'R06: of 30 gets at a time those without one of %i descriptors wait until others end',
    async (limit) => {
      const { uri } = await serve(ours('serve', 'served', '--port', '0'));
      const names = Array.from({ length: 30 }, (_, at) => `f${at}`);
      for (const name of names) await writeFile(join(folder, 'served', name), file);
      const files = names.map((name) => `${uri}/${name}`);
      const { status, stderr } = await end(limited(limit, ours('get', '-j', '30', '-o', 'small/', ...files)));
      expect([status, stderr]).toEqual([0, expect.stringContaining('Some transfers wait until others end.')]);
      expect((await readdir(join(folder, 'small'))).sort()).toEqual(names.sort());
      for (const name of names) expect(await digestOf(join(folder, 'small', name))).toBe(digest(file));
    },
  );
});

const nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];

describe.skipIf(!can(...nobody, 'true'))('an unprivileged user', () => {
  test('X01: port 69 is refused with the ways to get it', async () => {
    const { status, stderr } = await end([...nobody, ...ours('serve', 'served', '--port', '69')]);
    expect(status).toBe(71);
    for (const word of ['not permitted', 'setcap', 'ip_unprivileged_port_start', '--port 6969'])
      expect(stderr).toContain(word);
  });

  test('X01, W17: it serves and stores on a high port as itself', async () => {
    const { uri } = await serve([...nobody, ...ours('serve', 'small', '--write', '--port', '0')]);
    expect(await end(ours('put', 'served/file', `${uri}/up`))).toMatchObject({ status: 0 });
    expect(await stat(join(folder, 'small', 'up'))).toMatchObject({ uid: 65_534, size: file.length });
  });

  test('X05: root becomes nobody: what nobody may not read is refused, and uploads are not those of root', async () => {
    await writeFile(join(folder, 'served', 'secret'), 'x', { mode: 0o600 });
    await chmod(join(folder, 'served'), 0o777);
    const { uri } = await serve(ours('serve', 'served', '--write', '--user', 'nobody', '--port', '0'));
    const got = await end(ours('get', `${uri}/secret`, 'got'));
    expect(got.stderr).toContain('server error 2');
    expect(await end(ours('put', 'served/file', `${uri}/up`))).toMatchObject({ status: 0 });
    expect(await stat(join(folder, 'served', 'up'))).toMatchObject({ uid: 65_534 });
  });
});
