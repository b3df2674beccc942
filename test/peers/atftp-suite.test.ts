// The tests of atftp's authors, from the source of Debian's package: their client with our server, and our client with their
// server. Our programs take their names and arguments (shims/), so that their script runs as it is.
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findFolder, findProgram, peersRequired, type Found } from '../support/debs.ts';
import { freePort } from '../support/peers.ts';
import { run } from '../support/spawn.ts';

const [client, server] = [findProgram('atftp', 'atftp'), findProgram('atftpd', 'atftpd')];
const source = findFolder('atftp-source', 'test');
const isHere = client !== undefined && server !== undefined && source !== undefined;
const missing = isHere ? undefined : 'atftp or its tests are not here (run .ci/peers)';
if (missing !== undefined && peersRequired) throw new Error(`REQUIRE_PEERS=1, but ${missing}`);
if (missing !== undefined) console.warn(`skipped: the tests of atftp: ${missing}`);
const isRoot = process.getuid?.() === 0;
if (!isRoot) console.warn('left out of the tests of atftp: a full disk, which needs root');

/** As they are, with files of 100 MB, they take three minutes: LONG=1. */
const isLong = process.env['LONG'] === '1';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tftpsh-atftp-'));
  await mkdir(join(folder, 'test'));
  await mkdir(join(folder, 'bin'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function script(path: string, text: string): Promise<void> {
  await writeFile(path, `#!/bin/sh\n${text}\n`);
  await chmod(path, 0o755);
}

const shim = (name: string): string =>
  `exec ${process.execPath} ${join(import.meta.dirname, 'shims', `${name}.js`)} "$@"`;

/** A program of theirs with the libraries that it needs; `more`: arguments for a place where nothing is installed. */
const theirs = ({ command, env }: Found, more = ''): string =>
  `LD_LIBRARY_PATH='${env['LD_LIBRARY_PATH'] ?? ''}' exec ${command} ${more} "$@"`;

/** Runs their script. @returns the results of its checks: what was checked, and OK or ERROR. */
async function results(clients: number): Promise<readonly (readonly [string, string])[]> {
  const port = await freePort();
  const text = await readFile(join(source ?? '', 'test.sh'), 'utf8');
  await writeFile(join(folder, 'test', 'test.sh'), isLong ? text : text.replaceAll('100M', '5M'));
  // It removes what was stored on a full disk: ours leaves nothing to remove.
  await script(join(folder, 'bin', 'rm'), 'exec /bin/rm -f "$@"');
  // It waits until none of these runs any more.
  await script(join(folder, 'bin', 'pidof'), `pgrep -f '127.0.0.1 ${port}$'`);
  const { stdout, stderr } = await run(
    {
      // What it mounts goes with it.
      ...{
        command: isRoot ? 'unshare' : 'bash',
        args: isRoot ? ['--mount', 'bash', './test.sh'] : ['./test.sh'],
      },
      cwd: join(folder, 'test'),
      env: {
        PATH: `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}`,
        ...{ TEMPDIR: folder, PORT: String(port), NBSERVER: String(clients) },
        INTERACTIVE: String(isRoot),
      },
    },
    5 * 60_000,
  );
  expect(stdout, stderr).toContain('Cleaning up test files and logs ... done.');
  const checks = [...stdout.matchAll(/^(.*?)(?:\.\.\.|→).*?\b(OK|ERROR)\b/gm)];
  return checks.map(([, what = '', result = '']) => [what.replaceAll(/[=\s]+/g, ' ').trim(), result]);
}

const failed = (checks: readonly (readonly [string, string])[]): readonly string[] =>
  checks.filter(([, result]) => result === 'ERROR').map(([what]) => what);

describe.skipIf(missing !== undefined)('the tests of atftp', { timeout: 5 * 60_000 }, () => {
  test('their client and our server', async () => {
    if (client === undefined) throw new Error('no atftp');
    await script(join(folder, 'atftp'), theirs(client));
    await script(join(folder, 'atftpd'), shim('atftpd'));
    const checks = await results(isLong ? 200 : 50);
    // RFC 2347 lets a server refuse an option value or leave the option out. Theirs refuses, ours leaves it out.
    expect(failed(checks)).toEqual(['smaller than minimum', 'bigger than maximum', 'minimum', 'maximum']);
    expect(checks.length).toBeGreaterThan(50);
  });

  test('our client and their server', async () => {
    if (server === undefined) throw new Error('no atftpd');
    await script(join(folder, 'atftp'), shim('atftp'));
    const place = `--user root --group root --no-multicast --pidfile ${join(folder, 'pid')}`;
    await script(join(folder, 'atftpd'), theirs(server, place));
    const checks = await results(isLong ? 20 : 5);
    expect(failed(checks)).toEqual([]);
    expect(checks.length).toBeGreaterThan(50);
  });
});
