// A capture of any size streams through bounded memory: the program is fed through a pipe, and asked what it held at
// the highest before the pipe ends. 96 MiB in an ordinary run, 1 GiB with LONG=1. Files are taken out of a capture in
// bounded memory as well, however many transfers in it hold back their first block.
import { once } from 'node:events';
import { mkdtemp, open, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { peakMemory } from '../../bench/report.ts';
import { ended, startCli } from '../../support/cli.ts';
import { concat, ipv4, latin, order, udp } from '../../trace/capture/captures.ts';

const mebi = 1024 ** 2;
const large = process.env['LONG'] === '1' ? 1024 * mebi : 96 * mebi;
const small = 4 * mebi;
/** MiB that the large capture may take beyond the small one; all of it kept would be more in either run. */
const allowed = 48;
const blocks = 2000;
const blksize = 1468;
const { u16 } = order(false);
const { u32 } = order(true);

/** A record with raw IP; the helper's packets go from 10.0.0.1 to 10.0.0.2. */
function record(from: 'client' | 'server', payload: Uint8Array, ends: readonly [number, number]): Uint8Array {
  const packet = ipv4(udp(...ends, payload));
  if (from === 'server') [packet[15], packet[19]] = [2, 1];
  return concat(u32(1), u32(0), u32(packet.length), u32(packet.length), packet);
}

/** A whole get: the request, an OACK, DATA and ACK by turns. */
function transfer(port: number, tid: number): Uint8Array {
  const ack = (block: number): Uint8Array => record('client', concat(u16(4), u16(block)), [port, tid]);
  const data = (block: number): Uint8Array => {
    const octets = new Uint8Array(block === blocks ? 5 : blksize);
    return record('server', concat(u16(3), u16(block), octets), [tid, port]);
  };
  const turns = Array.from({ length: blocks }, (_, at) => [data(at + 1), ack(at + 1)]).flat();
  return concat(
    record('client', latin(`\0\u0001file\0octet\0blksize\0${blksize}\0`), [port, 69]),
    record('server', latin(`\0\u0006blksize\0${blksize}\0`), [tid, port]),
    ack(0),
    ...turns,
  );
}

/** `whole`, every packet of it, from and to another client port. */
function withPort(whole: Uint8Array, was: number, port: number): Uint8Array {
  const octets = whole.slice();
  const view = new DataView(octets.buffer);
  // Behind each record's head of 16 octets stands IP's of 20, then the two ports.
  for (let at = 0; at < octets.length; at += 16 + view.getUint32(at + 8, true)) {
    const place = view.getUint16(at + 36) === was ? at + 36 : at + 38;
    view.setUint16(place, port);
  }
  return octets;
}

const template = transfer(1, 20_000);
const head = concat(u32(0xa1b2c3d4), u32(0x00040002), u32(0), u32(0), u32(65_535), u32(101));

/** MiB that `open -` held at the highest over a capture of at least `size` octets. */
async function peakOver(size: number): Promise<number> {
  const child = startCli(['open', '-']);
  const result = ended(child);
  const feed = async (octets: Uint8Array): Promise<void> => {
    if (!child.stdin.write(octets)) await once(child.stdin, 'drain');
  };
  await feed(head);
  let transfers = 0;
  for (let fed = 0; fed < size;) {
    await feed(withPort(template, 1, ++transfers));
    fed += template.length;
  }
  const peak = (peakMemory(child.pid ?? -1) ?? Number.NaN) / 1024;
  child.stdin.end();
  const { status, out } = await result;
  expect(status).toBe(0);
  expect(out.trim().split('\n')).toHaveLength(transfers);
  expect(out.match(/ complete /g)).toHaveLength(transfers);
  return peak;
}

test.skipIf(process.platform !== 'linux')(
  `a capture of ${large / mebi} MiB takes no more memory than one of ${small / mebi}`,
  { timeout: 180_000 },
  async () => {
    const growth = (await peakOver(large)) - (await peakOver(small));
    expect(growth).toBeLessThan(allowed);
  },
);

/** MiB beyond that of two transfers; those of all 64 kept would be 234. */
const together = 150;
const hostileBlksize = 64_000;
const hostileBlocks = 60;

/** Writes a capture of `count` gets and puts by turns, which go on side by side without their first blocks. */
async function writeHostile(path: string, count: number): Promise<void> {
  const file = await open(path, 'wx');
  const ends = Array.from({ length: count }, (_, at) => [1000 + at, 20_000 + at] as const);
  const options = `octet\0blksize\0${hostileBlksize}\0windowsize\x00${hostileBlocks}\0`;
  const begins = ends.flatMap(([port, tid], at) => [
    record('client', latin(`\0${at % 2 === 0 ? '\x01' : '\x02'}file${at}\0${options}`), [port, 69]),
    record('server', latin(`\0\x06${options.slice(6)}`), [tid, port]),
  ]);
  await file.write(concat(head, ...begins));
  const octets = new Uint8Array(hostileBlksize);
  for (let block = 2; block < 2 + hostileBlocks; block += 1)
    for (const [at, [port, tid]] of ends.entries()) {
      const data = concat(u16(3), u16(block), octets);
      await file.write(
        at % 2 === 0 ? record('server', data, [tid, port]) : record('client', data, [port, tid]),
      );
    }
  await file.close();
}

/** MiB that `extract` held at the highest over a capture of `count` such transfers. */
async function peakOfExtract(count: number): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'tftpsh-hostile-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeHostile(join(folder, 'a.pcap'), count);
  const child = startCli([], { cwd: folder });
  const result = ended(child);
  // The last line of a script that goes on comes when extract is done, and before the end of the input.
  child.stdin.write('set keep-going on\nextract --from a.pcap out\nlpwd\n');
  let said = '';
  while (!said.includes(folder)) said += String(await once(child.stdout, 'data'));
  const peak = (peakMemory(child.pid ?? -1) ?? Number.NaN) / 1024;
  child.stdin.end();
  const { status, err } = await result;
  const crowded = Number(/: (\d+) files had too many blocks out of order for the memory/.exec(err)?.[1] ?? 0);
  expect([crowded > 0, status]).toEqual(count > 8 ? [true, 65] : [false, 0]);
  const names = await readdir(join(folder, 'out'));
  expect(names.sort()).toEqual(Array.from({ length: count }, (_, at) => `file${at}.partial`).sort());
  return peak;
}

test.skipIf(process.platform !== 'linux')(
  'what waits in all files that are taken out of a capture is bounded together',
  { timeout: 180_000 },
  async () => {
    const small = await peakOfExtract(2);
    const growth = (await peakOfExtract(64)) - small;
    expect(growth).toBeLessThan(together);
  },
);
