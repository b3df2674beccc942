// Packets octet by octet: the fields cover every octet once, whatever the octets are, and words are wrapped, not cut.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anatomy } from '../../../src/trace/anatomy/anatomy.ts';
import { anatomyLines } from '../../../src/trace/anatomy/text.ts';
import { columns } from '../../../src/trace/text/columns.ts';
import { decode } from '../../../src/wire/decode.ts';
import { encode } from '../../../src/wire/encode.ts';
import { latin } from '../../support/raw-peer.ts';
import { ack, data, error, oack, pattern, request } from '../../support/script.ts';
import { unsafe } from '../recorded.ts';

type About = Parameters<typeof anatomy>[2];

const at =
  (width: number, ascii = false) =>
  (octets: Uint8Array, length?: number, about?: About): string =>
    `\n${anatomyLines(anatomy(octets, length, about), { columns: width, ascii })
      .map(({ text }) => text)
      .join('\n')}\n`;
const narrow = at(79);
const wide = at(120);

describe('golden anatomies', () => {
  test('RRQ with options, one by one with their limits', () => {
    const octets = encode(request('RRQ', { blksize: 4096, tsize: 0, windowsize: 4, timeout: 1 }));
    expect(narrow(octets)).toMatchInlineSnapshot(`
      "
         2 oct.    string   1 oct. string 1 oct.  string  1 oct. string  1 oct.
        | opcode | file name |  0  | mode |  0  |  option  |  0  |  value  |  0  | …
        RFC 2347

        offset  octets        field      value         meaning
             0  00 01         opcode     1             RRQ, read request
                                                       (RFC 1350 §5)
             2  61 2e 62 69…  file name  "a.bin"       5 octets, then NUL
             8  6f 63 74 65…  mode       "octet"       octets as they are
                                                       (RFC 1350 §1)
            14  74 73 69 7a…  option     "tsize"       size of the file in octets; 0
                                                       in a read request asks for it
                                                       (RFC 2349)
            20  30 00         value      "0"           allowed: 0 and up; 0 asks for
                                                       the size
            22  62 6c 6b 73…  option     "blksize"     octets of the file in one DATA
                                                       packet (RFC 2348)
            30  34 30 39 36…  value      "4096"        allowed: 8 to 65,464; above
                                                       1,468 Ethernet needs IP
                                                       fragments
            35  74 69 6d 65…  option     "timeout"     seconds before a packet is
                                                       resent (RFC 2349)
            43  31 00         value      "1"           allowed: 1 to 255
            45  77 69 6e 64…  option     "windowsize"  DATA packets sent before the
                                                       receiver acknowledges them
                                                       (RFC 7440)
            56  34 00         value      "4"           allowed: 1 to 65,535

             0  00 01 61 2e 62 69 6e 00 6f 63 74 65 74 00 74 73  ..a.bin.octet.ts
            16  69 7a 65 00 30 00 62 6c 6b 73 69 7a 65 00 34 30  ize.0.blksize.40
            32  39 36 00 74 69 6d 65 6f 75 74 00 31 00 77 69 6e  96.timeout.1.win
            48  64 6f 77 73 69 7a 65 00 34 00                    dowsize.4.
      "
    `);
    expect(wide(octets)).toMatchInlineSnapshot(`
      "
         2 oct.    string   1 oct. string 1 oct.  string  1 oct. string  1 oct.
        | opcode | file name |  0  | mode |  0  |  option  |  0  |  value  |  0  | …   RFC 2347

        offset  octets                    field      value         meaning
             0  00 01                     opcode     1             RRQ, read request (RFC 1350 §5)
             2  61 2e 62 69 6e 00         file name  "a.bin"       5 octets, then NUL
             8  6f 63 74 65 74 00         mode       "octet"       octets as they are (RFC 1350 §1)
            14  74 73 69 7a 65 00         option     "tsize"       size of the file in octets; 0 in a read request asks for it
                                                                   (RFC 2349)
            20  30 00                     value      "0"           allowed: 0 and up; 0 asks for the size
            22  62 6c 6b 73 69 7a 65 00   option     "blksize"     octets of the file in one DATA packet (RFC 2348)
            30  34 30 39 36 00            value      "4096"        allowed: 8 to 65,464; above 1,468 Ethernet needs IP
                                                                   fragments
            35  74 69 6d 65 6f 75 74 00   option     "timeout"     seconds before a packet is resent (RFC 2349)
            43  31 00                     value      "1"           allowed: 1 to 255
            45  77 69 6e 64 6f 77 73 69…  option     "windowsize"  DATA packets sent before the receiver acknowledges them
                                                                   (RFC 7440)
            56  34 00                     value      "4"           allowed: 1 to 65,535

             0  00 01 61 2e 62 69 6e 00 6f 63 74 65 74 00 74 73  ..a.bin.octet.ts
            16  69 7a 65 00 30 00 62 6c 6b 73 69 7a 65 00 34 30  ize.0.blksize.40
            32  39 36 00 74 69 6d 65 6f 75 74 00 31 00 77 69 6e  96.timeout.1.win
            48  64 6f 77 73 69 7a 65 00 34 00                    dowsize.4.
      "
    `);
  });

  test('WRQ without options, and a long name', () => {
    const octets = latin(`\0\x02configs/switches/building-7/floor-2/rack-14/core-switch-01.cfg\0NETASCII\0`);
    expect(narrow(octets)).toMatchInlineSnapshot(`
      "
         2 octets   string    1 octet string 1 octet
        | opcode | file name |   0   | mode |   0   |   RFC 1350 figure 5-1

        offset  octets        field      value              meaning
             0  00 02         opcode     2                  WRQ, write request
                                                            (RFC 1350 §5)
             2  63 6f 6e 66…  file name  "configs/switches  62 octets, then NUL
                                         /building-7/floor
                                         -2/rack-14/core-s
                                         witch-01.cfg"
            65  4e 45 54 41…  mode       "NETASCII"         text: CR LF ends a line,
                                                            CR NUL is a CR (RFC 764)

             0  00 02 63 6f 6e 66 69 67 73 2f 73 77 69 74 63 68  ..configs/switch
            16  65 73 2f 62 75 69 6c 64 69 6e 67 2d 37 2f 66 6c  es/building-7/fl
            32  6f 6f 72 2d 32 2f 72 61 63 6b 2d 31 34 2f 63 6f  oor-2/rack-14/co
            48  72 65 2d 73 77 69 74 63 68 2d 30 31 2e 63 66 67  re-switch-01.cfg
            64  00 4e 45 54 41 53 43 49 49 00                    .NETASCII.
      "
    `);
  });

  test('DATA: a full block begins and ends its dump', () => {
    expect(narrow(encode(data(2, pattern(512))), undefined, { mode: 'octet', blksize: 512 }))
      .toMatchInlineSnapshot(`
        "
           2 octets  2 octets  n octets
          | opcode |  block   |   data   |   RFC 1350 figure 5-2

          offset  octets        field   value  meaning
               0  00 03         opcode  3      DATA (RFC 1350 §5)
               2  00 02         block   2      number of this block, from 1
               4  00 1f 3e 5d…  data    512 B  a full block: more to come

               0  00 03 00 02 00 1f 3e 5d 7c 9b ba d9 f8 17 36 55  ......>]|.....6U
              16  74 93 b2 d1 f0 0f 2e 4d 6c 8b aa c9 e8 07 26 45  t......Ml.....&E
              32  64 83 a2 c1 e0 ff 1e 3d 5c 7b 9a b9 d8 f7 16 35  d......=\\{.....5
              48  54 73 92 b1 d0 ef 0e 2d 4c 6b 8a a9 c8 e7 06 25  Ts.....-Lk.....%
              64  44 63 82 a1 c0 df fe 1d 3c 5b 7a 99 b8 d7 f6 15  Dc......<[z.....
              80  34 53 72 91 b0 cf ee 0d 2c 4b 6a 89 a8 c7 e6 05  4Sr.....,Kj.....
              96  24 43 62 81 a0 bf de fd 1c 3b 5a 79 98 b7 d6 f5  $Cb......;Zy....
             112  14 33 52 71 90 af ce ed 0c 2b 4a 69 88 a7 c6 e5  .3Rq.....+Ji....
                  … 368 more octets
             496  95 b4 d3 f2 11 30 4f 6e 8d ac cc eb 0a 29 48 67  .....0On.....)Hg
             512  86 a5 c4 e3                                      ....
        "
      `);
  });

  test('DATA of which the head was kept', () => {
    expect(narrow(encode(data(2, pattern(32))), 1472, { mode: 'octet', blksize: 1468 }))
      .toMatchInlineSnapshot(`
        "
           2 octets  2 octets  n octets
          | opcode |  block   |   data   |   RFC 1350 figure 5-2

          offset  octets        field     value    meaning
               0  00 03         opcode    3        DATA (RFC 1350 §5)
               2  00 02         block     2        number of this block, from 1
               4  00 1f 3e 5d…  data      1,468 B  a full block: more to come
              36                not kept           only the first 36 of 1,472 octets
                                                   were kept

               0  00 03 00 02 00 1f 3e 5d 7c 9b ba d9 f8 17 36 55  ......>]|.....6U
              16  74 93 b2 d1 f0 0f 2e 4d 6c 8b aa c9 e8 07 26 45  t......Ml.....&E
              32  64 83 a2 c1                                      d...
                  … 1,436 octets not kept
        "
      `);
  });

  test('DATA in netascii shows what ends its lines', () => {
    const octets = Uint8Array.of(0, 3, 0, 1, ...latin('hello\r\na lone\r\0 CR\r\n\r\nnaked\n\rx\x1b[2J\r'));
    expect(narrow(octets, undefined, { mode: 'netascii', blksize: 35 })).toMatchInlineSnapshot(`
      "
         2 octets  2 octets  n octets
        | opcode |  block   |   data   |   RFC 1350 figure 5-2

        offset  octets        field   value  meaning
             0  00 03         opcode  3      DATA (RFC 1350 §5)
             2  00 01         block   1      number of this block, from 1
             4  68 65 6c 6c…  data    35 B   a full block: more to come; netascii: CR
                                             LF ends a line, CR NUL is a CR

             4  hello[CR LF]
            11  a lone[CR NUL] CR[CR LF]
            24  [CR LF]
            26  naked[LF][CR]x\\x1b[2J[CR, continues in the next block]

             0  00 03 00 01 68 65 6c 6c 6f 0d 0a 61 20 6c 6f 6e  ....hello..a lon
            16  65 0d 00 20 43 52 0d 0a 0d 0a 6e 61 6b 65 64 0a  e.. CR....naked.
            32  0d 78 1b 5b 32 4a 0d                             .x.[2J.
      "
    `);
  });

  test('ACK', () => {
    expect(narrow(encode(ack(3)))).toMatchInlineSnapshot(`
      "
         2 octets  2 octets
        | opcode |  block   |   RFC 1350 figure 5-3

        offset  octets  field   value  meaning
             0  00 04   opcode  4      ACK (RFC 1350 §5)
             2  00 03   block   3      the last block that arrived in order

             0  00 04 00 03                                      ....
      "
    `);
  });

  test('ERROR, its code explained', () => {
    expect(narrow(encode(error(5, 'no \x1b transfer')))).toMatchInlineSnapshot(`
      "
         2 octets   2 octets     string   1 octet
        | opcode | error code |  message  |   0   |   RFC 1350 figure 5-4

        offset  octets        field       value              meaning
             0  00 05         opcode      5                  ERROR (RFC 1350 §5)
             2  00 05         error code  5                  Unknown transfer ID: the
                                                             packet that this answers
                                                             came from a port that
                                                             belongs to no transfer;
                                                             it ends none
             4  6e 6f 20 1b…  message     "no \\x1b           13 octets, then NUL
                                          transfer"

             0  00 05 00 05 6e 6f 20 1b 20 74 72 61 6e 73 66 65  ....no . transfe
            16  72 00                                            r.
      "
    `);
  });

  test('OACK', () => {
    expect(narrow(encode(oack('blksize 1468', 'tsize 5000', 'x-new 1')))).toMatchInlineSnapshot(`
      "
         2 octets   string   1 octet  string  1 octet
        | opcode |  option  |   0   |  value  |   0   | …   RFC 2347

        offset  octets        field   value      meaning
             0  00 06         opcode  6          OACK, option acknowledgement
                                                 (RFC 2347)
             2  62 6c 6b 73…  option  "blksize"  octets of the file in one DATA
                                                 packet (RFC 2348)
            10  31 34 36 38…  value   "1468"     allowed: 8 to 65,464
            15  74 73 69 7a…  option  "tsize"    size of the file in octets; 0 in a
                                                 read request asks for it (RFC 2349)
            21  35 30 30 30…  value   "5000"     allowed: 0 and up
            26  78 2d 6e 65…  option  "x-new"    unknown: a server that does not know
                                                 it leaves it out of the OACK
                                                 (RFC 2347)
            32  31 00         value   "1"

             0  00 06 62 6c 6b 73 69 7a 65 00 31 34 36 38 00 74  ..blksize.1468.t
            16  73 69 7a 65 00 35 30 30 30 00 78 2d 6e 65 77 00  size.5000.x-new.
            32  31 00                                            1.
      "
    `);
  });

  test('in ASCII, and on a narrow terminal', () => {
    expect(at(79, true)(encode(request('RRQ', { windowsize: 1 })))).toMatchInlineSnapshot(`
      "
         2 oct.    string   1 oct. string 1 oct.  string  1 oct. string  1 oct.
        | opcode | file name |  0  | mode |  0  |  option  |  0  |  value  |  0  | ~
        RFC 2347

        offset  octets        field      value         meaning
             0  00 01         opcode     1             RRQ, read request
                                                       (RFC 1350 section 5)
             2  61 2e 62 69~  file name  "a.bin"       5 octets, then NUL
             8  6f 63 74 65~  mode       "octet"       octets as they are
                                                       (RFC 1350 section 1)
            14  77 69 6e 64~  option     "windowsize"  DATA packets sent before the
                                                       receiver acknowledges them
                                                       (RFC 7440)
            25  31 00         value      "1"           allowed: 1 to 65,535; 1 is
                                                       lockstep, as in RFC 1350

             0  00 01 61 2e 62 69 6e 00 6f 63 74 65 74 00 77 69  ..a.bin.octet.wi
            16  6e 64 6f 77 73 69 7a 65 00 31 00                 ndowsize.1.
      "
    `);
    expect(at(50)(encode(error(1, 'no such file: boot/pxelinux.cfg/default')))).toMatchInlineSnapshot(`
      "
         2 octets   2 octets     string   1 octet
        | opcode | error code |  message  |   0   |
        RFC 1350 figure 5-4

        offset  field       value
                meaning
             0  opcode      5
                ERROR (RFC 1350 §5)
             2  error code  1
                File not found: the server has no such
                file, or does not show it
             4  message     "no such file:
                            boot/pxelinux.cfg/default"
                39 octets, then NUL

             0  00 05 00 01 6e 6f 20 73  ....no s
             8  75 63 68 20 66 69 6c 65  uch file
            16  3a 20 62 6f 6f 74 2f 70  : boot/p
            24  78 65 6c 69 6e 75 78 2e  xelinux.
            32  63 66 67 2f 64 65 66 61  cfg/defa
            40  75 6c 74 00              ult.
      "
    `);
  });
});

