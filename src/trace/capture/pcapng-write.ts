// Datagrams to a capture: pcapng (draft-ietf-opsawg-pcapng) in pieces that are appended to a file as they come.
// Rule: every packet is raw IP with headers made from the TIDs, so that any reader decodes UDP with the right ends.
// Nothing here throws on what a datagram holds. Imports wire.
import type { Tid } from '../../wire/tid.ts';
import { asIpv6, parseAddress } from './address.ts';

/** One datagram as it is recorded. */
export interface RecordedDatagram {
  /** Nanoseconds since 1970 UTC; see {@link wallClock}. */
  readonly at: bigint;
  readonly from: Tid;
  readonly to: Tid;
  /** What UDP carried. Of more than 65,507 octets only these are recorded, and the packet is marked as cut. */
  readonly payload: Uint8Array;
  /** Octets that UDP carried, where `payload` is only the beginning of them. */
  readonly length?: number | undefined;
  /** Shown beside the packet: what the impaired network did to it. At most 1,024 octets of it are kept. */
  readonly comment?: string | undefined;
}

/** Most octets that UDP can carry over IPv4: 65,535 less both headers. */
export const maxPayload = 65_507;

/** LINKTYPE_RAW: each packet begins with its IP header, the version tells which. */
const linkRaw = 101;
const maxComment = 1024;
const udpHead = 8;
const encoder = new TextEncoder();

/** Nanoseconds since 1970 UTC at `at` milliseconds on a clock whose zero was at `epoch`. */
export function wallClock(epoch: bigint, at: number): bigint {
  return Number.isFinite(at) ? epoch + BigInt(Math.round(at * 1e6)) : epoch;
}

/** What a capture begins with: the section, written by `application`, and its one interface. */
export function captureHead(application = 'tftpsh'): Uint8Array {
  const section = block(0x0a0d0d0a, 16, [option(4, encoder.encode(application).subarray(0, maxComment))]);
  section.view.setUint32(8, 0x1a2b3c4d, true);
  section.view.setUint16(12, 1, true);
  // The length of the section is not known while it grows.
  section.view.setBigInt64(16, -1n, true);
  const options = [option(2, encoder.encode('tftpsh')), option(9, Uint8Array.of(9))];
  const face = block(1, 8, options);
  face.view.setUint16(8, linkRaw, true);
  const octets = new Uint8Array(section.octets.length + face.octets.length);
  octets.set(section.octets);
  octets.set(face.octets, section.octets.length);
  return octets;
}

/** One enhanced packet block: append it behind {@link captureHead} and other blocks. */
export function captureDatagram(datagram: RecordedDatagram): Uint8Array {
  const ends = endsOf(datagram.from, datagram.to);
  const ipHead = ends.from.length === 4 ? 20 : 40;
  const payload = datagram.payload.subarray(0, maxPayload);
  const captured = ipHead + udpHead + payload.length;
  const comment = commentOf(datagram);
  const { octets, view } = block(6, 20 + captured, comment === undefined ? [] : [option(1, comment)]);
  const at = BigInt.asUintN(64, datagram.at);
  view.setUint32(12, Number(at >> 32n), true);
  view.setUint32(16, Number(at & 0xffff_ffffn), true);
  view.setUint32(20, captured, true);
  view.setUint32(24, captured - payload.length + lengthOf(datagram), true);
  const packet = octets.subarray(28, 28 + captured);
  packet.set(payload, ipHead + udpHead);
  writeUdp(packet.subarray(ipHead), datagram, ends);
  const onLink = captured - payload.length + Math.min(lengthOf(datagram), maxPayload);
  if (ipHead === 20) writeIpv4(packet, ends, onLink);
  else writeIpv6(packet, ends, onLink);
  return octets;
}

function lengthOf({ payload, length }: RecordedDatagram): number {
  return Math.max(payload.length, length ?? 0);
}

interface Ends {
  readonly from: Uint8Array;
  readonly to: Uint8Array;
}

/** Both addresses in one family. What is no numeric address counts as unspecified. */
function endsOf(from: Tid, to: Tid): Ends {
  const a = parseAddress(from.address) ?? new Uint8Array(4);
  const b = parseAddress(to.address) ?? new Uint8Array(4);
  return a.length === b.length ? { from: a, to: b } : { from: asIpv6(a), to: asIpv6(b) };
}

