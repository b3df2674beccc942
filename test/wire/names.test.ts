// Names are octets: whatever octets a name has, it comes back from memory as it was, and is told apart from all others.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decode } from '../../src/wire/decode.ts';
import { encode } from '../../src/wire/encode.ts';
import {
  decodeName,
  encodeName,
  escapedOctet,
  flawOf,
  nameLength,
  octetInName,
  percentDecoded,
  percentEncoded,
  settled,
} from '../../src/wire/names.ts';
import { dollarQuoted, printable, typed } from '../../src/wire/text.ts';
import { octets, request } from './packets.ts';

/** Octets that a name may have, with many that begin or continue a character. */
const anyOctets = fc
  .array(
    fc.oneof(
      fc.integer({ min: 1, max: 0xff }),
      fc.constantFrom(0x2e, 0x2f, 0x80, 0xa0, 0xbf, 0xc0, 0xc3, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xff),
      fc.constantFrom(...new TextEncoder().encode('é€😀')),
    ),
    { maxLength: 24 },
  )
  .map((list) => Uint8Array.from(list));

describe('P17: octets and names', () => {
  test('any octets come back exactly', () => {
    fc.assert(
      fc.property(anyOctets, (name) => {
        expect(encodeName(decodeName(name))).toEqual(name);
        expect(nameLength(decodeName(name))).toBe(name.length);
      }),
      { numRuns: 5000 },
    );
  });

  test('what is UTF-8 is read as UTF-8', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(decodeName(new TextEncoder().encode(text))).toBe(text);
      }),
      { numRuns: 1000 },
    );
  });

  // RFC 3629 §4: the first and the last of each form, and their neighbours that are none.
  test.each([
    [[0xc2, 0x80], '\u0080'],
    [[0xc1, 0xbf], '\udcc1\udcbf'],
    [[0xdf, 0xbf], '\u07ff'],
    [[0xe0, 0xa0, 0x80], '\u0800'],
    [[0xe0, 0x9f, 0xbf], '\udce0\udc9f\udcbf'],
    [[0xe1, 0x80, 0x80], '\u1000'],
    [[0xe1, 0x7f, 0x80], '\udce1\x7f\udc80'],
    [[0xe1, 0x80, 0x41], '\udce1\udc80A'],
    [[0xe1, 0xc0, 0x80], '\udce1\udcc0\udc80'],
    [[0xed, 0x9f, 0xbf], '\ud7ff'],
    [[0xed, 0xa0, 0x80], '\udced\udca0\udc80'],
    [[0xef, 0xbf, 0xbf], '\uffff'],
    [[0xf0, 0x90, 0x80, 0x80], '\u{10000}'],
    [[0xf0, 0x8f, 0xbf, 0xbf], '\udcf0\udc8f\udcbf\udcbf'],
    [[0xf1, 0x80, 0x80, 0x80], '\u{40000}'],
    [[0xf1, 0x80, 0x80, 0xc0], '\udcf1\udc80\udc80\udcc0'],
    [[0xf1, 0x80, 0x80], '\udcf1\udc80\udc80'],
    [[0xf4, 0x8f, 0xbf, 0xbf], '\u{10ffff}'],
    [[0xf4, 0x90, 0x80, 0x80], '\udcf4\udc90\udc80\udc80'],
    [[0xf5, 0x80, 0x80, 0x80], '\udcf5\udc80\udc80\udc80'],
  ])('the octets %j are a character, or escaped one by one', (name, expected) => {
    expect(decodeName(Uint8Array.from(name))).toBe(expected);
    // An octet that is none makes the reader look at each character.
    expect(decodeName(Uint8Array.from([0xff, ...name, 0xff]))).toBe(`\udcff${expected}\udcff`);
  });

  test('an octet from 80 on is one escaped unit, an octet below is itself', () => {
    expect([0x7f, 0x80, 0xff].map(octetInName)).toEqual(['\x7f', '\udc80', '\udcff']);
  });

  test('only octets from 80 on are escaped, and each as one unit', () => {
    fc.assert(
      fc.property(anyOctets, (name) => {
        const text = decodeName(name);
        const escaped = Array.from(text).filter((character) => escapedOctet(character) !== undefined);
        expect(escaped.every((character) => /^[\udc80-\udcff]$/u.test(character))).toBe(true);
        expect(flawOf(text)).toBeUndefined();
        // The separators and dots in memory are exactly those of the octets.
        for (const ascii of ['/', '\\', '.'])
          expect(text.split(ascii)).toHaveLength(
            name.filter((octet) => octet === ascii.charCodeAt(0)).length + 1,
          );
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    ['Latin-1', 'caf\xe9', 'caf\udce9'],
    ['an octet that a boot ROM appends', 'boot.img\xff', 'boot.img\udcff'],
    ['an overlong slash', '\xc0\xaf', '\udcc0\udcaf'],
    ['an overlong dot of three octets', '\xe0\x80\xae', '\udce0\udc80\udcae'],
    ['a surrogate', '\xed\xa0\x80', '\udced\udca0\udc80'],
    ['a number above U+10FFFF', '\xf4\x90\x80\x80', '\udcf4\udc90\udc80\udc80'],
    ['half a character at the end', 'a\xe2\x82', 'a\udce2\udc82'],
    ['half a character before another one', '\xe2\x82\xc3\xa9', '\udce2\udc82é'],
    ['a byte order mark', '\xef\xbb\xbfa', '\ufeffa'],
  ])('%s', (_title, latin, name) => {
    expect(decodeName(octets(latin))).toBe(name);
    expect(encodeName(name)).toEqual(octets(latin));
  });

  test('a request carries any name, and another surrogate is refused', () => {
    fc.assert(
      fc.property(anyOctets, (name) => {
        fc.pre(name.length > 0);
        const packet = request('RRQ', decodeName(name));
        expect(encode(packet).subarray(2, 2 + name.length)).toEqual(name);
        expect(decode(encode(packet))).toEqual(packet);
      }),
    );
    for (const name of ['a\ud800', '\udc7f', '\udd00']) {
      expect(flawOf(name)).toBe(name.length - 1);
      expect(() => encode(request('RRQ', name))).toThrow(RangeError);
    }
  });

  test('a name of 65,000 wrong octets is read at once', () => {
    expect(decodeName(new Uint8Array(65_000).fill(0xff))).toBe('\udcff'.repeat(65_000));
  });
});

test('octets that form a character when parts of a name are joined become that character', () => {
  const parts = [...octets('caf\xc3\xa9\xff')].map(octetInName);
  expect(parts.join('')).toBe('caf\udcc3\udca9\udcff');
  expect(settled(parts.join(''))).toBe('café\udcff');
  expect(settled('a\ud800')).toBe('a\ud800');
});

describe('in a URI', () => {
  test('any name comes back', () => {
    fc.assert(
      fc.property(anyOctets, (octetsOfName) => {
        const name = decodeName(octetsOfName);
        expect(percentEncoded(name)).toMatch(/^[\x21-\x7e]*$/);
        expect(percentDecoded(percentEncoded(name))).toBe(name);
      }),
      { numRuns: 1000 },
    );
  });

  test('octets and characters beside each other', () => {
    expect(percentEncoded('é x\udcff')).toBe('%C3%A9%20x%FF');
    expect(percentDecoded('%c3%a9 x%FF%2f')).toBe('é x\udcff/');
  });
});

describe('shown', () => {
  test('T08: \\xff is always an octet; a character is never written so', () => {
    expect(printable('caf\udce9.cfg')).toBe(String.raw`caf\xe9.cfg`);
    expect(printable('\u009b\u00ad')).toBe(String.raw`\u{9b}\u{ad}`);
    expect(printable(String.raw`caf\xe9.cfg`)).toBe(String.raw`caf\\xe9.cfg`);
    expect(dollarQuoted("it's caf\udce9\n")).toBe(String.raw`$'it\'s caf\xe9\n'`);
  });

  test('a line that the user typed keeps its backslashes', () => {
    const line = String.raw`get $'caf\xe9.cfg' C:\new`;
    expect(typed(line, 100)).toBe(line);
    expect(typed(`${line}\u001b[2J\udcff`, 100)).toBe(String.raw`${line}\x1b[2J\xff`);
    expect(typed('x'.repeat(9), 5)).toBe('xxxx…');
  });

  test('two names are never shown alike', () => {
    fc.assert(
      fc.property(anyOctets, anyOctets, (one, other) => {
        const [a, b] = [decodeName(one), decodeName(other)];
        expect(printable(a, 4096) === printable(b, 4096)).toBe(a === b);
        expect(dollarQuoted(a) === dollarQuoted(b)).toBe(a === b);
      }),
      { numRuns: 1000 },
    );
  });
});
