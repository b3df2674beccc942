// A captured transfer of a million packets: any packet is read alone, from an index whose memory is bounded.
import { mkdtemp, open, rm } from 'node:fs/promises';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished, test } from 'vitest';
import { CaptureFile } from '../../../src/shell/captures/capture-file.ts';
import { CaptureIndex } from '../../../src/trace/capture/capture-index.ts';
import { say } from '../../../src/wire/text.ts';
import { peakMemory } from '../../bench/report.ts';
import { ended, startCli } from '../../support/cli.ts';
import { longCapture } from '../../trace/capture/long-capture.ts';

const long = longCapture(500_000);
const packetLength = long.size / long.packets;
/** What the disk says of the file when it is opened again. */
let now: Parameters<typeof long.open>[0];
const openAgain = (): Promise<ReturnType<typeof long.open>> => Promise.resolve(long.open(now));
const capture = new CaptureFile('/long.pcap', say`long.pcap`, { open: openAgain });
const small = { transfers: 10, marks: 16, stride: 1024 };
const sparse = new CaptureIndex(small);

beforeAll(async () => {
  await capture.read(long.open(), {
    record: (record) => sparse.record(record),
    reached: (place, hold) => sparse.reached(place, hold),
  });
}, 120_000);

describe('case 138: a capture of 1,000,003 packets', () => {
  it.each([900_000, 1, 1_000_003, 65_537, 131_075])(
    'packet %i is read with its neighbours alone',
    async (packet) => {
      const before = long.read;
      const { log } = (await capture.find(1, { packet }))!;
      const rec = log.packet(packet);
      expect([rec?.number, log.total]).toEqual([packet, long.packets]);
      expect(rec?.index).toBe(packet === 1 ? undefined : Math.floor((packet - 2) / 2));
      expect(rec?.at).toBeCloseTo((packet - 1) * 0.05, 6);
      expect(log.packets.some(({ again, stranger }) => again || stranger)).toBe(false);
      expect(log.records.some(({ kind }) => kind === 'missing')).toBe(false);
      // The window of 8,192 packets, what it may refer to, and what lies between two marks.
      expect(long.read - before).toBeLessThan(32_000 * packetLength);
    },
  );

  it('has no more marks than its bounds allow, and they are spread over all of it', () => {
    const { marks, stretches } = sparse.track(1)!;
    expect(sparse.weight).toBeLessThanOrEqual(small.marks);
    expect(marks.length).toBe(stretches.length);
    expect(marks.length).toBeGreaterThan(small.marks / 4);
    expect(marks.at(-1)?.packets).toBeGreaterThan(0.8 * long.packets);
  });

  it('is refused where the file is shorter or another one now, and read where it has grown', async () => {
    const look = (): Promise<unknown> => capture.find(1, { packet: 300_000 });
    now = { size: long.size - 1_000_000 };
    await expect(look()).rejects.toThrow(
      /^The capture is shorter than when it was read \(.* of .* are left\)/,
    );
    now = { identity: 'written again' };
    await expect(look()).rejects.toThrow('The capture has changed since it was read: open it again');
    now = { identity: 'written on', size: long.size + 100 };
    await expect(look()).resolves.toMatchObject({ number: 1 });
    now = undefined;
  });
});

/** The peak memory in MiB of a program that opens a capture of `blocks` blocks and goes to several packets. */
async function peakOver(blocks: number, packets: readonly number[]): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'tftpsh-million-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = await open(join(folder, 'a.pcap'), 'wx');
  const source = longCapture(blocks).open();
  const piece = new Uint8Array(1 << 20);
  for (let length = await source.read(piece); length > 0; length = await source.read(piece))
    await file.write(piece, 0, length);
  await file.close();
  const child = startCli([], { cwd: folder });
  const result = ended(child);
  child.stdin.write(`open a.pcap\n${packets.map((packet) => `packet ${packet}\n`).join('')}lpwd\n`);
  let said = '';
  while (!said.includes(folder)) said += String(await once(child.stdout, 'data'));
  const peak = (peakMemory(child.pid ?? -1) ?? Number.NaN) / 1024;
  child.stdin.end();
  const { status, out } = await result;
  expect(status).toBe(0);
  for (const packet of packets) expect(out).toContain(`packet ${packet} of transfer 1`);
  return peak;
}

test.skipIf(process.platform !== 'linux')(
  'a walk through a million packets takes at most 96 MiB more memory than one through a thousand',
  { timeout: 180_000 },
  async () => {
    const growth = (await peakOver(500_000, [900_000, 1, 1_000_003])) - (await peakOver(500, [900, 1, 1003]));
    expect(growth).toBeLessThan(96);
  },
);
