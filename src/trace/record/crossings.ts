// Each datagram between two local ends as one crossing: what one end sent is matched with what the other received, by
// content and time, because a datagram has another id at each end. It copes with losses, copies, delays and reordering.
import { isAnsweredAsRequest } from '../../wire/decode.ts';
import { summary } from '../../wire/summary.ts';
import type { Malformed, Packet } from '../../wire/packet.ts';
import type { Instant } from '../../transfer/machine.ts';
import { otherSide } from './packet-log.ts';
import type { FateEvent, Side, Tag, TraceEvent } from './event.ts';
import type { EndRec, PacketRec, Rec, ReportRec, TimerRec } from './side-log.ts';

/** One datagram, or a copy that the network made of one. */
export type Crossing = {
  readonly kind: 'crossing';
  /** From 1, in the order of the first sighting at either end. */
  readonly number: number;
  readonly from: Side;
  readonly copy: boolean;
} & (
  | { readonly sent: Sighting; readonly received: Sighting | undefined }
  | { readonly sent: undefined; readonly received: Sighting }
);

/** What one end saw of a datagram, and the number of events before it. */
export interface Sighting {
  readonly rec: PacketRec;
  readonly place: number;
  /** When it was on the wire: after a delay by impairment on its way out, before one on its way in. */
  readonly at: Instant;
}

/** A timer or an end, at either side. */
export interface Mark {
  readonly kind: 'mark';
  readonly rec: TimerRec | EndRec | ReportRec;
  readonly place: number;
}

/** What tells datagrams apart. */
type Looks = Pick<PacketRec, 'packet' | 'length'>;

type Writable<T> = { -readonly [K in keyof T]: T[K] };
/** A crossing whose sender is local. */
type OpenCrossing = Writable<Crossing & { readonly sent: Sighting }>;

/** Milliseconds by which timers of the system may be early. */
const early = 2;
/** Milliseconds after which a datagram that was not delayed is given up. */
const patience = 100;
/** Delayed incoming datagrams that are remembered. */
const mostHeld = 1024;

/** The datagrams of a long transfer before those that are followed. */
export interface EarlierCrossings {
  readonly count: number;
  readonly start: Instant | undefined;
}

/** Follows both ends of one transfer. */
export class Crossings {
  readonly earlier: EarlierCrossings;
  /** By number. */
  readonly all: Crossing[] = [];
  readonly marks: Mark[] = [];
  #place = 0;
  #now: Instant = 0;
  /** When each end ended. */
  readonly #ended = new Map<Side, Instant>();
  readonly #ways: Readonly<Record<Side, Way>> = { client: new Way(), server: new Way() };
  /** By id: sent datagrams whose fate may still come; requests, which are reported twice; when a delayed one came. */
  readonly #underway = new Map<number, OpenCrossing>();
  readonly #requests = new Map<number, Writable<Crossing>>();
  readonly #held = new Map<number, Instant>();
  /** By id: what a datagram that was changed on its way in looked like before. */
  readonly #before = new Map<number, Looks>();

  constructor(earlier: EarlierCrossings = { count: 0, start: undefined }) {
    this.earlier = earlier;
  }

