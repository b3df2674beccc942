// One transfer as one side sees it, packet by packet: what each packet was, the notes about it, what the network did to it.
// The only input of ladder, explain, statistics and exports. A fold: events in, records out.
import type { Tid } from '../../wire/tid.ts';
import type { Malformed, Packet } from '../../wire/packet.ts';
import type { Instant, Outcome } from '../../transfer/machine.ts';
import type { Note } from '../../transfer/note.ts';
import type { PacketLog, Ends } from './packet-log.ts';
import { Numbering, type KnownBefore } from './numbering.ts';
import type {
  Became,
  BeganEvent,
  DatagramEvent,
  FateEvent,
  NoteEvent,
  ReportEvent,
  Side,
  Tag,
  TraceEvent,
} from './event.ts';

export type Fate = FateEvent['fate'];

/** A packet that this side sent or received, or that impairment lost on its way in. */
export interface PacketRec {
  readonly kind: 'packet';
  /** From 1 within the transfer, in the order seen: the K of `packet K`. */
  readonly number: number;
  readonly at: Instant;
  readonly direction: 'sent' | 'received';
  readonly packet: Packet | Malformed;
  /** Octets in the datagram. */
  readonly length: number;
  /** The datagram's octets as far as they were kept: the beginning, or all. */
  readonly octets: Uint8Array | undefined;
  readonly local: Tid;
  readonly peer: Tid;
  /** Of DATA and ACK: the block, counted without bound. */
  readonly index: number | undefined;
  /** The same packet went the same way before. */
  readonly again: boolean;
  /** It is neither from nor to the peer; before the peer is known, nobody is a stranger. */
  readonly stranger: boolean;
  /** DATA that ends the file (RFC 1350 §6). */
  readonly last: boolean;
  /** Of a sent packet: the packet that was received, or the timer that expired, before it. */
  readonly cause: Rec | undefined;
  /** What the machine noted about this packet. Only received packets have notes. */
  readonly notes: readonly Note[];
  readonly fates: readonly Fate[];
  /** Why, or what was changed, where impairment says so. */
  readonly fateReasons: readonly string[];
  /** What it became on its way, and what impairment sent after it. */
  readonly became: Became | undefined;
  readonly follower: Became | undefined;
  /**
   * `network`: impairment lost it; `never`: the other end is local and never received it; `unheard`: the other end is local
   * and had ended before it could come; `inferred`: later packets show it.
   */
  readonly lost: 'no' | 'network' | 'never' | 'unheard' | 'inferred';
  /** What each end saw of it, where both are local. */
  readonly ends: Ends | undefined;
}

/** There was no progress in time. */
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

/** DATA that did not arrive, as a later block shows. It is inferred, and every view says so. */
export interface MissingRec {
  readonly kind: 'missing';
  readonly at: Instant;
  /** Indexes of the first and the last one. */
  readonly from: number;
  readonly to: number;
  /** How many of them arrived later without a request: the network had changed the order. */
  readonly late: number;
  readonly notes: readonly Note[];
}

/** The network reported a datagram that did not arrive. */
export interface ReportRec {
  readonly kind: 'report';
  readonly at: Instant;
  /** The end that sent the datagram. */
  readonly side: Side;
  readonly report: ReportEvent;
  readonly notes: readonly Note[];
}

export type Rec = PacketRec | TimerRec | MissingRec | EndRec | ReportRec;

type Writable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer U)[] ? U[] : T[K] };

/** `before`: the highest block that was known before it. */
interface RecordedPacket {
  readonly rec: Writable<PacketRec>;
  readonly before: number;
}

/** One thing that impairment did. */
type Fated = Pick<FateEvent, 'fate' | 'reason' | 'became' | 'local'>;

/** Packets that are remembered because notes or fates about them may still come. */
const mostPending = 1024;

/** The packets of a long transfer before those that are read. */
export interface EarlierPackets {
  readonly packets: number;
  readonly start: Instant;
  readonly began: BeganEvent | undefined;
  readonly known: KnownBefore;
}

/** Reads the events of one tag. Its memory is bounded; {@link SideLog} keeps the records. */
export class Reader {
  readonly side: Side;
  /** What the user or the peer asked for, once it is known. */
  began: BeganEvent | undefined;
  /** The first event's instant. */
  start: Instant | undefined;
  outcome: Outcome | undefined;
  readonly numbering: Numbering;
  #count = 0;
  #cause: Writable<Rec> | undefined;
  /** Packets by the ids of their datagrams: received ones that notes may be about, sent ones that may suffer a fate. */
  readonly #received = new Map<number, Writable<PacketRec>>();
  readonly #underway = new Map<number, Writable<PacketRec>>();
  readonly #fated = new Map<number, Fated[]>();
  /** By index: DATA sent, and DATA that impairment lost on its way in. Then the gaps since the last ACK. */
  readonly #sentData = new Map<number, Writable<PacketRec>>();
  readonly #lostData = new Map<number, true>();
  #missing: Writable<MissingRec>[] = [];

