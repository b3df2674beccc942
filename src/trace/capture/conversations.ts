// Finds the transfers in a stream of datagrams, on any ports: a request begins one, its TIDs identify it (RFC 1350 §4).
// Rule: bounded. A transfer without packets for long, or the oldest of too many, is closed and its summary returned.
import { decode } from '../../wire/decode.ts';
import { parseMode } from '../../wire/mode.ts';
import type { Malformed, Packet, RequestPacket } from '../../wire/packet.ts';
import { raw } from '../../wire/text.ts';
import { sameTid, type Tid } from '../../wire/tid.ts';
import { meansMany } from './dissect/address.ts';
import { Candidates } from './candidates.ts';
import { Copies } from './copies.ts';
import { segments } from './segments.ts';
import { CapturedConversation, type Origin, type Party } from './conversation.ts';
import type { CapturedDatagram } from './dissect/dissect.ts';
import type { NetworkReport } from './dissect/report.ts';
import type { ConversationSummary, PacketRecord } from './record.ts';

export type { ConversationSummary, PacketRecord } from './record.ts';

/** What one datagram led to. */
export interface Followed {
  /** Its packet; several where it proves that earlier ones belong to a transfer; none where it is not TFTP. */
  readonly records: readonly PacketRecord[];
  /** Transfers that are closed now. */
  readonly ended: readonly ConversationSummary[];
}

/** Where a report of the network belongs. */
export interface ReportPlace {
  readonly transfer: number;
  /** Milliseconds since the first datagram. */
  readonly at: number;
  /** The client sent the datagram that did not arrive. */
  readonly isFromClient: boolean;
}

/** One transfer at a place of the capture, from which other {@link Conversations} follow it. */
export interface HeldConversation {
  /** A copy of that moment. */
  readonly conversation: CapturedConversation;
  /** By which its packets are found. Later transfers may have taken some over. */
  readonly pairs: readonly string[];
  readonly ends: readonly string[];
}

/** Where other {@link Conversations} follow one transfer. */
export interface FollowedFrom {
  readonly epoch: bigint;
  /** Undefined: the transfer begins there. */
  readonly held: HeldConversation | undefined;
  /** Whether unknown TIDs belong to the transfer whose TID they speak to. */
  readonly hasStrangers: boolean;
}

/** A group of open transfers, the one that rests longest first. */
interface Shelf {
  readonly open: Map<number, CapturedConversation>;
  readonly most: number;
  /** Milliseconds without a packet after which a transfer is closed. */
  readonly rest: number;
}

const wellKnown = 69;
const maxRequest = 4096;

export class Conversations {
  readonly #going: Shelf = { open: new Map(), most: 4096, rest: 600_000 };
  readonly #settled: Shelf = { open: new Map(), most: 1024, rest: 30_000 };
  /** By client and server, as {@link pairKey} has it. */
  readonly #pairs = new Map<string, CapturedConversation>();
  /** By a TID that has one transfer only. */
  readonly #ends = new Map<string, CapturedConversation>();
  readonly #candidates = new Candidates();
  readonly #copies = new Copies();
  /** Packets of transfers that the capture holds once more, on another interface: they are left out. */
  copies = 0;
  #epoch: bigint | undefined;
  #checked = 0;
  #transfers = 0;
  #packets = 0;

  readonly #hasStrangers: boolean;

  /** @param from a place at which one transfer is followed. Default: the beginning of the capture. */
  constructor(from?: FollowedFrom) {
    this.#epoch = from?.epoch;
    this.#hasStrangers = from?.hasStrangers ?? true;
    if (from === undefined) return;
    // Numbers of other transfers mean nothing here.
    this.#transfers = 2 ** 40;
    if (from.held === undefined) return;
    const { pairs, ends } = from.held;
    const conversation = from.held.conversation.copy();
    const shelf = conversation.isSettled ? this.#settled : this.#going;
    shelf.open.set(conversation.transfer, conversation);
    for (const key of pairs) this.#pairs.set(key, conversation);
    for (const key of ends) this.#ends.set(key, conversation);
  }

  /** Nanoseconds since 1970 UTC at which `at` is 0: the time of the first datagram. */
  get epoch(): bigint {
    return this.#epoch ?? 0n;
  }

  /** Transfers that are open: never more than 5,120. */
  get open(): readonly ConversationSummary[] {
    return this.#all().map((one) => one.summary);
  }

