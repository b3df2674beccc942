// One transfer as seen from one side, packet by packet: what each was, which notes tell of it, what the network did to it.
// The one input of ladder, explain, statistics and exports. A fold: events in, records out. Imports wire and transfer.
import type { Tid } from '../../wire/tid.ts';
import type { Malformed, Packet } from '../../wire/packet.ts';
import type { Instant, Outcome } from '../../transfer/machine.ts';
import type { Note } from '../../transfer/note.ts';
import type { PacketLog, Ends } from './packet-log.ts';
import { Numbering } from './numbering.ts';
import type { BeganEvent, DatagramEvent, FateEvent, NoteEvent, Side, Tag, TraceEvent } from './event.ts';

export type Fate = FateEvent['fate'];

/** A packet that we sent or received, or that was lost on its way to us before our eyes. */
export interface PacketRec {
  readonly kind: 'packet';
  /** From 1 within the transfer, in the order seen: the K of `packet K`. */
  readonly number: number;
  readonly at: Instant;
  readonly direction: 'sent' | 'received';
  readonly packet: Packet | Malformed;
  /** Octets in the datagram. */
  readonly length: number;
  /** What is known of the datagram's octets, where they were kept: the beginning, or all. */
  readonly octets: Uint8Array | undefined;
  readonly local: Tid;
  readonly peer: Tid;
  /** Of DATA and ACK: the block counted without end. */
  readonly index: number | undefined;
  /** The same packet went the same way before. */
  readonly again: boolean;
  /** Neither the peer nor, before it is known, one who may become it. */
  readonly stranger: boolean;
  /** DATA that ends the file (RFC 1350 §6). */
  readonly last: boolean;
  /** What set it off: the packet received, or the timer that fired, before it. Sent packets only. */
  readonly cause: Rec | undefined;
  /** What our machine noted: about this packet where it was received, about what it is the answer to where it was sent. */
  readonly notes: readonly Note[];
  readonly fates: readonly Fate[];
  /** `network`: we saw it being lost; `never`: the other end, which is ours, never got it; `inferred`: what came after tells. */
  readonly lost: 'no' | 'network' | 'never' | 'inferred';
  /** What each end saw of it, where both are ours. */
  readonly ends: Ends | undefined;
}

/** Nothing came in time. */
export interface TimerRec {
  readonly kind: 'timer';
  readonly at: Instant;
  /** Whose timer it is. */
  readonly side: Side;
  readonly attempt: number;
  readonly interval: number;
  readonly notes: readonly Note[];
}

export interface EndRec {
  readonly kind: 'end';
  readonly at: Instant;
  readonly side: Side;
  readonly outcome: Outcome;
  readonly notes: readonly Note[];
}

/** DATA that never came, as a later block tells: a guess, and named so wherever it is shown. */
export interface MissingRec {
  readonly kind: 'missing';
  readonly at: Instant;
  /** Indexes of the first and the last one. */
  readonly from: number;
  readonly to: number;
  /** How many of them came after all, before anybody asked: the network had changed their order. */
  readonly late: number;
  readonly notes: readonly Note[];
}

export type Rec = PacketRec | TimerRec | MissingRec | EndRec;

type Writable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer U)[] ? U[] : T[K] };

/** `before`: the highest block that was known before it. */
interface RecordedPacket {
  readonly rec: Writable<PacketRec>;
  readonly before: number;
}

/** Packets whose notes and fates may still come: so many are remembered. */
const mostPending = 1024;

/** Reads the events of one tag. Memory is bounded but for {@link SideLog}, which keeps the records. */
export class Reader {
  readonly side: Side;
  /** What the user or the peer asked for, once that was seen. */
  began: BeganEvent | undefined;
  /** The first event's instant. */
  start: Instant | undefined;
  outcome: Outcome | undefined;
  readonly numbering = new Numbering();
  #count = 0;
  #cause: Writable<Rec> | undefined;
  /** Packets by the ids of their datagrams: received ones that notes may be about, sent ones that may suffer a fate. */
  readonly #received = new Map<number, Writable<PacketRec>>();
  readonly #underway = new Map<number, Writable<PacketRec>>();
  readonly #fated = new Map<number, Fate[]>();
  /** DATA that we sent, by index; DATA that was lost before our eyes; gaps since the last ACK. */
  readonly #sentData = new Map<number, Writable<PacketRec>>();
  readonly #lostData = new Map<number, true>();
  #missing: Writable<MissingRec>[] = [];

  constructor(side: Side) {
    this.side = side;
  }

  /** The records that the event begins, if any; notes and fates change the records before them. */
  add(event: TraceEvent): readonly Rec[] {
    this.start ??= event.at;
    switch (event.type) {
      case 'began':
        this.began = event;
        return [];
      case 'sent':
      case 'received':
        return this.#packet(event, event.type);
      case 'fate':
        return this.#fate(event);
      case 'note':
        return this.#note(event);
      case 'ended':
        this.outcome = event.outcome;
        return [{ kind: 'end', at: event.at, side: this.side, outcome: event.outcome, notes: [] }];
    }
  }

