// What a kernel does to datagrams on real interfaces: small MTUs, pulled cables, lost packets, addresses that come and go.
// The program runs on hosts of its own (network namespaces); each file is compared, and nothing half is left.
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { digest, digestOf, noise } from '../peers/content.ts';
import { hostsMissing, makeHosts, type Host, type Hosts } from '../support/hosts.ts';
import { slowMissing } from '../support/slow.ts';
import type { Ended, Running } from '../support/spawn.ts';

const missing = slowMissing ?? hostsMissing();
if (missing !== undefined) console.warn(`skipped: faults of the kernel: ${missing}`);

const program = join(import.meta.dirname, '../../dist/cli.cjs');
const file = noise(300_000);
/** Milliseconds: a cable may be out for some of the waits of a transfer. */
const patience = 60_000;

let folder: string;
let root: string;
let world: Hosts;
const running: Running[] = [];

beforeAll(async () => {
  if (missing === undefined) folder = await mkdtemp(join(tmpdir(), 'tftpsh-kernel-'));
});
afterAll(() => (missing === undefined ? rm(folder, { recursive: true, force: true }) : undefined));
beforeEach(async () => {
  if (missing !== undefined) return;
  root = join(folder, 'served');
  await rm(root, { recursive: true, force: true });
  await mkdir(root);
  for (const path of [join(root, 'file'), join(folder, 'file')]) await writeFile(path, file);
  world = await makeHosts(3);
});
afterEach(async () => {
  for (const one of running.splice(0)) await one.stop();
  if (missing === undefined) await world.close();
});

function host(at: number): Host {
  const found = world.hosts[at];
  if (found === undefined) throw new Error('no such host');
  return found;
}

/** The program on one of the hosts, with these lines as its input and every packet in its output. */
function ours(at: number, ...lines: readonly string[]): Running {
  const one = host(at).start({ command: process.execPath, args: [program] });
  running.push(one);
  one.write(['set trace full', ...lines, ''].join('\n'));
  return one;
}

/** Our server on all addresses of a host. */
async function serve(at: number, flags = ''): Promise<Running> {
  const server = ours(at, `serve ${root} --lan --write --overwrite --user root ${flags}`);
  await server.line(/listening on/);
  return server;
}

interface Errand {
  readonly direction: Direction;
  /** The host of the client. */
  readonly from: number;
  /** The address of the server. */
  readonly to: string;
  readonly settings?: readonly string[];
}

/** Our client on one of the hosts. */
function transfer({ direction, from, to, settings = [] }: Errand): Running {
  const uri = `tftp://${to.includes(':') ? `[${to}]` : to}:6969/`;
  const line =
    direction === 'get'
      ? `get -f ${uri}file ${join(folder, 'got')}`
      : `put ${join(folder, 'file')} ${uri}put`;
  return ours(from, 'set rexmt 100ms', ...settings.map((one) => `set ${one}`), line);
}

/** The file has arrived, and nothing else is where it arrived. */
async function arrived(direction: Direction, ended: Ended): Promise<void> {
  expect(ended.status, ended.stdout + ended.stderr).toBe(0);
  expect(await digestOf(direction === 'get' ? join(folder, 'got') : join(root, 'put'))).toBe(digest(file));
  await nothingHalf();
}

/** No temporary file: where we fetched to, and where others put to. */
async function nothingHalf(): Promise<void> {
  const known = ['file', 'got', 'put', 'served'];
  const names = [...(await readdir(folder)), ...(await readdir(root))];
  expect(names.filter((name) => !known.includes(name))).toEqual([]);
}

type Direction = 'get' | 'put';

const directions: readonly Direction[] = ['get', 'put'] as const;

describe.skipIf(missing !== undefined)('a road with a narrow place', { timeout: patience }, () => {
  /** The third host has left the bridge: the first one is its router, over a cable of 1,280 octets. */
  function narrow(): void {
    host(0).change(
      `ip link set port2 nomaster mtu 1280 &&
       ip addr add 10.78.0.254/24 dev port2 && ip addr add fd78::ff/64 dev port2 nodad &&
       echo 1 >/proc/sys/net/ipv4/ip_forward && echo 1 >/proc/sys/net/ipv6/conf/all/forwarding`,
    );
    host(2).change(
      `ip addr flush dev eth0 && ip link set eth0 mtu 1280 &&
       ip addr add 10.78.0.1/24 dev eth0 && ip addr add fd78::1/64 dev eth0 nodad &&
       ip route add default via 10.78.0.254 && ip -6 route add default via fd78::ff`,
    );
    host(1).change('ip route add 10.78.0.0/24 via 10.77.0.1 && ip -6 route add fd78::/64 via fd77::1');
  }

  const cases = directions.flatMap((direction) =>
    [
      ['IPv4', 1468],
      ['IPv6', 1448],
      ['IPv6', 8192],
    ].map(([family, blksize]) => [direction, String(family), Number(blksize)] as const),
  );
  test.each(cases)(
    'N14: %s over %s in blocks of %i octets: the router refuses them, the kernel learns it, and fragments arrive',
    async (direction, family, blksize) => {
      narrow();
      // DATA leaves the second host, whose own cable is wide.
      const [server, from] = direction === 'get' ? [1, 2] : [2, 1];
      await serve(server);
      const addresses = family === 'IPv4' ? ['10.77.0.2', '10.78.0.1'] : ['fd77::2', 'fd78::1'];
      const settings = [`blksize ${blksize}`, 'windowsize 4'];
      const to = addresses[server - 1] ?? '';
      const client = transfer({ direction, from, to, settings });
      await arrived(direction, await client.ended);
      expect(client.said()).toContain(`blksize=${blksize}`);
      const [refused, made] =
        family === 'IPv4'
          ? ['Icmp:InDestUnreachs', 'Ip:FragCreates']
          : ['Icmp6InPktTooBigs', 'Ip6FragCreates'];
      expect(host(1).counter(refused)).toBeGreaterThan(0);
      expect(host(1).counter(made)).toBeGreaterThan(0);
    },
  );
});

