// Captures built octet by octet, independent of the code under test, and short ways to read them.
import { Dissector, type CapturedDatagram } from '../../../src/trace/capture/dissect/dissect.ts';
import { CaptureReader, type Damage, type Frame } from '../../../src/trace/capture/file/pcap-read.ts';

export function hex(text: string): Uint8Array {
  return Uint8Array.from(text.replace(/\s+/g, '').match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

export function toHex(octets: Uint8Array): string {
  return Array.from(octets, (octet) => octet.toString(16).padStart(2, '0')).join('');
}

export function latin(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Writes numbers of 16 or 32 bits in a chosen byte order. */
export function order(little: boolean): { u16: (n: number) => Uint8Array; u32: (n: number) => Uint8Array } {
  const make = (size: 2 | 4) => (value: number) => {
    const octets = new Uint8Array(size);
    const view = new DataView(octets.buffer);
    if (size === 2) view.setUint16(0, value, little);
    else view.setUint32(0, value, little);
    return octets;
  };
  return { u16: make(2), u32: make(4) };
}

const { u16, u32 } = order(false);

export function udp(from: number, to: number, payload: Uint8Array, length = payload.length): Uint8Array {
  return concat(u16(from), u16(to), u16(length + 8), u16(0), payload);
}

export interface Ipv4 {
  readonly id?: number;
  /** In octets. */
  readonly start?: number;
  readonly more?: boolean;
  readonly options?: Uint8Array;
  readonly length?: number;
  readonly protocol?: number;
}

export function ipv4(body: Uint8Array, set: Ipv4 = {}): Uint8Array {
  const options = set.options ?? new Uint8Array(0);
  const head = 20 + options.length;
  return concat(
    Uint8Array.of(0x40 | (head / 4), 0),
    u16(set.length ?? head + body.length),
    u16(set.id ?? 0),
    u16((set.more === true ? 0x2000 : 0) | ((set.start ?? 0) / 8)),
    Uint8Array.of(64, set.protocol ?? 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2),
    options,
    body,
  );
}

const v6From = hex('20010db8000000000000000000000001');
const v6To = hex('fe800000000000000000000000000002');

export function ipv6(body: Uint8Array, next = 17): Uint8Array {
  return concat(hex('60000000'), u16(body.length), Uint8Array.of(next, 64), v6From, v6To, body);
}

export function v6Fragment(id: number, start: number, more: boolean, body: Uint8Array): Uint8Array {
  return ipv6(concat(Uint8Array.of(17, 0), u16(start | (more ? 1 : 0)), u32(id), body), 44);
}

export function ethernet(type: number, body: Uint8Array): Uint8Array {
  return concat(new Uint8Array(12), u16(type), body);
}

/** A classic capture of whole packets. */
export function classic(
  packets: readonly Uint8Array[],
  { little = true, magic = 0xa1b2c3d4, link = 1 } = {},
): Uint8Array {
  const { u16: w, u32: d } = order(little);
  const records = packets.map((packet, index) =>
    concat(d(1000 + index), d(7), d(packet.length), d(packet.length), packet),
  );
  return concat(d(magic), w(2), w(4), d(0), d(0), d(65535), d(link), ...records);
}

/** One block of pcapng around `body`. */
export function block(little: boolean, type: number, body: Uint8Array): Uint8Array {
  const { u32: d } = order(little);
  const padded = concat(body, new Uint8Array((4 - (body.length % 4)) % 4));
  return concat(d(type), d(padded.length + 12), padded, d(padded.length + 12));
}

/** Everything that a reader answers, the file coming in pieces of `size` octets; frames are copied. */
export function readAll(octets: Uint8Array, size = octets.length): (Frame | Damage)[] {
  const reader = new CaptureReader();
  const found: (Frame | Damage)[] = [];
  const keep = (records: readonly (Frame | Damage)[]): void => {
    for (const one of records)
      found.push(one.type === 'frame' ? { ...one, octets: one.octets.slice() } : one);
  };
  for (let at = 0; at < octets.length; at += size) keep(reader.push(octets.subarray(at, at + size)));
  keep(reader.end());
  return found;
}

export function frame(link: number, octets: Uint8Array, length = octets.length, at = 0n): Frame {
  return { type: 'frame', link, face: 0, at, octets, length, offset: 0, comment: undefined };
}

export function dissectAll(octets: Uint8Array): CapturedDatagram[] {
  const dissector = new Dissector();
  return readAll(octets).flatMap((one) => (one.type === 'frame' ? (dissector.push(one) ?? []) : []));
}
