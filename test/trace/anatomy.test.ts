// Packets octet by octet: the fields cover every octet once, whatever the octets are.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anatomy } from '../../src/trace/anatomy.ts';
import { anatomyLines } from '../../src/trace/anatomy-text.ts';
import { columns } from '../../src/trace/columns.ts';
import { encode } from '../../src/wire/encode.ts';
import { ack, data, error, oack, pattern, request } from '../support/script.ts';
import { unsafe } from './recorded.ts';

const style = { columns: 100, ascii: false };
const drawn = (octets: Uint8Array, length?: number): string =>
  `\n${anatomyLines(anatomy(octets, length), style).join('\n')}\n`;

describe('golden anatomies', () => {
  test('a request, its options one by one with their limits', () => {
    expect(drawn(encode(request('RRQ', { blksize: 1468, tsize: 0 })))).toMatchInlineSnapshot(`
      "
       2 octets   string   1 octet  string 1 octet  string  1 octet  string  1 octet
      | opcode | file name |  0  |  mode  |  0  |  option  |  0  |  value  |  0  | …
      RFC 1350 §5, RFC 2347

        offset  octets           field       value              meaning
        0       00 01            opcode      1                  RRQ, read request (RFC 1350 §5)
        2       61 2e 62 69 6e…  file name   "a.bin"            ends in NUL
        8       6f 63 74 65 74…  mode        "octet"            octets as they are
        14      74 73 69 7a 65…  option      "tsize"            octets of the whole file; 0 in a read req…
        20      30 00            value       "0"                allowed: 0 and up
        22      62 6c 6b 73 69…  option      "blksize"          octets of the file in one DATA packet (RF…
        30      31 34 36 38 00   value       "1468"             allowed: 8 to 65,464

        0000  00 01 61 2e 62 69 6e 00 6f 63 74 65 74 00 74 73  ..a.bin.octet.ts
        0010  69 7a 65 00 30 00 62 6c 6b 73 69 7a 65 00 31 34  ize.0.blksize.14
        0020  36 38 00                                         68.
      "
    `);
  });

  test('DATA of which the head was kept', () => {
    expect(drawn(encode(data(2, pattern(32))), 1472)).toMatchInlineSnapshot(`
      "
       2 octets  2 octets  n octets
      | opcode |  block  |   data   |
      RFC 1350 §5

        offset  octets           field       value              meaning
        0       00 03            opcode      3                  DATA (RFC 1350 §5)
        2       00 02            block       2                  number of this block, from 1
        4       00 1f 3e 5d 7c…  data        "\\x00\\x1f>]|����\\… 1,468 octets of the file

        0000  00 03 00 02 00 1f 3e 5d 7c 9b ba d9 f8 17 36 55  ......>]|.....6U
        0010  74 93 b2 d1 f0 0f 2e 4d 6c 8b aa c9 e8 07 26 45  t......Ml.....&E
        0020  64 83 a2 c1                                      d...
              1,436 octets were not kept
      "
    `);
  });

  test('an ERROR', () => {
    expect(drawn(encode(error(1, 'no \x1b file')))).toMatchInlineSnapshot(`
      "
       2 octets   2 octets     string    1 octet
      | opcode | error code |  message  |  0  |
      RFC 1350 §5

        offset  octets           field       value              meaning
        0       00 05            opcode      5                  ERROR (RFC 1350 §5)
        2       00 01            error code  1                  File not found
        4       6e 6f 20 1b 20…  message     "no \\x1b file"     ends in NUL

        0000  00 05 00 01 6e 6f 20 1b 20 66 69 6c 65 00        ....no . file.
      "
    `);
  });
});

test.each([
  ['blksize', '4', 'outside 8 to 65,464'],
  ['blksize', '01x', 'no number; allowed: 8 to 65,464'],
  ['windowsize', '16', 'allowed: 1 to 65,535'],
  ['x-new', '1', ''],
])('the limits of %s=%s', (name, value, meaning) => {
  const { fields } = anatomy(encode(oack(`${name} ${value}`)));
  expect(fields.at(-1)).toMatchObject({ name: 'value', meaning });
});

test('an ACK has two fields, and the empty DATA says that it ends the file', () => {
  expect(anatomy(encode(ack(3))).fields.map(({ name }) => name)).toEqual(['opcode', 'block']);
  expect(anatomy(encode(data(3, 0))).fields.at(-1)?.meaning).toContain('empty');
});

test('S13: any octets have an anatomy that fits its width and is harmless', () => {
  const octets = fc.oneof(
    fc.uint8Array({ maxLength: 80 }),
    fc
      .tuple(fc.integer({ min: 1, max: 6 }), fc.uint8Array({ maxLength: 80 }))
      .map(([op, rest]) => Uint8Array.of(0, op, ...rest)),
  );
  fc.assert(
    fc.property(octets, fc.nat(2000), fc.boolean(), (some, more, ascii) => {
      const found = anatomy(some, some.length + more);
      for (const field of found.fields) expect(field.offset + field.length).toBeLessThanOrEqual(found.length);
      for (const line of anatomyLines(found, { columns: 80, ascii })) {
        expect(line).not.toMatch(unsafe);
        expect(columns(line)).toBeLessThanOrEqual(80);
        if (ascii) expect(line).toMatch(/^[\x20-\x7e]*$/);
      }
    }),
  );
});
