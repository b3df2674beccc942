// Inputs that the fuzzer begins from: one good input of each kind, so that a change of few octets reaches deep.
import { captureDatagram, captureHead } from '../../src/trace/capture/file/pcapng-write.ts';
import { encode } from '../../src/wire/encode.ts';
import { ack, data, error, oack } from '../support/script.ts';
import { latin, rrq, wrq } from '../support/raw-peer.ts';
import {
  block,
  classic,
  concat,
  ethernet,
  ipv4,
  ipv6,
  order,
  udp,
  v6Fragment,
} from '../trace/capture/captures.ts';

export const packets: readonly Uint8Array[] = [
  encode(rrq('boot/pxelinux.0')),
  encode(rrq('a', 'blksize 1428', 'tsize 0', 'timeout 3', 'windowsize 8')),
  encode(wrq('näme', 'tsize 70000', 'utimeout 50000', 'rollover 1')),
  encode(data(1, 12)),
  encode(data(65_535, 0)),
  encode(ack(0)),
  encode(oack('blksize 1428', 'tsize 8', 'windowsize 4')),
  encode(error(8, 'no option')),
  latin('\0\x01name\0octet\0blksize\0'),
  // For a machine: which one, then length, wait and octets of each datagram.
  concat(Uint8Array.of(0, 4, 0), encode(ack(0)), Uint8Array.of(8, 60), encode(data(1, 4))),
  concat(Uint8Array.of(1, 15, 0), encode(oack('blksize 8')), Uint8Array.of(4, 0), encode(ack(1))),
  concat(Uint8Array.of(2, 4, 0), encode(ack(0)), Uint8Array.of(4, 5), encode(ack(3))),
];

export const texts: readonly Uint8Array[] = [
  'tftp://host:6969/dir/file%20x;mode=netascii',
  '[fe80::1%eth0]:69:name',
  'host:C:\\x',
  '../..//a/./b',
  "get 'a b' \"c\\\"d\" $'\\x41\\n' e\\ f &",
  'put -f --sha256 00 h:a; trace on # end',
  'blksize 1468',
  'serve-allow 10.0.0.0/8,::1',
  'rexmt 250ms',
  'not (op = DATA and block >= 3) or peer = 10.0.0.0/8',
  'lose 3rd DATA of client; delay 20ms ± 5',
  'get f\nladder:\nRRQ f',
  'r ^(a|b)*c{2,5}[^x-z]\\.cfg$ \\1-\\i\\U\\0\\E\ngi [[:digit:]]+? \\xff\n=\naabcc.cfg',
  'a ^\\.\\./\nrs (x+)+y z\n=\nxxxxxxxxxxxxxxxxxxxxxxxx',
  'a\r\nb\r\0c\rd',
  'con.txt/aux',
].map((text) => new TextEncoder().encode(text));

const request = udp(40_000, 69, encode(rrq('f')));
const tagged = concat(Uint8Array.of(0, 7, 0x08, 0), ipv4(request));
const gre = ipv4(concat(Uint8Array.of(0x20, 0, 0x08, 0, 0, 0, 0, 1), ipv4(request)), { protocol: 47 });
const vxlan = udp(9, 4789, concat(Uint8Array.of(8, 0, 0, 0, 0, 0, 1, 0), ethernet(0x800, ipv4(request))));
const icmp = ipv4(concat(Uint8Array.of(3, 3, 0, 0, 0, 0, 0, 0), ipv4(request)), { protocol: 1 });

const carried: readonly Uint8Array[] = [
  ethernet(0x800, ipv4(request)),
  ethernet(0x8100, tagged),
  ethernet(0x86dd, ipv6(request)),
  ethernet(0x86dd, ipv6(v6Fragment(7, 0, true, request.subarray(0, 16)), 44)),
  ethernet(0x86dd, ipv6(v6Fragment(7, 16, false, request.subarray(16)), 44)),
  ethernet(0x800, gre),
  ethernet(0x800, ipv4(vxlan)),
  ethernet(0x800, icmp),
];

/** Frames. Each begins with the index of its link type in the list of the target. */
export const frames: readonly Uint8Array[] = [
  ...carried.map((octets) => concat(Uint8Array.of(1), octets)),
  ...[2, 3, 6, 7, 8].map((link) => concat(Uint8Array.of(link), new Uint8Array(20), ipv4(request))),
  concat(Uint8Array.of(9), Uint8Array.of(0, 0, 8, 0, 0, 0, 0, 0), new Uint8Array(24), ipv4(request)),
];

const { u16, u32 } = order(true);
const datagram = {
  ...{ at: 1_700_000_000_000_000_000n, payload: encode(rrq('f')), length: 12, comment: 'note' },
  ...{ from: { address: '192.0.2.1', port: 40_000 }, to: { address: '192.0.2.2', port: 69 } },
};

export const captures: readonly Uint8Array[] = [
  classic(carried),
  classic(carried.slice(0, 2), { little: false, magic: 0xa1b23c4d }),
  concat(captureHead(), captureDatagram(datagram)),
  concat(
    block(true, 0x0a0d0d0a, concat(u32(0x1a2b3c4d), u16(1), u16(0), u32(0xffffffff), u32(0xffffffff))),
    block(true, 1, concat(u16(1), u16(0), u32(0))),
    block(true, 3, concat(u32(60), carried[0]!)),
  ),
];
