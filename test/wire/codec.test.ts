// decode and encode undo each other: one table for both directions, each truncation of it, and random packets.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decode, maxMessage, maxOptions, requestedName } from '../../src/wire/decode.ts';
import { encode, joined, requestLength, writeAck, writeDataHead } from '../../src/wire/encode.ts';
import type { Malformed, MalformedReason, Packet, RequestPacket } from '../../src/wire/packet.ts';
import { raw, untrusted } from '../../src/wire/text.ts';
import { octets, options, request, table } from './packets.ts';

describe.each(table)('$title', ({ packet, wire }) => {
  test('decodes', () => expect(decode(wire)).toEqual(packet));
  test('encodes', () => expect(encode(packet)).toEqual(wire));
  test('every truncation is malformed or a shorter packet', () => {
    for (let length = 0; length < wire.length; length++) {
      const cut = wire.slice(0, length);
      const got = decode(cut);
      if (got.op === 'malformed') expect(got.length).toBe(length);
      else expect(got.op).toBe(packet.op);
      // RFC 1350 §5 ends an ERROR with a NUL, but the text is complete without it.
      if (packet.op !== 'ERROR') expect(got).not.toEqual(packet);
    }
  });
});

function reasonOf(text: string): MalformedReason | undefined {
  const got = decode(octets(text));
  return got.op === 'malformed' ? got.reason : undefined;
}

function requestOf(text: string): RequestPacket {
  const got = decode(octets(text));
  if (got.op !== 'RRQ' && got.op !== 'WRQ') throw new Error(`decoded as ${got.op}`);
  return got;
}

describe('a malformed datagram', () => {
  test.each<readonly [string, string, MalformedReason]>([
    ['P01, case 15: no octets', '', 'empty'],
    ['P02, case 15: one octet', '\0', 'no-opcode'],
    ['P03: ACK without a block', '\0\x04', 'too-short'],
    ['P03: DATA without a block', '\0\x03', 'too-short'],
    ['P03: ERROR without a code', '\0\x05', 'too-short'],
    ['P04, case 73: half a block', '\0\x04\0', 'too-short'],
    ['P04: half a code', '\0\x05\0', 'too-short'],
    ['P05: ACK of 5 octets', '\0\x04\0\x01\0', 'too-long'],
    ['P05: ACK of 600 octets', `\0\x04\0\x01${'x'.repeat(596)}`, 'too-long'],
    ['P06, case 5: no NUL in a request', '\0\x01aaa', 'filename-unterminated'],
    ['P06: nothing after the opcode', '\0\x02', 'filename-unterminated'],
    ['P07, case 4: the mode has no NUL', '\0\x01a\0octet', 'mode-unterminated'],
    ['P07, case 4: no mode', '\0\x01a\0', 'mode-unterminated'],
    ['P08, case 6: an empty file name', '\0\x01\0octet\0', 'filename-empty'],
    ['P12: opcode 0', '\0\0\0\0', 'unknown-opcode'],
    ['P12, case 76: opcode 7', '\0\x07\0\x01', 'unknown-opcode'],
    ['P12: opcode 8, two octets', '\0\x08', 'unknown-opcode'],
    ['P12: opcode 0x3030', '00octet', 'unknown-opcode'],
    ['P12: opcode 0x0103 is not DATA', '\x01\x03\0\x01', 'unknown-opcode'],
    ['P12: opcode 0xFFFF', '\xff\xff', 'unknown-opcode'],
    ['case 39: an empty OACK', '\0\x06', 'options-empty'],
    ['case 39: an OACK with only NULs', '\0\x06\0\0', 'options-empty'],
    ['case 39: OACK with a name alone', '\0\x06blksize\0', 'options-malformed'],
    ['case 39: OACK whose last value has no NUL', '\0\x06tsize\x005\0blksize\x00512', 'options-malformed'],
    ['case 39: OACK without any NUL', '\0\x06blksize', 'options-malformed'],
  ])('%s', (_title, text, reason) => {
    expect(reasonOf(text)).toBe(reason);
  });

  test('reports its opcode and its length', () => {
    expect(decode(octets('00octet'))).toEqual<Malformed>({
      op: 'malformed',
      reason: 'unknown-opcode',
      opcode: 0x3030,
      length: 7,
    });
    expect(decode(octets('\0'))).toMatchObject({ opcode: undefined, length: 1 });
  });
});

