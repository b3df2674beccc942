// A transfer from the ring, joined from both ends where client and server are both local.
// Rule: the joined log and the figures are built only when they are read. Nothing is kept that the ring has dropped long ago.
import { otherSide, type PacketLog } from '../../trace/record/packet-log.ts';
import { crossingFigures } from '../../trace/figures/crossing-figures.ts';
import { Crossings } from '../../trace/record/crossings.ts';
import type { Side, Tag, TraceEvent } from '../../trace/record/event.ts';
import { newestPart } from '../../trace/record/ring-part.ts';
import { joined, type Joined } from '../../trace/record/joined-log.ts';
import { pairingOf, type Pairing } from '../../trace/record/pairing.ts';
import { isRare } from '../../trace/record/recorder.ts';
import type { Ring } from '../../trace/record/ring.ts';
import { resentInAll, Statistics, type Figures } from '../../trace/figures/statistics.ts';
import type { Rec, SideLog } from '../../trace/record/side-log.ts';
import { SideLogs } from '../../trace/record/side-logs.ts';
import { say, type Printable } from '../../wire/text.ts';
import { formatTid } from '../../wire/tid.ts';
import type { TransferView } from './transfer-view.ts';

/** The transfer, as far as the ring still has it; undefined where the ring has none of its packets. */
export function ringTransfer(ring: Ring, number: number, side?: Side): TransferView | undefined {
  const transfer = new RingTransfer(ring, number, side);
  return transfer.hasPackets ? transfer : undefined;
}

/** If more packets than this are new, reading all of them takes long. */
const mostNew = 2048;
/** Then a screen that follows shows this many events. */
const newest = 512;

class RingTransfer implements TransferView {
  readonly number: number;
  readonly #ring: Ring;
  readonly #side: Side | undefined;
  readonly #most: number;
  #transcripts = new SideLogs();
  #statistics = new Map<SideLog, Statistics>();
  #crossings = new Crossings();
  #cursor = 0;
  /** How many packets its ends had at the last reading. */
  #count = 0;
  #pairing: Pairing | undefined;
  #joined: { readonly ends: readonly SideLog[]; readonly both: Record<Side, Joined> } | undefined;

  /** @param most how many of the newest events are read. */
  constructor(ring: Ring, number: number, side: Side | undefined, most = Infinity) {
    this.#ring = ring;
    this.number = number;
    this.#side = side;
    this.#most = most;
    this.#pairing = pairingOf(number, ring.links());
    this.#begin();
  }