/** The second host's client, in the middle of its transfer. Each block takes 2 ms, so that there is a middle. */
async function halfway(direction: Direction, window: number): Promise<Running> {
  await serve(0, '--pace 2ms --timeout 4');
  const settings = ['blksize 1024', `windowsize ${window}`, 'pace 2ms', 'timeout 4s'];
  const client = transfer({ direction, from: 1, to: host(0).address, settings });
  await client.line(/DATA {2}100 /);
  return client;
}

const windows = directions.flatMap((direction) => [1, 8].map((window) => [direction, window] as const));

describe.skipIf(missing !== undefined)('a host that is cut off', { timeout: patience }, () => {
  const address = '10.77.0.2/24 dev eth0';
  const cuts = [
    { what: 'cable', take: () => host(1).link('down'), giveBack: () => host(1).link('up') },
    {
      what: 'address',
      take: () => host(1).change(`ip addr del ${address}`),
      giveBack: () => host(1).change(`ip addr add ${address}`),
    },
  ];

  test.each(cuts.flatMap((cut) => windows.map(([direction, window]) => ({ ...cut, direction, window }))))(
    'N14, N15: a $direction with a window of $window goes on when its $what is back',
    async ({ take, giveBack, direction, window }) => {
      const client = await halfway(direction, window);
      take();
      await client.line(/resent: no progress .*attempt 3/);
      giveBack();
      await arrived(direction, await client.ended);
    },
  );

  test.each(directions)(
    'N14: a %s ends with its reason when the address never comes back',
    async (direction) => {
      const client = await halfway(direction, 8);
      host(1).change(`ip addr del ${address}`);
      const { status, stderr } = await client.ended;
      expect(stderr).toMatch(
        /10\.77\.0\.1:\d+ stopped answering after [\d,]+ octets \(\d+ packets sent since\)/,
      );
      expect(status).toBe(75);
      // The server waits as long as the client does.
      await vi.waitFor(nothingHalf, { timeout: 10_000 });
    },
  );

  test.each(directions)(
    'X01: the server lives when its own address goes during a %s, and serves when it is back',
    async (direction) => {
      const client = await halfway(direction, 8);
      host(0).change('ip addr del 10.77.0.1/24 dev br0');
      await client.line(/resent: no progress .*attempt 3/);
      host(0).change('ip addr add 10.77.0.1/24 dev br0');
      await arrived(direction, await client.ended);
      const again = transfer({ direction, from: 2, to: host(0).address });
      await arrived(direction, await again.ended);
    },
  );
});

describe.skipIf(missing !== undefined)('hosts without IPv4', { timeout: patience }, () => {
  const places = ['fd77::1', 'fe80::1%eth0'] as const;
  test.each(directions.flatMap((direction) => places.map((place) => [direction, place] as const)))(
    '%s from %s',
    async (direction, place) => {
      for (const at of [0, 1])
        host(at).change(`ip -4 addr flush dev ${host(at).device}; ip -4 addr flush dev lo`);
      host(0).change('ip addr add fe80::1/64 dev br0 nodad');
      const server = await serve(0);
      await arrived(direction, await transfer({ direction, from: 1, to: place }).ended);
      expect((await server.stop()).stdout).not.toContain('0.0.0.0');
    },
  );
});

/** The queues and filters that a lossy or slow cable is made of, as far as this kernel has them. */
const cables = [
  {
    name: 'one datagram in ten is lost at random in both directions',
    words: (device: string): string =>
      // IPv4 with a random number below a tenth of all is dropped (2). ARP passes: the kernel asks but once a second.
      `tc qdisc add dev ${device} clsact && tc filter add dev ${device} egress bpf direct-action bytecode ` +
      `'6,40 0 0 12,21 0 3 2048,32 0 0 4294963256,53 1 0 429496729,6 0 0 2,6 0 0 4294967295'`,
  },
  {
    name: 'loss, delay and reordering by netem',
    words: (device: string): string =>
      `tc qdisc add dev ${device} root netem delay 3ms 2ms loss 5% reorder 25% duplicate 2%`,
  },
  {
    name: 'a slow cable whose queue overflows',
    words: (device: string): string =>
      `tc qdisc add dev ${device} root tbf rate 20mbit burst 3000 limit 12000`,
  },
] as const;

/** Whether this kernel has what a cable is made of. */
function isPossible(words: string): boolean {
  if (missing !== undefined) return false;
  const tried = spawnSync('unshare', ['--net', 'sh', '-c', words], { encoding: 'utf8' });
  if (tried.status !== 0) console.warn(`skipped: ${words}: ${tried.stderr.trim()}`);
  return tried.status === 0;
}

for (const { name, words } of cables)
  describe.skipIf(!isPossible(words('lo')))(name, { timeout: patience }, () => {
    test.each(windows)('N15: a %s with a window of %i arrives', async (direction, window) => {
      for (const at of [1, 2]) host(at).change(words('eth0'));
      await serve(1);
      const settings = [`windowsize ${window * 4}`];
      const client = transfer({ direction, from: 2, to: host(1).address, settings });
      await arrived(direction, await client.ended);
      expect(client.said()).toMatch(/resent|gap|again/);
    });
  });
