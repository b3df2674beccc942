// One table of packets and their octets as in the RFCs; the tests of decode and encode both read it.
import type { Packet, WireOption } from '../../src/wire/packet.ts';
import { untrusted } from '../../src/wire/text.ts';

/** Octets from a string in which each character is one octet. */
export function octets(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

export function options(...pairs: readonly (readonly [string, string])[]): readonly WireOption[] {
  return pairs.map(([name, value]) => ({ name: untrusted(name), value: untrusted(value) }));
}

export function request(
  op: 'RRQ' | 'WRQ',
  filename: string,
  mode = 'octet',
  ...pairs: readonly (readonly [string, string])[]
) {
  return { op, filename: untrusted(filename), mode: untrusted(mode), options: options(...pairs), ignored: 0 };
}

export interface Row {
  readonly title: string;
  readonly packet: Packet;
  readonly wire: Uint8Array;
}

export const table: readonly Row[] = [
  {
    title: 'RRQ without options (RFC 1350 §5)',
    packet: request('RRQ', 'fw.bin'),
    wire: octets('\0\x01fw.bin\0octet\0'),
  },
  {
    title: 'case 1: RRQ in a mode of mixed case, P11',
    packet: request('RRQ', 'a', 'OcTeT'),
    wire: octets('\0\x01a\0OcTeT\0'),
  },
  {
    title: 'WRQ with two options (RFC 2347)',
    packet: request('WRQ', 'dir/x', 'netascii', ['tsize', '673312'], ['blksize', '1428']),
    wire: octets('\0\x02dir/x\0netascii\0tsize\x00673312\0blksize\x001428\0'),
  },
  {
    title: 'case 25: RRQ for a name in UTF-8 with control characters',
    packet: request('RRQ', 'é\u001b\ufeff€'),
    wire: octets('\0\x01\xc3\xa9\x1b\xef\xbb\xbf\xe2\x82\xac\0octet\0'),
  },
  {
    title: 'P08: the names of CVE-2010-2115 and CVE-2008-1311 are ordinary names',
    packet: request('WRQ', '|', 'netascii'),
    wire: octets('\0\x02|\0netascii\0'),
  },
  {
    title: 'case 30: an option twice, O02, and one with an empty value',
    packet: request('RRQ', 'a', 'octet', ['blksize', '8'], ['blksize', '9'], ['multicast', '']),
    wire: octets('\0\x01a\0octet\0blksize\x008\0blksize\x009\0multicast\0\0'),
  },
  {
    title: 'DATA of three octets',
    packet: { op: 'DATA', block: 1, data: octets('abc') },
    wire: octets('\0\x03\0\x01abc'),
  },
  {
    title: 'case 87: DATA without data, block 65535',
    packet: { op: 'DATA', block: 65535, data: octets('') },
    wire: octets('\0\x03\xff\xff'),
  },
  { title: 'ACK 0', packet: { op: 'ACK', block: 0 }, wire: octets('\0\x04\0\0') },
  { title: 'ACK 258', packet: { op: 'ACK', block: 258 }, wire: octets('\0\x04\x01\x02') },
  {
    title: 'ERROR 1',
    packet: { op: 'ERROR', code: 1, message: untrusted('File not found') },
    wire: octets('\0\x05\0\x01File not found\0'),
  },
  {
    title: 'case 78: ERROR with a code that no RFC defines and an empty text, P13',
    packet: { op: 'ERROR', code: 65535, message: untrusted('') },
    wire: octets('\0\x05\xff\xff\0'),
  },
  {
    title: 'OACK of two options (RFC 2347)',
    packet: { op: 'OACK', options: options(['tsize', '5000'], ['windowsize', '4']), ignored: 0 },
    wire: octets('\0\x06tsize\x005000\0windowsize\x004\0'),
  },
];