describe('malformed packets are explained where they go wrong', () => {
  test.each([
    ['no octets', ''],
    ['half an opcode', '\0'],
    ['an unknown opcode', '\0\x09abc'],
    ['DATA without a block', '\0\x03\0'],
    ['an ACK that goes on', '\0\x04\0\x01\xff\xff'],
    ['a file name that does not end', '\0\x01boot.img'],
    ['no file name', '\0\x01\0octet\0'],
    ['a mode that does not end', '\0\x01boot.img\0oct'],
    ['an OACK without options', '\0\x06'],
    ['half an option', '\0\x06blksize\x001468\0tsize\0'],
    ['an option without a name', '\0\x06\x001468\0'],
  ])('%s', (_name, octets) => {
    expect(decode(latin(octets)).op).toBe('malformed');
    expect(narrow(latin(octets))).toMatchSnapshot();
  });
});

test('a file name may have any octets; those that are not UTF-8 are shown as they are', () => {
  const { fields } = anatomy(latin('\0\x01caf\xe9.bin\0octet\0'));
  expect(fields[1]).toMatchObject({
    offset: 2,
    value: String.raw`"caf\xe9.bin"`,
    meaning: '8 octets, then NUL; some octets are not UTF-8',
  });
  expect(fields.some(({ fault }) => fault === true)).toBe(false);
});