  get hasPackets(): boolean {
    return (this.#near?.records.length ?? 0) > 0;
  }

  get own(): SideLog {
    const near = this.#near;
    if (near === undefined) throw new Error('the ring has no packets of the transfer');
    return near;
  }

  get log(): PacketLog {
    const { own } = this;
    const [client, server] = [this.#end('client'), this.#end('server')];
    if (client === undefined || server === undefined || this.#pairing === undefined) return own;
    if (this.#joined?.ends[1] !== server)
      this.#joined = { ends: [client, server], both: joined(this.#crossings, { client, server }) };
    return this.#joined.both[own.tag.side];
  }

  get lacks(): Printable | undefined {
    if (this.own.reader.began !== undefined && this.log.first === 1) return undefined;
    if (this.#most === Infinity) return say`Its first packets are no longer kept.`;
    return say`Too fast to show every packet: these are the newest. Home shows the first.`;
  }

  figures(): Figures {
    const { own, log } = this;
    const figures = this.#figuresOf(own);
    const other = this.#end(otherSide(own.tag.side));
    if (log === own || other === undefined) return figures;
    const others = this.#figuresOf(other);
    return {
      ...figures,
      // The other end knows what it resent, even where nothing of it arrived.
      peerResent: resentInAll(others),
      duplicates: figures.duplicates + others.duplicates,
      strangers: figures.strangers + others.strangers,
      timeouts: figures.timeouts + others.timeouts,
      crossing: crossingFigures(log),
    };
  }

  #figuresOf(log: SideLog): Figures {
    return (this.#statistics.get(log) ?? new Statistics(log.tag.side)).figures();
  }

  refresh(): boolean {
    this.#pairing = pairingOf(this.number, this.#ring.links()) ?? this.#pairing;
    const { events, cursor, missed } = this.#ring.read(this.#cursor, this.#mayConcern);
    const before = this.#count;
    this.#add(events, cursor);
    const read = events.filter((event) => event.tag.transfer !== 0 && !isRare(event));
    const hasGap = missed > 0 && this.#count - before > read.length;
    // What the ring dropped long ago is dropped here too.
    if (hasGap || this.own.records.length > 2 * this.#ring.capacity) this.#begin();
    return hasGap || events.length > 0;
  }

  get isBehind(): boolean {
    return this.#countNow() - this.#count > mostNew;
  }

  latest(): TransferView | undefined {
    const latest = new RingTransfer(this.#ring, this.number, this.#side, newest);
    return latest.hasPackets ? latest : undefined;
  }

  #begin(): void {
    const part = newestPart(this.#ring, this.#mayConcern, this.#most);
    this.#transcripts = new SideLogs([], (...added) => this.#follow(...added), part.windowOf);
    this.#statistics = new Map();
    this.#crossings = new Crossings(part.earlier);
    this.#joined = undefined;
    this.#add(part.events, part.cursor);
  }

  #add(events: readonly TraceEvent[], cursor: number): void {
    this.#cursor = cursor;
    for (const event of events) this.#transcripts.add(event);
    this.#count = this.#countNow();
  }

  /** Packets that its ends have had so far. */
  #countNow(): number {
    const ends = this.#transcripts.all.filter(({ tag }) => tag.transfer !== 0);
    return ends.reduce((sum, { tag }) => {
      const past = this.#ring.past(tag);
      return sum + (past === undefined ? 0 : past.sent + past.received);
    }, 0);
  }

  /** A peer's packet at the listening port may belong to the transfer too. */
  readonly #mayConcern = ({ transfer, side }: Tag): boolean => {
    if (transfer === 0 || transfer === this.number) return true;
    return side === 'client' ? transfer === this.#pairing?.client : this.#isServer(transfer);
  };

  #isServer(transfer: number): boolean {
    return this.#pairing?.servers.has(transfer) === true;
  }

  #follow(owner: Tag, event: TraceEvent, recs: readonly Rec[]): void {
    const log = this.#transcripts.of(owner.transfer).find(({ tag }) => tag.side === owner.side);
    if (owner.transfer !== 0 && log !== undefined) {
      const statistics = this.#statistics.get(log) ?? new Statistics(owner.side);
      this.#statistics.set(log, statistics);
      statistics.add(event);
    }
    if (this.#belongsToPair(owner, event)) this.#crossings.add(owner, event, recs);
  }

  #belongsToPair({ transfer, side }: Tag, event: TraceEvent): boolean {
    // The other end may appear only after packets of this end were read.
    if (side === 'client') return transfer === (this.#pairing?.client ?? this.number);
    if (transfer !== 0) return this.#isServer(transfer);
    const span = 'peer' in event ? this.#pairing?.peers.get(formatTid(event.peer)) : undefined;
    return span !== undefined && span.from <= event.at && event.at < span.until;
  }

  /** The end that the view shows: the chosen side; by default the client's, where one number has both ends. */
  get #near(): SideLog | undefined {
    const side = this.#side;
    if (side !== undefined) return this.#end(side);
    const [client, server] = (['client', 'server'] as const).map((end) => this.#numbered(this.number, end));
    return client ?? server;
  }

  #end(side: Side): SideLog | undefined {
    const own = this.#numbered(this.number, side);
    if (own !== undefined || this.#pairing === undefined) return own;
    if (side === 'client') return this.#numbered(this.#pairing.client, side);
    // The client negotiated with the last one; without one, the listening port answered.
    return this.#numbered([...this.#pairing.servers].at(-1) ?? 0, side);
  }

  #numbered(number: number, side: Side): SideLog | undefined {
    return this.#transcripts.of(number).find(({ tag }) => tag.side === side);
  }
}
