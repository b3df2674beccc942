// A transfer with two local ends as one log: each datagram is one record, from whichever end it is viewed.
// Rule: numbers and order are the same from either end.
import type { Malformed, Packet } from '../../wire/packet.ts';
import type { Tid } from '../../wire/tid.ts';
import type { Note } from '../../transfer/note.ts';
import type { Instant } from '../../transfer/machine.ts';
import type { PacketLog, Ends } from './packet-log.ts';
import type { Crossing, Crossings, Mark } from './crossings.ts';
import type { Side, Tag } from './event.ts';
import type { Fate, PacketRec, Reader, Rec } from './side-log.ts';

/** What each end has alone: its tag and what it knows. */
export type Base = Pick<PacketLog, 'tag' | 'reader'>;

/** The log of each end. Both grow with `crossings`. */
export function joined(crossings: Crossings, bases: Readonly<Record<Side, Base>>): Record<Side, Joined> {
  const of = (): Record<Side, Joined> => both;
  const both: Record<Side, Joined> = {
    client: new Joined(crossings, bases.client, of),
    server: new Joined(crossings, bases.server, of),
  };
  return both;
}

/** The transfer as one of its ends views it. */
export class Joined implements PacketLog {
  readonly tag: Tag;
  readonly reader: Reader;
  readonly #crossings: Crossings;
  readonly #both: () => Readonly<Record<Side, PacketLog>>;
  readonly #packets: JoinedRec[] = [];

  constructor(crossings: Crossings, { tag, reader }: Base, both: () => Readonly<Record<Side, PacketLog>>) {
    this.tag = tag;
    this.reader = reader;
    this.#crossings = crossings;
    this.#both = both;
  }

  get both(): Readonly<Record<Side, PacketLog>> {
    return this.#both();
  }

  get packets(): readonly PacketRec[] {
    for (const crossing of this.#crossings.all.slice(this.#packets.length))
      this.#packets.push(new JoinedRec(crossing, this.tag.side, this.#crossings));
    return this.#packets;
  }

  get first(): number {
    return this.#crossings.earlier.count + 1;
  }

  get total(): number {
    return this.#crossings.earlier.count + this.packets.length;
  }

  get start(): Instant | undefined {
    return this.#crossings.earlier.start ?? this.packets[0]?.at;
  }

  packet(number: number): PacketRec | undefined {
    return this.packets[number - this.first];
  }

  get records(): readonly Rec[] {
    const { packets } = this;
    return inOrder(this.#crossings).flatMap((item) => {
      const rec = item.kind === 'mark' ? item.rec : packets[item.number - this.first];
      return rec ?? [];
    });
  }
}

/** One datagram, viewed from one end. It always shows the latest that is known. */
class JoinedRec implements PacketRec {
  readonly kind = 'packet';
  readonly #crossing: Crossing;
  readonly #side: Side;
  readonly #crossings: Crossings;

  constructor(crossing: Crossing, side: Side, crossings: Crossings) {
    this.#crossing = crossing;
    this.#side = side;
    this.#crossings = crossings;
  }

  get number(): number {
    return this.#crossing.number;
  }