test('P12: a datagram of two octets has an opcode, a shorter one has none', () => {
  expect(decode(octets('\0\x08'))).toMatchObject({ opcode: 8, length: 2 });
  expect(decode(octets('\0'))).toMatchObject({ opcode: undefined, length: 1 });
});

test.each([
  ['\0\x01boot.cfg\0octet\0', 'boot.cfg'],
  ['\0\x01boot.cfg', 'boot.cfg'],
  ['\0\x01\0octet\0', ''],
  ['\0\x01', ''],
])('the file that %j names, as far as it can be read', (wire, name) => {
  expect(raw(requestedName(octets(wire)))).toBe(name);
});

describe('errors after the mode are ignored', () => {
  test.each<readonly [string, string, readonly (readonly [string, string])[], number]>([
    ['case 11, O03: a name without a value', 'tsize\x000\0blksize\0', [['tsize', '0']], 8],
    ['case 12, O03: a value without its NUL', 'tsize\x000\0blksize\x00512', [['tsize', '0']], 11],
    ['case 13, P18: junk after the options', 'tsize\x000\0\xff\xfe!', [['tsize', '0']], 3],
    ['case 14: NULs after the mode', '\0\0\0\0', [], 4],
    ['O03: an empty name ends the options', '\x005\0tsize\x000\0', [], 11],
    ['O15, case 29: names in lower case, values as sent', 'BLKSIZE\0A\0', [['blksize', 'A']], 0],
    ['a Kelvin sign is not the letter k', 'bl\xe2\x84\xaasize\x008\0', [['bl\u212asize', '8']], 0],
    ['values need not be UTF-8', 'tsize\0\xff\0', [['tsize', '\ufffd']], 0],
  ])('%s', (_title, tail, pairs, ignored) => {
    const got = requestOf(`\0\x01a\0octet\0${tail}`);
    expect(got.options).toEqual(options(...pairs));
    expect(got.ignored).toBe(ignored);
  });

  test('O04: only the first 16 of 200 options are read', () => {
    const got = requestOf(`\0\x01a\0octet\0${'n\0v\0'.repeat(200)}`);
    expect(got.options).toHaveLength(maxOptions);
    expect(got.ignored).toBe(4 * (200 - maxOptions));
  });

  test('O04: only the first 16 of 200 options in an OACK are read', () => {
    const got = decode(octets(`\0\x06${'n\0v\0'.repeat(200)}`));
    expect(got).toMatchObject({ op: 'OACK', ignored: 4 * (200 - maxOptions) });
  });

  test('an OACK may end with extra NULs', () => {
    expect(decode(octets('\0\x06tsize\x005\0\0\0\0'))).toMatchObject({ op: 'OACK', ignored: 3 });
  });

  test('P10: a mode of 500 octets is decoded; only its reader rejects it', () => {
    expect(raw(requestOf(`\0\x01a\0${'m'.repeat(500)}\0`).mode)).toHaveLength(500);
  });
});

describe('ERROR', () => {
  function messageOf(text: string): string {
    const got = decode(octets(`\0\x05\0\0${text}`));
    return got.op === 'ERROR' ? raw(got.message) : got.op;
  }
  test('case 78: without its NUL', () => expect(messageOf('Disk full')).toBe('Disk full'));
  test('P13: without any text', () => expect(messageOf('')).toBe(''));
  test('octets after the NUL are not part of the text', () => expect(messageOf('a\0b\0')).toBe('a'));
  test('P13: only the beginning of 60,000 octets is read', () =>
    expect(messageOf('x'.repeat(60_000))).toBe('x'.repeat(maxMessage)));
  test('P13: the cut text ends with a whole character', () =>
    expect(messageOf(`x${'\xe2\x82\xac'.repeat(1000)}`)).toBe(`x${'€'.repeat(341)}`));
  test('text that is not UTF-8 is still read', () => expect(messageOf('\xe9t\xe9')).toBe('\ufffdt\ufffd'));
  test('only continuation octets: the search for a character start ends', () =>
    expect(messageOf('\x80'.repeat(2000))).toBe('\ufffd'.repeat(maxMessage - 3)));
});

