// The figures of one transfer, as a fold over its events. The rule: bounded memory, however long the transfer is.
import type { Instant, Outcome } from '../../transfer/machine.ts';
import type { TraceEvent, Side } from '../record/event.ts';
import type { CrossingFigures } from './crossing-figures.ts';
import { Ranges } from '../capture/ranges.ts';
import { RoundTrips, type RoundTripFigures } from './round-trips.ts';
import { Reader, type PacketRec, type Rec } from '../record/side-log.ts';

/** Why a packet went out again. */
export type ResendCause = 'timer' | 'gap' | 'rollback' | 'duplicate' | 'other';

export interface Figures {
  /** Octets of the file that moved, each block once. */
  readonly octets: number;
  readonly blocks: number;
  /** Milliseconds from the first to the last event. */
  readonly duration: number;
  /** Octets of the file a second. */
  readonly goodput: number;
  /** Octets of the file in each of `buckets`; a bucket lasts `bucketWidth` milliseconds. */
  readonly buckets: readonly number[];
  readonly bucketWidth: number;
  readonly rtt: RoundTripFigures;
  /** Milliseconds from the request to the first octet of the file; undefined before. */
  readonly firstOctet: number | undefined;
  /** Packets that we resent, by cause. */
  readonly resent: Readonly<Record<ResendCause, number>>;
  /** Packets that the peer resent. */
  readonly peerResent: number;
  /** DATA and ACKs that the machine knew already. */
  readonly duplicates: number;
  readonly strangers: number;
  readonly timeouts: number;
  /** Waits for the other side with nothing left to do, far longer than a round trip; and milliseconds spent so. */
  readonly stalls: number;
  readonly stalled: number;
  /** Share of file octets in all octets that crossed, IP and UDP headers included: 0…1. */
  readonly efficiency: number;
  readonly packets: number;
  readonly outcome: Outcome | undefined;
  /** The end whose figures they are. */
  readonly side: Side;
  /** They come from a capture: neither end is local. */
  readonly overheard?: true;
  /** Figures from both ends, where both are ours. */
  readonly crossing?: CrossingFigures | undefined;
}

const mostBuckets = 64;
/** A wait counts as a stall from this many shortest round trips on, and from {@link leastStall}. */
const stallFactor = 4;
const leastStall = 10;
/** IP and UDP headers: 20 + 8 for IPv4, 40 + 8 for IPv6. */
const headers = { v4: 28, v6: 48 };

/** Folds events of one tag into {@link Figures}. */
export class Statistics {
  readonly #side: Side;
  readonly #reader: Reader;
  readonly #rtt = new RoundTrips();
  readonly #resent: Record<ResendCause, number> = { timer: 0, gap: 0, rollback: 0, duplicate: 0, other: 0 };
  readonly #seen = new Ranges();
  #buckets: number[] = [];
  #width = 1;
  #octets = 0;
  #blocks = 0;
  #wire = 0;
  #packets = 0;
  #peerResent = 0;
  #duplicates = 0;
  #strangers = 0;
  #timeouts = 0;
  #stalls = 0;
  #stalled = 0;
  #first: Instant | undefined;
  #lastAt: Instant = 0;
  #waitingSince: Instant | undefined;
  #isOverheard = false;

  constructor(side: Side) {
    this.#side = side;
    this.#reader = new Reader(side);
  }

  add(event: TraceEvent): void {
    for (const rec of this.#reader.add(event)) this.#take(rec);
    this.#lastAt = event.at;
    this.#isOverheard ||= event.tag.overheard === true;
    if (event.type === 'note' && event.note.type === 'duplicate') this.#duplicates += 1;
  }

  figures(): Figures {
    const start = this.#reader.start ?? 0;
    const duration = this.#lastAt - start;
    return {
      side: this.#side,
      octets: this.#octets,
      blocks: this.#blocks,
      duration,
      packets: this.#packets,
      goodput: duration > 0 ? (this.#octets * 1000) / duration : 0,
      buckets: [...this.#buckets],
      bucketWidth: this.#width,
      rtt: this.#rtt.figures(),
      firstOctet: this.#first === undefined ? undefined : this.#first - start,
      resent: { ...this.#resent },
      peerResent: this.#peerResent,
      duplicates: this.#duplicates,
      strangers: this.#strangers,
      timeouts: this.#timeouts,
      stalls: this.#stalls,
      stalled: this.#stalled,
      efficiency: this.#wire === 0 ? 0 : this.#octets / this.#wire,
      outcome: this.#reader.outcome,
      ...(this.#isOverheard && { overheard: true }),
    };
  }

  #take(rec: Rec): void {
    if (rec.kind === 'timer') this.#timeouts += 1;
    if (rec.kind !== 'packet') return;
    this.#packets += 1;
    this.#wire += rec.length + (rec.peer.address.includes(':') ? headers.v6 : headers.v4);
    if (rec.stranger) {
      if (rec.direction === 'received') this.#strangers += 1;
      return;
    }
    this.#wait(rec);
    if (rec.direction === 'sent') this.#sent(rec);
    else this.#received(rec);
    // A lost block comes again, and counts once.
    if (rec.packet.op !== 'DATA' || rec.lost !== 'no' || rec.index === undefined) return;
    if (this.#seen.add(rec.index)) this.#moved(rec);
  }

  #sent(rec: PacketRec): void {
    if (rec.again) this.#resent[causeOf(rec)] += 1;
    this.#rtt.sent(rec);
  }

  #received(rec: PacketRec): void {
    if (rec.again) this.#peerResent += 1;
    if (rec.lost === 'no') this.#rtt.received(rec);
  }

  #moved({ length, at }: PacketRec): void {
    const octets = length - 4;
    this.#octets += octets;
    this.#blocks += 1;
    this.#first ??= at;
    const since = at - (this.#reader.start ?? at);
    while (since >= this.#width * mostBuckets) this.#widen();
    const bucket = Math.floor(since / this.#width);
    while (this.#buckets.length <= bucket) this.#buckets.push(0);
    this.#buckets[bucket] = (this.#buckets[bucket] ?? 0) + octets;
  }

  /** Doubles the time of each bucket, so that there are never more buckets than a screen shows. */
  #widen(): void {
    const merged: number[] = [];
    this.#buckets.forEach((octets, at) => (merged[at >> 1] = (merged[at >> 1] ?? 0) + octets));
    this.#buckets = merged;
    this.#width *= 2;
  }

  /** Between our last packet and the peer's next one, no octets could move. */
  #wait({ direction, at }: PacketRec): void {
    if (direction === 'sent') {
      this.#waitingSince ??= at;
      return;
    }
    const waited = at - (this.#waitingSince ?? at);
    this.#waitingSince = undefined;
    if (waited < Math.max(leastStall, stallFactor * (this.#rtt.figures().min ?? 0))) return;
    this.#stalls += 1;
    this.#stalled += waited;
  }
}

/** Packets that our end resent, for whatever cause. */
export function resentInAll({ resent }: Pick<Figures, 'resent'>): number {
  return Object.values(resent).reduce((sum, count) => sum + count, 0);
}

function causeOf({ cause }: PacketRec): ResendCause {
  if (cause?.kind === 'timer') return 'timer';
  const types = cause?.notes.map(({ type }) => type) ?? [];
  return (['gap', 'rollback', 'duplicate'] as const).find((type) => types.includes(type)) ?? 'other';
}
