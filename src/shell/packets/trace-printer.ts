// `trace`: turns events into packet lines, in batches, and folds them where they come too fast.
// Rule: with trace off nothing is subscribed, so that no event is even built.
import { refreshInterval } from '../../trace/text/refresh.ts';
import type { Clock, Timer } from '../../network/clock.ts';
import type { Bus } from '../../trace/record/bus.ts';
import { matches, packetTarget } from '../../trace/capture/filter.ts';
import {
  endKey,
  type Became,
  type DatagramEvent,
  type FateEvent,
  type NoteEvent,
  type Tag,
  type TraceEvent,
} from '../../trace/record/event.ts';
import { fateWords, isStepReason } from '../../trace/explain/fates.ts';
import { emptyFold, foldRows, isHolding, skipLines } from '../../trace/lines/fold.ts';
import type { Shown } from '../../trace/lines/fold.ts';
import { octetLines, packetLines, wordsOf } from '../../trace/lines/line.ts';
import type { LineStyle, PacketRow } from '../../trace/lines/line.ts';
import { classicLine } from '../../trace/lines/classic.ts';
import { Remarks, type Remark } from '../../trace/lines/remarks.ts';
import { decode } from '../../wire/decode.ts';
import { encode } from '../../wire/encode.ts';
import { summary } from '../../wire/summary.ts';
import { join, say, type Printable } from '../../wire/text.ts';
import type { Untrusted } from '../../wire/text.ts';
import { formatTid, sameTid, type Tid } from '../../wire/tid.ts';
import type { Settings } from '../settings/table.ts';
import type { Line } from '../session/state.ts';
import type { Store } from '../session/store.ts';
import type { Filter } from './packet-filter.ts';
import { TransferTimes } from './transfer-times.ts';

/** More rows than this are folded before the batch is due: rows of a fast transfer must not pile up. */
const largestBatch = 1000;
const remembered = 1000;
const narrow = 80;
const wide = 120;

/** One side of one transfer. */
interface Track {
  readonly tag: Tag;
  readonly remarks: Remarks;
  file: Untrusted | undefined;
  isOver: boolean;
}

/** What a server answers as a request. */
const requests: readonly string[] = ['RRQ', 'WRQ', 'malformed'];

const isAtListener = ({ transfer }: Tag): boolean => transfer === 0;

/** What the printer needs. */
export interface TraceDeps {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly store: Pick<Store, 'print' | 'emit' | 'hasEventListeners'>;
  /** Columns of the terminal; undefined: 80. */
  readonly columns: (() => number | undefined) | undefined;
  /** How a packet is drawn at this moment. */
  readonly style: () => Pick<LineStyle, 'sides' | 'ascii'>;
}

export class TracePrinter {
  readonly #deps: TraceDeps;
  #filter: Filter | undefined;
  #mode: Settings['trace'] = 'off';
  #unsubscribe: (() => void) | undefined;
  #rows: PacketRow[] = [];
  /** How many of the rows programs have received as events. */
  #told = 0;
  #fold = emptyFold;
  #ended = new Set<string>();
  readonly #tracks = new Map<string, Track>();
  /** The newest transfer of our server with each client, by its TID. */
  readonly #clients = new Map<string, Track>();
  /** The track of the packet before: the next is most often of the same. */
  #latest: { readonly tag: Tag; readonly track: Track } | undefined;
  /** Lines name their transfer: several ran at the same time, and one still does. */
  #numbers = false;
  readonly #times = new TransferTimes();
  /** By id: what step mode did to a datagram that comes only now. */
  readonly #deeds = new Map<number, Printable>();
  /** By id: packets that step mode holds before they are sent. Their rows come when their fates are known. */
  readonly #held = new Map<number, PacketRow>();
  #timer: Timer | undefined;

  constructor(deps: TraceDeps) {
    this.#deps = deps;
  }

  /** Shows only the packets that pass `filter` from now on; undefined: all. */
  showOnly(filter: Filter | undefined): void {
    this.#filter = filter;
  }