  #packet(event: DatagramEvent, direction: PacketRec['direction']): readonly Rec[] {
    const { rec, before } = this.#record(event, direction);
    if (direction === 'received') {
      if (this.#fated.size > 0) {
        rec.fates.push(...(this.#fated.get(event.id) ?? []));
        this.#fated.delete(event.id);
      }
      this.#cause = rec;
      this.#received.set(event.id, rec);
      trim(this.#received);
    } else {
      rec.cause = this.#cause;
      this.#underway.set(event.id, rec);
      trim(this.#underway);
    }
    const missing = rec.stranger ? undefined : this.#follow(rec, before);
    return missing === undefined ? [rec] : [missing, rec];
  }

  /** What the packet tells of others: the gap before it, if it leaves one. */
  #follow(rec: Writable<PacketRec>, before: number): MissingRec | undefined {
    const { index, packet, direction } = rec;
    if (packet.op === 'ACK') this.#missing = [];
    if (packet.op !== 'DATA' || index === undefined) return undefined;
    if (direction === 'sent') {
      this.#sentData.set(index, rec);
      trim(this.#sentData);
      return undefined;
    }
    const gap = this.#missing.find(({ from, to }) => from <= index && index <= to);
    if (gap !== undefined) gap.late += 1;
    let from = before + 1;
    while (from < index && this.#lostData.has(from)) from += 1;
    if (index <= from || index - from > mostPending) return undefined;
    const missing = { kind: 'missing' as const, at: rec.at, from, to: index - 1, late: 0, notes: [] };
    this.#missing.push(missing);
    return missing;
  }

  #record(event: DatagramEvent | FateEvent, direction: PacketRec['direction']): RecordedPacket {
    const { at, packet, length, local, peer } = event;
    const octets = 'octets' in event && event.octets instanceof Uint8Array ? event.octets : undefined;
    const stranger = this.#isStranger(event, direction);
    const arrived = event.type !== 'fate';
    const facts = this.numbering.see(event, { direction, counts: arrived && !stranger });
    // Written out: spreads take longer than all the rest, and there is one record a packet.
    const rec: Writable<PacketRec> = {
      kind: 'packet',
      number: ++this.#count,
      at,
      direction,
      packet,
      length,
      octets,
      local,
      peer,
      index: facts.index,
      again: facts.again && !stranger,
      stranger,
      last: facts.last,
      cause: undefined,
      notes: [],
      fates: [],
      lost: 'no',
      ends: undefined,
    };
    return { rec, before: facts.before };
  }

  #isStranger(event: DatagramEvent | FateEvent, direction: 'sent' | 'received'): boolean {
    if (this.numbering.pinned !== undefined) return this.numbering.isStranger(event);
    const { peer, packet } = event;
    // Without notes the first answer tells the peer (RFC 1350 §4).
    const asked = this.began?.peer.address ?? peer.address;
    const mayBe = this.side === 'client' && direction === 'received' && asked === peer.address;
    if (mayBe && packet.op !== 'malformed') this.numbering.pin(peer);
    return false;
  }

  #fate({ id, fate, direction, ...event }: FateEvent): readonly Rec[] {
    if (direction === 'outgoing') {
      const rec = this.#underway.get(id);
      rec?.fates.push(fate);
      if (rec !== undefined && fate === 'lost') rec.lost = 'network';
      return [];
    }
    const fates = [...(this.#fated.get(id) ?? []), fate];
    this.#fated.set(id, fates);
    trim(this.#fated);
    if (fate !== 'lost') return [];
    this.#fated.delete(id);
    const { rec } = this.#record({ id, fate, direction, ...event }, 'received');
    if (rec.index !== undefined && rec.packet.op === 'DATA') this.#lostData.set(rec.index, true);
    trim(this.#lostData);
    return [Object.assign(rec, { fates, lost: 'network' as const })];
  }

  #note({ at, note, datagram }: NoteEvent): readonly Rec[] {
    this.numbering.note(note);
    if (note.type === 'rollback') {
      // RFC 7440 §4: at least the block behind the acknowledged one was lost.
      const lost = this.#sentData.get(note.to + 1);
      if (lost?.lost === 'no') lost.lost = 'inferred';
    }
    if (note.type === 'timed-out') {
      const rec: TimerRec = {
        kind: 'timer',
        at,
        side: this.side,
        attempt: note.attempt,
        interval: note.interval,
        notes: [note],
      };
      this.#cause = rec as Writable<TimerRec>;
      return [rec];
    }
    const rec = datagram === undefined ? undefined : this.#received.get(datagram);
    rec?.notes.push(note);
    if (rec !== undefined && note.type === 'stranger') Object.assign(rec, { stranger: true, again: false });
    return [];
  }
}

/** All records of one tag, and the packets among them by number. */
export class SideLog implements PacketLog {
  readonly tag: Tag;
  readonly reader: Reader;
  readonly records: Rec[] = [];
  readonly #packets: PacketRec[] = [];

  constructor(tag: Tag, events: Iterable<TraceEvent> = []) {
    this.tag = tag;
    this.reader = new Reader(tag.side);
    for (const event of events) this.add(event);
  }

  /** The records that the event begins. */
  add(event: TraceEvent): readonly Rec[] {
    const recs = this.reader.add(event);
    for (const rec of recs) {
      this.records.push(rec);
      if (rec.kind === 'packet') this.#packets.push(rec);
    }
    return recs;
  }

  /** Packet K, counted from 1. */
  packet(number: number): PacketRec | undefined {
    return this.#packets[number - 1];
  }

  get packets(): readonly PacketRec[] {
    return this.#packets;
  }
}

/** Forgets the older half at once: one at a time would walk over what was deleted before. */
function trim(map: Map<number, unknown>): void {
  if (map.size <= mostPending) return;
  let left = mostPending / 2;
  for (const key of map.keys()) {
    if (left-- <= 0) return;
    map.delete(key);
  }
}
