// Each datagram between two ends of ours once: what one end sent is matched with what the other got, by what it says and
// by when. A datagram has another id at each end. A fold that works through losses, copies, delays and changed order.
// Imports wire's words and types.
import { summary } from '../../wire/summary.ts';
import type { Malformed, Packet } from '../../wire/packet.ts';
import type { Instant } from '../../transfer/machine.ts';
import { otherSide } from './packet-log.ts';
import type { FateEvent, Side, Tag, TraceEvent } from './event.ts';
import type { EndRec, PacketRec, Rec, TimerRec } from './side-log.ts';

/** One datagram, or a copy that the network made of one. */
export type Crossing = {
  readonly kind: 'crossing';
  /** From 1, in the order in which they were first seen at either end. */
  readonly number: number;
  readonly from: Side;
  readonly copy: boolean;
} & (
  | { readonly sent: Sighting; readonly received: Sighting | undefined }
  | { readonly sent: undefined; readonly received: Sighting }
);

/** What one end saw of a datagram, and how many events had been seen by then. */
export interface Sighting {
  readonly rec: PacketRec;
  readonly place: number;
  /** On the wire at the latest: behind a delay that the network was told to make, or before one. */
  readonly at: Instant;
}

/** A timer or an end, at either side. */
export interface Mark {
  readonly kind: 'mark';
  readonly rec: TimerRec | EndRec;
  readonly place: number;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };
/** Its sender is ours. */
type Open = Writable<Crossing & { readonly sent: Sighting }>;

/** Timers of the system may be early by so many milliseconds. */
const early = 2;
/** What takes longer than this without having been delayed is not coming any more. */
const patience = 100;
/** Datagrams held back on their way in that are remembered. */
const mostHeld = 1024;

/** Follows both ends of one transfer. */
export class Crossings {
  /** By number. */
  readonly all: Crossing[] = [];
  readonly marks: Mark[] = [];
  #place = 0;
  #now: Instant = 0;
  readonly #ended = new Set<Side>();
  readonly #ways: Readonly<Record<Side, Way>> = { client: new Way(), server: new Way() };
  /** By id: what was sent and may still suffer a fate; requests, which are told twice; when a held one came. */
  readonly #underway = new Map<number, Open>();
  readonly #requests = new Map<number, Writable<Crossing>>();
  readonly #held = new Map<number, Instant>();

