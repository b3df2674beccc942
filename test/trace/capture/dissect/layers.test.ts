// Frames in which TFTP lies deep: tunnels, tags, serial lines, 802.11. tshark, where it is here, finds the same.
import fc from 'fast-check';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Dissector } from '../../../../src/trace/capture/dissect/dissect.ts';
import { hasTshark, tshark } from '../../../support/tshark.ts';
import {
  block,
  concat,
  ethernet,
  frame,
  hex,
  ipv4,
  ipv6,
  latin,
  order,
  udp,
  v6Fragment,
} from '../captures.ts';

const { u16, u32 } = order(true);
const big = order(false);
const request = latin('\0\x01boot.cfg\0octet\0');
const ask = udp(1000, 69, request);
const four = ipv4(ask, { id: 7 });
const six = ipv6(ask);
const zeros = (length: number): Uint8Array => new Uint8Array(length);
const framed = ethernet(0x800, four);
const snap = concat(hex('aaaa03 000000 0800'), four);

/** The head of 802.11: data to an access point, so many octets long. */
const wifi = (first: string, flags: string, rest: Uint8Array, head = 24): Uint8Array =>
  concat(hex(first), hex(flags), zeros(head - 2), rest);
const radiotap = (rest: Uint8Array): Uint8Array => concat(hex('0000 0800 00000000'), rest);
const outer = (port: number, head: string, inner: Uint8Array): Uint8Array =>
  ethernet(0x800, ipv4(udp(40_000, port, concat(hex(head), inner)), { id: 9 }));
const inIp = (protocol: number, inner: Uint8Array): Uint8Array => ethernet(0x800, ipv4(inner, { protocol }));
const pppoe = (inner: Uint8Array): Uint8Array =>
  ethernet(0x8864, concat(hex('1100 0001'), big.u16(inner.length), inner));
const labels = (inner: Uint8Array): Uint8Array => ethernet(0x8847, concat(hex('00010040 00011140'), inner));

type Row = readonly [title: string, link: number, octets: Uint8Array];

const rows: readonly Row[] = [
  ['802.3 with LLC and SNAP', 1, ethernet(snap.length, snap)],
  ['LLC with IP', 1, ethernet(four.length + 3, concat(hex('060603'), four))],
  ['LLC in a VLAN', 1, ethernet(0x8100, concat(hex('0005'), big.u16(snap.length), snap))],
  ['three VLAN tags', 1, ethernet(0x88a8, concat(hex('0001 8100 0002 8100 0003 0800'), four))],
  ['802.1BR', 1, ethernet(0x893f, concat(hex('0000 0001 0000 0800'), four))],
  ['802.1ah', 1, ethernet(0x88e7, concat(hex('00000001'), framed))],
  ['MPLS', 1, labels(four)],
  ['MPLS with IPv6', 1, labels(six)],
  ['MPLS with Ethernet and a control word', 1, labels(concat(hex('00000001'), framed))],
  ['PPPoE', 1, pppoe(concat(hex('0021'), four))],
  ['PPPoE with a short protocol', 1, pppoe(concat(hex('57'), six))],
  [
    'PPPoE in a VLAN',
    1,
    ethernet(0x8100, concat(hex('0005'), pppoe(concat(hex('0021'), four)).subarray(12))),
  ],
  ['GRE', 1, inIp(47, concat(hex('0000 0800'), four))],
  ['GRE with checksum, key and sequence', 1, inIp(47, concat(hex('b000 0800'), zeros(12), four))],
  ['GRE with Ethernet', 1, inIp(47, concat(hex('2000 6558 00000001'), framed))],
  ['GRE with MPLS', 1, inIp(47, concat(hex('0000 8847 00001140'), four))],
  ['GRE of PPTP', 1, inIp(47, concat(hex('3001 880b 00000001 00000001 ff03 0021'), four))],
  ['ERSPAN II', 1, inIp(47, concat(hex('1000 88be 00000001 1001000100000001'), framed))],
  ['ERSPAN III', 1, inIp(47, concat(hex('1000 22eb 00000001 200100010000000000000000'), framed))],
  ['IP in IP', 1, inIp(4, four)],
  ['IPv6 in IPv4', 1, inIp(41, six)],
  ['IPv4 in IPv6', 1, ethernet(0x86dd, ipv6(four, 4))],
  ['IPv6 in IPv6', 1, ethernet(0x86dd, ipv6(six, 41))],
  ['EtherIP', 1, inIp(97, concat(hex('3000'), framed))],
  ['authentication header of IPv4', 1, inIp(51, concat(hex('11040000'), zeros(20), ask))],
  ['VXLAN', 1, outer(4789, '0800000000002a00', framed)],
  [
    'VXLAN in a VLAN',
    1,
    ethernet(0x8100, concat(hex('0005'), outer(4789, '0800000000002a00', framed).subarray(12))),
  ],
  ['VXLAN in VXLAN', 1, outer(4789, '0800000000002a00', outer(4789, '0800000000002b00', framed))],
  ['VXLAN-GPE', 1, outer(4790, '0c00000100002a00', four)],
  ['GENEVE', 1, outer(6081, '0000655800002a00', framed)],
  ['GENEVE with options', 1, outer(6081, '0200655800002a00 0102000100000000', framed)],
  ['GENEVE with IPv4', 1, outer(6081, '0000080000002a00', four)],
  ['TZSP', 1, outer(37_008, '01000001 01', framed)],
  ['TZSP with tags', 1, outer(37_008, '01000001 00 0a0100 3c060102030405 06 01', framed).subarray()],
  ['L2TP', 1, outer(1701, '0002 0001 0002 ff03 0021', four)],
  ['PPP', 9, concat(hex('ff03 0021'), four)],
  ['PPP without address', 9, concat(hex('0057'), six)],
  ['PPP with a direction', 204, concat(hex('01 ff03 0021'), four)],
  ['pppd', 166, concat(hex('01 03 0021'), four)],
  ['PPP multilink, whole', 9, concat(hex('ff03 003d c0000001 0021'), four)],
  ['Cisco HDLC', 104, concat(hex('0f00 0800'), four)],
  ['frame relay', 107, concat(hex('1841 03 cc'), four)],
  ['ATM', 11, concat(hex('aaaa03 000000 0800'), four)],
  ['Token Ring', 6, concat(hex('1040'), zeros(12), snap)],
  ['FDDI', 10, concat(hex('50'), zeros(12), snap)],
  ['802.11', 105, wifi('08', '02', snap)],
  ['802.11 with QoS', 105, wifi('88', '01', snap, 26)],
  ['802.11 of four addresses', 105, wifi('08', '03', snap, 30)],
  ['radiotap', 127, radiotap(wifi('08', '02', snap))],
  ['radiotap with padding', 127, concat(hex('0000 0900 02000000 20'), wifi('88', '02', snap, 28))],
  ['Prism', 119, concat(big.u32(0x44), u32(144), zeros(136), wifi('08', '02', snap))],
  ['AVS', 163, concat(hex('80211001'), big.u32(64), zeros(56), wifi('08', '02', snap))],
  ['PPI', 192, concat(hex('0000 0800 69000000'), wifi('08', '02', snap))],
  ['Linux cooked with VLAN', 113, concat(hex('0000 0001 0006 000000000000 0000 8100 0005 0800'), four)],
  ['Linux cooked with LLC', 113, concat(hex('0000 0001 0006 000000000000 0000 0004'), snap)],
  [
    'Linux cooked 2 with MPLS',
    276,
    concat(hex('8847 0000 00000001 0001 00 06 0000000000000000'), hex('00001140'), four),
  ],
  ['NFLOG', 239, concat(hex('0200 0000'), hex('0800 0100 08000100'), u16(4 + four.length), u16(9), four)],
];

