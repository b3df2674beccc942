// Blocks of addresses: which texts are blocks, and which addresses a block contains.
import { isIP } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isWithin, isWithinAny, parseAddress, parseCidr, type Cidr } from '../../src/wire/cidr.ts';

function block(text: string): Cidr {
  const parsed = parseCidr(text);
  if ('message' in parsed) throw new Error(`${text}: ${parsed.message}`);
  return parsed;
}

test.each([
  ['192.0.2.0/24', '192.0.2.255', true],
  ['192.0.2.0/24', '192.0.3.0', false],
  ['192.0.2.7/24', '192.0.2.1', true],
  ['192.0.2.7', '192.0.2.7', true],
  ['192.0.2.7', '192.0.2.6', false],
  ['192.0.2.7/31', '192.0.2.6', true],
  ['10.0.0.0/9', '10.127.255.255', true],
  ['10.0.0.0/9', '10.128.0.0', false],
  ['0.0.0.0/0', '203.0.113.9', true],
  ['0.0.0.0/0', '2001:db8::1', false],
  ['::/0', '203.0.113.9', false],
  ['2001:db8::/32', '2001:db8:ffff::1', true],
  ['2001:db8::/32', '2001:db9::', false],
  ['2001:DB8::/33', '2001:db8:8000::', false],
  ['fe80::/10', 'fe80::1%eth0', true],
  ['::1', '::1', true],
  ['::ffff:192.0.2.0/120', '192.0.2.9', true],
  ['::ffff:c000:200/120', '192.0.3.9', false],
  ['192.0.2.0/24', '::ffff:192.0.2.9', true],
  ['64:ff9b::192.0.2.0/120', '64:ff9b::c000:209', true],
])('%s contains %s: %s', (text, address, answer) => {
  expect(isWithin(block(text), address)).toBe(answer);
  expect(isWithinAny([block('198.51.100.0/31'), block(text)], address)).toBe(answer);
});

test.each([
  ['1::ffff:192.0.2.1', 16],
  ['::1:0:ffff:192.0.2.1', 16],
  ['::ff00:192.0.2.1', 16],
  ['::ff:192.0.2.1', 16],
  ['::ffff:192.0.2.1', 4],
])('RFC 4291 §2.5.5.2: %s has %d octets', (address, length) => {
  expect(parseAddress(address)).toHaveLength(length);
});

test('a text that is not an address is not in a block', () => {
  const all = block('0.0.0.0/0');
  expect(isWithin(all, 'host.example')).toBe(false);
  expect(isWithinAny([all], 'host.example')).toBe(false);
});

test.each([
  '',
  '/24',
  '1:2:3:4::5:6:7:8',
  '192.0.2.1::',
  '192.0.2/24',
  '192.0.2.0/33',
  '192.0.2.0/',
  '192.0.2.0/-1',
  '192.0.2.0/+8',
  '192.0.2.0/8/8',
  '192.0.2.256',
  '192.0.2.01',
  '192.0.2.0.1',
  '1:2:3:4:5:6:7',
  '1:2:3:4:5:6:7:8:9',
  '1::2::3',
  ':1::',
  '12345::',
  '::1/129',
  '::ffff:192.0.2.0/95',
  '::192.0.2.0:1',
  'fe80::1%eth0/64',
  'host.example/24',
  '192.0.2.0 /24',
])('%j is not a block, and the message says why', (text) => {
  expect(parseCidr(text)).toMatchObject({ message: expect.stringMatching(/^(a|the) /) as string });
});

describe('properties', () => {
  test('a text is an address exactly if node:net says so', () => {
    const text = fc.oneof(
      fc.ipV4(),
      fc.ipV6(),
      fc.stringMatching(/^[0-9a-f:.]{0,20}$/),
      fc.stringMatching(/^[0-3]?[0-9]{1,2}(\.[0-3]?[0-9]{1,2}){3}$/),
    );
    fc.assert(
      fc.property(text, (address) => {
        expect(parseAddress(address) !== undefined).toBe(isIP(address) !== 0);
      }),
    );
  });

  test('an address is in each of its prefixes, and not in one whose last bit is flipped', () => {
    const octets = fc.uint8Array({ minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(octets, fc.integer({ min: 1, max: 32 }), (address, prefix) => {
        const text = [...address].join('.');
        expect(isWithin(block(`${text}/${prefix}`), text)).toBe(true);
        const flipped = Uint8Array.from(address);
        flipped[(prefix - 1) >> 3]! ^= 0x80 >> ((prefix - 1) & 7);
        expect(isWithin(block(`${[...flipped].join('.')}/${prefix}`), text)).toBe(false);
      }),
    );
  });

  test('no text throws', () => {
    fc.assert(fc.property(fc.string(), (text) => void parseCidr(text)));
  });
});
