// A reader of captures is total: both formats, both byte orders, every cut, and octets that mean nothing.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CaptureReader } from '../../../../src/trace/capture/file/pcap-read.ts';
import { captureDatagram, captureHead } from '../../../../src/trace/capture/file/pcapng-write.ts';
import { block, classic, concat, hex, latin, order, readAll } from '../captures.ts';

const a = latin('first');
const b = latin('second packet');

describe.each([true, false])('little-endian %s', (little) => {
  const { u16, u32 } = order(little);
  const section = block(
    little,
    0x0a0d0d0a,
    concat(u32(0x1a2b3c4d), u16(1), u16(0), u32(0xffffffff), u32(0xffffffff)),
  );
  const face = (link: number, snap: number, options: Uint8Array): Uint8Array =>
    block(little, 1, concat(u16(link), u16(0), u32(snap), options));
  const option = (code: number, value: Uint8Array): Uint8Array =>
    concat(u16(code), u16(value.length), value, new Uint8Array((4 - (value.length % 4)) % 4));
  const packet = (inter: number, high: number, low: number, octets: Uint8Array): Uint8Array =>
    block(
      little,
      6,
      concat(u32(inter), u32(high), u32(low), u32(octets.length), u32(octets.length + 1), octets),
    );

  test('classic, microseconds', () => {
    expect(readAll(classic([a, b], { little }))).toMatchObject([
      { type: 'frame', link: 1, at: 1_000_000_007_000n, octets: a, length: 5, offset: 24 },
      { type: 'frame', link: 1, at: 1_001_000_007_000n, octets: b, length: 13, offset: 45 },
    ]);
  });
  test('classic, nanoseconds', () => {
    const got = readAll(classic([a], { little, magic: 0xa1b23c4d, link: 113 }));
    expect(got).toMatchObject([{ link: 113, at: 1_000_000_000_007n, octets: a }]);
  });
  test('pcapng: interfaces with their own clocks', () => {
    const offset = hex('ffffffffffffffff');
    const got = readAll(
      concat(
        section,
        face(1, 0, new Uint8Array(0)),
        face(101, 0, option(9, hex('09'))),
        face(113, 0, concat(option(9, hex('8a')), option(14, offset), option(0, hex('')))),
        face(276, 0, option(9, hex('0c'))),
        block(little, 0xbad, b),
        packet(0, 0, 5, a),
        packet(1, 1, 5, b),
        packet(2, 0, 3072, a),
        packet(3, 0, 7000, a),
      ),
    );
    expect(got).toMatchObject([
      { link: 1, at: 5000n, octets: a, length: 6 },
      { link: 101, at: 4_294_967_301n, octets: b },
      { link: 113, at: 2_000_000_000n, octets: a },
      { link: 276, at: 7n, octets: a },
    ]);
  });
  test('pcapng: simple and obsolete packets, a comment, a second section', () => {
    const commented = concat(
      u32(0),
      u32(0),
      u32(9),
      u32(5),
      u32(5),
      a,
      new Uint8Array(3),
      option(1, latin('why')),
    );
    const old = concat(u16(0), u16(0), u32(0), u32(8), u32(5), u32(5), a);
    const other = readAll(
      concat(
        section,
        face(1, 5, new Uint8Array(0)),
        block(little, 6, commented),
        block(little, 3, concat(u32(13), b.subarray(0, 5))),
        block(little, 2, old),
        section,
        packet(0, 0, 5, a),
      ),
    );
    expect(other).toMatchObject([
      { type: 'frame', at: 9000n, octets: a, comment: 'why' },
      { type: 'frame', at: 9000n, octets: latin('secon'), length: 13 },
      { type: 'frame', at: 8000n, octets: a },
      { type: 'damage', message: 'a packet of interface 0, which is unknown' },
    ]);
  });
  test('sections of both byte orders in one file', () => {
    const there = block(
      !little,
      0x0a0d0d0a,
      concat(order(!little).u32(0x1a2b3c4d), order(!little).u16(1), new Uint8Array(10)),
    );
    const got = readAll(concat(there, section, face(1, 0, hex('')), packet(0, 0, 5, a)));
    expect(got).toMatchObject([{ type: 'frame', octets: a }]);
  });
  test.each([
    [
      'a packet that is larger than any',
      concat(classic([a], { little }), u32(1), u32(1), u32(0x7fffffff), u32(1)),
      45,
    ],
    ['a block of no length', concat(section, u32(6), u32(0), u32(0)), 28],
    ['a block of half a word', concat(section, u32(6), u32(13), u32(0)), 28],
    ['a packet block of 2 GiB', concat(section, u32(6), u32(0x80000000), u32(0)), 28],
    [
      'a packet larger than its block',
      concat(
        section,
        face(1, 0, hex('')),
        block(little, 6, concat(u32(0), u32(0), u32(0), u32(6), u32(6), a.subarray(0, 4))),
      ),
      48,
    ],
    ['a packet block without its fields', concat(section, block(little, 6, hex(''))), 28],
    ['two lengths that differ', concat(section, block(little, 5, a), face(1, 0, hex('')).fill(9, 16)), 48],
    [
      'an unknown version',
      concat(section, block(little, 0x0a0d0d0a, concat(u32(0x1a2b3c4d), u16(2), new Uint8Array(10)))),
      28,
    ],
    ['no byte order', concat(section, block(little, 0x0a0d0d0a, new Uint8Array(16))), 28],
  ])('%s is damage at its offset', (_title, file, offset) => {
    expect(readAll(file).at(-1)).toMatchObject({ type: 'damage', offset });
  });
});

