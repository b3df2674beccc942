// A directory for each client: by subnet and by MAC address. Tables of neighbours are files and texts of the test; one test
// has two machines on one Ethernet, where that is permitted.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memoryOffering } from '../../../src/files/offerings/named-files.ts';
import { perClient } from '../../../src/files/offerings/wrappers.ts';
import { VirtualClock } from '../../../src/network/virtual-clock.ts';
import { rootNames } from '../../../src/shell/server/client-roots.ts';
import { neighbours, parseArp, parseIpNeigh } from '../../../src/shell/server/neighbours.ts';
import type { Printable } from '../../../src/wire/text.ts';
import { problemOf, readAll, temporaryDirectories } from '../../files/disk.ts';
import { run, start, type Running } from '../../support/spawn.ts';

const directory = temporaryDirectories({ isServed: true });

const arp = `IP address       HW type     Flags       HW address            Mask     Device
192.0.2.1        0x1         0x2         02:FC:00:00:00:05     *        eth0
192.0.2.2        0x1         0x0         00:00:00:00:00:00     *        eth0
192.0.2.3        0x1         0x6         02:fc:00:00:00:07     *        eth1
192.0.2.4        0x1         0x2         02:fc:00:00:00:08     *        eth0
192.0.2.4        0x1         0x2         02:fc:00:00:00:09     *        eth1
192.0.2.5        0x20        0x2         80:00:00:48:fe:80     *        ib0
192.0.2.6        0x1         0x2         00:00:00:00:00:00     *        eth0
`;

const six = `fe80::1 dev eth0 lladdr 02:fc:00:00:00:11 router STALE
fe80::1 dev eth1 lladdr 02:fc:00:00:00:12 REACHABLE
2001:db8::5 dev eth0 lladdr 02:fc:00:00:00:13 DELAY
2001:db8::6 dev eth0  FAILED
2001:db8::7 dev eth0 INCOMPLETE
`;

/** The table of a system that has these texts. `runs` counts how often `ip` was started. */
function system() {
  const clock = new VirtualClock();
  const path = join(directory(), 'arp');
  writeFileSync(path, arp);
  const runs: (readonly string[])[] = [];
  const macOf = neighbours({
    clock,
    arp: path,
    run: async (words, _signal, onLine) => {
      runs.push(words);
      for (const line of six.trim().split('\n')) onLine(line as Printable);
      return Promise.resolve(0);
    },
  });
  return { clock, macOf, runs };
}

describe('case 146: the MAC address of a neighbour', () => {
  it.each([
    ['192.0.2.1', '02-fc-00-00-00-05'],
    ['192.0.2.2', undefined],
    ['192.0.2.3', '02-fc-00-00-00-07'],
    ['192.0.2.4', undefined],
    ['192.0.2.5', undefined],
    ['192.0.2.6', undefined],
    ['192.0.2.10', undefined],
    ['2001:db8::5', '02-fc-00-00-00-13'],
    ['2001:0db8:0::5', '02-fc-00-00-00-13'],
    ['2001:db8::6', undefined],
    ['2001:db8::7', undefined],
    ['fe80::1%eth1', '02-fc-00-00-00-12'],
    ['fe80::1', undefined],
  ])('%s: %s', async (address, mac) => {
    expect(await system().macOf(address)).toBe(mac);
  });

  it('without a table nobody is known', async () => {
    const clock = new VirtualClock();
    const run = () => Promise.resolve(127);
    const macOf = neighbours({ clock, run, arp: '/nonexistent' });
    expect(await macOf('192.0.2.1')).toBeUndefined();
    expect(await macOf('2001:db8::5')).toBeUndefined();
  });

  it('what comes together shares one run of ip; the next run waits', async () => {
    const { clock, macOf, runs } = system();
    await Promise.all([macOf('fe80::1%eth0'), macOf('2001:db8::5'), macOf('2001:db8::6')]);
    expect(runs).toEqual([['ip', '-6', 'neigh', 'show']]);
    const later = Promise.all([macOf('2001:db8::5'), macOf('2001:db8::5')]);
    await clock.settle();
    expect(runs).toHaveLength(1);
    await clock.advance(100);
    expect(await later).toEqual(['02-fc-00-00-00-13', '02-fc-00-00-00-13']);
    expect(runs).toHaveLength(2);
  });

  it('a table may be empty or of another form', () => {
    for (const text of ['', 'IP address\n', '192.0.2.1 0x1 0x2\n', '\n\n', 'x'.repeat(1000)]) {
      expect(parseArp(text)).toEqual([]);
      expect(parseIpNeigh(text)).toEqual([]);
    }
  });
});