  constructor(side: Side, before?: EarlierPackets) {
    this.side = side;
    this.numbering = new Numbering(before?.known);
    this.#count = before?.packets ?? 0;
    this.start = before?.start;
    this.began = before?.began;
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
      case 'report':
        return [{ kind: 'report', at: event.at, side: event.from, report: event, notes: [] }];
      case 'ended':
        this.outcome = event.outcome;
        return [{ kind: 'end', at: event.at, side: this.side, outcome: event.outcome, notes: [] }];
    }
  }

  #packet(event: DatagramEvent, direction: PacketRec['direction']): readonly Rec[] {
    const { rec, before } = this.#record(event, direction);
    if (direction === 'received') {
      if (this.#fated.size > 0) {
        suffer(rec, this.#fated.get(event.id) ?? []);
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

  /** The gap before the packet, if it leaves one. */
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
    // Written out, because spreads take longer than everything else, and there is one record for each packet.
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
      fateReasons: [],
      became: undefined,
      follower: undefined,
      lost: 'no',
      ends: undefined,
    };
    return { rec, before: facts.before };
  }

  #isStranger(event: DatagramEvent | FateEvent, direction: 'sent' | 'received'): boolean {
    if (this.numbering.pinned !== undefined) return this.numbering.isStranger(event);
    const { peer, packet } = event;
    // Without notes the first answer names the peer (RFC 1350 §4).
    const asked = this.began?.peer.address ?? peer.address;
    const mayBe = this.side === 'client' && direction === 'received' && asked === peer.address;
    if (mayBe && packet.op !== 'malformed') this.numbering.pin(peer);
    return false;
  }

  #fate(event: FateEvent): readonly Rec[] {
    const { id, fate, direction } = event;
    if (direction === 'outgoing') {
      const rec = this.#underway.get(id);
      if (rec !== undefined) suffer(rec, [event]);
      if (rec !== undefined && fate === 'lost') rec.lost = 'network';
      return [];
    }
    const fated = [...(this.#fated.get(id) ?? []), event];
    this.#fated.set(id, fated);
    trim(this.#fated);
    if (fate !== 'lost') return [];
    this.#fated.delete(id);
    const { rec } = this.#record(event, 'received');
    if (rec.index !== undefined && rec.packet.op === 'DATA') this.#lostData.set(rec.index, true);
    trim(this.#lostData);
    suffer(rec, fated);
    return [Object.assign(rec, { lost: 'network' as const })];
  }

  #note({ at, note, datagram }: NoteEvent): readonly Rec[] {
    this.numbering.note(note);
    if (note.type === 'rollback') {
      // RFC 7440 §4: at least the block after the acknowledged one was lost.
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

function suffer(rec: Writable<PacketRec>, fated: readonly Fated[]): void {
  for (const { fate, reason, became, local } of fated) {
    rec.fates.push(fate);
    if (reason !== undefined) rec.fateReasons.push(reason);
    if (fate === 'followed') rec.follower = became;
    else if (became !== undefined) rec.became = became;
    if (fate === 'misrouted' && rec.direction === 'sent') rec.local = local;
  }
}

/** The packets that a log keeps: those after the first `after` ones, at most `most`. */
export interface LogWindow {
  readonly after: number;
  readonly most: number;
  /** Packets that the log never gets; default: it gets all. */
  readonly earlier?: EarlierPackets | undefined;
}

/** All records of one tag, or those of a window, and the packets among them by number. */
export class SideLog implements PacketLog {
  readonly tag: Tag;
  readonly reader: Reader;
  readonly records: Rec[] = [];
  total = 0;
  start: Instant | undefined;
  readonly #window: LogWindow;
  readonly #packets: PacketRec[] = [];

  constructor(tag: Tag, events: Iterable<TraceEvent> = [], window: LogWindow = { after: 0, most: Infinity }) {
    this.tag = tag;
    this.reader = new Reader(tag.side, window.earlier);
    this.#window = window;
    this.total = window.earlier?.packets ?? 0;
    this.start = window.earlier?.start;
    for (const event of events) this.add(event);
  }

  get first(): number {
    return this.#window.after + 1;
  }

  /** The records that the event begins, kept or not. */
  add(event: TraceEvent): readonly Rec[] {
    const recs = this.reader.add(event);
    const { after, most } = this.#window;
    for (const rec of recs) {
      if (rec.kind === 'packet') {
        this.total += 1;
        this.start ??= rec.at;
      }
      if (this.total < this.first && after > 0) continue;
      if (this.total > after + most) continue;
      this.records.push(rec);
      if (rec.kind === 'packet') this.#packets.push(rec);
    }
    return recs;
  }

  /** The packets after those that were added: their number, and how the last of them ended the transfer. */
  closes({ total, outcome }: { readonly total: number; readonly outcome: Outcome | undefined }): void {
    this.total = total;
    this.reader.outcome ??= outcome;
  }

  /** Packet K, counted from 1. */
  packet(number: number): PacketRec | undefined {
    return this.#packets[number - this.first];
  }

  get packets(): readonly PacketRec[] {
    return this.#packets;
  }
}

/** Forgets the older half at once: deleting one at a time would walk over the deleted ones each time. */
function trim(map: Map<number, unknown>): void {
  if (map.size <= mostPending) return;
  let left = mostPending / 2;
  for (const key of map.keys()) {
    if (left-- <= 0) return;
    map.delete(key);
  }
}