test.each(rows)('case 133: %s', (_title, link, octets) => {
  const found = new Dissector().push(frame(link, octets));
  expect(found).toMatchObject({ payload: request, cut: false });
  expect([found?.from.port, found?.to.port]).toEqual([1000, 69]);
});

/** A pcapng file with an interface for each frame. */
function capture(frames: readonly Row[]): Uint8Array {
  const section = block(
    true,
    0x0a0d0d0a,
    concat(u32(0x1a2b3c4d), u16(1), u16(0), u32(0xffffffff), u32(0xffffffff)),
  );
  const faces = frames.map(([, link]) => block(true, 1, concat(u16(link), u16(0), u32(0))));
  const packets = frames.map(([, , octets], at) =>
    block(true, 6, concat(u32(at), u32(0), u32(at), u32(octets.length), u32(octets.length), octets)),
  );
  return concat(section, ...faces, ...packets);
}

test.skipIf(!hasTshark)('tshark finds the same in each frame', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tftpsh-layers-'));
  const path = join(folder, 'layers.pcapng');
  writeFileSync(path, capture(rows));
  const lines = tshark(['-r', path, '-T', 'fields', '-e', 'tftp.source_file']).split('\n');
  rmSync(folder, { recursive: true });
  // tshark expects an address of PPP where pppd has its direction (tcpdump.org/linktypes, 166).
  expect(lines.length).toBeGreaterThan(rows.length - 1);
  const missed = rows.flatMap(([title], at) => (lines[at]?.includes('boot.cfg') === true ? [] : [title]));
  expect(missed).toEqual(['pppd']);
});

