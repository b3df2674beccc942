// A captured transfer of any length can be walked: a window of its packets is kept, around the packet that is asked for.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { memorySource } from '../../../src/files/streams/stream.ts';
import { CaptureFile } from '../../../src/shell/captures/capture-file.ts';
import { say } from '../../../src/wire/text.ts';
import { classic, concat, ipv4, latin, order, udp } from '../../trace/capture/captures.ts';
import { lookingRig } from '../packets/rig.ts';

const { u16 } = order(false);
const blocks = 200;

/** A get of eight octets a block, in lockstep. The records are a second apart. */
function long(isDead = false): Uint8Array {
  const toServer = (octets: Uint8Array, port: number): Uint8Array => ipv4(udp(5000, port, octets));
  const toClient = (octets: Uint8Array): Uint8Array => {
    const packet = ipv4(udp(6000, 5000, octets));
    [packet[15], packet[19]] = [2, 1];
    return packet;
  };
  const parts = [
    toServer(latin('\0\x01fw.bin\0octet\0blksize\x008\0'), 69),
    toClient(latin('\0\x06blksize\x008\0')),
    toServer(latin('\0\x04\0\0'), 6000),
  ];
  for (let block = 1; block <= blocks; block++) {
    const number = u16(block & 0xffff);
    parts.push(toClient(concat(u16(3), number, new Uint8Array(block === blocks ? 3 : 8))));
    parts.push(toServer(concat(u16(4), number), 6000));
  }
  // The server sends no last block: the client repeats its ACK.
  return classic(isDead ? [...parts.slice(0, -2), ...parts.slice(-3, -2), ...parts.slice(-3, -2)] : parts, {
    link: 101,
  });
}

it('case 138: of 403 packets in windows of 100: packet K, ladder and explain go anywhere', async () => {
  const { run, session, folder } = await lookingRig();
  const path = join(folder, 'long.pcap');
  await writeFile(path, long());
  const capture = new CaptureFile(path, say`long.pcap`, { most: 100 });
  await capture.read(memorySource(long()), {});
  session.context.inspector.look(capture);

  const first = (await run('ladder')).lines;
  expect(first.at(-1)).toBe('Only its first 100 of 403 packets are shown. "packet K" goes to any other.');

  const last = (await run('packet 403')).lines.join('\n');
  expect(last).toContain('packet 403 of transfer 1');
  expect(last).toContain('ACK');
  expect(last).toContain('402.000000 s');

  const around = (await run('ladder')).lines;
  expect(around.at(-1)).toBe('Only its packets 304–403 of 403 are shown. "packet K" goes to any other.');
  expect(around.join('\n')).toContain('DATA 200');
  expect(around.join('\n')).not.toContain('resent');

  const { lines } = await run('packet 203');
  expect(lines[0]).toMatch(/packet 203 of transfer 1.*ACK.*202\.000000 s/);
  expect((await run('explain 204')).lines[0]).toContain('packet 204 of transfer 1');
  expect((await run('stats')).lines.join('\n')).toContain('1,595 in 200 blocks');
  expect((await run('packet 1')).lines.join('\n')).toContain('fw.bin');
  expect((await run('diff 1 1')).lines.join(' ')).toContain(
    'transfer 1: Only its first 100 of 403 packets are shown.',
  );
  const beyond = await run('packet 404');
  expect(beyond.status).toBe(64);
  expect(beyond.lines.join('\n')).toContain('Transfer 1 has packets 1–403.');
});

it('is read once for all packets of a window', async () => {
  const { folder } = await lookingRig();
  const path = join(folder, 'long.pcap');
  await writeFile(path, long());
  const capture = new CaptureFile(path, say`long.pcap`, { most: 100 });
  await capture.read(memorySource(long()), {});
  const found = await capture.find(1, { packet: 300 });
  expect([found?.log.first, found?.log.packets.length, found?.log.total]).toEqual([250, 100, 403]);
  expect((await capture.find(1, { packet: 349 }))?.log).toBe(found?.log);
  expect((await capture.find(1))?.log).toBe(found?.log);
  expect((await capture.find(1, { packet: 350 }))?.log.first).toBe(300);
  expect((await capture.find(1, { packet: 1 }))?.log.first).toBe(1);
});

it('an export draws all of it, part by part, and a filter chooses rows of all', async () => {
  const { run, session, folder } = await lookingRig();
  const path = join(folder, 'long.pcap');
  await writeFile(path, long());
  const capture = new CaptureFile(path, say`long.pcap`, { most: 100, near: 60 });
  await capture.read(memorySource(long()), {});
  session.context.inspector.look(capture);
  const text = async (name: string): Promise<string> => readFile(join(folder, name), 'utf8');
  expect((await run('export a.txt')).status).toBe(0);
  expect(await text('a.txt')).toMatch(/RRQ "fw\.bin"[^]*⋮ 19\d blocks, nothing unusual[^]*DATA 200 /);
  expect((await run('export b.txt --filter "block=7 or block=150"')).status).toBe(0);
  expect(await text('b.txt')).toMatch(/DATA 7 [^]*ACK 7 [^]*DATA 150 [^]*ACK 150 /);
  expect((await run('export c.txt --packets 30..340')).status).toBe(0);
  expect((await text('c.txt')).split('\n').filter((line) => line.includes('DATA'))).toHaveLength(156);
  expect((await run('ladder --packets 250..300')).lines.filter((line) => line.includes('ACK'))).toHaveLength(
    25,
  );
});

it('case 138: of a long transfer that failed the end is diagnosed, not the place where a window of it ends', async () => {
  const { run, session, folder } = await lookingRig();
  const path = join(folder, 'dead.pcap');
  await writeFile(path, long(true));
  const capture = new CaptureFile(path, say`dead.pcap`, { most: 100 });
  await capture.read(memorySource(long(true)), {});
  session.context.inspector.look(capture);
  const lines = (await run('diagnose')).lines.join(' ').replaceAll(/ +/g, ' ');
  expect(lines).toContain('After ACK 199 (packet 401) the server fell silent for 2 s');
  expect(lines.match(/fell silent/g)).toHaveLength(1);
});