  /** `recs`: what the event began, at the side that `owner` names. */
  add({ side }: Tag, event: TraceEvent, recs: readonly Rec[]): void {
    this.#place += 1;
    // A request is told again when it becomes a transfer's.
    this.#now = Math.max(this.#now, event.at);
    if (event.type === 'ended') this.#ended.add(side);
    if (event.type === 'fate') this.#fate(event);
    for (const rec of recs) {
      if (rec.kind === 'packet') this.#packet(rec, side, event);
      // What is missing at one end is known at the other.
      else if (rec.kind !== 'missing') this.marks.push({ kind: 'mark', rec, place: this.#place });
    }
  }

  /** Whether it may still arrive: nothing sent later has, and not much time has gone by. */
  isUnderway({ sent, received, from, number }: Crossing): boolean {
    if (sent === undefined || received !== undefined || sent.rec.lost === 'network') return false;
    const { latest } = this.#ways[from];
    const ahead = latest === undefined ? -1 : latest.sent.at - sent.at || latest.number - number;
    return ahead < 0 && this.#ended.size < 2 && this.#now - sent.at < patience;
  }

  #packet(rec: PacketRec, side: Side, event: TraceEvent): void {
    const id = 'id' in event ? event.id : -1;
    if (rec.direction === 'sent') {
      const crossing: Open = {
        ...{ kind: 'crossing', number: this.all.length + 1, from: side, copy: false },
        ...{ sent: { rec, place: this.#place, at: rec.at }, received: undefined },
      };
      this.all.push(crossing);
      this.#underway.set(id, crossing);
      trim(this.#underway);
      this.#ways[side].leaves(crossing);
      return;
    }
    const known = this.#requests.get(id);
    if (known?.received !== undefined) {
      // It came to the listening port, and became a transfer's.
      known.received = { ...known.received, rec };
      return;
    }
    const at = this.#held.get(id) ?? rec.at;
    this.#held.delete(id);
    this.#arrives({ rec, place: this.#place, at }, otherSide(side), id);
  }

  #arrives(received: Sighting, from: Side, id: number): void {
    const way = this.#ways[from];
    const crossing: Writable<Crossing> = way.arrives(received) ?? {
      ...{ kind: 'crossing', number: this.all.length + 1, from, sent: undefined, received },
      copy: way.isKnown(received.rec),
    };
    if (crossing.sent === undefined) this.all.push(crossing);
    const { op } = received.rec.packet;
    if (op !== 'RRQ' && op !== 'WRQ') return;
    this.#requests.set(id, crossing);
    trim(this.#requests);
  }

  #fate({ id, at, direction, fate, delay = 0 }: FateEvent): void {
    if (direction === 'incoming') {
      if (fate === 'lost' || this.#held.has(id)) return;
      this.#held.set(id, at);
      trim(this.#held);
      return;
    }
    const crossing = this.#underway.get(id);
    if (crossing === undefined) return;
    crossing.sent = { ...crossing.sent, at: crossing.sent.at + delay };
    if (fate === 'lost') this.#ways[crossing.from].loses(crossing);
    if (fate === 'corrupted' || fate === 'truncated') this.#ways[crossing.from].damages(crossing);
  }
}

/** One direction: what is out, by what it says. */
class Way {
  /** The latest to leave of those that arrived. */
  latest: Open | undefined;
  readonly #out = new Map<string, Open[]>();
  readonly #damaged: Open[] = [];
  /** The last one matched that said so. */
  readonly #known = new Map<string, Open>();

  leaves(crossing: Open): void {
    const key = keyOf(crossing.sent.rec);
    const out = this.#out.get(key);
    if (out === undefined) this.#out.set(key, [crossing]);
    else out.push(crossing);
  }

  loses(crossing: Open): void {
    const key = keyOf(crossing.sent.rec);
    const out = this.#out.get(key)?.filter((other) => other !== crossing) ?? [];
    if (out.length === 0) this.#out.delete(key);
    else this.#out.set(key, out);
  }

  /** Nobody knows what it will say when it arrives. */
  damages(crossing: Open): void {
    if (!this.#damaged.includes(crossing)) this.#damaged.push(crossing);
  }

  /** The datagram that this is, now with both its ends; undefined: none that was sent by us. */
  arrives(received: Sighting): Open | undefined {
    const { rec } = received;
    const key = keyOf(rec);
    const out = this.#out.get(key) ?? [];
    const inTime = ({ sent }: Open, { at }: Sighting): boolean => sent.at <= at + early;
    // The newest that can be it: of two alike the one that is still missing after the other was sent again is lost.
    const newest = out.findLast((one) => inTime(one, received)) ?? out[0];
    const crossing = newest ?? this.#damagedAs(rec);
    if (crossing === undefined) return undefined;
    this.loses(crossing);
    const damaged = this.#damaged.indexOf(crossing);
    if (damaged >= 0) this.#damaged.splice(damaged, 1);
    crossing.received = received;
    const before = this.#known.get(key);
    // If that was wrong and both came, they came in the order sent.
    if (before?.received !== undefined && before.number > crossing.number)
      if (inTime(crossing, before.received) && inTime(before, received))
        [before.received, crossing.received] = [received, before.received];
    this.#known.set(key, before === undefined || before.number < crossing.number ? crossing : before);
    if (this.latest === undefined || this.latest.sent.at <= crossing.sent.at) this.latest = crossing;
    return crossing;
  }

  /** Whether one like it has arrived. */
  isKnown(rec: PacketRec): boolean {
    return this.#known.has(keyOf(rec));
  }

  #damagedAs({ length }: PacketRec): Open | undefined {
    return this.#damaged.find(({ sent: { rec } }) =>
      rec.fates.includes('truncated') ? length <= rec.length : length === rec.length,
    );
  }
}

/** What a packet says, as far as it tells datagrams apart: of DATA the file's octets count for nothing. */
function keyOf({ packet, length }: PacketRec): string {
  return `${length} ${wordsOf(packet)}`;
}

function wordsOf(packet: Packet | Malformed): string {
  if (packet.op === 'DATA' || packet.op === 'ACK') return `${packet.op} ${packet.block}`;
  return packet.op === 'malformed' ? `? ${packet.reason} ${packet.opcode ?? ''}` : summary(packet);
}

/** Forgets the older half at once: one at a time would walk over what was deleted before. */
function trim(map: Map<number, unknown>): void {
  if (map.size <= mostHeld) return;
  let left = mostHeld / 2;
  for (const key of map.keys()) {
    if (left-- <= 0) return;
    map.delete(key);
  }
}
