// Writes the packets of one flow as pcapng blocks, one after the other, into memory of the caller.
// Rule: what all blocks of a flow share is made once, and a packet allocates nothing: a capture must not slow a transfer.
// No datagram makes it throw.
import type { Tid } from '../../../wire/tid.ts';
import { asIpv6, parseAddress } from '../dissect/address.ts';

/** Most octets that UDP can carry over IPv4: 65,535 less both headers. */
export const maxPayload = 65_507;

/** A datagram of the flow, given whole or as head and tail, and when it was. */
export interface FlowDatagram {
  /** Nanoseconds since 1970 UTC: its upper and its lower 32 bits. */
  readonly high: number;
  readonly low: number;
  readonly head: Uint8Array;
  readonly tail: Uint8Array | undefined;
  /** Octets that UDP carried, where these are only the beginning of them. */
  readonly length?: number | undefined;
  readonly comment?: string | undefined;
}

/** Memory for blocks, and the same as numbers. */
export interface Piece {
  readonly octets: Uint8Array;
  readonly view: DataView;
}

/** New memory, all zeros. */
export function pieceOf(length: number): Piece {
  const octets = new Uint8Array(length);
  return { octets, view: new DataView(octets.buffer) };
}

const blockHead = 28;
const udpHead = 8;
const maxComment = 1024;
const encoder = new TextEncoder();

/** Octets that the block of a datagram with `payload` octets needs at most, with any comment. */
export function blockRoom(payload: number): number {
  return blockHead + 40 + udpHead + padded(Math.min(payload, maxPayload)) + optionsRoom;
}

/** A comment, the end of the options, and the length of the block again. */
const optionsRoom = 4 + maxComment + 4 + 4;

/** Instants of a clock whose zero was at `epoch` nanoseconds since 1970 UTC, in halves of 32 bits. */
export class Stamp {
  /** At first the zero of the clock. */
  high = 0;
  low = 0;
  readonly #high: number;
  readonly #low: number;

  constructor(epoch: bigint) {
    const whole = BigInt.asUintN(64, epoch);
    this.#high = Number(whole >> 32n);
    this.#low = Number(whole & 0xffff_ffffn);
    this.set(0);
  }

  /** Sets both halves to `at` milliseconds on that clock; without bigints, which would be allocations. */
  set(at: number): void {
    const nanoseconds = Number.isFinite(at) ? Math.round(at * 1e6) : 0;
    const upper = Math.floor(nanoseconds / 2 ** 32);
    const low = this.#low + nanoseconds - upper * 2 ** 32;
    this.low = low >>> 0;
    this.high = (this.#high + upper + (low >= 2 ** 32 ? 1 : 0)) >>> 0;
  }
}

/** One direction between two ends. */
export class CaptureFlow {
  /** Head of the block, of IP and of UDP, without what differs from packet to packet. */
  readonly #heads: Uint8Array;
  readonly #ipHead: number;
  /** Sums of what does not differ, for the checksums of IP and of UDP. */
  readonly #ipSum: number;
  readonly #udpSum: number;