  /** `recs`: the records that the event began, at the side of its tag. */
  add({ side }: Tag, event: TraceEvent, recs: readonly Rec[]): void {
    this.#place += 1;
    // A request is reported again when it becomes a transfer's.
    this.#now = Math.max(this.#now, event.at);
    if (event.type === 'ended') this.#ended.set(side, event.at);
    if (event.type === 'fate') this.#fate(event);
    for (const rec of recs) {
      if (rec.kind === 'packet') this.#packet(rec, side, event);
      // A record of missing DATA at one end is a sent packet at the other.
      else if (rec.kind !== 'missing') this.marks.push({ kind: 'mark', rec, place: this.#place });
    }
  }

  /** Whether it may still arrive: nothing that was sent later has arrived, and little time has passed. */
  isUnderway({ sent, received, from, number }: Crossing): boolean {
    if (sent === undefined || received !== undefined || sent.rec.lost === 'network') return false;
    const { latest } = this.#ways[from];
    const ahead = latest === undefined ? -1 : latest.sent.at - sent.at || latest.number - number;
    return ahead < 0 && this.#ended.size < 2 && this.#now - sent.at < patience;
  }

  /** Whether the other end had ended before the datagram could come. */
  isAfterEnd({ sent, from }: Crossing): boolean {
    const end = this.#ended.get(otherSide(from));
    return sent !== undefined && end !== undefined && sent.at + this.#ways[from].fastest >= end;
  }

  get #next(): number {
    return this.earlier.count + this.all.length + 1;
  }

  #packet(rec: PacketRec, side: Side, event: TraceEvent): void {
    const id = 'id' in event ? event.id : -1;
    if (rec.direction === 'sent') {
      const crossing: OpenCrossing = {
        kind: 'crossing',
        number: this.#next,
        from: side,
        copy: false,
        sent: { rec, place: this.#place, at: rec.at },
        received: undefined,
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
    const looks = this.#before.get(id) ?? received.rec;
    this.#before.delete(id);
    const known = way.arrives(received, looks);
    // It left before the datagrams that are followed.
    if (known === undefined && this.earlier.count > 0 && way.latest === undefined) return;
    const crossing: Writable<Crossing> = known ?? {
      kind: 'crossing',
      number: this.#next,
      from,
      sent: undefined,
      received,
      copy: way.isKnown(received.rec),
    };
    if (crossing.sent === undefined) this.all.push(crossing);
    if (!isAnsweredAsRequest(received.rec.packet)) return;
    this.#requests.set(id, crossing);
    trim(this.#requests);
  }

  #fate({ id, at, direction, fate, delay = 0, packet, length }: FateEvent): void {
    if (direction === 'incoming') {
      if (fate === 'altered') {
        this.#before.set(id, { packet, length });
        trim(this.#before);
      }
      if (fate === 'lost' || this.#held.has(id)) return;
      this.#held.set(id, at);
      trim(this.#held);
      return;
    }
    const crossing = this.#underway.get(id);
    if (crossing === undefined) return;
    crossing.sent = { ...crossing.sent, at: crossing.sent.at + delay };
    if (fate === 'lost') this.#ways[crossing.from].loses(crossing);
    if (fate === 'corrupted' || fate === 'truncated' || fate === 'altered')
      this.#ways[crossing.from].damages(crossing);
  }
}

/** One direction: what is out, by what it says. */
class Way {
  /** The latest to leave of those that arrived. */
  latest: OpenCrossing | undefined;
  /** Milliseconds in transit of the fastest one; 0: none arrived. */
  fastest = 0;
  readonly #out = new Map<string, OpenCrossing[]>();
  readonly #damaged: OpenCrossing[] = [];
  /** The last one matched that said so. */
  readonly #known = new Map<string, OpenCrossing>();

  leaves(crossing: OpenCrossing): void {
    const key = keyOf(crossing.sent.rec);
    const out = this.#out.get(key);
    if (out === undefined) this.#out.set(key, [crossing]);
    else out.push(crossing);
  }

  loses(crossing: OpenCrossing): void {
    const key = keyOf(crossing.sent.rec);
    const out = this.#out.get(key)?.filter((other) => other !== crossing) ?? [];
    if (out.length === 0) this.#out.delete(key);
    else this.#out.set(key, out);
  }

  /** Its content when it arrives is not known. */
  damages(crossing: OpenCrossing): void {
    if (!this.#damaged.includes(crossing)) this.#damaged.push(crossing);
  }

  /** Finds the datagram that arrived and that left with these looks, and completes its crossing. Undefined: no local end sent it. */
  arrives(received: Sighting, looks: Looks): OpenCrossing | undefined {
    const { rec } = received;
    const key = keyOf(looks);
    const out = this.#out.get(key) ?? [];
    const inTime = ({ sent }: OpenCrossing, { at }: Sighting): boolean => sent.at <= at + early;
    // The newest that fits. Of two alike, the one that is still missing after the other was resent is lost. Two that left at
    // once come in their order.
    const newest = out.findLast((one) => inTime(one, received));
    const first = out.find(({ sent }) => sent.at >= (newest?.sent.at ?? -Infinity) - early);
    const crossing = first ?? this.#damagedAs(rec);
    if (crossing === undefined) return undefined;
    this.loses(crossing);
    const damaged = this.#damaged.indexOf(crossing);
    if (damaged >= 0) this.#damaged.splice(damaged, 1);
    crossing.received = received;
    this.#time(received.at - crossing.sent.at);
    const before = this.#known.get(key);
    // If that was wrong and both came, they came in the order in which they were sent.
    if (before?.received !== undefined && before.number > crossing.number)
      if (inTime(crossing, before.received) && inTime(before, received))
        [before.received, crossing.received] = [received, before.received];
    this.#known.set(key, before === undefined || before.number < crossing.number ? crossing : before);
    if (this.latest === undefined || this.latest.sent.at <= crossing.sent.at) this.latest = crossing;
    return crossing;
  }

  #time(transit: number): void {
    if (transit > 0) this.fastest = this.fastest === 0 ? transit : Math.min(this.fastest, transit);
  }

  /** Whether an equal one has arrived. */
  isKnown(rec: PacketRec): boolean {
    return this.#known.has(keyOf(rec));
  }

  #damagedAs({ length }: PacketRec): OpenCrossing | undefined {
    return this.#damaged.find(({ sent: { rec } }) =>
      rec.fates.includes('altered')
        ? true
        : rec.fates.includes('truncated')
          ? length <= rec.length
          : length === rec.length,
    );
  }
}

/** What tells datagrams apart; the file's octets in DATA are not compared. */
function keyOf({ packet, length }: Looks): string {
  return `${length} ${wordsOf(packet)}`;
}

function wordsOf(packet: Packet | Malformed): string {
  if (packet.op === 'DATA' || packet.op === 'ACK') return `${packet.op} ${packet.block}`;
  return packet.op === 'malformed' ? `? ${packet.reason} ${packet.opcode ?? ''}` : summary(packet);
}

/** Forgets the older half at once: deleting one at a time would walk over the deleted ones each time. */
function trim(map: Map<number, unknown>): void {
  if (map.size <= mostHeld) return;
  let left = mostHeld / 2;
  for (const key of map.keys()) {
    if (left-- <= 0) return;
    map.delete(key);
  }
}