  /** An open transfer. */
  get(transfer: number): ConversationSummary | undefined {
    return (this.#going.open.get(transfer) ?? this.#settled.open.get(transfer))?.summary;
  }

  /** An open transfer as it is now. */
  hold(transfer: number): HeldConversation | undefined {
    const found = this.#going.open.get(transfer) ?? this.#settled.open.get(transfer);
    if (found === undefined) return undefined;
    const { client, server, tids } = found;
    const keys = [server, ...tids].map((end) => pairKey(client, end));
    const ends = [client, server, ...tids].map(keyOf);
    return {
      conversation: found.copy(),
      pairs: keys.filter((key) => this.#pairs.get(key) === found),
      ends: ends.filter((key) => this.#ends.get(key) === found),
    };
  }

  /** A datagram before the place from which a transfer is followed: a copy of it may come later. */
  pass(datagram: CapturedDatagram): void {
    for (const one of this.split(datagram)) this.#copies.has(one);
  }

  /** The datagrams that a captured one stands for: several where the machine gave a train of DATA to its card. */
  split(datagram: CapturedDatagram): readonly CapturedDatagram[] {
    const { from, to } = datagram;
    const conversation = this.#pairs.get(pairKey(from, to)) ?? this.#pairs.get(pairKey(to, from));
    return conversation === undefined ? [datagram] : segments(datagram, conversation.blksize);
  }

  /** Takes the next datagram of the capture: one of those that {@link Conversations.split} answers. */
  push(datagram: CapturedDatagram): Followed {
    this.#epoch ??= datagram.at;
    if (this.#copies.has(datagram)) {
      const { from, to } = datagram;
      if (this.#pairs.has(pairKey(from, to)) || this.#pairs.has(pairKey(to, from))) this.copies += 1;
      return { records: [], ended: [] };
    }
    const packet = decode(datagram.payload);
    const records: PacketRecord[] = [];
    const record = this.#follow(datagram, packet);
    if (record !== undefined) records.push(record);
    else {
      const key = [keyOf(datagram.from), keyOf(datagram.to)].sort().join('>');
      const found = this.#candidates.push(datagram, packet, key);
      if (found !== undefined) {
        const [first = datagram] = found.datagrams;
        const { client, server } = found;
        const conversation = this.#begin({ client, server, request: undefined, at: this.#at(first) });
        this.#pin(conversation, found.server);
        for (const one of found.datagrams) {
          const again = this.#follow(one, decode(one.payload));
          if (again !== undefined) records.push(again);
        }
      }
    }
    return { records, ended: this.#close(this.#at(datagram)) };
  }

  /** The transfer whose datagram the network reports, and when; undefined: it belongs to none. */
  reported({ from, to, at }: NetworkReport): ReportPlace | undefined {
    const found = this.#pairs.get(pairKey(from, to)) ?? this.#pairs.get(pairKey(to, from));
    if (found === undefined) return undefined;
    const isFromClient = sameTid(from, found.client);
    return { transfer: found.transfer, at: Number(at - this.epoch) / 1e6, isFromClient };
  }

  /** The capture is over: open conversations end in their present state. */
  end(): readonly ConversationSummary[] {
    const all = this.#all();
    for (const one of all) this.#forget(one);
    return all.map((one) => one.summary);
  }

  #all(): CapturedConversation[] {
    const all = [...this.#going.open.values(), ...this.#settled.open.values()];
    return all.sort((a, b) => a.transfer - b.transfer);
  }

  #at({ at }: CapturedDatagram): number {
    return Number(at - this.epoch) / 1e6;
  }

  #follow(datagram: CapturedDatagram, packet: Packet | Malformed): PacketRecord | undefined {
    const { from, to } = datagram;
    if ((packet.op === 'RRQ' || packet.op === 'WRQ') && isRequest(packet, datagram)) {
      const known = this.#pairs.get(pairKey(from, to));
      const conversation =
        known?.isRepeatedBy(packet) === true
          ? known
          : this.#begin({ client: from, server: to, request: packet, at: this.#at(datagram) });
      return this.#hear(conversation, datagram, packet, 'client');
    }
    if (packet.op === 'malformed' && isRequestAttempt(packet, datagram)) {
      const known = this.#pairs.get(pairKey(from, to));
      const conversation =
        known?.isRepeatedByMalformed(packet) === true
          ? known
          : this.#begin({
              client: from,
              server: to,
              request: undefined,
              malformed: packet,
              at: this.#at(datagram),
            });
      return this.#hear(conversation, datagram, packet, 'client');
    }
    const outgoing = this.#pairs.get(pairKey(from, to));
    const conversation = outgoing ?? this.#pairs.get(pairKey(to, from)) ?? this.#byEnd(from, to, packet);
    if (conversation === undefined) return undefined;
    return this.#hear(conversation, datagram, packet, this.#party(conversation, datagram, packet));
  }

  /** Whose TID alone it is: only for what can be a packet of a transfer. */
  #byEnd(from: Tid, to: Tid, packet: Packet | Malformed): CapturedConversation | undefined {
    if (packet.op === 'malformed' || packet.op === 'RRQ' || packet.op === 'WRQ') return undefined;
    if (!this.#hasStrangers) return undefined;
    return this.#ends.get(keyOf(to)) ?? this.#ends.get(keyOf(from));
  }

  #party(
    conversation: CapturedConversation,
    { from, to }: CapturedDatagram,
    packet: Packet | Malformed,
  ): Party {
    const { client, server, tid } = conversation;
    if (sameTid(from, client)) return this.#fromClient(conversation, to, packet);
    if (!sameTid(to, client)) return tid !== undefined && sameTid(to, tid) ? 'stranger' : 'to-stranger';
    if (tid !== undefined) return sameTid(from, tid) ? 'server' : 'stranger';
    // RFC 1350 §4: the answer comes from a new port of the server, or from the port of the request.
    if (packet.op === 'malformed' || (from.address !== server.address && !meansMany(server.address)))
      return 'stranger';
    this.#pin(conversation, from);
    return 'server';
  }

