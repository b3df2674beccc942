// Boot firmware against our server: what a board and a network card ask for, and what they get.
// Each file is checked where it arrived: U-Boot computes a checksum of its memory, iPXE runs the script that it loaded.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findProgram } from '../support/debs.ts';
import { firmwareMissing, powerOn } from '../support/firmware.ts';
import { makeHosts, type Host, type Hosts } from '../support/hosts.ts';
import type { Running } from '../support/spawn.ts';
import { noise } from './content.ts';

const missing = firmwareMissing();
const program = join(import.meta.dirname, '../../dist/cli.cjs');
/** Milliseconds for what an emulated machine does. */
const patience = 60_000;

interface Bench {
  readonly root: string;
  readonly host: Host;
  readonly world: Hosts;
  /** Our server on port 69, with each packet in its output. */
  readonly server: Running;
}

async function lay(): Promise<Bench> {
  const root = await mkdtemp(join(tmpdir(), 'tftpsh-firmware-'));
  const world = await makeHosts(1);
  const [host] = world.hosts;
  if (host === undefined) throw new Error('no host');
  const where = ['--host', host.address, '--port', '69', '--user', 'root'];
  const server = host.start({
    ...{ command: process.execPath, args: [program, '-t', 'serve', root, ...where] },
    env: { COLUMNS: '200' },
  });
  await server.line(/listening on/);
  return { root, host, world, server };
}

async function clear({ root, world, server }: Bench, running: readonly Running[]): Promise<void> {
  for (const one of [...running, server]) await one.stop();
  await world.close();
  await rm(root, { recursive: true, force: true });
}

/** Types a command, no faster than the console echoes it. @returns what it shows up to its next prompt. */
async function typed(console: Running, line: string, prompt: RegExp): Promise<string> {
  for (const [keys] of line.matchAll(/.{1,8}/g)) {
    console.type(keys);
    await console.next(new RegExp(keys.replaceAll(/\W/g, '\\$&')), patience);
  }
  console.type('\r');
  return console.next(new RegExp(`[^]*?${prompt.source}`), patience);
}

/** The next request for `file` that the server's trace shows. A line of the trace may come after the transfer's end. */
function requestFor(file: string, { server }: Bench): Promise<string> {
  return server.next(new RegExp(`RRQ +"${file}" octet .*?(?= {2,})`));
}

/** What `emulate` asks for the same file. */
async function emulated(name: string, file: string, bench: Bench): Promise<string> {
  const uri = `tftp://${bench.host.address}/${file}`;
  const args = [program, 'emulate', name, 'get', uri, join(bench.root, 'emulated')];
  expect(await bench.host.start({ command: process.execPath, args }).ended).toMatchObject({ status: 0 });
  return requestFor(file, bench);
}

describe.skipIf(missing !== undefined)('U-Boot ↔ our server', { timeout: 2 * patience }, () => {
  let bench: Bench;
  let board: Running;
  const say = (line: string): Promise<string> => typed(board, line, /\n=> /);

  beforeAll(async () => {
    bench = await lay();
    board = powerOn('U-Boot', bench.world);
    await board.next(/Hit any key/, patience);
    await typed(board, '', /=> /);
    for (const line of ['setenv ipaddr 10.77.0.9', `setenv serverip ${bench.host.address}`]) await say(line);
  }, 2 * patience);
  afterAll(() => clear(bench, [board]));

  /** Gets a file of `size` octets, noise. @returns the request. */
  async function gets(size: number): Promise<string> {
    const octets = noise(size);
    await writeFile(join(bench.root, `file-${size}`), octets);
    expect(await say(`tftpboot 1000000 file-${size}`)).toContain(`Bytes transferred = ${size} `);
    const sum = crc32(octets).toString(16).padStart(8, '0');
    expect(await say('crc32 1000000 $filesize')).toContain(`==> ${sum}`);
    return requestFor(`file-${size}`, bench);
  }

  test('emulate u-boot asks as it does', async () => {
    const theirs = await gets(10);
    expect(theirs).toContain('blksize=1468');
    expect(await emulated('u-boot', 'file-10', bench)).toBe(theirs);
  });

  test.each([1, 1467, 1468, 1469, 1_000_000])('case 88, case 89: gets %i octets, octet', async (size) => {
    await gets(size);
  });

  test('case 87: gets 0 octets, octet', async () => {
    await writeFile(join(bench.root, 'empty'), '');
    expect(await say('tftpboot 1000000 empty')).toMatch(/0 Bytes[^]*done/);
  });

  test.each([
    ['512', '1', 100_000],
    ['1024', '4', 100_000],
    ['1468', '16', 1_000_000],
  ])('gets with blksize %s, windowsize %s: %i octets, octet', async (blksize, windowsize, size) => {
    await say(`setenv tftpblocksize ${blksize}`);
    await say(`setenv tftpwindowsize ${windowsize}`);
    const request = await gets(size);
    expect(request).toContain(`blksize=${blksize}`);
    if (windowsize !== '1') expect(request).toContain(`windowsize=${windowsize}`);
  });

  test('case 82, case 83: gets 66,001 blocks, block numbers roll over, octet', async () => {
    await say('setenv tftpblocksize 8');
    await say('setenv tftpwindowsize 32');
    await gets(66_000 * 8 + 3);
  });

  test('hears at once that a file is missing', async () => {
    expect(await say('tftpboot 1000000 none')).toContain("TFTP error: 'File not found' (1)");
  });
});

