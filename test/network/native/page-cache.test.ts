// Reading within one call what the system holds of a file in memory.
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadLibc } from '../../../src/network/native/libc.ts';
import { readNowOver } from '../../../src/network/native/page-cache.ts';
import { FakeLibc } from './fake-libc.ts';

const libc = loadLibc();

test.runIf(libc !== undefined)(
  'a file that was just written is read at any offset, up to its end',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tftpsh-cache-'));
    const content = Uint8Array.from({ length: 300_000 }, (_, at) => (at * 31) & 255);
    await writeFile(join(folder, 'file'), content);
    const file = await open(join(folder, 'file'));
    try {
      const readNow = readNowOver(libc)!;
      const into = new Uint8Array(100_000);
      for (const offset of [0, 1, 123_457, 250_000]) {
        const got = readNow(file.fd, into, offset);
        expect(got).toBe(Math.min(into.length, content.length - offset));
        expect(Buffer.compare(into.subarray(0, got), content.subarray(offset, offset + got))).toBe(0);
      }
      expect(readNow(file.fd, into, content.length)).toBe(0);
      expect(readNow(-1, into, 0)).toBe(0);
    } finally {
      await file.close();
      await rm(folder, { recursive: true });
    }
  },
);

test.each([-1, 0, 101])('an answer of %i octets for 100 counts as none', (answer) => {
  const fake = Object.assign(new FakeLibc(), { preadv2: () => answer });
  expect(readNowOver(fake)!(3, new Uint8Array(100), 0)).toBe(0);
});

test('a C library without the call reads nothing', () => {
  expect(readNowOver(new FakeLibc())).toBeUndefined();
});
