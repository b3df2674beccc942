// Frames of every link to datagrams: heads, tags, options, fragments, and octets that mean nothing.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  asIpv6,
  formatAddress,
  meansMany,
  parseAddress,
} from '../../../../src/trace/capture/dissect/address.ts';
import { Dissector } from '../../../../src/trace/capture/dissect/dissect.ts';
import { Fragments } from '../../../../src/trace/capture/dissect/fragments.ts';
import { concat, ethernet, frame, hex, ipv4, ipv6, latin, toHex, udp, v6Fragment } from '../captures.ts';

const hello = latin('hello');
const four = ipv4(udp(1000, 69, hello));
const six = ipv6(udp(1000, 69, hello));
const fromFour = { from: { address: '10.0.0.1', port: 1000 }, to: { address: '10.0.0.2', port: 69 } };
const fromSix = { from: { address: '2001:db8::1', port: 1000 }, to: { address: 'fe80::2', port: 69 } };

describe.each<readonly [string, number, Uint8Array, Uint8Array]>([
  ['Ethernet', 1, ethernet(0x800, four), ethernet(0x86dd, six)],
  [
    'Ethernet with padding',
    1,
    concat(ethernet(0x800, four), new Uint8Array(13)),
    concat(ethernet(0x86dd, six), hello),
  ],
  [
    '802.1Q',
    1,
    ethernet(0x8100, concat(hex('00050800'), four)),
    ethernet(0x8100, concat(hex('000586dd'), six)),
  ],
  [
    'QinQ',
    1,
    ethernet(0x88a8, concat(hex('000581000006 0800'), four)),
    ethernet(0x9100, concat(hex('00058100000686dd'), six)),
  ],
  ['raw IP', 101, four, six],
  ['raw IP, old numbers', 12, four, six],
  ['raw IP, BSD', 14, four, six],
  ['one version only', 228, four, hex('')],
  [
    'Linux cooked',
    113,
    concat(new Uint8Array(14), hex('0800'), four),
    concat(new Uint8Array(14), hex('86dd'), six),
  ],
  [
    'Linux cooked 2',
    276,
    concat(hex('0800'), new Uint8Array(18), four),
    concat(hex('86dd'), new Uint8Array(18), six),
  ],
  ['BSD loopback, little-endian', 0, concat(hex('02000000'), four), concat(hex('1e000000'), six)],
  ['BSD loopback, big-endian', 0, concat(hex('00000002'), four), concat(hex('00000018'), six)],
  ['OpenBSD loopback', 108, concat(hex('00000002'), four), concat(hex('0000001c'), six)],
])('%s', (_title, link, withFour, withSix) => {
  test('IPv4', () => {
    expect(new Dissector().push(frame(link, withFour))).toMatchObject({
      ...fromFour,
      payload: hello,
      length: 5,
      cut: false,
    });
  });
  test.skipIf(withSix.length === 0)('IPv6', () => {
    expect(new Dissector().push(frame(link, withSix))).toMatchObject({
      ...fromSix,
      payload: hello,
      length: 5,
      cut: false,
    });
  });
});

test('IPv6 alone', () => expect(new Dissector().push(frame(229, six))).toMatchObject(fromSix));

test('IPv4 options, IPv6 extension headers', () => {
  const options = ipv4(udp(1000, 69, hello), { options: hex('94040000') });
  expect(new Dissector().push(frame(101, options))).toMatchObject({ ...fromFour, payload: hello });
  const authentication = concat(hex('11040000'), new Uint8Array(20), udp(1000, 69, hello));
  const destination = concat(hex('33000000 00000000'), authentication);
  const hops = concat(hex('3c010000 00000000 00000000 00000000'), destination);
  expect(new Dissector().push(frame(101, ipv6(hops, 0)))).toMatchObject({ ...fromSix, payload: hello });
  const atomic = v6Fragment(7, 0, false, udp(1000, 69, hello));
  expect(new Dissector().push(frame(101, atomic))).toMatchObject({ ...fromSix, payload: hello });
});

