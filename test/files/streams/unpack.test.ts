// Compressed files are unpacked as a stream: whole, cut, damaged, in several members, and with bounded memory.
import type { Transform } from 'node:stream';
import { PassThrough } from 'node:stream';
import * as zlib from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { Source } from '../../../src/files/file.ts';
import { problem } from '../../../src/files/problem.ts';
import { memorySource } from '../../../src/files/streams/stream.ts';
import { unpack, type UnpackedSource } from '../../../src/files/streams/unpack.ts';

const plain = Uint8Array.from({ length: 300_000 }, (_zero, at) => (at * 7919) >> 5);
const packed = new Uint8Array(zlib.gzipSync(plain));

async function readAll(source: UnpackedSource, piece = 10_000): Promise<Buffer> {
  const into = new Uint8Array(piece);
  const parts: Buffer[] = [];
  for (let length = await source.read(into); length > 0; length = await source.read(into))
    parts.push(Buffer.from(into.slice(0, length)));
  await source.close();
  return Buffer.concat(parts);
}

describe('gzip', () => {
  test('is unpacked, however small the pieces are', async () => {
    const source = unpack(memorySource(packed));
    expect((await readAll(source, 1)).equals(plain)).toBe(true);
    expect(source.damage).toBeUndefined();
  });

  test('in several members is one file (RFC 1952 §2.2)', async () => {
    const twice = unpack(memorySource(Buffer.concat([packed, packed])));
    expect((await readAll(twice)).equals(Buffer.concat([plain, plain]))).toBe(true);
  });

  test('that is cut gives what was there, and says so', async () => {
    const half = packed.subarray(0, packed.length >> 1);
    const source = unpack(memorySource(half));
    const found = await readAll(source);
    expect(found.length).toBeGreaterThan(10_000);
    expect(found.equals(zlib.gunzipSync(half, { finishFlush: zlib.constants.Z_SYNC_FLUSH }))).toBe(true);
    expect(source.damage).toBe('the compressed file ends too early');
  });

  test('that is damaged says so, and never throws', async () => {
    const wrong = packed.slice();
    wrong.fill(0xff, 2000, 2100);
    const source = unpack(memorySource(wrong));
    await readAll(source);
    expect(source.damage).toBe('the compressed file is damaged');
  });

  test('of a file that cannot be read rejects with the error of the file', async () => {
    let reads = 0;
    const inner = memorySource(packed);
    const source: Source = {
      size: undefined,
      read: (into) => (++reads > 2 ? Promise.reject(problem('io')) : inner.read(into)),
      close: () => Promise.resolve(),
    };
    const unpacked = unpack(source);
    await expect(readAll(unpacked)).rejects.toMatchObject({ problem: 'io' });
    expect(unpacked.damage).toBeUndefined();
  });

  test('reads no further than its reader asks', async () => {
    let given = 0;
    const zeros = new Uint8Array(zlib.gzipSync(new Uint8Array(64 << 20)));
    const inner = memorySource(Buffer.concat(Array.from({ length: 40 }, () => zeros)));
    const source: Source = {
      size: undefined,
      read: async (into) => {
        const length = await inner.read(into);
        given += length;
        return length;
      },
      close: () => inner.close(),
    };
    const unpacked = unpack(source);
    expect(await unpacked.read(new Uint8Array(1000))).toBe(1000);
    expect(given).toBeLessThan(zeros.length * 10);
    await unpacked.close();
  });
});

test.each([0, 1, 3, 4, 5, 5000])('%i octets that are not compressed pass unchanged', async (length) => {
  const octets = plain.subarray(0, length);
  expect((await readAll(unpack(memorySource(octets)), 3)).equals(octets)).toBe(true);
});

describe('zstd', () => {
  const magic = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);

  test('is unpacked where Node has it', async () => {
    const seen = new PassThrough();
    const createZstdDecompress = (): Transform => seen;
    const source = unpack(memorySource(Buffer.concat([magic, plain])), { ...zlib, createZstdDecompress });
    expect((await readAll(source)).equals(Buffer.concat([magic, plain]))).toBe(true);
    expect(seen.readableEnded).toBe(true);
  });

  test('passes packed where Node has none, so that the reader of the capture can name it', async () => {
    const { createGunzip } = zlib;
    const source = unpack(memorySource(magic), { createGunzip });
    expect((await readAll(source)).equals(magic)).toBe(true);
  });

  const native = zlib as { readonly zstdCompressSync?: (octets: Uint8Array) => Buffer };
  test.skipIf(native.zstdCompressSync === undefined)('of this Node is unpacked', async () => {
    const source = unpack(memorySource(native.zstdCompressSync?.(plain) ?? magic));
    expect((await readAll(source)).equals(plain)).toBe(true);
  });
});