function commentOf({ comment, payload }: RecordedDatagram): Uint8Array | undefined {
  const words = comment === undefined || comment === '' ? [] : [comment];
  if (payload.length > maxPayload) words.push(`cut to ${maxPayload} of ${payload.length} octets`);
  if (words.length === 0) return undefined;
  const octets = encoder.encode(words.join('; '));
  if (octets.length <= maxComment) return octets;
  let end = maxComment;
  // Not between the octets of one character.
  while (end > 0 && ((octets[end] ?? 0) & 0xc0) === 0x80) end--;
  return octets.subarray(0, end);
}

interface Block {
  readonly octets: Uint8Array;
  readonly view: DataView;
}

/** A block with `length` octets between its head and its options: a multiple of four or padded to one. */
function block(type: number, length: number, options: readonly Uint8Array[]): Block {
  const optionsLength = options.reduce((sum, one) => sum + one.length, options.length === 0 ? 0 : 4);
  const total = 12 + padded(length) + optionsLength;
  const octets = new Uint8Array(total);
  const view = new DataView(octets.buffer);
  view.setUint32(0, type, true);
  view.setUint32(4, total, true);
  view.setUint32(total - 4, total, true);
  let at = 8 + padded(length);
  for (const one of options) {
    octets.set(one, at);
    at += one.length;
  }
  return { octets, view };
}

function option(code: number, value: Uint8Array): Uint8Array {
  const octets = new Uint8Array(4 + padded(value.length));
  const view = new DataView(octets.buffer);
  view.setUint16(0, code, true);
  view.setUint16(2, value.length, true);
  octets.set(value, 4);
  return octets;
}

function padded(length: number): number {
  return Math.ceil(length / 4) * 4;
}

function writeUdp(udp: Uint8Array, datagram: RecordedDatagram, ends: Ends): void {
  const length = Math.min(lengthOf(datagram), maxPayload) + udpHead;
  writeWord(udp, 0, datagram.from.port);
  writeWord(udp, 2, datagram.to.port);
  writeWord(udp, 4, length);
  // Of a datagram whose end is not known nothing can be summed.
  if (length > udp.length) return;
  // RFC 768, RFC 8200 §8.1: addresses, protocol and length are summed too; 0 means that nothing was summed.
  const pseudo = sum(ends.from) + sum(ends.to) + 17 + udp.length;
  writeWord(udp, 6, checksum(pseudo + sum(udp)) || 0xffff);
}

// RFC 791 §3.1: no options, don't fragment, 64 hops.
function writeIpv4(packet: Uint8Array, { from, to }: Ends, length: number): void {
  packet[0] = 0x45;
  writeWord(packet, 2, length);
  packet[6] = 0x40;
  packet[8] = 64;
  packet[9] = 17;
  packet.set(from, 12);
  packet.set(to, 16);
  writeWord(packet, 10, checksum(sum(packet.subarray(0, 20))));
}

// RFC 8200 §3.
function writeIpv6(packet: Uint8Array, { from, to }: Ends, length: number): void {
  packet[0] = 0x60;
  writeWord(packet, 4, length - 40);
  packet[6] = 17;
  packet[7] = 64;
  packet.set(from, 8);
  packet.set(to, 24);
}

function writeWord(into: Uint8Array, at: number, value: number): void {
  into[at] = (value >> 8) & 0xff;
  into[at + 1] = value & 0xff;
}

/** The sum of 16-bit words (RFC 1071); at most 65,535 octets, so that it stays below 2^32. */
function sum(octets: Uint8Array): number {
  let total = 0;
  const even = octets.length & ~1;
  for (let at = 0; at < even; at += 2) total += ((octets[at] ?? 0) << 8) | (octets[at + 1] ?? 0);
  return even === octets.length ? total : total + ((octets[even] ?? 0) << 8);
}

function checksum(total: number): number {
  let folded = total;
  while (folded > 0xffff) folded = Math.floor(folded / 0x10000) + (folded % 0x10000);
  return ~folded & 0xffff;
}