test.each<readonly [string, boolean, number, Uint8Array]>([
  ['802.11, encrypted', true, 105, wifi('88', '41', snap, 26)],
  ['802.11 management', false, 127, radiotap(wifi('80', '00', snap))],
  ['802.11 fragment', true, 105, wifi('08', '06', snap)],
  ['ESP, encrypted', true, 1, inIp(50, four)],
  ['PPP, compressed', true, 1, pppoe(concat(hex('00fd'), four))],
  ['PPP control', false, 1, pppoe(concat(hex('c021'), four))],
  ['MACsec, encrypted', true, 1, ethernet(0x88e5, concat(hex('2c000000 0000'), framed))],
  ['PPPoE discovery', false, 1, ethernet(0x8863, zeros(20))],
  ['ARP', false, 1, ethernet(0x806, zeros(28))],
  ['ARP', false, 1, outer(4789, '0800000000002a00', ethernet(0x806, zeros(28)))],
  ['TCP', false, 1, inIp(6, zeros(20))],
  ['ICMP', false, 1, inIp(1, zeros(20))],
  ['ICMPv6', false, 1, ethernet(0x86dd, ipv6(zeros(20), 58))],
  ['spanning tree', false, 1, ethernet(40, concat(hex('424203'), zeros(37)))],
  ['EtherType 0x1234', true, 1, ethernet(0x1234, zeros(20))],
  ['IP protocol 200', true, 1, inIp(200, zeros(20))],
  ['link type 147 (user 0)', true, 147, four],
  ['damaged IP', true, 1, ethernet(0x800, six)],
  ['IP fragments', false, 1, ethernet(0x86dd, v6Fragment(1, 8, true, zeros(8)))],
])('what is not read is named: %s', (name, opaque, link, octets) => {
  const dissector = new Dissector();
  expect(dissector.push(frame(link, octets))).toBeUndefined();
  expect(dissector.kinds).toEqual([{ name, frames: 1, opaque }]);
});

describe('depth', () => {
  test('VLAN tags without end are too many layers', () => {
    const dissector = new Dissector();
    const tags = concat(...Array.from({ length: 1000 }, () => hex('0001 8100')));
    expect(dissector.push(frame(1, ethernet(0x8100, tags)))).toBeUndefined();
    expect(dissector.kinds).toEqual([{ name: 'too many layers', frames: 1, opaque: true }]);
  });

  test('so are packets in packets', () => {
    let nested = four;
    for (let level = 0; level < 40; level++) nested = ipv4(nested, { protocol: 4 });
    const dissector = new Dissector();
    expect(dissector.push(frame(101, nested))).toBeUndefined();
    expect(dissector.kinds).toMatchObject([{ name: 'too many layers' }]);
  });

  test('a frame that the capture cut in its heads is too short', () => {
    const dissector = new Dissector();
    const whole = outer(4789, '0800000000002a00', framed);
    for (const length of [20, 30, 60, 80, 90])
      expect(dissector.push(frame(1, whole.subarray(0, length), whole.length))).toBeUndefined();
    expect(dissector.kinds).toEqual([{ name: 'too few captured octets', frames: 5, opaque: true }]);
  });
});

describe('a transfer on the port of a tunnel', () => {
  test.each([4789, 8472, 4790, 6081, 37_008, 1701, 6635])('%i is a transfer', (port) => {
    const data = concat(hex('0003 0001'), zeros(512));
    const found = new Dissector().push(frame(101, ipv4(udp(40_000, port, data))));
    expect(found).toMatchObject({ to: { port }, payload: data });
    const ack = hex('0004 0001');
    expect(new Dissector().push(frame(101, ipv4(udp(40_000, port, ack))))).toMatchObject({ payload: ack });
  });
});

test('fragments in a tunnel are joined', () => {
  const payload = concat(hex('00030001'), zeros(2000));
  const whole = udp(1000, 2000, payload);
  const parts = [
    ipv4(whole.subarray(0, 1480), { id: 5, start: 0, more: true }),
    ipv4(whole.subarray(1480), { id: 5, start: 1480 }),
  ];
  const dissector = new Dissector();
  const found = parts.map((part) =>
    dissector.push(frame(1, outer(4789, '0800000000002a00', ethernet(0x800, part)))),
  );
  expect(found).toMatchObject([undefined, { payload }]);
  expect(dissector.lostFragments).toBe(0);
});

test('no octets make it throw, whatever the link type', () => {
  const known = rows.map(([, link, octets]) => [link, octets] as const);
  const mutated = fc.tuple(fc.constantFrom(...known), fc.nat(), fc.uint8Array({ maxLength: 6 }), fc.nat());
  fc.assert(
    fc.property(mutated, ([[link, octets], where, patch, cut]) => {
      const wrong = octets.slice(0, 1 + (cut % octets.length));
      wrong.set(patch.subarray(0, Math.max(0, wrong.length - (where % wrong.length))), where % wrong.length);
      const dissector = new Dissector();
      const found = dissector.push(frame(link, wrong, octets.length));
      expect(dissector.frames).toBe(1);
      if (found !== undefined) expect(found.payload.length).toBeLessThanOrEqual(wrong.length);
    }),
    { numRuns: 3000 },
  );
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 300 }), fc.uint8Array({ maxLength: 200 }), (link, octets) => {
      const dissector = new Dissector();
      dissector.push(frame(link, octets));
      expect(dissector.frames).toBe(1);
    }),
    { numRuns: 3000 },
  );
});