describe('what is no capture', () => {
  test.each([
    ['no octets', hex(''), 'the file is empty'],
    ['three octets', hex('d4c3b2'), 'the file ends within a record: 3 of at least 4 octets are there'],
    ['text', latin('hello, world'), 'the file is neither pcap nor pcapng'],
    ['gzip', hex('1f8b08000000'), 'the file is compressed with gzip: unpack it first (gunzip)'],
    [
      'zstd',
      hex('28b52ffd0000'),
      'the file is compressed with zstd, which this Node cannot read: unpack it first (unzstd)',
    ],
    ['bzip2', latin('BZh91AY'), 'the file is compressed with bzip2: unpack it first (bunzip2)'],
    ['xz', hex('fd377a585a00'), 'the file is compressed with xz: unpack it first (unxz)'],
  ])('%s', (_title, file, message) => {
    expect(readAll(file)).toEqual([{ type: 'damage', offset: 0, message }]);
  });
});

const from = { address: '10.0.0.1', port: 1 };
const ours = concat(
  captureHead(),
  ...['one', 'two', 'three'].map((text) =>
    captureDatagram({ at: 1n, from, to: from, payload: latin(text), comment: text }),
  ),
);

describe.each([
  ['pcapng', ours],
  ['classic', classic([a, b, a])],
])('%s', (_title, file) => {
  const whole = readAll(file);
  test('every truncation: the frames before it, then where it is cut', () => {
    const ends = whole.map((_one, index) => whole[index + 1]?.offset ?? file.length);
    const heads = [24, 44, 88, whole[0]!.offset, ...ends];
    for (let length = 0; length < file.length; length++) {
      const got = readAll(file.subarray(0, length));
      const frames = ends.filter((end) => end <= length).length;
      expect(got.slice(0, frames)).toEqual(whole.slice(0, frames));
      if (heads.includes(length) && got.length === frames) continue;
      expect(got).toHaveLength(frames + 1);
      const damage = got[frames]!;
      expect(damage.type).toBe('damage');
      expect(damage.offset).toBeLessThanOrEqual(length);
      if (frames > 0) expect(damage.offset).toBe(ends[frames - 1]);
    }
  });
  test('pieces of any size say the same', () => {
    for (const size of [1, 2, 3, 7, 16, 61]) expect(readAll(file, size)).toEqual(whole);
  });
});

test('a long block that nobody reads is skipped without being held; its end is missed', () => {
  const { u32 } = order(true);
  const reader = new CaptureReader();
  expect(reader.push(ours)).toHaveLength(3);
  expect(reader.push(concat(u32(5), u32(0xfffffffc), u32(0)))).toEqual([]);
  const piece = new Uint8Array(1 << 20);
  for (let count = 0; count < 100; count++) expect(reader.push(piece)).toEqual([]);
  expect(reader.end()).toMatchObject([{ type: 'damage', offset: ours.length }]);
  expect(reader.push(ours)).toEqual([]);
});

test('no octets make it throw, behind any head', () => {
  const heads = fc.constantFrom(hex(''), captureHead(), ours, classic([a]), classic([a], { little: false }));
  fc.assert(
    fc.property(
      heads,
      fc.uint8Array({ maxLength: 200 }),
      fc.integer({ min: 1, max: 64 }),
      (head, octets, size) => {
        const file = concat(head, octets);
        const got = readAll(file, size);
        expect(got).toEqual(readAll(file));
        expect(got.slice(0, -1).every((one) => one.type === 'frame')).toBe(true);
        for (const one of got) expect(one.offset).toBeLessThanOrEqual(file.length);
      },
    ),
    { numRuns: 300 },
  );
});

test('one octet changed anywhere never makes it throw', () => {
  fc.assert(
    fc.property(fc.nat(ours.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const file = ours.slice();
      file[at] = file[at]! ^ change;
      expect(readAll(file).length).toBeLessThanOrEqual(4);
    }),
    { numRuns: 500 },
  );
});