  /** The client's instant; of what never came there, when it was sent. */
  get at(): Instant {
    const near = this.#crossing.from === 'client' ? this.#sent : this.#received;
    return (near ?? this.#own).at;
  }

  get direction(): PacketRec['direction'] {
    return this.#crossing.from === this.#side ? 'sent' : 'received';
  }

  /** As it was sent: the same from either end, even if it arrived damaged. */
  get packet(): Packet | Malformed {
    return this.#first.packet;
  }

  get length(): number {
    return this.#first.length;
  }

  get octets(): Uint8Array | undefined {
    return this.#first.octets;
  }

  get local(): Tid {
    return this.#isMirrored ? this.#own.peer : this.#own.local;
  }

  get peer(): Tid {
    return this.#isMirrored ? this.#own.local : this.#own.peer;
  }

  get index(): number | undefined {
    return (this.#sent ?? this.#received)?.index;
  }

  /** A copy by the network is not a repetition. */
  get again(): boolean {
    return this.#sent?.again ?? (this.#received?.again === true && !this.#crossing.copy);
  }

  get stranger(): boolean {
    return this.#sent?.stranger === true || this.#received?.stranger === true;
  }

  get last(): boolean {
    return (this.#sent ?? this.#received)?.last === true;
  }

  get cause(): Rec | undefined {
    return this.#sent?.cause;
  }

  get notes(): readonly Note[] {
    return this.#received?.notes ?? [];
  }

  get fates(): readonly Fate[] {
    return [...(this.#sent?.fates ?? []), ...(this.#received?.fates ?? [])];
  }

  get fateReasons(): readonly string[] {
    return [...(this.#sent?.fateReasons ?? []), ...(this.#received?.fateReasons ?? [])];
  }

  get became(): PacketRec['became'] {
    return this.#received?.became ?? this.#sent?.became;
  }

  get follower(): PacketRec['follower'] {
    return this.#sent?.follower;
  }

  get lost(): PacketRec['lost'] {
    const [sent, received] = [this.#sent, this.#received];
    if (sent?.lost === 'network' || received?.lost === 'network') return 'network';
    // A stranger is not a local end, so nobody knows whether it arrived.
    const mayBe = received !== undefined || sent?.stranger === true;
    if (mayBe || this.#crossings.isUnderway(this.#crossing)) return 'no';
    return this.#crossings.isAfterEnd(this.#crossing) ? 'unheard' : 'never';
  }

  get ends(): Ends {
    const underway = this.#crossings.isUnderway(this.#crossing);
    const { from, copy } = this.#crossing;
    return { from, sent: this.#sent, received: this.#received, copy, underway };
  }

  get #sent(): PacketRec | undefined {
    return this.#crossing.sent?.rec;
  }

  get #received(): PacketRec | undefined {
    return this.#crossing.received?.rec;
  }

  get #first(): PacketRec {
    const crossing = this.#crossing;
    return (crossing.sent ?? crossing.received).rec;
  }

  /** What this end saw, or otherwise what the other end saw. */
  get #own(): PacketRec {
    const crossing = this.#crossing;
    if (crossing.sent === undefined) return crossing.received.rec;
    const own = this.direction === 'received' ? crossing.received : crossing.sent;
    return (own ?? crossing.sent).rec;
  }

  get #isMirrored(): boolean {
    return this.#own.direction !== this.direction;
  }
}

/** In the order of the client: its packets when it sent or received them; the server's timers at their own time. */
function inOrder({ all, marks }: Crossings): readonly (Crossing | Mark)[] {
  const places = placesOf(all);
  const items: { readonly item: Crossing | Mark; readonly place: number }[] = [
    ...all.map((item, at) => ({ item, place: places[at] ?? 0 })),
    ...marks.map((item) => ({ item, place: item.place })),
  ];
  return items.sort((a, b) => a.place - b.place).map(({ item }) => item);
}

/** What the server sent and the client never received gets the place between the packets sent before and after it. */
function placesOf(all: readonly Crossing[]): readonly number[] {
  const places = all.map(({ from, sent, received }) => {
    const own = from === 'client' ? (sent ?? received) : received;
    return own?.place;
  });
  const placeAfter = new Array<number>(all.length).fill(Infinity);
  let next = Infinity;
  for (let at = all.length - 1; at >= 0; at -= 1) {
    placeAfter[at] = next;
    if (all[at]?.from === 'server') next = Math.min(next, places[at] ?? Infinity);
  }
  let before = 0;
  return all.map(({ from, sent }, at) => {
    const place = places[at] ?? Math.max(sent?.place ?? 0, Math.min(before, placeAfter[at] ?? Infinity));
    if (from === 'server') before = place;
    return place;
  });
}