test('a packet that the capture cut is marked', () => {
  const octets = ethernet(0x800, four);
  const got = new Dissector().push(frame(1, octets.subarray(0, octets.length - 2), octets.length));
  expect(got).toMatchObject({ payload: latin('hel'), length: 5, cut: true });
});

test.each([
  ['TCP', 1, ethernet(0x800, ipv4(udp(1, 2, hello), { protocol: 6 }))],
  ['ARP', 1, ethernet(0x806, four)],
  ['IPv6 under the type of IPv4', 1, ethernet(0x800, six)],
  ['no next header', 101, ipv6(hello, 59)],
  ['half an IPv4 head', 101, four.subarray(0, 12)],
  ['half an IPv6 head', 101, six.subarray(0, 30)],
  ['half a UDP head', 101, four.subarray(0, 25)],
  ['a UDP length below its head', 101, ipv4(udp(1, 2, hello, -4))],
  ['a length below its own head', 101, ipv4(udp(1, 2, hello), { length: 12 })],
  ['a family of another protocol', 0, concat(hex('07000000'), four)],
])('%s is no datagram', (_title, link, octets) => {
  expect(new Dissector().push(frame(link, octets))).toBeUndefined();
});

test('unknown link types are counted by number, in bounded memory', () => {
  const dissector = new Dissector();
  for (let link = 1000; link < 1100; link++) {
    expect(dissector.push(frame(link, four))).toBeUndefined();
    expect(dissector.push(frame(1000, four))).toBeUndefined();
  }
  expect(dissector.frames).toBe(200);
  expect(dissector.kinds).toHaveLength(65);
  expect(dissector.kinds[0]).toEqual({ name: 'link type 1000', frames: 101, opaque: true });
  expect(dissector.kinds[1]).toEqual({ name: 'other kinds', frames: 36, opaque: true });
});

describe('fragments', () => {
  const payload = Uint8Array.from({ length: 3000 }, (_zero, index) => index & 0xff);
  const whole = udp(1000, 69, payload);
  const cuts = [0, 1480, 2960, whole.length];
  const parts = (make: (start: number, more: boolean, body: Uint8Array) => Uint8Array): Uint8Array[] =>
    cuts
      .slice(1)
      .map((end, index) => make(cuts[index]!, end < whole.length, whole.subarray(cuts[index], end)));
  const parts4 = parts((start, more, body) => ipv4(body, { id: 9, start, more }));
  const parts6 = parts((start, more, body) => v6Fragment(9, start, more, body));

  test.each([
    ['IPv4', parts4],
    ['IPv6', parts6],
  ])('%s, in any order, repeated', (_title, pieces) => {
    for (const indexes of [
      [0, 1, 2],
      [2, 1, 0],
      [1, 2, 0],
      [0, 0, 2, 2, 1],
    ]) {
      const dissector = new Dissector();
      const got = indexes.map((index) => dissector.push(frame(101, pieces[index]!)));
      expect(got.slice(0, -1).every((one) => one === undefined)).toBe(true);
      expect(got.at(-1)).toMatchObject({ payload, length: 3000, cut: false });
    }
  });
  test('one that is cut cuts the datagram', () => {
    const dissector = new Dissector();
    dissector.push(frame(101, parts4[0]!));
    dissector.push(frame(101, parts4[1]!.subarray(0, 120), parts4[1]!.length));
    const got = dissector.push(frame(101, parts4[2]!));
    expect(got).toMatchObject({ payload: payload.subarray(0, 1572), length: 3000, cut: true });
  });
  test('an overlap, too much, and another last one drop the packet', () => {
    for (const wrong of [
      ipv4(whole.subarray(8, 1488), { id: 9, start: 8, more: true }),
      ipv4(whole.subarray(0, 1000), { id: 9, start: 65_528, more: false }),
      ipv4(whole.subarray(0, 7), { id: 9, start: 1480, more: true }),
    ]) {
      const dissector = new Dissector();
      dissector.push(frame(101, parts4[0]!));
      dissector.push(frame(101, wrong));
      expect(dissector.lostFragments).toBe(1);
      for (const part of parts4.slice(1)) expect(dissector.push(frame(101, part))).toBeUndefined();
    }
  });
  test('after a minute the identification is another packet', () => {
    const dissector = new Dissector();
    dissector.push(frame(101, parts4[0]!));
    for (const [index, part] of parts4.entries()) {
      const got = dissector.push(frame(101, part, part.length, 61_000_000_000n));
      expect(got === undefined).toBe(index < 2);
    }
    expect(dissector.lostFragments).toBe(1);
  });
  test('memory stays bounded, the oldest goes', () => {
    const fragments = new Fragments();
    for (let id = 0; id < 2000; id++) {
      const carried = {
        source: hex('0a000001'),
        destination: hex('0a000002'),
        protocol: 17,
        octets: new Uint8Array(60_000),
        length: 60_000,
        id,
        hops: 64,
        fragment: undefined,
      };
      fragments.push(carried, { id, start: 0, more: true }, 0n);
      expect(fragments.octets).toBeLessThanOrEqual((4 << 20) + 65_535);
    }
    expect(fragments.lost).toBeGreaterThan(1900);
  });
});