describe('encode', () => {
  test.each([-1, 65536, 1.5, Number.NaN])('block %d is a bug of the caller', (block) => {
    expect(() => encode({ op: 'ACK', block })).toThrow(RangeError);
    expect(() => encode({ op: 'DATA', block, data: octets('') })).toThrow(RangeError);
    expect(() => encode({ op: 'ERROR', code: block, message: untrusted('') })).toThrow(RangeError);
  });
  test('F11: a NUL inside a text is a bug of the caller', () => {
    expect(() => encode(request('RRQ', 'a\0b'))).toThrow(RangeError);
    expect(() => encode(request('RRQ', 'a', 'oc\0tet'))).toThrow(RangeError);
    expect(() => encode(request('WRQ', 'a', 'octet', ['n', '\0']))).toThrow(RangeError);
    expect(() => encode({ op: 'ERROR', code: 0, message: untrusted('\0') })).toThrow(RangeError);
  });
  test('P17: a lone surrogate in a file name is refused', () => {
    expect(() => encode(request('RRQ', 'a\ud800'))).toThrow(RangeError);
  });
  test('case 10, O16: the length of a request is known before it is sent', () => {
    const long = request('RRQ', 'é'.repeat(252));
    expect(requestLength(long)).toBe(513);
    expect(encode(long)).toHaveLength(513);
  });
  test('the heads of DATA and ACK are written into a given array', () => {
    const into = new Uint8Array(6).fill(9);
    writeDataHead(into, 0xabcd);
    expect(into).toEqual(octets('\0\x03\xab\xcd\x09\x09'));
    writeAck(into, 65535);
    expect(into).toEqual(octets('\0\x04\xff\xff\x09\x09'));
  });
});

test('head and tail of DATA are one datagram', () => {
  expect([...joined(Uint8Array.of(0, 3, 0, 1), Uint8Array.of(7, 8))]).toEqual([0, 3, 0, 1, 7, 8]);
  expect([...joined(Uint8Array.of(0, 4, 0, 1), undefined)]).toEqual([0, 4, 0, 1]);
});

describe('random packets', () => {
  const text = fc.string({ unit: 'binary', maxLength: 40 }).map((s) => s.replaceAll('\0', '0'));
  const filled = text.filter((s) => s !== '');
  const word = fc.integer({ min: 0, max: 0xffff });
  const pair = fc.tuple(
    filled.map((s) => s.replace(/[A-Z]/g, 'a')),
    text,
  );
  const pairs = fc.array(pair, { maxLength: maxOptions });
  const packet = fc.oneof(
    fc
      .tuple(fc.constantFrom('RRQ' as const, 'WRQ' as const), filled, text, pairs)
      .map(([op, name, mode, list]): Packet => request(op, name, mode, ...list)),
    fc
      .tuple(word, fc.uint8Array({ maxLength: 600 }))
      .map(([block, data]): Packet => ({ op: 'DATA', block, data })),
    word.map((block): Packet => ({ op: 'ACK', block })),
    fc
      .tuple(word, text)
      .map(([code, message]): Packet => ({ op: 'ERROR', code, message: untrusted(message) })),
    pairs
      .filter((list) => list.length > 0)
      .map((list): Packet => ({ op: 'OACK', options: options(...list), ignored: 0 })),
  );

  test('P17: decoding an encoded packet gives the same packet', () => {
    fc.assert(
      fc.property(packet, (p) => {
        expect(decode(encode(p))).toEqual(p);
      }),
    );
  });

  test('O03: random octets decode to a packet or to malformed, and never throw', () => {
    const opcode = fc.constantFrom([], [0], [0, 1], [0, 2], [0, 3], [0, 4], [0, 5], [0, 6], [0, 7]);
    const octet = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(opcode, fc.array(octet, { maxLength: 80 }), (head, tail) => {
        const wire = Uint8Array.from([...head, ...tail]);
        const got = decode(wire);
        if (got.op === 'malformed') expect(got.length).toBe(wire.length);
        else if (got.op === 'DATA') expect(got.data).toHaveLength(wire.length - 4);
        else if (got.op !== 'ACK' && got.op !== 'ERROR')
          expect(got.options.length).toBeLessThanOrEqual(maxOptions);
      }),
      { numRuns: 2000 },
    );
  });

  test('P09: the largest UDP datagram is decoded with any opcode', () => {
    for (let op = 0; op < 8; op++)
      for (const fill of [0, 0x61, 0xff]) {
        const wire = new Uint8Array(65_507).fill(fill);
        wire.set([0, op]);
        expect(decode(wire)).toHaveProperty('op');
      }
  });
});
