// The last 65,536 events, in arrays made once: of DATA the head, of other packets everything. Of the first DATA of each
// port everything too, as far as a budget of octets goes: a small transfer is whole, a large one is cut.
// Rule: nothing is allocated for a packet; events are rebuilt only when somebody reads.
import { decode } from '../../wire/decode.ts';
import type { Malformed, Packet } from '../../wire/packet.ts';
import type { Tid } from '../../wire/tid.ts';
import type { Instant } from '../../transfer/machine.ts';
import type { DatagramEvent, FateEvent, Tag, TraceEvent } from './event.ts';
import type { Link } from './pairing.ts';
import { Pasts, type Past } from './pasts.ts';
import { isRare, type Lane, type RareEvent, type Recorder } from './recorder.ts';

/** A datagram as the ring kept it. What is not in `octets` is unknown, and reads as zeros in the packet's `data`. */
export interface KeptEvent extends DatagramEvent {
  /** The beginning of the datagram, or all of it. */
  readonly octets: Uint8Array;
}

export type RecordedEvent = KeptEvent | RareEvent;

/** What a reader of the ring gets, and where to continue. */
export interface Reading {
  readonly events: readonly RecordedEvent[];
  /** Hand it in next time to get only what is newer. */
  readonly cursor: number;
  /** Records that were overwritten before they were read. */
  readonly missed: number;
}

/** Octets kept of a DATA packet: opcode, block, and 32 of the file. */
export const headKept = 36;
/** Octets kept of any other packet. */
export const wholeKept = 512;
/** Octets that whole DATA packets take at most, by default. */
export const wholeBudget = 8 * 1024 * 1024;
/** Records that {@link Ring} keeps. */
export const ringCapacity = 65_536;
const sideCapacity = 1 << 20;

const rare = 0;
const sent = 1;
const received = 2;
/** Added to a kind whose octets lie in the side store, or in the store of whole DATA, not in the head store. */
const inSide = 4;
const inWhole = 8;

/** Numbers of one record, side by side: its id, instant, length and place in the side store or the whole store. */
const numbers = 4;
const atAt = 1;
const lengthAt = 2;
const startAt = 3;

/** A local port and its peer: one object as long as neither changes. */
type LaneLink = Omit<Link, 'at'> & { readonly local: Tid };

/** A {@link Recorder} that remembers a bounded past. */
export class Ring implements Recorder {
  readonly #capacity: number;
  /** Where the next record goes, and how often the ring has been filled. */
  #slot = 0;
  #laps = 0;
  readonly #kinds: Uint8Array;
  readonly #numbers: Float64Array;
  readonly #heads: Store;
  readonly #side = new Store(sideCapacity);
  /** Octets ever written to the side store; its place is this modulo its capacity. */
  #sideCount = 0;
  /** Whole DATA packets; undefined until the first one. */
  #wholes: Store | undefined;
  #budget = wholeBudget;
  /** Octets of packets that were changed or lost and are kept whole, since the ring was full. */
  #fated = 0;
  /** Octets ever written to the store of whole DATA, and where its present store began. */
  #wholeCount = 0;
  #wholeFrom = 0;
  readonly #things: (LaneLink | RareEvent | undefined)[];
  readonly #pasts = new Pasts();

  /** `capacity`: records kept, at least 1. */
  constructor(capacity: number = ringCapacity) {
    this.#capacity = capacity;
    this.#kinds = new Uint8Array(capacity);
    this.#numbers = new Float64Array(capacity * numbers);
    this.#heads = new Store(capacity * headKept);
    this.#things = new Array<LaneLink | RareEvent | undefined>(capacity).fill(undefined);
  }

  get capacity(): number {
    return this.#capacity;
  }

  /** Records held now. */
  get size(): number {
    return this.#laps > 0 ? this.#capacity : this.#slot;
  }

