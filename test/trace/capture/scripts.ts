// Conversations written as lines: who says what, a millisecond apart, as datagrams of a capture.
import type { CapturedDatagram } from '../../../src/trace/capture/dissect/dissect.ts';
import {
  Conversations,
  type ConversationSummary,
  type PacketRecord,
} from '../../../src/trace/capture/conversations.ts';
import { encode } from '../../../src/wire/encode.ts';
import { option } from '../../../src/wire/options.ts';
import type { Packet } from '../../../src/wire/packet.ts';
import { untrusted } from '../../../src/wire/text.ts';
import type { Tid } from '../../../src/wire/tid.ts';

export const client: Tid = { address: '10.0.0.1', port: 5000 };
export const asked: Tid = { address: '10.0.0.2', port: 69 };
export const server: Tid = { address: '10.0.0.2', port: 6000 };
export const stranger: Tid = { address: '10.0.0.3', port: 7000 };

export type Line = readonly [
  from: Tid,
  to: Tid,
  packet: Packet | Uint8Array,
  more?: Partial<CapturedDatagram>,
];

export function request(
  op: 'RRQ' | 'WRQ',
  filename: string,
  options: Record<string, string> = {},
  mode = 'octet',
): Packet {
  const list = Object.entries(options).map(([name, value]) => option(name, value));
  return { op, filename: untrusted(filename), mode: untrusted(mode), options: list, ignored: 0 };
}

export const rrq = (options?: Record<string, string>): Packet => request('RRQ', 'a.cfg', options);
export const wrq = (options?: Record<string, string>): Packet => request('WRQ', 'a.cfg', options);

export function oack(options: Record<string, string>): Packet {
  return {
    op: 'OACK',
    options: Object.entries(options).map(([name, value]) => option(name, value)),
    ignored: 0,
  };
}

export function data(block: number, length: number | Uint8Array = 512): Packet {
  const octets = typeof length === 'number' ? new Uint8Array(length).fill(block & 0xff) : length;
  return { op: 'DATA', block: block & 0xffff, data: octets };
}

export const ack = (block: number): Packet => ({ op: 'ACK', block: block & 0xffff });

export function error(code: number, message = 'no'): Packet {
  return { op: 'ERROR', code, message: untrusted(message) };
}

/** Client to server, server to client: the two that most lines are. */
export const c = (packet: Packet | Uint8Array, to: Tid = server): Line => [client, to, packet];
export const s = (packet: Packet | Uint8Array, to: Tid = client): Line => [server, to, packet];

/** A read of 612 octets without trouble. */
export const read: readonly Line[] = [c(rrq(), asked), s(data(1)), c(ack(1)), s(data(2, 100)), c(ack(2))];

export function datagram([from, to, packet, more]: Line, at: bigint): CapturedDatagram {
  const payload = packet instanceof Uint8Array ? packet : encode(packet);
  return {
    at,
    from,
    to,
    payload,
    length: payload.length,
    cut: false,
    offset: 0,
    comment: undefined,
    id: 0,
    place: 0,
    ...more,
  };
}

export interface Told {
  readonly records: readonly PacketRecord[];
  readonly summaries: readonly ConversationSummary[];
}

/** Follows the lines, a millisecond apart from second 1000 on. */
export function follow(lines: readonly Line[]): Told {
  const conversations = new Conversations();
  const records: PacketRecord[] = [];
  const summaries: ConversationSummary[] = [];
  for (const [index, line] of lines.entries()) {
    const followed = conversations.push(datagram(line, 1_000_000_000_000n + BigInt(index) * 1_000_000n));
    records.push(...followed.records);
    summaries.push(...followed.ended);
  }
  summaries.push(...conversations.end());
  return { records, summaries };
}

/** The only transfer of the lines. */
export function only(lines: readonly Line[]): ConversationSummary {
  const { summaries } = follow(lines);
  if (summaries.length !== 1) throw new Error(`${summaries.length} transfers`);
  return summaries[0]!;
}
