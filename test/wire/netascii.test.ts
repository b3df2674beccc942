// Netascii in both directions, for files cut into chunks at any place.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NetasciiDecoder, NetasciiEncoder, netasciiLength } from '../../src/wire/netascii.ts';
import { octets } from './packets.ts';

interface Coder {
  push(chunk: Uint8Array): Uint8Array;
  end(): Uint8Array;
}

function run(coder: Coder, ...chunks: readonly Uint8Array[]): string {
  const parts = [...chunks.map((chunk) => coder.push(chunk)), coder.end()];
  return parts.map((part) => String.fromCharCode(...part)).join('');
}

const encoded = (...chunks: string[]) => run(new NetasciiEncoder(), ...chunks.map(octets));
const decoded = (...chunks: string[]) => run(new NetasciiDecoder(), ...chunks.map(octets));

describe('to the wire', () => {
  test.each([
    ['case 102: a line', 'one\n', 'one\r\n'],
    ['case 102: a bare CR', 'a\rb', 'a\r\0b'],
    ['case 102: CR LF in the file are two separate octets', 'a\r\nb', 'a\r\0\r\nb'],
    ['case 104: a CR at the end', 'a\r', 'a\r\0'],
    ['nothing', '', ''],
    ['long lines', `${'x'.repeat(100)}\n${'y'.repeat(100)}`, `${'x'.repeat(100)}\r\n${'y'.repeat(100)}`],
  ])('%s', (_title, file, wire) => {
    expect(encoded(file)).toBe(wire);
    expect(decoded(wire)).toBe(file);
  });

  test('a chunk without line ends is not copied', () => {
    const chunk = octets('plain');
    expect(new NetasciiEncoder().push(chunk)).toBe(chunk);
    expect(new NetasciiDecoder().push(chunk)).toBe(chunk);
  });
});

describe('from the wire', () => {
  test.each([
    ['case 103, W18: CR at the end of a block, LF in the next', ['a\r', '\nb'], 'a\nb'],
    ['W18: CR at the end of a block, NUL in the next', ['a\r', '\0b'], 'a\rb'],
    ['W18: CR in a block of its own', ['a', '\r', '\n', 'b'], 'a\nb'],
    ['W18: an empty block does not separate CR and LF', ['a\r', '', '\nb'], 'a\nb'],
    ['case 104: a CR at the end of the file is kept', ['a\r'], 'a\r'],
    ['case 105: CR and another octet are both kept', ['a\rb'], 'a\rb'],
    ['case 105: CR and another octet in two blocks', ['a\r', 'b'], 'a\rb'],
    ['CR CR LF', ['\r\r\n'], '\r\n'],
    ['CR CR over two blocks', ['\r', '\r'], '\r\r'],
    ['CR NUL LF', ['\r\0\n'], '\r\n'],
    ['LF and NUL alone', ['\n\0\n'], '\n\0\n'],
  ])('%s', (_title, chunks, file) => {
    expect(decoded(...chunks)).toBe(file);
  });

  test('after end() a decoder has no pending octet', () => {
    const decoder = new NetasciiDecoder();
    expect(run(decoder, octets('a\r'))).toBe('a\r');
    expect(run(decoder, octets('b'))).toBe('b');
  });
});

describe('W18: random files', () => {
  const octet = fc.oneof(fc.constantFrom(0, 10, 13, 65), fc.integer({ min: 0, max: 255 }));
  const chunk = fc.oneof(
    fc.array(octet, { maxLength: 12 }),
    fc
      .tuple(fc.integer({ min: 20, max: 40 }), octet)
      .map(([n, last]) => [...Array<number>(n).fill(65), last]),
  );
  const chunks = fc.array(
    chunk.map((list) => Uint8Array.from(list)),
    { maxLength: 8 },
  );
  const whole = (list: readonly Uint8Array[]) => Uint8Array.from(list.flatMap((part) => [...part]));

  /** The rules of RFC 764, octet by octet. */
  function plainly(wire: string): string {
    return wire.replace(/\r\n|\r\0/g, (pair) => (pair === '\r\n' ? '\n' : '\r'));
  }

  test('chunk borders do not matter, and decoding undoes encoding', () => {
    fc.assert(
      fc.property(chunks, (list) => {
        const file = String.fromCharCode(...whole(list));
        const wire = run(new NetasciiEncoder(), ...list);
        expect(wire).toBe(file.replace(/[\r\n]/g, (end) => (end === '\n' ? '\r\n' : '\r\0')));
        expect(decoded(wire)).toBe(file);
        expect(run(new NetasciiDecoder(), ...list)).toBe(plainly(file));
      }),
      { numRuns: 1000 },
    );
  });

  test('case 50: netasciiLength gives the size on the wire', () => {
    fc.assert(
      fc.property(chunks, (list) => {
        const length = list.reduce((sum, part) => sum + netasciiLength(part), 0);
        expect(length).toBe(run(new NetasciiEncoder(), ...list).length);
      }),
    );
  });
});