  constructor(from: Tid, to: Tid) {
    const ends = endsOf(from, to);
    this.#ipHead = ends.from.length === 4 ? 20 : 40;
    this.#heads = new Uint8Array(blockHead + this.#ipHead + udpHead);
    const view = new DataView(this.#heads.buffer);
    view.setUint32(0, 6, true);
    if (this.#ipHead === 20) putIpv4(this.#heads, ends);
    else putIpv6(this.#heads, ends);
    view.setUint16(blockHead + this.#ipHead, from.port);
    view.setUint16(blockHead + this.#ipHead + 2, to.port);
    this.#ipSum = sum(view, blockHead, blockHead + this.#ipHead);
    // RFC 768, RFC 8200 §8.1: addresses and protocol are summed too.
    this.#udpSum = sumOf(ends.from) + sumOf(ends.to) + 17 + from.port + to.port;
  }

  /** Writes a block at `at`, where {@link blockRoom} is free. @returns its end. */
  write(into: Piece, at: number, datagram: FlowDatagram): number {
    const { head, tail, high, low, comment } = datagram;
    const { view } = into;
    const given = head.length + (tail === undefined ? 0 : tail.length);
    const kept = Math.min(given, maxPayload);
    const carried = Math.max(given, datagram.length ?? 0);
    const heads = this.#heads.length;
    into.octets.set(this.#heads, at);
    putPayload(into.octets, at + heads, datagram, kept);
    view.setUint32(at + 12, high, true);
    view.setUint32(at + 16, low, true);
    view.setUint32(at + 20, heads - blockHead + kept, true);
    view.setUint32(at + 24, heads - blockHead + carried, true);
    this.#putLengths(view, at, { kept, onLink: Math.min(carried, maxPayload) });
    return commentOn(into, at, comment ?? '');
  }

  /** Lengths and checksums of both headers. */
  #putLengths(
    into: DataView,
    at: number,
    { kept, onLink }: { readonly kept: number; readonly onLink: number },
  ): void {
    const ip = at + blockHead;
    const udp = ip + this.#ipHead;
    const length = onLink + udpHead;
    if (this.#ipHead === 20) {
      into.setUint16(ip + 2, length + 20);
      into.setUint16(ip + 10, checksum(this.#ipSum + length + 20));
    } else into.setUint16(ip + 4, length);
    into.setUint16(udp + 4, length);
    // Without the end of the datagram there is no checksum; 0 says so (RFC 768).
    if (onLink > kept) return;
    // The length is summed twice: it is in the pseudo header and in the UDP header.
    const total = this.#udpSum + 2 * length + sum(into, udp + udpHead, udp + udpHead + padded(kept));
    into.setUint16(udp + 6, checksum(total) || 0xffff);
  }
}

/** Puts `comment` on the block at `at`, in place of any before; it must be the last written. @returns its new end. */
export function commentOn(into: Piece, at: number, comment: string): number {
  const { view } = into;
  const captured = view.getUint32(at + 20, true);
  const more = view.getUint32(at + 24, true) - captured;
  const dataEnd = at + blockHead + padded(captured);
  const text = more > 0 ? withCut(comment, captured - headsOf(view, at), more) : comment;
  const end = text === '' ? dataEnd : putComment(into, dataEnd, text);
  const total = end + 4 - at;
  view.setUint32(at + 4, total, true);
  view.setUint32(end, total, true);
  return end + 4;
}

/** Octets of the IP and UDP headers: the first four bits are the version of IP. */
function headsOf(view: DataView, at: number): number {
  return (view.getUint8(at + blockHead) >> 4 === 4 ? 20 : 40) + udpHead;
}

function withCut(comment: string, kept: number, more: number): string {
  if (kept < maxPayload) return comment;
  const cut = `cut to ${maxPayload} of ${kept + more} octets`;
  return comment === '' ? cut : `${comment}; ${cut}`;
}

function putComment({ octets, view }: Piece, at: number, comment: string): number {
  const text = shortened(encoder.encode(comment));
  const end = at + 4 + padded(text.length) + 4;
  octets.fill(0, at, end);
  octets.set(text, at + 4);
  view.setUint16(at, 1, true);
  view.setUint16(at + 2, text.length, true);
  return end;
}

function shortened(text: Uint8Array): Uint8Array {
  if (text.length <= maxComment) return text;
  let end = maxComment;
  // Not between the octets of one character.
  while (end > 0 && ((text[end] ?? 0) & 0xc0) === 0x80) end--;
  return text.subarray(0, end);
}

/** Head, tail and zeros up to a multiple of four: the memory may have been used before. */
function putPayload(into: Uint8Array, at: number, { head, tail }: FlowDatagram, kept: number): void {
  if (head.length <= kept) into.set(head, at);
  else into.set(head.subarray(0, kept), at);
  const room = kept - head.length;
  if (tail !== undefined && room > 0)
    into.set(tail.length <= room ? tail : tail.subarray(0, room), at + head.length);
  const end = at + padded(kept);
  for (let free = at + kept; free < end; free++) into[free] = 0;
}

interface Ends {
  readonly from: Uint8Array;
  readonly to: Uint8Array;
}

/** Both addresses in one family. Anything but a numeric address counts as unspecified. */
function endsOf(from: Tid, to: Tid): Ends {
  const a = parseAddress(from.address) ?? new Uint8Array(4);
  const b = parseAddress(to.address) ?? new Uint8Array(4);
  return a.length === b.length ? { from: a, to: b } : { from: asIpv6(a), to: asIpv6(b) };
}

// RFC 791 §3.1: no options, don't fragment, 64 hops.
function putIpv4(heads: Uint8Array, { from, to }: Ends): void {
  heads[blockHead] = 0x45;
  heads[blockHead + 6] = 0x40;
  heads[blockHead + 8] = 64;
  heads[blockHead + 9] = 17;
  heads.set(from, blockHead + 12);
  heads.set(to, blockHead + 16);
}

// RFC 8200 §3.
function putIpv6(heads: Uint8Array, { from, to }: Ends): void {
  heads[blockHead] = 0x60;
  heads[blockHead + 6] = 17;
  heads[blockHead + 7] = 64;
  heads.set(from, blockHead + 8);
  heads.set(to, blockHead + 24);
}

function padded(length: number): number {
  return (length + 3) & ~3;
}

/** The sum of 16-bit words (RFC 1071) of a multiple of four octets, at most 65,536: it stays below 2^31. */
function sum(view: DataView, from: number, end: number): number {
  let upper = 0;
  let lower = 0;
  for (let at = from; at < end; at += 4) {
    const word = view.getUint32(at);
    upper += word >>> 16;
    lower += word & 0xffff;
  }
  return upper + lower;
}

function sumOf(octets: Uint8Array): number {
  return sum(new DataView(octets.buffer, octets.byteOffset), 0, octets.length);
}

function checksum(total: number): number {
  let folded = total;
  while (folded > 0xffff) folded = (folded >>> 16) + (folded & 0xffff);
  return ~folded & 0xffff;
}