test.each([
  ['blksize', '4', 'outside 8 to 65,464'],
  ['blksize', '01x', 'not a decimal number; allowed: 8 to 65,464'],
  ['blksize', '1469', 'allowed: 8 to 65,464; above 1,468 Ethernet needs IP fragments'],
  ['windowsize', '16', 'allowed: 1 to 65,535'],
  ['tsize', '0', 'allowed: 0 and up'],
  ['x-new', '1', ''],
])('the limits of %s=%s', (name, value, meaning) => {
  const { fields } = anatomy(encode(oack(`${name} ${value}`)));
  expect(fields.at(-1)).toMatchObject({ name: 'value', meaning });
});

test('a CR at the end of a block waits for the next one, at the end of the file for none', () => {
  const drawn = (blksize: number): string =>
    narrow(encode(data(1, latin('x\r'))), undefined, { mode: 'netascii', blksize });
  expect(drawn(2)).toContain('x[CR, continues in the next block]');
  expect(drawn(3)).toMatch(/x\[CR\]$/m);
});

test('long texts are bounded, in lines and in length', () => {
  const text = latin(`${'long '.repeat(100)}\r\n${'line\r\n'.repeat(40)}`);
  const drawn = narrow(encode(data(1, text)), undefined, { mode: 'netascii', blksize: 1468 });
  expect(drawn).toContain('… 31 more lines');
  expect(drawn).toContain('…[CR LF]');
  expect(drawn.split('\n').length).toBeLessThan(40);
});

