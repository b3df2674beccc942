// Writes datagrams as pcapng (draft-ietf-opsawg-pcapng), in pieces that are appended to a file as they come.
// Rule: every packet is raw IP with headers made from the TIDs, so that any reader finds UDP with the right ends.
// No datagram makes it throw.
import type { Tid } from '../../../wire/tid.ts';
import { blockRoom, CaptureFlow, pieceOf, Stamp } from './pcapng-flow.ts';

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

/** LINKTYPE_RAW: each packet begins with its IP header, the version tells which. */
const linkRaw = 101;
const mostNamed = 1024;
const encoder = new TextEncoder();

/** Nanoseconds since 1970 UTC at `at` milliseconds on a clock whose zero was at `epoch`. */
export function wallClock(epoch: bigint, at: number): bigint {
  return Number.isFinite(at) ? epoch + BigInt(Math.round(at * 1e6)) : epoch;
}

/** What a capture begins with: the section, written by `application`, and its one interface. */
export function captureHead(application = 'tftpsh'): Uint8Array {
  const section = block(0x0a0d0d0a, 16, [option(4, encoder.encode(application).subarray(0, mostNamed))]);
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

/** One enhanced packet block: append it after {@link captureHead} and other blocks. */
export function captureDatagram({ at, from, to, payload, length, comment }: RecordedDatagram): Uint8Array {
  const piece = pieceOf(blockRoom(payload.length));
  const { high, low } = new Stamp(at);
  const datagram = { high, low, head: payload, tail: undefined, length, comment };
  return piece.octets.slice(0, new CaptureFlow(from, to).write(piece, 0, datagram));
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
