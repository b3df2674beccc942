// Untrusted text made safe for a terminal: one line, no control characters, and one field never looks like two.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decode } from '../../src/wire/decode.ts';
import { encode } from '../../src/wire/encode.ts';
import type { Packet } from '../../src/wire/packet.ts';
import { ackSummary, reasonWords, summary, summaryWords } from '../../src/wire/summary.ts';
import { join, pad, printable, quoted, raw, say, untrusted } from '../../src/wire/text.ts';
import { octets, options, request, table } from './packets.ts';

// Invariant 13, and more: C0, DEL and C1 (Cc), bidi, zero-width and tags (Cf), surrogates, line separators.
const control = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

describe('printable', () => {
  test('a character is shown the same alone and beside an escape', () => {
    const units = Array.from({ length: 0x10000 }, (_, code) => String.fromCharCode(code));
    // The letter a comes first, because combining marks without a base are escaped. The backslash is left out: its doubling depends on what follows.
    const alone = units.filter((unit) => unit !== '\\').map((unit) => `${printable(`a${unit}`)}\\x07`);
    expect(alone).toEqual(units.filter((unit) => unit !== '\\').map((unit) => printable(`a${unit}\u0007`)));
  });

  test.each([
    ['plain words', 'File not found', 'File not found'],
    ['other scripts and wide characters', 'файл 文件 🙂 x', 'файл 文件 🙂 x'],
    ['T01: a title', '\x1b]0;x\x07', '\\x1b]0;x\\x07'],
    ['T01: a clipboard', '\x1b]52;c;eA==\x07', '\\x1b]52;c;eA==\\x07'],
    ['T01: a cleared screen', '\x1b[2J\x1b[6n', '\\x1b[2J\\x1b[6n'],
    ['T03: C1', 'a\u009b2Jb\x7f', 'a\\u{9b}2Jb\\x7f'],
    ['T04: bidi', 'a\u202egnp.exe\u2066', 'a\\u{202e}gnp.exe\\u{2066}'],
    ['T04: zero width', '\u200b\u200d\u061c\ufeff', '\\u{200b}\\u{200d}\\u{61c}\\u{feff}'],
    ['T04: line separators', 'a\u2028b\u2029', 'a\\u{2028}b\\u{2029}'],
    ['T04: tags', '\u{e0041}\u{e007f}', '\\u{e0041}\\u{e007f}'],
    ['T05: a forged line', 'x\r\n2026 OK\tsent', 'x\\r\\n2026 OK\\tsent'],
    ['lone surrogates', 'a\ud800b\udc00', 'a\\u{d800}b\\u{dc00}'],
    ['octets that are not UTF-8', 'a\udc80b\udcff', 'a\\x80b\\xff'],
    ['private and unassigned characters', '\ue0b0\u0378\uffff', '\\u{e0b0}\\u{378}\\u{ffff}'],
    ['characters that fonts leave out', 'a\ufe0f\u3164', 'a\\u{fe0f}\\u{3164}'],
    ['backslashes that cannot look like an escape', 'C:\\boot\\', 'C:\\boot\\'],
    ['backslashes that could look like an escape', 'C:\\boot\\new', 'C:\\\\boot\\\\new'],
    ['a backslash beside an escape', '\\\x1b', '\\\\\\x1b'],
    ['P16: formats', '%s%n%j%o%c', '%s%n%j%o%c'],
  ])('T02, T07, case 79: %s', (_title, text, shown) => {
    expect(printable(untrusted(text))).toBe(shown);
    expect(printable(text)).toBe(shown);
  });

  test('T06: combining marks need a base character, which carries at most four', () => {
    expect(printable('\u0301a')).toBe('\\u{301}a');
    expect(printable('n\u0303o')).toBe('n\u0303o');
    expect(printable(`a${'\u0301'.repeat(5)}`)).toBe(`a${'\u0301'.repeat(4)}\\u{301}`);
    expect(printable('\n\u0301')).toBe('\\n\\u{301}');
    expect(Array.from(printable(`a${'\u0301'.repeat(10_000)}`)).length).toBeLessThanOrEqual(256);
  });

  test('P13: a long text is cut between characters, never inside an escape', () => {
    expect(printable('x'.repeat(256))).toBe('x'.repeat(256));
    expect(printable('x'.repeat(257))).toBe(`${'x'.repeat(255)}…`);
    expect(printable('🙂'.repeat(256))).toBe('🙂'.repeat(256));
    expect(printable('🙂'.repeat(257))).toBe(`${'🙂'.repeat(255)}…`);
    expect(printable('ab\x1bcd', 5)).toBe('ab…');
    expect(printable('ab\x1b', 6)).toBe('ab\\x1b');
    expect(printable('\\n\\n', 5)).toBe('\\\\n…');
    expect(printable('abc', 1)).toBe('…');
  });

  test('invariant 13: no code point comes through as a control character', () => {
    for (let code = 0; code <= 0x10ffff; code++) {
      const shown = printable(`a${String.fromCodePoint(code)}`);
      if (control.test(shown)) throw new Error(`U+${code.toString(16)} came through`);
    }
  });

  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc
      .array(fc.constantFrom('\\', '\x1b', '\n', 'n', 'x', '"', '\ud83d', '\u0301', '\\x1b'))
      .map((all) => all.join('')),
  );

  test('invariant 13: any text is one line, within its limit', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 40 }), (input, limit) => {
        for (const shown of [printable(input, limit), quoted(input, limit).slice(1, -1)]) {
          expect(shown).not.toMatch(control);
          expect(Array.from(shown).length).toBeLessThanOrEqual(limit);
        }
      }),
      { numRuns: 1000 },
    );
  });

  test('two different texts never look the same', () => {
    const named = new Map([
      ['n', '\n'],
      ['r', '\r'],
      ['t', '\t'],
    ]);
    const read = (shown: string, escapes: RegExp) =>
      shown.replace(escapes, (_all, octet?: string, code?: string, sign?: string) => {
        const hex = octet ?? code;
        if (hex !== undefined) return String.fromCodePoint(parseInt(hex, 16));
        return named.get(sign ?? '') ?? sign ?? '';
      });
    fc.assert(
      fc.property(text, (input) => {
        const plain = /\\(?:x([0-9a-f]{2})|u\{([0-9a-f]+)\}|([\\nrt]))/g;
        const inQuotes = /\\(?:x([0-9a-f]{2})|u\{([0-9a-f]+)\}|([\\nrt"]))/g;
        expect(read(printable(input, 2000), plain)).toBe(input);
        expect(read(quoted(input, 2000).slice(1, -1), inQuotes)).toBe(input);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('quoted', () => {
  test.each([
    ['fw.bin', '"fw.bin"'],
    ['a"b\\', '"a\\"b\\\\"'],
    ['a\\', '"a\\\\"'],
    ['a\\b', '"a\\b"'],
    ['" octet blksize=8', '"\\" octet blksize=8"'],
  ])('T05: %j', (text, shown) => expect(quoted(text)).toBe(shown));
});

test('say, join and pad put safe parts together', () => {
  const name = printable('a\nb');
  expect(say`${3} blocks of ${name}`).toBe('3 blocks of a\\nb');
  expect(join([say`a`, name], say`, `)).toBe('a, a\\nb');
  expect(pad(7, 3) + pad(name, 2)).toBe('7  a\\nb');
  expect(raw(untrusted('a\nb'))).toBe('a\nb');
});

describe('summary', () => {
  test.each<readonly [Packet, string]>([
    [
      request('RRQ', 'fw.bin', 'octet', ['tsize', '0'], ['blksize', '1468']),
      'RRQ   "fw.bin" octet tsize=0 blksize=1468',
    ],
    [request('WRQ', 'a\x1b" netascii', 'bin ary'), 'WRQ   "a\\x1b\\" netascii" "bin ary"'],
    [{ ...request('RRQ', 'a'), ignored: 1 }, 'RRQ   "a" octet (1 octet ignored)'],
    [{ op: 'DATA', block: 1, data: new Uint8Array(1468) }, 'DATA  1      1,468 B'],
    [{ op: 'DATA', block: 65535, data: new Uint8Array(0) }, 'DATA  65535  0 B'],
    [{ op: 'ACK', block: 0 }, 'ACK   0'],
    [{ op: 'ERROR', code: 1, message: untrusted('File not found') }, 'ERROR 1 File not found'],
    [{ op: 'ERROR', code: 2, message: untrusted('') }, 'ERROR 2 Access violation'],
    [{ op: 'ERROR', code: 99, message: untrusted('\r') }, 'ERROR 99 \\r'],
    [
      { op: 'OACK', options: options(['tsize', '5000'], ['x=y', ' 1'], ['multicast', '']), ignored: 2 },
      'OACK  tsize=5000 "x=y"=" 1" multicast="" (2 octets ignored)',
    ],
  ])('case 62, case 78, T02, T07: %# ', (packet, words) => expect(summary(packet)).toBe(words));

  test.each([
    ['', '?     malformed: no octets (0 octets)'],
    ['\0', '?     malformed: too short for an opcode (1 octet)'],
    ['\0\x04\0\x01\0', 'ACK   malformed: longer than an ACK (5 octets)'],
    ['00octet', '?     malformed: unknown opcode 12336 (7 octets)'],
    ['\0\0', '?     malformed: unknown opcode 0 (2 octets)'],
    ['\0\x01a', 'RRQ   malformed: the file name does not end in NUL (3 octets)'],
  ])('P12, case 76: %j', (wire, words) => expect(summary(decode(octets(wire)))).toBe(words));

  test('every reason has its text', () => {
    for (const words of Object.values(reasonWords)) expect(words).toMatch(/^[a-zA-Z][\w -]+$/);
  });

  test.each([
    ['\0\x03\0\x07abc', 'DATA 7 3 B'],
    ['\0\x04\0\x07', 'ACK 7'],
    ['\0\x01f\0octet\0', 'RRQ "f" octet'],
    ['', '? malformed: no octets (0 octets)'],
  ])('without columns: %j', (wire, words) => {
    expect(summaryWords(decode(octets(wire)))).toBe(words);
  });

  test('of an ACK is the same from its number alone', () => {
    expect(ackSummary(7)).toBe(summary({ op: 'ACK', block: 7 }));
  });

  test('invariant 13: the summary of any datagram is one line', () => {
    const wire = fc.tuple(fc.integer({ min: 0, max: 7 }), fc.uint8Array({ maxLength: 60 }));
    fc.assert(
      fc.property(wire, ([op, rest]) => {
        expect(summary(decode(Uint8Array.from([0, op, ...rest])))).not.toMatch(control);
      }),
      { numRuns: 1000 },
    );
    for (const { packet } of table) expect(summary(decode(encode(packet)))).toBe(summary(packet));
  });
});
