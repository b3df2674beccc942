// Wrong things that a server may do on purpose, each by name, so that a client can be tested.
// Rule: a deed is a row of the table: what it changes in one packet of the server. The machines know nothing of it.
import type { Tamper, Tampered } from '../network/impair/tamper.ts';
import { unwrap, wireBlock } from '../transfer/block.ts';
import { decode } from '../wire/decode.ts';
import { encode } from '../wire/encode.ts';
import { option } from '../wire/options.ts';
import type { DataPacket, Packet, WireOption } from '../wire/packet.ts';
import { raw, untrusted } from '../wire/text.ts';

/** What a deed makes of a packet. `reason`: what was changed, in words. */
export type Misdeed =
  | { readonly fate: 'altered'; readonly packet: Packet; readonly reason: string }
  | { readonly fate: 'followed'; readonly packet: Packet; readonly reason: string }
  | { readonly fate: 'lost' | 'misrouted'; readonly reason: string };

/** What a deed knows of the port: it counts on its own. */
export interface PortMemory {
  /** Packets that the server sent from the port, this one included. */
  sent: number;
  /** Index of the newest DATA. */
  newest: number;
  /** The port that the packet leaves from. */
  port: number;
  /** The last DATA that was sent, and the last ACK that came. */
  data: DataPacket | undefined;
  acked: number | undefined;
}

export interface Deed {
  readonly name: string;
  /** What its number means; undefined: it takes none. */
  readonly value?: string;
  readonly default?: number;
  readonly meaning: string;
  /** What it is good for. */
  readonly purpose: string;
  readonly apply: (packet: Packet, value: number, memory: PortMemory) => Misdeed | undefined;
  /** The packet that the server gets, where it must not notice the deed. */
  readonly answer?: (packet: Packet, memory: PortMemory) => Packet;
  /** An extra packet that the server sends in response to one that it got. */
  readonly extra?: (packet: Packet, memory: PortMemory) => Packet | undefined;
}

/** A deed that is switched on. */
export interface ActiveDeed {
  readonly deed: Deed;
  readonly value: number;
}

/** All deeds, in the order of help. */
export const deeds: readonly Deed[] = [
  {
    name: 'oack-blksize',
    value: 'N',
    default: 65_464,
    meaning: 'the OACK says blksize N',
    purpose: 'a client must refuse more than it asked for, with ERROR 8 (RFC 2348)',
    apply: (packet, value) => withOption(packet, 'blksize', String(value), false),
  },
  {
    name: 'oack-unasked',
    meaning: 'the OACK has an option that the client did not ask for',
    purpose: 'a client must refuse it with ERROR 8 (RFC 2347)',
    apply: (packet) => withOption(packet, 'unasked', '1', true),
  },
  {
    name: 'wrong-tid',
    value: 'N',
    default: 2,
    meaning: 'packet N of the server comes from another port',
    purpose: 'a client must answer ERROR 5 there and go on (RFC 1350 §4)',
    apply: (_packet, value, { sent }) =>
      sent === value ? { fate: 'misrouted', reason: 'sent from another port' } : undefined,
  },
  {
    name: 'tsize-lie',
    value: 'N',
    default: 1,
    meaning: 'the OACK says tsize N',
    purpose: 'a client must not trust the size: no wrong length, no endless bar',
    apply: (packet, value) => withOption(packet, 'tsize', String(value), false),
  },
  {
    name: 'stale-ack',
    meaning: 'in a put, each ACK is followed by the ACK before it',
    purpose: 'a client that answers it with DATA is a Sorcerer’s Apprentice (RFC 1123 §4.2.3.1)',
    apply: (packet) =>
      packet.op === 'ACK' && packet.block > 0
        ? {
            fate: 'followed',
            packet: { op: 'ACK', block: packet.block - 1 },
            reason: `followed by ACK ${packet.block - 1}`,
          }
        : undefined,
  },
  {
    name: 'apprentice',
    meaning: 'each repeated ACK is answered with DATA again',
    purpose: 'a client must bear that every packet comes twice (RFC 1123 §4.2.3.1)',
    apply: (packet, _value, memory) => {
      if (packet.op === 'DATA') memory.data = { ...packet, data: packet.data.slice() };
      return undefined;
    },
    extra: (packet, memory) => {
      if (packet.op !== 'ACK') return undefined;
      const isRepeated = memory.acked === packet.block;
      memory.acked = packet.block;
      const next = wireBlock(packet.block + 1, 0);
      return isRepeated && memory.data?.block === next ? memory.data : undefined;
    },
  },
  {
    name: 'firewall',
    value: 'N',
    default: 69,
    meaning: 'what the server sends from another port than N is lost',
    purpose: 'a client must give up in time, and say that a firewall may be the cause',
    apply: (_packet, value, { port }) =>
      port === value ? undefined : { fate: 'lost', reason: `firewall: not from port ${value}` },
  },
  {
    name: 'early-error',
    value: 'N',
    default: 2,
    meaning: 'packet N of the server is an ERROR, and nothing follows',
    purpose: 'a client must stop, remove what it has and not answer (RFC 1350 §7)',
    apply: (_packet, value, { sent }) => {
      if (sent < value) return undefined;
      if (sent > value) return { fate: 'lost', reason: 'silent after its ERROR' };
      const packet = { op: 'ERROR', code: 0, message: untrusted('stopped by impairment') } as const;
      return { fate: 'altered', packet, reason: 'became ERROR 0' };
    },
  },
  {
    name: 'silence',
    value: 'N',
    default: 3,
    meaning: 'after N packets the server sends nothing more',
    purpose: 'a client must give up in time',
    apply: (_packet, value, { sent }) =>
      sent > value ? { fate: 'lost', reason: `silent after ${value}` } : undefined,
  },
  {
    name: 'restart-at-1',
    meaning: 'after block 65535 comes block 1, not block 0',
    purpose: 'a client for files of more than 65,535 blocks must know both',
    apply: (packet, _value, memory) => {
      if (packet.op !== 'DATA') return undefined;
      const index = unwrap(packet.block, memory.newest, 0);
      memory.newest = Math.max(memory.newest, index);
      if (index <= 65_535) return undefined;
      const block = wireBlock(index, 1);
      return { fate: 'altered', packet: { ...packet, block }, reason: `became block ${block}` };
    },
    answer: (packet, { newest }) => {
      if (packet.op !== 'ACK' || newest <= 65_535) return packet;
      return { ...packet, block: wireBlock(unwrap(packet.block, newest, 1), 0) };
    },
  },
];

