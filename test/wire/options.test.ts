// The table of options, strict decimals, modes and TIDs.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseDecimal } from '../../src/wire/decimal.ts';
import { parseMode } from '../../src/wire/mode.ts';
import {
  findOption,
  knownOption,
  knownOptions,
  option,
  optionNumber,
  optionValue,
  termOption,
  termOptions,
} from '../../src/wire/options.ts';
import { raw, untrusted } from '../../src/wire/text.ts';
import { formatTid, sameTid, tid } from '../../src/wire/tid.ts';
import { options } from './packets.ts';

describe('O01, O11, O14, case 34: decimals', () => {
  test.each([
    ['0', 0],
    ['7', 7],
    ['8', 8],
    ['65464', 65464],
    ['65536', 65536],
    ['4294967296', 4294967296],
    ['0512', 512],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
  ])('%s', (text, value) => {
    expect(parseDecimal(text)).toBe(value);
  });

  test.each([
    ...['-1', '', ' 512', '512 ', '512\n', '0x200', '1e3', '512abc', '+512', '512.0', '０５１２', '٥'],
    ...['9007199254740992', '18446744073709551616', '00000000000000000001', 'NaN', 'Infinity', '1_000'],
  ])('%j is none', (text) => {
    expect(parseDecimal(text)).toBeUndefined();
  });

  test('each accepted decimal prints as its digits', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ maxLength: 20 }), fc.maxSafeNat().map(String)), (text) => {
        const value = parseDecimal(text);
        if (value !== undefined) expect(String(value)).toBe(text.replace(/^0+(?=.)/, ''));
        else expect(/^[0-9]{1,15}$/.test(text)).toBe(false);
      }),
    );
  });
});

describe('options', () => {
  test.each([
    ['blksize', 'RFC 2348', 8, 65464],
    ['timeout', 'RFC 2349', 1, 255],
    ['tsize', 'RFC 2349', 0, Number.MAX_SAFE_INTEGER],
    ['windowsize', 'RFC 7440', 1, 65535],
  ])('%s is of %s', (name, source, min, max) => {
    expect(knownOption(name)).toMatchObject({ name, source, limits: { min, max } });
  });

  test('case 62, O10: non-standard options are known by name', () => {
    for (const name of ['blksize2', 'utimeout', 'rollover', 'multicast', 'msftwindow'])
      expect(knownOption(untrusted(name))?.name).toBe(name);
    expect(new Set(knownOptions.map(({ name }) => name)).size).toBe(knownOptions.length);
  });

  test('O15, case 29: the case of a name does not matter', () =>
    expect(knownOption('BlkSize')?.name).toBe('blksize'));

  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', ''])('O05: %j is unknown', (name) => {
    expect(knownOption(untrusted(name))).toBeUndefined();
    expect(findOption([], name)).toBeUndefined();
  });

  test('O02, case 30: if an option comes twice, the first one counts', () => {
    const sent = options(['tsize', '0'], ['blksize', '8'], ['blksize', '9']);
    expect(findOption(sent, 'blksize')).toBe(sent[1]);
    expect(findOption(sent, 'timeout')).toBeUndefined();
  });

  test.each(knownOptions.map((row) => [row.name, row] as const))(
    '%s accepts only values within its limits',
    (_, row) => {
      const { limits } = row;
      if (limits === undefined) {
        expect(optionValue(row, '1')).toBeUndefined();
        return;
      }
      for (const value of [limits.min, limits.max]) expect(optionValue(row, String(value))).toBe(value);
      for (const text of [String(limits.min - 1), `${limits.max}x`, '', ' 1', '1e3', '0x10', '１'])
        expect(optionValue(row, text)).toBeUndefined();
      if (limits.max < Number.MAX_SAFE_INTEGER)
        expect(optionValue(row, String(limits.max + 1))).toBeUndefined();
    },
  );

  test('O11: a size beyond the largest safe number counts as that number; 21 digits are rejected', () => {
    const tsize = termOption('tsize');
    expect(optionNumber(tsize, '18446744073709551616')).toBe(Number.MAX_SAFE_INTEGER);
    expect(optionNumber(tsize, '1'.repeat(21))).toBeUndefined();
    expect(optionNumber(termOption('blksize'), '1'.repeat(11))).toBeUndefined();
  });

  test('each option of a term has the same name as the term', () => {
    for (const { name, term } of termOptions) expect(term).toBe(name);
  });

  test('O15: option names are sent in lower case', () => {
    const { name, value } = option('BLKSIZE', 1468);
    expect([raw(name), raw(value)]).toEqual(['blksize', '1468']);
  });
});