/** A script of iPXE of exactly `size` octets. It adds numbers line by line; `sum` is what it prints if none is missing. */
function addition(size: number): { text: string; sum: number } {
  const end = 'echo whole ${sum:uint32}\n';
  let text = '#!ipxe\nset sum:uint32 0\n';
  let sum = 0;
  for (let term = 1; text.length + end.length + 20 < size; term = (term * 7) % 101) {
    text += `inc sum:uint32 ${term}\n`;
    sum += term;
  }
  text += end;
  return { text: `${text}${'#'.repeat(Math.max(0, size - text.length - 1))}\n`, sum };
}

describe.skipIf(missing !== undefined)('iPXE ↔ our server', { timeout: 2 * patience }, () => {
  let bench: Bench;
  let card: Running;
  let addresses: Running;
  const say = (line: string): Promise<string> => typed(card, line, /iPXE> /);

  beforeAll(async () => {
    bench = await lay();
    await writeFile(join(bench.root, 'boot.ipxe'), '#!ipxe\nshell\n');
    addresses = leases(bench);
    await addresses.line(/DHCP, IP range/);
    card = powerOn('iPXE', bench.world);
    await card.next(/boot\.ipxe\.\.\. ok[^]*iPXE> /, patience);
  }, 2 * patience);
  afterAll(() => clear(bench, [card, addresses]));

  const uri = (file: string): string => `tftp://${bench.host.address}/${file}`;

  test('emulate ipxe asks for its boot file as it does', async () => {
    const theirs = await requestFor('boot.ipxe', bench);
    expect(theirs).toContain('blksize=1432');
    expect(await emulated('ipxe', 'boot.ipxe', bench)).toBe(theirs);
  });

  test.each([1431, 1432, 1433, 50_000])('case 88, case 89: gets %i octets, octet', async (size) => {
    const { text, sum } = addition(size);
    expect(text).toHaveLength(size);
    await writeFile(join(bench.root, `sum-${size}`), text);
    expect(await say(`chain ${uri(`sum-${size}`)}`)).toContain(`whole 0x${sum.toString(16)}`);
  });

  test('gets 3,000,000 octets, octet', async () => {
    await writeFile(join(bench.root, 'image'), noise(3_000_000));
    await say(`imgfetch ${uri('image')}`);
    expect(await say('imgstat')).toContain('image : 3000000 bytes');
  });

  test('hears at once that a file is missing', async () => {
    expect(await say(`imgfetch ${uri('none')}`)).toContain('No such file or directory');
  });
});

/** A DHCP server that gives an address and names the boot file. */
function leases({ host, root }: Bench): Running {
  const dnsmasq = findProgram('dnsmasq-base', 'dnsmasq');
  if (dnsmasq === undefined) throw new Error('dnsmasq is not here');
  return host.start({
    ...{ command: 'sh', env: dnsmasq.env },
    args: [
      ...['-c', 'exec "$0" "$@" 2>&1', dnsmasq.command],
      ...['--keep-in-foreground', '--conf-file=/dev/null', '--user=root', '--pid-file=', '--log-facility=-'],
      ...['--port=0', '--interface=br0', '--bind-interfaces', `--dhcp-leasefile=${join(root, 'leases')}`],
      ...['--dhcp-range=10.77.0.50,10.77.0.60', `--dhcp-boot=boot.ipxe,,${host.address}`],
    ],
  });
}