describe('addresses', () => {
  test.each([
    ['10.0.0.255', '0a0000ff', '10.0.0.255'],
    ['::', '00'.repeat(16), '::'],
    ['::1', `${'00'.repeat(15)}01`, '::1'],
    ['2001:DB8:0:0:1:0:0:1', '20010db8000000000001000000000001', '2001:db8::1:0:0:1'],
    ['1:0:2:3:4:5:6:7', '00010000000200030004000500060007', '1:0:2:3:4:5:6:7'],
    ['fe80::1%eth0', 'fe800000000000000000000000000001', 'fe80::1'],
    ['::ffff:10.0.0.1', '00000000000000000000ffff0a000001', '10.0.0.1'],
    ['64:ff9b::10.0.0.1', '0064ff9b00000000000000000a000001', '64:ff9b::a00:1'],
  ])('%s', (text, octets, canonical) => {
    expect(toHex(parseAddress(text)!)).toBe(octets);
    expect(formatAddress(hex(octets))).toBe(canonical);
  });
  test.each([
    '',
    'localhost',
    '1.2.3',
    '1.2.3.256',
    '1.2.3.4.5',
    '1.2.3.',
    '.1.2.3',
    '1.2.3.4.',
    '1.2.3.0004',
    '1.2.3.a',
    ':',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '::12345',
    '::1.2.3',
    '1:2:3:4:5:6:7::8',
    'g::',
  ])('%s is none', (text) => expect(parseAddress(text)).toBeUndefined());
  test('every address survives its text', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (octets) => {
        expect(asIpv6(parseAddress(formatAddress(octets))!)).toEqual(octets);
      }),
    );
  });
  test('some mean many hosts', () => {
    expect(['255.255.255.255', '224.0.0.1', 'ff02::1'].every(meansMany)).toBe(true);
    expect(['10.0.0.1', '::1', 'fe80::1', 'nobody'].some(meansMany)).toBe(false);
  });
});

test('no octets make it throw', () => {
  const link = fc.constantFrom(0, 1, 12, 14, 101, 108, 113, 228, 229, 276, 9999);
  const start = fc.constantFrom(
    hex(''),
    hex('45'),
    hex('60'),
    ethernet(0x800, hex('45')),
    ethernet(0x8100, hex('')),
    v6Fragment(1, 8, true, hello),
    four,
    six,
  );
  const dissector = new Dissector();
  fc.assert(
    fc.property(
      link,
      start,
      fc.uint8Array({ maxLength: 120 }),
      fc.nat(70_000),
      (one, head, octets, length) => {
        const got = dissector.push(frame(one, concat(head, octets), length));
        if (got !== undefined) expect(got.payload.length).toBeLessThanOrEqual(got.length);
      },
    ),
    { numRuns: 2000 },
  );
});