describe('the table of options', () => {
  test('has the limits and the way to agree of RFC 2348, 2349 and 7440, and of tftp-hpa', () => {
    const rows = [...termOptions, ...knownOptions].map((row) => {
      if (row.term === undefined) return `${row.name} (${row.source})`;
      const { name, source, limits, answer, term, isExtension, lowersExcess, unitsPerTerm = 1 } = row;
      const flags = [isExtension && 'extension', lowersExcess && 'lowered'].filter(Boolean);
      return `${name} (${source}) ${limits.min}…${limits.max} ${answer} ${term}/${unitsPerTerm} ${flags.join()}`;
    });
    expect([...new Set(rows)]).toEqual([
      'tsize (RFC 2349) 0…9007199254740991 file-size tsize/1 ',
      'blksize (RFC 2348) 8…65464 same-or-less blksize/1 lowered',
      'timeout (RFC 2349) 1…255 same timeout/1 ',
      'windowsize (RFC 7440) 1…65535 same-or-less windowsize/1 ',
      'rollover (tftp-hpa) 0…1 same rollover/1 extension',
      'blksize2 (tftp-hpa) 8…32768 power-of-two blksize/1 extension,lowered',
      'utimeout (tftp-hpa) 10000…255000000 same timeout/1000000 extension',
      'multicast (RFC 2090)',
      'msftwindow (Windows Deployment Services)',
    ]);
  });

  test.each([
    ['tsize', 0, 1, '0 asks for the size'],
    ['tsize', 0, 6, undefined],
    ['tsize', 1, 1, undefined],
    ['blksize', 1468, 1, undefined],
    ['blksize', 1469, 1, 'above 1,468 Ethernet needs IP fragments'],
    ['windowsize', 1, 1, '1 is lockstep, as in RFC 1350'],
    ['windowsize', 2, 1, undefined],
  ])('remarks on %s %d with opcode %d: %s', (name, value, opcode, expected) => {
    expect(knownOption(name)?.remark?.(value, opcode)).toBe(expected);
  });
});

describe('modes', () => {
  test.each([
    ['octet', 'octet'],
    ['OcTeT', 'octet'],
    ['NETASCII', 'netascii'],
    ['Mail', 'mail'],
    ['binary', 'unknown'],
    ['en_US.UTF-8', 'unknown'],
    ['octet ', 'unknown'],
    ['ne\u0442ascii', 'unknown'],
    ['', 'unknown'],
  ])('P11, cases 1 to 3: %j is %s', (text, mode) => {
    expect(parseMode(text)).toBe(mode);
    expect(parseMode(untrusted(text))).toBe(mode);
  });
});

describe('TIDs', () => {
  test.each([
    ['192.0.2.1', '192.0.2.1:69'],
    ['::ffff:127.0.0.1', '127.0.0.1:69'],
    ['::FFFF:127.0.0.1', '127.0.0.1:69'],
    ['2001:DB8::A', '[2001:db8::a]:69'],
    ['FE80::1%eth0', '[fe80::1%eth0]:69'],
    ['::ffff:1', '[::ffff:1]:69'],
  ])('N05: %s', (address, text) => {
    expect(formatTid(tid(address, 69))).toBe(text);
  });

  test('N05, N04: two TIDs are the same if address, zone and port are', () => {
    expect(sameTid(tid('::ffff:127.0.0.1', 1), tid('127.0.0.1', 1))).toBe(true);
    expect(sameTid(tid('fe80::1%eth0', 1), tid('fe80::1%eth1', 1))).toBe(false);
    expect(sameTid(tid('127.0.0.1', 1), tid('127.0.0.1', 2))).toBe(false);
  });
});
