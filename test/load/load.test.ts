// Our server under load, in a process of its own, on loopback: what it holds stays bounded and is given back.
// Figures that are asserted are counts and memory. Short by default; `npm run soak` takes the sizes of the catalogue.
import { platform } from 'node:os';
import { readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { isTemporaryName } from '../../src/files/offerings/name.ts';
import type { TransferSettings } from '../../src/engine/transfer.ts';
import { digest, digestOf, noise } from '../peers/content.ts';
import { ourClient } from '../peers/ours.ts';
import { rrq, udpPeer, wrq, type RawPeer } from '../support/raw-peer.ts';
import { ack, data, error } from '../support/script.ts';
import { slowMissing } from '../support/slow.ts';
import { loaded, type Holdings, type Loaded } from './server.ts';

const missing = platform() === 'linux' ? slowMissing : 'it reads /proc';
if (missing !== undefined) console.warn(`skipped: load: ${missing}`);

const isLong = process.env['LONG'] === '1';
/** The size of a short run, and that of the catalogue. */
const sized = (short: number, long: number): number => (isLong ? long : short);
const mebi = 1024 * 1024;
const minutes = 60_000;
/** Seconds of mixed transfers: `SOAK_SECONDS=3600 npm run soak` goes on for an hour. */
const seconds = Number(process.env['SOAK_SECONDS'] ?? sized(2, 120));
const windowed: TransferSettings = { blksize: 1468, windowsize: 16 };

let server: Loaded | undefined;
const peers: RawPeer[] = [];
afterEach(async () => {
  for (const peer of peers.splice(0)) peer.close();
  await server?.stop();
  server = undefined;
});

async function serve(...flags: readonly string[]): Promise<Loaded> {
  server = await loaded(...flags);
  return server;
}

async function peer(): Promise<RawPeer> {
  const one = await udpPeer();
  peers.push(one);
  return one;
}

/** Waits until the server holds what it held before: the last client may have to be given up first. */
async function givenBack(under: Loaded, before: Holdings): Promise<void> {
  await vi.waitFor(async () => expect(await under.holdings()).toEqual(before), {
    timeout: 60_000,
    interval: 200,
  });
}

function report(what: string, under: Loaded, now: Holdings): void {
  const { now: present, peak } = under.memory();
  const held = `${now.descriptors} descriptors, ${now.places} places, ${now.temporary} temporary files`;
  console.log(`${what}: ${held}, ${Math.round(present)} MiB (at most ${Math.round(peak)})`);
}

const remote = ({ host, port }: Loaded, file: string): { host: string; port: number; file: string } => ({
  ...{ host, port, file },
});

async function got(from: Loaded, file: string, settings = windowed): Promise<string> {
  const path = join(from.folder, `got-${Math.random()}`);
  await ourClient().get({ remote: remote(from, file), settings, to: { type: 'file', path } }).done;
  return digestOf(path);
}

function put(to: Loaded, file: string, path: string, settings = windowed): Promise<unknown> {
  return ourClient().put({ remote: remote(to, file), settings, from: { type: 'file', path } }).done;
}

describe.skipIf(missing !== undefined)('load', { timeout: sized(2, 90) * minutes }, () => {
  test('load 1: parallel gets are all whole, in less than 200 MB', async () => {
    const under = await serve('--max-transfers 1000');
    const content = noise(sized(2, 16) * mebi);
    await writeFile(join(under.root, 'file'), content);
    const before = await under.holdings();
    const all = await Promise.all(Array.from({ length: sized(16, 64) }, () => got(under, 'file')));
    expect(new Set(all)).toEqual(new Set([digest(content)]));
    await givenBack(under, before);
    report('load 1', under, await under.holdings());
    expect(under.memory().peak).toBeLessThan(200);
  });

  test('load 2: failures of each class leave nothing open', async () => {
    const under = await serve('--max-transfers 100000');
    await writeFile(join(under.root, 'file'), noise(20_000));
    const to = { address: under.host, port: under.port };
    const one = await peer();
    /** How a transfer fails, from its request to the last packet. */
    const classes: readonly (() => Promise<unknown>)[] = [
      ...['none', '../file', 'none/file', 'n'.repeat(300)].map((name) => () => asked(rrq(name))),
      () => asked(wrq('a/b')),
      () => asked(wrq('big', 'tsize 999999999999999')),
      () => asked(Buffer.from('\0\x01file\0mail\0', 'latin1')),
      () => ended(rrq('file'), error(0)),
      () => ended(rrq('file', 'blksize 1000'), error(8)),
      () => ended(wrq('new'), error(3)),
      () => ended(wrq('new', 'blksize 600'), data(1, 600)),
      () => ended(wrq('new'), Buffer.from('\0\x03\0\x01' + 'x'.repeat(600), 'latin1')),
    ];
    async function asked(request: Parameters<RawPeer['send']>[0]): Promise<string> {
      one.send(request, to);
      return one.hear();
    }
    async function ended(
      request: Parameters<RawPeer['send']>[0],
      last: Parameters<RawPeer['send']>[0],
    ): Promise<void> {
      await asked(request);
      one.send(last);
      one.send(error(0));
    }
    const before = await under.holdings();
    for (let round = 0; round < sized(100, 1000); round++) for (const fail of classes) await fail();
    await givenBack(under, before);
    report('load 2', under, await under.holdings());
    expect(await readdir(under.root)).toEqual(['file']);
  });

  test('load 3: a real get finishes in a flood of forged requests, and memory hardly grows', async () => {
    const under = await serve();
    const content = noise(sized(3, 10) * mebi);
    await writeFile(join(under.root, 'file'), content);
    const before = await under.holdings();
    await got(under, 'file');
    const { peak } = under.memory();
    const forged = await Promise.all(Array.from({ length: 200 }, peer));
    let flows = true;
    let sent = 0;
    const flow = (): void => {
      if (!flows) return;
      for (const one of forged.slice(sent % 150, (sent % 150) + 50))
        one.send(rrq('file'), { address: under.host, port: under.port });
      sent += 50;
      setImmediate(flow);
    };
    flow();
    const rounds = sized(1, 20);
    for (let round = 0; round < rounds; round++) expect(await got(under, 'file')).toBe(digest(content));
    expect((await under.holdings()).places).toBeLessThanOrEqual(512);
    flows = false;
    for (const one of forged) one.close();
    peers.splice(0);
    expect(sent).toBeGreaterThan(1000);
    // 512 places with 96 KiB of read-ahead each, and as much garbage.
    expect(under.memory().peak - peak).toBeLessThan(96);
    await givenBack(under, before);
    report(`load 3, ${sent} forged requests`, under, await under.holdings());
  });

  test('load 4: mixed gets and puts with 2 % loss all succeed; memory and descriptors stay flat', async () => {
    const under = await serve("--impair 'loss 2%'", '--rexmt 0.1');
    const contents = [0, 1, 1468, 100_000, mebi].map((size) => [`file-${size}`, noise(size)] as const);
    for (const [name, octets] of contents)
      for (const place of [under.root, under.folder]) await writeFile(join(place, name), octets);
    const settings = { ...windowed, rexmt: 100 };
    const round = async (number: number): Promise<void> => {
      const [name, octets] = contents[number % contents.length] ?? ['', Buffer.of()];
      if (number % 2 === 0) expect(await got(under, name, settings)).toBe(digest(octets));
      else await put(under, `up-${number % 20}`, join(under.folder, name), settings);
    };
    const before = await under.holdings();
    const until = performance.now() + seconds * 1000;
    let warm: number | undefined;
    let count = 0;
    for (; performance.now() < until || count < 8; count += 4) {
      await Promise.all([0, 1, 2, 3].map((at) => round(count + at)));
      if (performance.now() > until - seconds * 500) warm ??= under.memory().now;
    }
    await givenBack(under, before);
    report(`load 4, ${count} transfers`, under, await under.holdings());
    expect(under.memory().now - (warm ?? under.memory().now)).toBeLessThan(48);
  });

  test('load 5: with slow readers in every place a new client is served', async () => {
    const places = sized(16, 64);
    const under = await serve(`--max-transfers ${places}`);
    await writeFile(join(under.root, 'file'), noise(100_000));
    const before = await under.holdings();
    const slow: RawPeer[] = [];
    // All places of one address, until one is refused. A reader that takes one block and no more is the slowest.
    for (let word = ''; !word.startsWith('ERROR 0');) {
      const one = await peer();
      one.send(rrq('file'), { address: under.host, port: under.port });
      word = await one.hear();
      one.send(ack(1));
      slow.push(one);
    }
    expect((await under.holdings()).places).toBe(slow.length - 1);
    expect(slow.length).toBeGreaterThan(places / 4);
    await vi.waitFor(async () => expect(await got(under, 'file')).toBe(digest(noise(100_000))), {
      timeout: 60_000,
    });
    for (const one of slow) one.send(error(0));
    await givenBack(under, before);
  });

  test('load 6: 70,000 blocks of 8 octets arrive whole', async () => {
    const under = await serve();
    const content = noise(70_000 * 8 + 3);
    await writeFile(join(under.root, 'file'), content);
    const settings = { blksize: 8, windowsize: 16 };
    expect(await got(under, 'file', settings)).toBe(digest(content));
    await put(under, 'back', join(under.root, 'file'), settings);
    expect(await digestOf(join(under.root, 'back'))).toBe(digest(content));
  });

  test('load 7: the server is killed during uploads: every file is old or new, and the next start removes what is left', async () => {
    const under = await serve('--pace 0', '--max-transfers 1000');
    const [old, fresh] = [noise(50_000), noise(3 * mebi).subarray(mebi)];
    const path = join(under.folder, 'fresh');
    await writeFile(path, fresh);
    let left = 0;
    for (let round = 0; round < sized(3, 25); round++) {
      const names = Array.from({ length: 8 }, (_, at) => `f${at}`);
      for (const name of names) await writeFile(join(under.root, name), old);
      const settings = { blksize: 1024, windowsize: 1, timeout: 2000, rexmt: 500 };
      const ends = names.slice(0, 4).map((name) => put(under, name, path, settings).catch(() => undefined));
      await vi.waitFor(async () => expect((await under.holdings()).temporary).toBeGreaterThan(0));
      await under.restart();
      await Promise.all(ends);
      const whole = [digest(old), digest(fresh)];
      for (const name of names) expect(whole).toContain(await digestOf(join(under.root, name)));
      const temporary = (await readdir(under.root)).filter(isTemporaryName);
      left += temporary.length;
      // What is an hour old goes at the next start.
      for (const name of temporary) await utimes(join(under.root, name), 1, 1);
    }
    expect(left).toBeGreaterThan(0);
    await under.restart();
    expect((await under.holdings()).temporary).toBe(0);
  });

  test('load 8: after 10,000 bad packets of every length and opcode one get works', async () => {
    const under = await serve();
    const content = noise(mebi);
    await writeFile(join(under.root, 'file'), content);
    const before = await under.holdings();
    const one = await peer();
    const junk = noise(70_000);
    for (let count = 0; count < 10_000; count++) {
      const octets = Buffer.from(junk.subarray(count, count + (count % 1500)));
      if (octets.length > 1) octets.writeUInt16BE(count % 20, 0);
      one.send(octets, { address: under.host, port: under.port });
      // A socket that is given no time drops what it is given.
      if (count % 100 === 0) await new Promise(setImmediate);
    }
    expect(await got(under, 'file')).toBe(digest(content));
    await givenBack(under, before);
    report('load 8', under, await under.holdings());
  });
});