  /** The first TID that the client answers is the server. */
  #fromClient(conversation: CapturedConversation, to: Tid, packet: Packet | Malformed): Party {
    const { server, tid } = conversation;
    const isAnswer = packet.op === 'DATA' || packet.op === 'ACK';
    if (isAnswer && !conversation.isConfirmed) {
      if (tid === undefined || !sameTid(to, tid)) this.#pin(conversation, to);
      conversation.isConfirmed = true;
      return 'client';
    }
    return sameTid(to, tid ?? server) ? 'client' : 'to-stranger';
  }

  #begin(origin: Omit<Origin, 'transfer'>): CapturedConversation {
    const { client, server } = origin;
    const conversation = new CapturedConversation({ ...origin, transfer: ++this.#transfers });
    this.#pairs.set(pairKey(client, server), conversation);
    this.#ends.set(keyOf(client), conversation);
    return conversation;
  }

  #pin(conversation: CapturedConversation, tid: Tid): void {
    conversation.tid = tid;
    conversation.tids.push(tid);
    this.#pairs.set(pairKey(conversation.client, tid), conversation);
    // A server of one port has many transfers on it.
    if (!sameTid(tid, conversation.server)) this.#ends.set(keyOf(tid), conversation);
  }

  #hear(
    conversation: CapturedConversation,
    datagram: CapturedDatagram,
    packet: Packet | Malformed,
    party: Party,
  ): PacketRecord {
    const { from, to, length, cut, offset, comment } = datagram;
    const { transfer, client } = conversation;
    const at = this.#at(datagram);
    const meaning = conversation.observe({ packet, party, from, length, at });
    const shelf = conversation.isSettled ? this.#settled : this.#going;
    this.#going.open.delete(transfer);
    this.#settled.open.delete(transfer);
    shelf.open.set(transfer, conversation);
    const stranger = party === 'stranger' || party === 'to-stranger';
    const outgoing = sameTid(from, client) || (party === 'stranger' && !sameTid(to, client));
    const direction = outgoing ? 'outgoing' : 'incoming';
    const id = ++this.#packets;
    return {
      id,
      transfer,
      direction,
      at,
      packet,
      length,
      cut,
      from,
      to,
      client,
      stranger,
      offset,
      comment,
      ...meaning,
    };
  }

  /** Closes what rests too long, once a second of the capture, and in one go what is too much. */
  #close(now: number): readonly ConversationSummary[] {
    const isTime = Math.abs(now - this.#checked) >= 1000;
    const ended: ConversationSummary[] = [];
    for (const { open, most, rest } of [this.#settled, this.#going]) {
      if (!isTime && open.size <= most) continue;
      const few = open.size > most ? most - (most >> 4) : most;
      for (const one of open.values()) {
        if (open.size <= few && now - one.lastAt <= rest) break;
        this.#forget(one);
        ended.push(one.summary);
      }
    }
    if (isTime) this.#checked = now;
    return ended;
  }

  #forget(conversation: CapturedConversation): void {
    const { transfer, client, server, tids } = conversation;
    this.#going.open.delete(transfer);
    this.#settled.open.delete(transfer);
    for (const end of [server, ...tids]) {
      drop(this.#pairs, pairKey(client, end), conversation);
      drop(this.#ends, keyOf(end), conversation);
    }
    drop(this.#ends, keyOf(client), conversation);
  }
}

function drop(map: Map<string, CapturedConversation>, key: string, conversation: CapturedConversation): void {
  if (map.get(key) === conversation) map.delete(key);
}

function keyOf({ address, port }: Tid): string {
  return `${address} ${port}`;
}

function pairKey(client: Tid, server: Tid): string {
  return `${keyOf(client)}>${keyOf(server)}`;
}

/** On port 69 what has the opcode of a request is meant as one. */
function isRequestAttempt({ opcode }: Malformed, { to }: CapturedDatagram): boolean {
  return to.port === wellKnown && (opcode === 1 || opcode === 2);
}

/** On port 69 any request is one; elsewhere only what no other protocol would send by chance. */
function isRequest(packet: RequestPacket, { to, length }: CapturedDatagram): boolean {
  if (length > maxRequest) return false;
  if (to.port === wellKnown) return true;
  return parseMode(packet.mode) !== 'unknown' && !/\p{Cc}/u.test(raw(packet.filename));
}
