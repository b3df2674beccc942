// A transfer from the ring, joined from both ends where client and server are both local.
// Rule: the joined log and the figures are built only when they are read.
import { otherSide, type PacketLog } from '../../trace/record/packet-log.ts';
import { crossingFigures } from '../../trace/figures/crossing-figures.ts';
import { Crossings } from '../../trace/record/crossings.ts';
import type { Side, Tag, TraceEvent } from '../../trace/record/event.ts';
import { joined, type Joined } from '../../trace/record/joined-log.ts';
import { pairingOf, type Pairing } from '../../trace/record/pairing.ts';
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

class RingTransfer implements TransferView {
  readonly number: number;
  readonly #ring: Ring;
  readonly #side: Side | undefined;
  readonly #transcripts = new SideLogs([], (...added) => this.#follow(...added));
  readonly #statistics = new Map<SideLog, Statistics>();
  readonly #crossings = new Crossings();
  #cursor = 0;
  #pairing: Pairing | undefined;
  #joined: { readonly ends: readonly SideLog[]; readonly both: Record<Side, Joined> } | undefined;

  constructor(ring: Ring, number: number, side: Side | undefined) {
    this.#ring = ring;
    this.number = number;
    this.#side = side;
    this.refresh();
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
    return this.own.reader.began === undefined ? say`Its first packets are no longer kept.` : undefined;
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
    const { events, cursor } = this.#ring.read(this.#cursor, (tag) => this.#mayConcern(tag));
    this.#cursor = cursor;
    for (const event of events) this.#transcripts.add(event);
    return events.length > 0;
  }

  /** A peer's packet at the listening port may belong to the transfer too. */
  #mayConcern({ transfer, side }: Tag): boolean {
    if (transfer === 0 || transfer === this.number) return true;
    return side === 'client' ? transfer === this.#pairing?.client : this.#isServer(transfer);
  }

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
