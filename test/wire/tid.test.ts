// Transfer identifiers: the same address always has the same text.
import { describe, expect, test } from 'vitest';
import { formatTid, sameTid, tid } from '../../src/wire/tid.ts';

describe('RFC 1350 §4: a transfer identifier', () => {
  test.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1%eth0', '192.0.2.1'],
    ['2001:DB8::AB', '2001:db8::ab'],
    ['64:FF9B::192.0.2.1', '64:ff9b::192.0.2.1'],
    ['::ffff:0:1', '::ffff:0:1'],
    ['FE80::1%Eth0', 'fe80::1%Eth0'],
  ])('%s is written as %s', (address, expected) => {
    expect(tid(address, 69)).toEqual({ address: expected, port: 69 });
  });

  test('is another one if the address or the port differs', () => {
    const one = tid('192.0.2.1', 1758);
    expect(sameTid(one, tid('::ffff:192.0.2.1', 1758))).toBe(true);
    expect(sameTid(one, tid('192.0.2.1', 1759))).toBe(false);
    expect(sameTid(one, tid('192.0.2.2', 1758))).toBe(false);
  });

  test.each([
    ['192.0.2.1', '192.0.2.1:69'],
    ['2001:db8::1', '[2001:db8::1]:69'],
    ['fe80::1%eth0', '[fe80::1%eth0]:69'],
  ])('%s with its port is %s', (address, expected) => {
    expect(formatTid(tid(address, 69))).toBe(expected);
  });
});