  /** Shows packets as `mode` says from now on. */
  follow(mode: Settings['trace']): void {
    if (mode === 'off') {
      for (const id of this.#held.keys()) this.#decided(id);
      this.flush();
      this.#unsubscribe?.();
      this.#unsubscribe = undefined;
    } else this.#unsubscribe ??= this.#subscribe();
    this.#mode = mode;
  }

  #subscribe(): () => void {
    const { bus } = this.#deps;
    const undo = [
      bus.subscribe((event) => this.#take(event)),
      bus.onHold((event) => {
        if (event.type === 'held') this.#hold(event.id);
        if (event.type === 'decided') this.#decided(event.id);
      }),
    ];
    return () => undo.forEach((each) => each());
  }

  /** Prints pending rows; folded rows stay held while their transfer runs. */
  flush(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#emit();
    const rows = this.#rows.filter(({ hidden }) => !hidden);
    const ended = this.#ended;
    if (this.#rows.length === 0 && ended.size === 0 && !isHolding(this.#fold)) return;
    this.#rows = [];
    this.#told = 0;
    this.#ended = new Set();
    if (this.#mode === 'on') {
      const at = this.#deps.clock.now();
      const { state, shown } = foldRows(this.#fold, { rows, at, ended });
      this.#fold = state;
      this.#print(shown);
      if (isHolding(state)) this.#schedule();
    } else this.#print(rows.map((row) => ({ type: 'row', row })));
  }

  #schedule(): void {
    this.#timer ??= this.#deps.clock.after(refreshInterval, () => this.flush(), false);
  }

  #take(event: TraceEvent): void {
    switch (event.type) {
      case 'sent':
      case 'received':
        // Before the next packet and not after this one: notes about this one still come.
        if (this.#rows.length >= largestBatch) this.flush();
        this.#push(this.#row(event));
        break;
      case 'note':
        this.#note(event);
        break;
      case 'fate':
        this.#fate(event);
        break;
      case 'ended':
        this.#ended.add(endKey(event.tag));
        this.#track(event.tag).isOver = true;
        break;
      case 'began':
        Object.assign(this.#track(event.tag), { file: event.file, isOver: false });
        if (event.tag.side === 'server') this.#accepted(event.tag, event.peer);
        break;
      case 'report':
        // Only captures have reports of the network: a live trace never meets one.
        break;
    }
    this.#schedule();
  }

  /** The packet that came last is not sent yet. */
  #hold(id: number): void {
    const row = this.#rows.at(-1);
    if (row?.id !== id) return;
    this.#rows.pop();
    this.#held.set(id, row);
  }

  #decided(id: number): void {
    const row = this.#held.get(id);
    if (row === undefined) return;
    this.#held.delete(id);
    this.#push(row);
    this.#schedule();
  }

  #push(row: PacketRow): void {
    // All notes about a packet are known when the next one comes in.
    if (row.direction === 'received') this.#emit();
    this.#rows.push(row);
  }