describe('case 146: the directory of a client', () => {
  const macOf = (address: string) =>
    Promise.resolve(address === '192.0.2.1' ? '02-fc-00-00-00-05' : undefined);
  const table: readonly (readonly [string, string, string])[] = [
    ['ip', '192.0.2.7', '192.0.2.7'],
    ['mac', '192.0.2.1', '02-fc-00-00-00-05'],
    ['subnet', '192.0.2.7', '192.0.2.0_24'],
    ['subnet', '2001:db8:0:1::7', '2001-db8-0-1_64'],
    ['subnet', 'fe80::7%eth0', 'fe80-0-0-0_64'],
    ['/20', '10.1.31.7', '10.1.16.0_20'],
    ['/8', '10.1.31.7', '10.0.0.0_8'],
    ['/32', '10.1.31.7', '10.1.31.7_32'],
    ['/1', '200.1.31.7', '128.0.0.0_1'],
    ['/20', '2001:db8::7', '2001-db8-0-0_64'],
  ];
  it.each(table)('%s: %s reads in %s', async (value, address, name) => {
    const files = new Map([
      [`${name}/f`, new TextEncoder().encode('mine')],
      ['f', new TextEncoder().encode('of all')],
    ]);
    const offering = perClient(memoryOffering(files), rootNames(value, macOf));
    expect((await readAll(await offering.open('f', { address }))).toString()).toBe('mine');
    expect(await problemOf(offering.open('../f', { address }))).toBe('denied');
  });

  it('a client without a known MAC address gets nothing, neither to read nor to write', async () => {
    const files = new Map([['f', new TextEncoder().encode('of all')]]);
    const offering = perClient(memoryOffering(files, { write: true }), rootNames('mac', macOf));
    expect(await problemOf(offering.open('f', { address: '192.0.2.9' }))).toBe('denied');
    expect(await problemOf(offering.create('g', 1, { address: '192.0.2.9' }))).toBe('denied');
  });

  it.each(['', 'x', '/', '/0', '/33', '/100', 'MAC', '20'])('%j is no way to name it', (value) => {
    expect(rootNames(value, macOf)).toBeUndefined();
  });
});

const here = `tftpsh-${process.pid}-c`;
const there = `tftpsh-${process.pid}-d`;
const ip = (...args: string[]): boolean => spawnSync('ip', args, { stdio: 'ignore' }).status === 0;
const forget = (): void => {
  for (const name of [here, there]) ip('netns', 'del', name);
};

/** Two machines on one Ethernet, each with an address of each family; false where that is not permitted. */
function connected(): boolean {
  const steps = [
    ['netns', 'add', here],
    ['netns', 'add', there],
    ['-n', here, 'link', 'add', 'wire0', 'type', 'veth', 'peer', 'wire0', 'netns', there],
    ['-n', there, 'link', 'set', 'wire0', 'address', '02:fc:00:00:00:77'],
    ...[here, there].flatMap((name, at) => [
      ['-n', name, 'addr', 'add', `10.78.0.${at + 1}/24`, 'dev', 'wire0'],
      ['-n', name, 'addr', 'add', `fd78::${at + 1}/64`, 'dev', 'wire0', 'nodad'],
      ['-n', name, 'link', 'set', 'wire0', 'up'],
    ]),
  ];
  return process.platform === 'linux' && steps.every((step) => ip(...step));
}

const hasWire = connected();
forget();
if (!hasWire) console.warn('left out: case 146: no network namespaces with both families may be made here');

describe.skipIf(!hasWire)('case 146: on a real Ethernet', () => {
  const program = join(import.meta.dirname, '../../../dist/cli.cjs');
  const inside = (name: string, ...args: string[]): { command: string; args: string[] } => ({
    command: 'ip',
    args: ['netns', 'exec', name, process.execPath, program, ...args],
  });
  beforeAll(() => expect(connected()).toBe(true));
  afterAll(forget);

  it.each(['10.78.0.1', 'fd78::1'])('%s: the client finds the file of its MAC address', async (host) => {
    const root = directory();
    mkdirSync(join(root, '02-fc-00-00-00-77'));
    writeFileSync(join(root, '02-fc-00-00-00-77', 'f'), 'for this machine\n');
    const flags = ['--host', host, '--port', '6978', '--unique-root', 'mac', '--user', 'root'];
    const server: Running = start(inside(here, 'serve', root, ...flags));
    await server.line(/^listening/);
    const got = await run(inside(there, host, '6978', '-c', 'get', 'f', '-'), 15_000);
    await server.stop();
    expect({ stdout: got.stdout, status: got.status }).toEqual({ stdout: 'for this machine\n', status: 0 });
  });
});