test('a block shorter than agreed ends the file, an empty one says that the one before did', () => {
  const meaning = (size: number, about?: About): string | undefined =>
    anatomy(encode(data(3, size)), undefined, about).fields.at(-1)?.meaning;
  expect(meaning(0)).toContain('empty: the file ended with the block before');
  expect(meaning(511, { blksize: 512 })).toContain('shorter than 512: the last block');
  expect(meaning(512, { blksize: 512 })).toBe('a full block: more to come');
  expect(meaning(513, { blksize: 512 })).toContain('longer than');
  expect(meaning(512)).toBe('octets of the file');
});

const anyOctets = fc.oneof(
  fc.uint8Array({ maxLength: 80 }),
  fc
    .tuple(fc.integer({ min: 1, max: 6 }), fc.uint8Array({ maxLength: 80 }))
    .map(([op, rest]) => Uint8Array.of(0, op, ...rest)),
  // Texts and NULs: requests and OACKs that are nearly right.
  fc
    .tuple(
      fc.constantFrom(1, 2, 6),
      fc.array(fc.constantFrom(0, 0, 97, 56, 0xc3, 0xa9, 0xef, 0xbf, 0xbd), { maxLength: 60 }),
    )
    .map(([op, rest]) => Uint8Array.of(0, op, ...rest)),
);