  /** Reports to programs the packets that they do not know yet, with their remarks. */
  #emit(): void {
    const { store } = this.#deps;
    const untold = store.hasEventListeners
      ? this.#rows.slice(this.#told).filter(({ hidden }) => !hidden)
      : [];
    this.#told = this.#rows.length;
    for (const row of untold) {
      const { tag, direction, since, peer, op, length, remark } = row;
      store.emit({
        event: 'packet',
        ...{ transfer: tag.transfer, side: tag.side, direction, op, summary: wordsOf(row), octets: length },
        ...{ ms: Math.round(since * 1000) / 1000, peer: formatTid(peer) },
        ...(remark !== undefined && { remark }),
      });
    }
  }

  // Field by field and without words: nearly all rows of a fast transfer are counted and never shown.
  #row(event: DatagramEvent): PacketRow {
    const { packet, type, id, peer, length } = event;
    const { tag, remarks } = this.#owner(event);
    const isRequest = packet.op === 'RRQ' || packet.op === 'WRQ';
    // The listening port serves many clients: no packet there follows from the previous one.
    const own = (isAtListener(tag) ? new Remarks(tag.side) : remarks).packet(event);
    const remark = this.#deeds.size === 0 ? own : this.#withDeed(id, own);
    const usual = packet.op === 'DATA' || packet.op === 'ACK';
    return {
      id,
      tag,
      direction: type,
      peer,
      length,
      remark: remark?.words,
      isTrouble: remark?.isTrouble === true,
      octets: this.#mode === 'hex' && packet.op !== 'malformed' ? encode(packet) : undefined,
      hidden: !this.#passes(event),
      since: event.at - this.#times.of(event, isRequest && remark === undefined),
      op: packet.op,
      block: usual ? packet.block : undefined,
      text: usual ? undefined : summary(packet),
      classic: this.#mode === 'classic' ? classicLine(type, packet) : undefined,
      unusual: remark !== undefined || !usual,
    };
  }

  #withDeed(id: number, remark: Remark | undefined): Remark | undefined {
    const deed = this.#deeds.get(id);
    this.#deeds.delete(id);
    if (deed === undefined) return remark;
    return { words: remark === undefined ? deed : say`${deed}, ${remark.words}`, isTrouble: true };
  }

  #passes({ tag, type, packet, local, peer }: DatagramEvent): boolean {
    const filter = this.#filter;
    if (filter === undefined) return true;
    const [from, to] = type === 'sent' ? [local, peer] : [peer, local];
    const { file } = this.#track(tag);
    const [client, server] = tag.side === 'client' ? [local, peer] : [peer, local];
    const transfer = { client, server, tid: undefined, file, outcome: 'unfinished' } as const;
    return matches(filter, packetTarget({ transfer: tag.transfer, packet, from, to }, transfer));
  }

  /**
   * The request that came to the listening port belongs to the transfer. Its time counts from 0, also where the client
   * had another transfer before from the same port.
   */
  #accepted(tag: Tag, peer: Tid): void {
    this.#keep(this.#clients, formatTid(peer), this.#track(tag));
    const began = this.#times.accepted(tag, peer);
    const at = this.#rows.findLastIndex((row) => row.tag.side === 'server' && sameTid(row.peer, peer));
    const row = this.#rows[at];
    if (row === undefined || !requests.includes(row.op)) return;
    this.#rows[at] = { ...row, tag, ...(began !== undefined && { since: 0 }) };
  }

  /** Whose packet it is. At the listening port it belongs to the running transfer of its client, if there is one. */
  #owner({ tag, peer }: DatagramEvent): Track {
    if (!isAtListener(tag)) return this.#track(tag);
    const client = this.#clients.get(formatTid(peer));
    return client === undefined || client.isOver ? this.#track(tag) : client;
  }

  #track(tag: Tag): Track {
    if (this.#latest?.tag === tag) return this.#latest.track;
    const key = endKey(tag);
    const track = this.#tracks.get(key) ?? {
      ...{ tag, remarks: new Remarks(tag.side), file: undefined, isOver: false },
    };
    this.#keep(this.#tracks, key, track);
    this.#latest = { tag, track };
    return track;
  }

  #keep(tracks: Map<string, Track>, key: string, track: Track): void {
    tracks.set(key, track);
    if (tracks.size > remembered) tracks.delete(tracks.keys().next().value ?? key);
  }

  #note({ note, tag, datagram }: NoteEvent): void {
    const remark = this.#track(tag).remarks.note(note);
    if (remark !== undefined) this.#annotate(datagram, remark, remark.isTrouble);
  }

  /** Adds a remark to the row of a datagram, or replaces its own. A row that is printed already stays as it is. */
  #annotate(datagram: number | undefined, { words, isTrouble }: Remark, replaces: boolean): void {
    if (datagram === undefined) return;
    this.#change(datagram, (row) => {
      const remark = row.remark === undefined || replaces ? words : join([row.remark, words], say`, `);
      return { ...row, remark, isTrouble: row.isTrouble || isTrouble, unusual: true };
    });
  }

  #change(datagram: number, changed: (row: PacketRow) => PacketRow): void {
    const held = this.#held.get(datagram);
    if (held !== undefined) return void this.#held.set(datagram, changed(held));
    const at = this.#rows.findLastIndex(({ id }) => id === datagram);
    const row = this.#rows[at];
    if (row !== undefined) this.#rows[at] = changed(row);
  }

  /** The row of a packet that was changed on purpose: it is shown as it travelled on. */
  #altered(row: PacketRow, { octets, length }: Became): PacketRow {
    const packet = decode(octets);
    return {
      ...row,
      ...{ length, op: packet.op, block: undefined, text: summary(packet) },
      octets: row.octets && octets.slice(),
      classic: row.classic && classicLine(row.direction, packet),
    };
  }

  #fate(event: FateEvent): void {
    const { fate, reason, direction, id, packet, tag, peer, length, became } = event;
    const remark = fateWords(fate, reason);
    if (direction === 'outgoing') {
      if (fate === 'altered' && became !== undefined) this.#change(id, (row) => this.#altered(row, became));
      return this.#annotate(id, { words: remark, isTrouble: true }, false);
    }
    if (fate !== 'lost') {
      if (isStepReason(reason)) this.#deeds.set(id, remark);
      return;
    }
    this.#push({
      ...{ id, tag, direction: 'received', peer, length, remark, isTrouble: true },
      ...{ unusual: true, op: packet.op, text: summary(packet), block: undefined, octets: undefined },
      ...{ classic: undefined, hidden: false },
      since: event.at - this.#times.of(event, false),
    });
  }

  /** A line less than the terminal has: some break a line that is full. */
  get #columns(): number {
    const columns = this.#deps.columns?.() ?? narrow;
    return Math.min(Math.max(columns, narrow), wide) - 1;
  }

  #print(shown: readonly Shown[]): void {
    const style: LineStyle = {
      columns: this.#columns,
      numbers: this.#names(shown),
      ...this.#deps.style(),
    };
    const lines = shown.flatMap((one): readonly Line[] => {
      if (one.type === 'skip') return skipLines(one.skip, style);
      const lines = packetLines(one.row, style);
      return one.row.octets === undefined ? lines : [...lines, ...octetLines(one.row.octets, style.columns)];
    });
    this.#deps.store.print(lines);
  }

  /** Whether lines name their transfer: from when one side has several until none runs. */
  #names(shown: readonly Shown[]): boolean {
    const running = [...this.#tracks.values()].filter(({ tag, isOver }) => !isOver && !isAtListener(tag));
    if (running.length === 0) this.#numbers = false;
    const rows = shown.flatMap((one) => (one.type === 'row' ? [one.row] : []));
    for (const side of ['client', 'server']) {
      const named = [
        ...running.flatMap(({ tag }) => (tag.side === side ? [`${tag.transfer}`] : [])),
        ...rows.flatMap(({ tag, peer }) =>
          tag.side === side ? [isAtListener(tag) ? formatTid(peer) : `${tag.transfer}`] : [],
        ),
      ];
      if (new Set(named).size > 1) this.#numbers = true;
    }
    return this.#numbers;
  }
}
