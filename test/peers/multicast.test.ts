// Multicast (RFC 2090) with foreign software on hosts of their own: our server with two clients, our clients with a server.
// A file is paced, so that the second client joins while the first one reads.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { findProgram, peersRequired, type Found } from '../support/debs.ts';
import { hostsMissing, makeHosts, type Host, type Hosts } from '../support/hosts.ts';
import type { Running } from '../support/spawn.ts';
import { pattern } from '../support/script.ts';

const atftp = findProgram('atftp', 'atftp');
const atftpd = findProgram('atftpd', 'atftpd');
const missing =
  hostsMissing() ?? (atftp === undefined || atftpd === undefined ? 'atftp is not here' : undefined);
if (missing !== undefined && peersRequired) throw new Error(`REQUIRE_PEERS=1, but multicast: ${missing}`);

const program = join(import.meta.dirname, '../../dist/cli.cjs');
const port = 6969;
const file = pattern(150_500);
/** 151 blocks. */
const blksize = 1000;

let root: string;
let world: Hosts;
const running: Running[] = [];

beforeAll(async () => {
  if (missing !== undefined) return;
  root = await mkdtemp(join(tmpdir(), 'tftpsh-multicast-'));
  await writeFile(join(root, 'boot.img'), file);
  world = await makeHosts(3);
});
afterEach(async () => {
  for (const one of running.splice(0)) await one.stop();
});
afterAll(async () => {
  if (missing !== undefined) return;
  await world.close();
  await rm(root, { recursive: true, force: true });
});

function host(at: number): Host {
  const found = world.hosts[at];
  if (found === undefined) throw new Error('no such host');
  return found;
}

function keep(one: Running): Running {
  running.push(one);
  return one;
}

/** Our server, with every packet in its output; blocks leave every few milliseconds. */
async function ourServer(pace = '4ms'): Promise<Running> {
  const server = keep(host(0).start({ command: process.execPath, args: [program] }));
  server.write(
    `set trace full\nserve ${root} --host ${host(0).address} --extensions --pace ${pace} --user root\n`,
  );
  await server.line(/listening on/);
  return server;
}

function foreign(found: Found | undefined, at: number, args: readonly string[]): Running {
  if (found === undefined) throw new Error('it is missing');
  return keep(host(at).start({ command: found.command, env: found.env, args }));
}

function foreignClient(at: number, local: string): Running {
  return foreign(atftp, at, [
    ...['--trace', '--option', 'multicast', '--option', `blksize ${blksize}`],
    ...['--get', '--remote-file', 'boot.img', '--local-file', local, host(0).address, String(port)],
  ]);
}

function ourClient(at: number, local: string): Running {
  const uri = `tftp://${host(0).address}:${port}/boot.img`;
  const settings = ['--extensions', '-t', '--blksize', String(blksize)];
  const args = [program, ...settings, 'get', '--multicast', uri, local];
  return keep(host(at).start({ command: process.execPath, args }));
}

describe.skipIf(missing !== undefined)('case 215: our server', () => {
  test('one foreign client', async () => {
    await ourServer('0');
    const local = join(root, 'alone');
    expect(await foreignClient(1, local).ended).toMatchObject({ status: 0 });
    expect(await readFile(local)).toEqual(Buffer.from(file));
  });

  test('two foreign clients; the second comes late and loses its link for a while', async () => {
    const server = await ourServer();
    const locals = [join(root, 'first'), join(root, 'second')] as const;
    const first = foreignClient(1, locals[0]);
    await server.line(/→ DATA {2}10 /);
    const second = foreignClient(2, locals[1]);
    await server.line(/joined the group: 2 clients now/);
    await server.line(/→ DATA {2}40 /);
    host(2).link('down');
    await server.line(/→ DATA {2}90 /);
    host(2).link('up');
    expect(await first.ended).toMatchObject({ status: 0 });
    expect(await second.ended).toMatchObject({ status: 0 });
    for (const local of locals) expect(await readFile(local)).toEqual(Buffer.from(file));
    await server.line(/10\.77\.0\.3:\d+ is the master client now/);
  });

  test('a foreign client that is killed gives way to ours, which has asked later', async () => {
    // Slow beside the start of our client.
    const server = await ourServer('30ms');
    const first = foreignClient(1, join(root, 'killed'));
    await server.line(/→ DATA {2}5 /);
    const local = join(root, 'ours');
    const second = ourClient(2, local);
    await server.line(/joined the group: 2 clients now/);
    await first.stop();
    expect(await second.ended).toMatchObject({ status: 0 });
    expect(await readFile(local)).toEqual(Buffer.from(file));
  });
});

describe.skipIf(missing !== undefined)('case 215: our client', () => {
  async function foreignServer(): Promise<Running> {
    const where = ['--bind-address', host(0).address, '--port', String(port), '--user', 'root'];
    const groups = ['--mcast-addr', '239.255.1.0-10', '--mcast-port', '2000-2010', '--trace', '--verbose=7'];
    const server = foreign(atftpd, 0, [
      ...['--daemon', '--no-fork', ...where, '--group', 'root', '--logfile', '-'],
      ...[...groups, '--pidfile', join(root, 'pid'), root],
    ]);
    await server.line(/listening|started|port/i).catch(() => undefined);
    return server;
  }

  test('alone and two at a time', async () => {
    await foreignServer();
    const locals = [1, 2].map((at) => join(root, `from-foreign-${at}`));
    const clients = locals.map((local, at) => ourClient(at + 1, local));
    for (const client of clients) expect(await client.ended).toMatchObject({ status: 0 });
    for (const local of locals) expect(await readFile(local)).toEqual(Buffer.from(file));
    expect(clients[0]?.said()).toMatch(/group 239\.255\.1\.\d+:20\d\d/);
  });
});

describe.skipIf(missing !== undefined)('our server and our clients', () => {
  test('three at a time, one of them beside the server', async () => {
    const server = await ourServer();
    const locals = [0, 1, 2].map((at) => join(root, `own-${at}`));
    const clients = locals.map((local, at) => ourClient(at, local));
    for (const client of clients) expect(await client.ended).toMatchObject({ status: 0 });
    for (const local of locals) expect(await readFile(local)).toEqual(Buffer.from(file));
    await server.line(/joined the group: 3 clients now/);
  });
});