test('every octet lies in one field, and what is malformed has its fault', () => {
  fc.assert(
    fc.property(anyOctets, fc.nat(2000), (octets, more) => {
      const { fields, length } = anatomy(octets, octets.length + more);
      const faults = fields.filter(({ fault }) => fault === true);
      let next = 0;
      for (const field of fields) {
        if (field.fault === true) continue;
        expect(field.offset).toBe(next);
        next += field.length;
      }
      expect(next).toBe(length);
      expect(faults.length > 0).toBe(more === 0 && decode(octets).op === 'malformed');
    }),
    { numRuns: 2000 },
  );
});

test('invariant 13: any octets have an anatomy that fits its width and is harmless', () => {
  const about = fc.record({
    more: fc.nat(2000),
    ascii: fc.boolean(),
    width: fc.integer({ min: 40, max: 140 }),
    mode: fc.constantFrom('octet' as const, 'netascii' as const),
  });
  fc.assert(
    fc.property(anyOctets, about, (octets, { more, ascii, width, mode }) => {
      const found = anatomy(octets, octets.length + more, { mode, blksize: 40 });
      for (const { text } of anatomyLines(found, { columns: width, ascii })) {
        expect(text).not.toMatch(unsafe);
        expect(columns(text)).toBeLessThanOrEqual(width);
        if (ascii) expect(text).toMatch(/^[\x20-\x7e]*$/);
      }
    }),
  );
});