/** Does these deeds to what a server sends from its ports. */
export function tamperBy(active: readonly ActiveDeed[]): () => Tamper {
  const translating = active.filter(({ deed }) => deed.answer !== undefined);
  const talkative = active.filter(({ deed }) => deed.extra !== undefined);
  return () => {
    const memory: PortMemory = { sent: 0, newest: 0, port: 0, data: undefined, acked: undefined };
    return {
      sent(octets, port) {
        memory.port = port;
        return misdeed(active, octets, memory);
      },
      received: (octets) => (translating.length === 0 ? octets : answered(translating, octets, memory)),
      extra: (octets) => (talkative.length === 0 ? undefined : extra(talkative, octets, memory)),
    };
  };
}

/** What the first deed that has something to add adds. */
function extra(
  active: readonly ActiveDeed[],
  octets: Uint8Array,
  memory: PortMemory,
): { readonly octets: Uint8Array; readonly reason: string } | undefined {
  const packet = decode(octets);
  if (packet.op === 'malformed') return undefined;
  for (const { deed } of active) {
    const added = deed.extra?.(packet, memory);
    if (added !== undefined) return { octets: encode(added), reason: deed.name };
  }
  return undefined;
}

/** The first deed that does something counts. */
function misdeed(
  active: readonly ActiveDeed[],
  octets: Uint8Array,
  memory: PortMemory,
): Tampered | undefined {
  memory.sent += 1;
  const packet = decode(octets);
  if (packet.op === 'malformed') return undefined;
  for (const { deed, value } of active) {
    const done = deed.apply(packet, value, memory);
    if (done !== undefined) return 'packet' in done ? { ...done, octets: encode(done.packet) } : done;
  }
  return undefined;
}

/** The datagram that the server gets. */
function answered(active: readonly ActiveDeed[], octets: Uint8Array, memory: PortMemory): Uint8Array {
  const packet = decode(octets);
  if (packet.op === 'malformed') return octets;
  const changed = active.reduce<Packet>((one, { deed }) => deed.answer?.(one, memory) ?? one, packet);
  return changed === packet ? octets : encode(changed);
}

/** The OACK with another value. `adds`: the option is added; else it is changed where it is. */
function withOption(packet: Packet, name: string, value: string, adds: boolean): Misdeed | undefined {
  if (packet.op !== 'OACK') return undefined;
  const has = packet.options.some((one) => raw(one.name) === name);
  if (!has && !adds) return undefined;
  const changed: WireOption = option(name, value);
  const options = has
    ? packet.options.map((one) => (raw(one.name) === name ? changed : one))
    : [...packet.options, changed];
  return { fate: 'altered', packet: { ...packet, options }, reason: `${name}=${value}` };
}