  /** Records ever made. */
  get #count(): number {
    return this.#laps * this.#capacity + this.#slot;
  }

  lane(tag: Tag, local: Tid): Lane {
    let link: LaneLink | undefined;
    // Half of the budget: both ends of a transfer in this process fit.
    let left = this.#budget >> 1;
    const past = this.#pasts.of(tag);
    const write = (kind: number, peer: Tid, head: Uint8Array, tail?: Uint8Array): void => {
      if (link?.peer !== peer) link = { tag, local, peer };
      if (kind === sent) past.sent += 1;
      else past.received += 1;
      if (isData(head)) past.blocks += 1;
      past.start ??= this.#numbers[this.#slot * numbers + atAt];
      const length = head.length + (tail === undefined ? 0 : tail.length);
      const isWhole = length <= left && length > headKept && length <= this.#budget;
      if (isWhole) left -= length;
      this.#write(isWhole ? kind + inWhole : kind, link, head, tail);
    };
    return {
      stamp: (id, at) => this.#stamp(id, at),
      sent: (to, head, tail) => write(sent, to, head, tail),
      received: (from, octets) => write(received, from, octets),
    };
  }

  /** Keeps at most `octets` of whole DATA packets from now on, and forgets those that it has. 0: only heads. */
  keep(octets: number): void {
    this.#budget = octets;
    this.#wholes = undefined;
    this.#wholeFrom = this.#wholeCount;
  }

  event(event: TraceEvent): void {
    if (!isRare(event)) return;
    this.#pasts.event(event);
    this.#kinds[this.#slot] = rare;
    this.#things[this.#slot] = event.type === 'fate' ? this.#keptFate(event) : event;
    this.#advance();
  }

  /** Everything newer than `cursor`, or all there is; `of` selects tags, without decoding other packets. */
  read(cursor = 0, of: (tag: Tag) => boolean = () => true): Reading {
    const first = Math.max(cursor, this.#count - this.#capacity, 0);
    const events: RecordedEvent[] = [];
    for (let number = first; number < this.#count; number++) {
      const event = this.#eventIn(number % this.#capacity, of);
      if (event !== undefined) events.push(event);
    }
    return { events, cursor: this.#count, missed: first - cursor };
  }

  /** The cursor for a reading of the newest events that `of` selects, at most `most` of them. */
  newest(most: number, of: (tag: Tag) => boolean): number {
    const first = Math.max(this.#count - this.#capacity, 0);
    let left = most;
    let number = this.#count;
    while (number > first && left > 0) {
      const thing = this.#things[(number - 1) % this.#capacity];
      if (thing !== undefined && of(thing.tag)) left -= 1;
      number -= 1;
    }
    return number;
  }

  /** What is known of an end from its first packet on; undefined: nothing. */
  past(tag: Tag): Past | undefined {
    return this.#pasts.find(tag);
  }

  /** Which port exchanged packets with which peer, or began a transfer with it: each once, oldest first. No packet is decoded. */
  links(): readonly Link[] {
    const first = new Map<LaneLink | RareEvent, Instant>();
    for (let number = Math.max(0, this.#count - this.#capacity); number < this.#count; number++) {
      const slot = number % this.#capacity;
      const thing = this.#things[slot];
      if (thing === undefined || first.has(thing)) continue;
      if (!('type' in thing)) first.set(thing, this.#numbers[slot * numbers + atAt] ?? 0);
      else if (thing.type === 'began' || thing.type === 'fate') first.set(thing, thing.at);
    }
    return [...first].flatMap(([thing, at]) => {
      if (!('peer' in thing)) return [];
      return { tag: thing.tag, local: 'local' in thing ? thing.local : undefined, peer: thing.peer, at };
    });
  }

  /** The octets of an event are borrowed: those of DATA are copied as far as the budget goes. */
  #keptFate(event: FateEvent): FateEvent {
    const { packet, octets, became } = event;
    return {
      ...event,
      packet: withoutFile(packet),
      ...(octets !== undefined && { octets: this.#copyOf(octets) }),
      ...(became !== undefined && { became: { ...became, octets: this.#copyOf(became.octets) } }),
    };
  }

  /** All of it, or the beginning. */
  #copyOf(octets: Uint8Array): Uint8Array {
    if (this.#fated + octets.length > this.#budget) return octets.slice(0, headKept);
    this.#fated += octets.length;
    return octets.slice();
  }

  #stamp(id: number, at: Instant): void {
    const place = this.#slot * numbers;
    this.#numbers[place] = id;
    this.#numbers[place + 1] = at;
  }

  #write(kind: number, link: LaneLink, head: Uint8Array, tail?: Uint8Array): void {
    const slot = this.#slot;
    const length = head.length + (tail === undefined ? 0 : tail.length);
    // Storing an object costs time: most packets have the link that was here a lap ago.
    if (this.#things[slot] !== link) this.#things[slot] = link;
    this.#numbers[slot * numbers + lengthAt] = length;
    this.#heads.put(slot * headKept, length < headKept ? length : headKept, head, tail);
    // Of DATA the head is enough; a datagram that fits the head is kept whole there.
    const isHead = length <= headKept || isData(head);
    const plain = kind & ~inWhole;
    this.#kinds[slot] = isHead ? kind : plain + inSide;
    if (!isHead) this.#keepWhole(slot, head, tail);
    else if (kind !== plain) this.#keepData(slot, head, tail);
    this.#advance();
  }

  /** Keeps all of a DATA packet. */
  #keepData(slot: number, head: Uint8Array, tail: Uint8Array | undefined): void {
    const length = head.length + (tail?.length ?? 0);
    this.#wholes ??= new Store(this.#budget);
    const place = (this.#wholeCount - this.#wholeFrom) % this.#budget;
    const room = this.#budget - place;
    if (room < length) this.#wholeCount += room;
    this.#numbers[slot * numbers + startAt] = this.#wholeCount;
    this.#wholes.copy((this.#wholeCount - this.#wholeFrom) % this.#budget, head, tail);
    this.#wholeCount += length;
  }

  #keepWhole(slot: number, head: Uint8Array, tail: Uint8Array | undefined): void {
    const kept = Math.min(head.length + (tail?.length ?? 0), wholeKept);
    // A packet is stored in one piece: one that does not fit at the end is written at the start.
    const room = sideCapacity - (this.#sideCount % sideCapacity);
    if (room < kept) this.#sideCount += room;
    this.#numbers[slot * numbers + startAt] = this.#sideCount;
    this.#side.put(this.#sideCount % sideCapacity, kept, head, tail);
    this.#sideCount += kept;
  }

  #advance(): void {
    if (++this.#slot < this.#capacity) return;
    this.#slot = 0;
    this.#laps += 1;
    this.#fated = 0;
  }

  #eventIn(slot: number, of: (tag: Tag) => boolean): RecordedEvent | undefined {
    const thing = this.#things[slot];
    if (thing === undefined || !of(thing.tag)) return undefined;
    if ('type' in thing) return thing;
    const octets = this.#octetsIn(slot);
    const [id = 0, at = 0, length = 0] = this.#numbers.subarray(slot * numbers, (slot + 1) * numbers);
    return {
      type: ((this.#kinds[slot] ?? 0) & sent) === sent ? 'sent' : 'received',
      id,
      at,
      tag: thing.tag,
      local: thing.local,
      peer: thing.peer,
      length,
      packet: rebuilt(octets, length),
      octets,
    };
  }

  /** What is still known of a datagram, as a copy. */
  #octetsIn(slot: number): Uint8Array {
    const length = this.#numbers[slot * numbers + lengthAt] ?? 0;
    const start = this.#numbers[slot * numbers + startAt] ?? 0;
    const kind = this.#kinds[slot] ?? 0;
    if (kind >= inWhole) return this.#dataIn(slot, start, length);
    // The side store is a ring as well: what was written a whole lap ago is overwritten.
    if (kind >= inSide && start >= this.#sideCount - sideCapacity)
      return this.#side.get(start % sideCapacity, Math.min(length, wholeKept));
    return this.#heads.get(slot * headKept, Math.min(length, headKept));
  }

  /** A DATA packet that was kept whole: all of it, or its head once it is overwritten. */
  #dataIn(slot: number, start: number, length: number): Uint8Array {
    const isThere = start >= this.#wholeFrom && start >= this.#wholeCount - this.#budget;
    if (!isThere || this.#wholes === undefined) return this.#heads.get(slot * headKept, headKept);
    return this.#wholes.get((start - this.#wholeFrom) % this.#budget, length);
  }
}

/** RFC 1350 §5: opcode 3 is DATA. */
function isData(head: Uint8Array): boolean {
  return head[1] === 3 && head[0] === 0;
}

/** The packet of a datagram that may be cut: DATA has its true length, whatever was kept of it. */
function rebuilt(octets: Uint8Array, length: number): Packet | Malformed {
  const packet = decode(octets);
  if (packet.op === 'malformed') return { ...packet, length };
  return packet.op === 'DATA' && octets.length < length
    ? new CutData(packet.block, packet.data, length - 4)
    : packet;
}

/** The octets of an event's DATA are borrowed: only their beginning is copied. */
function withoutFile(packet: Packet | Malformed): Packet | Malformed {
  if (packet.op !== 'DATA') return packet;
  return new CutData(packet.block, packet.data.slice(0, headKept - 4), packet.data.length);
}

/** DATA of which only the beginning was kept. Its `data` is built on demand: most views need only the length. */
class CutData {
  readonly op = 'DATA';
  readonly block: number;
  readonly #head: Uint8Array;
  readonly #length: number;

  constructor(block: number, head: Uint8Array, length: number) {
    this.block = block;
    this.#head = head;
    this.#length = length;
  }

  get data(): Uint8Array {
    const whole = new Uint8Array(this.#length);
    whole.set(this.#head);
    return whole;
  }
}

/** Octets at fixed places. */
class Store {
  readonly #octets: Uint8Array;

  constructor(length: number) {
    this.#octets = new Uint8Array(length);
  }

  /** Writes the first `count` octets of head and tail; without a view, which would be an allocation. */
  put(at: number, count: number, head: Uint8Array, tail: Uint8Array | undefined): void {
    const octets = this.#octets;
    const first = count < head.length ? count : head.length;
    for (let from = 0; from < first; from++) octets[at + from] = head[from] ?? 0;
    if (tail === undefined) return;
    for (let from = first; from < count; from++) octets[at + from] = tail[from - first] ?? 0;
  }

  /** Writes all of head and tail. */
  copy(at: number, head: Uint8Array, tail: Uint8Array | undefined): void {
    this.#octets.set(head, at);
    if (tail !== undefined) this.#octets.set(tail, at + head.length);
  }

  /** A copy. */
  get(at: number, count: number): Uint8Array {
    return this.#octets.slice(at, at + count);
  }
}
