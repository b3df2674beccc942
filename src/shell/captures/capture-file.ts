// A capture in a file, read again for each transfer that a view asks for.
// Rule: bounded memory, however large the capture and its transfers are.
import type { Source } from '../../files/file.ts';
import type { openLocal } from '../../files/local/user-file.ts';
import { CaptureIndex, type IndexBounds, type Track } from '../../trace/capture/capture-index.ts';
import type { ConversationSummary, PacketRecord } from '../../trace/capture/record.ts';
import type { CapturedDatagram } from '../../trace/capture/dissect/dissect.ts';
import { traceEvents } from '../../trace/capture/events.ts';
import type { TraceEvent } from '../../trace/record/event.ts';
import { headKept, wholeKept, type KeptEvent } from '../../trace/record/ring.ts';
import type { LogWindow } from '../../trace/record/side-log.ts';
import { encode } from '../../wire/encode.ts';
import type { Printable } from '../../wire/text.ts';
import { ConversationList } from './conversation-list.ts';
import { CaptureScan, type ReadCapture, type Visitor } from './capture-scan.ts';
import { ReadFile } from './read-file.ts';
import { readTransfer } from './transfer-reading.ts';
import type { Found, Sought, TransferView } from '../packets/transfer-view.ts';
import type { ReadingJob } from '../session/work.ts';
import { seekPacket } from './seek.ts';

/** A capture that is open for views, complete or while it is read. */
export interface OpenCapture {
  readonly name: Printable;
  /** Where it can be read again; undefined where it came through a pipe. */
  readonly path: string | undefined;
  readonly list: ConversationList;
  /** TFTP packets read until now. */
  readonly packets: number;
  /** Octets of the capture read until now. */
  readonly octets: number;
  /** Reads it, once. Rejects with FileError. */
  read(source: Source, visitor: Visitor, signal?: AbortSignal): Promise<ReadCapture>;
  /** A transfer of the capture, from its client's side; undefined where none of its packets are kept. Rejects with FileError. */
  find(number: number, wanted?: Wanted): Promise<TransferView | undefined>;
}

/** What of a transfer is wanted. */
export interface Wanted {
  /** The packet around which a long transfer is shown. Default: where it was shown last, or its beginning. */
  readonly packet?: number | undefined;
  /** The last packet that is wanted, after `packet`. */
  readonly until?: number | undefined;
  /** A part of a long transfer is enough, because the rest can be read when it is asked for. */
  readonly part?: boolean | undefined;
  /** All packets are read, for their figures; views show the first ones. */
  readonly whole?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Gets the share of the work that is done, 0…1, from time to time. */
  readonly progress?: ((done: number) => void) | undefined;
}

/** Packets of one transfer that are shown together. */
export const mostShown = 65_536;
/** Packets that are read to go to one of a longer transfer. */
export const mostNear = 4096;

/** A capture in a file. */
export class CaptureFile implements OpenCapture {
  readonly path: string;
  readonly name: Printable;
  readonly list: ConversationList;
  readonly #file: ReadFile;
  readonly #most: number;
  readonly #near: number;
  readonly #bounds: IndexBounds | undefined;
  #index: CaptureIndex;
  #reading: CaptureScan | undefined;
  /** The transfer that was found last: the next command most often wants it again. */
  #latest: TransferView | undefined;

  /** `most`: packets of one transfer that are kept. `near`: those around a packet of a longer one. */
  constructor(
    path: string,
    name: Printable,
    { most = mostShown, near = mostNear, bounds, open }: CaptureFileOptions = {},
  ) {
    this.#most = most;
    this.#near = Math.min(near, most);
    this.#bounds = bounds;
    this.#index = new CaptureIndex(bounds);
    this.path = path;
    this.name = name;
    this.#file = new ReadFile(path, open);
    this.list = new ConversationList((transfer) => this.#reading?.underway(transfer), 'first');
  }

  get packets(): number {
    return this.#reading?.packets ?? 0;
  }

  get octets(): number {
    return this.#reading?.octets ?? 0;
  }

  async read(source: Source, visitor: Visitor, signal?: AbortSignal): Promise<ReadCapture> {
    const index = (this.#index = new CaptureIndex(this.#bounds));
    this.#file.knows(source);
    this.#latest = undefined;
    const reading = (this.#reading = new CaptureScan(
      listed(this.list, {
        ...visitor,
        record: (record, datagram) => {
          index.record(record);
          visitor.record?.(record, datagram);
        },
        reached: (place, hold) => {
          this.#file.isPacked = reading.isPacked;
          index.reached(place, hold);
          visitor.reached?.(place, hold);
        },
      }),
    ));
    return reading.read(source, signal);
  }

  async find(number: number, wanted: Wanted = {}): Promise<TransferView | undefined> {
    const known = this.#index.track(number);
    if (known === undefined || !this.list.summaries.has(number)) return undefined;
    // The capture may still be read: more packets can come while these are shown.
    const track = { ...known };
    const { packet, until = 0, whole = false, signal } = wanted;
    const latest = this.#latest;
    if (latest?.number === number && latest.log.total === track.packets && !whole) {
      const { log } = latest;
      const last = log.first + log.packets.length - 1;
      const isAt = packet === undefined || packet > track.packets || log.packet(packet) !== undefined;
      if (isAt && Math.min(until, track.packets) <= last)
        return (this.#latest = packet === undefined ? latest : { ...latest, packet });
    }
    const found = await this.#read(number, track, this.#windowOf(track, wanted), wanted);
    // A view with all packets answers every later command. Of a long transfer the part that was looked at is kept.
    const isLong = track.packets > this.#most;
    if (signal?.aborted !== true && !(whole && isLong)) this.#latest = found;
    return found;
  }

  /** The packets that are kept: all of a short transfer, and of a long one those around a packet. */
  #windowOf({ packets }: Track, wanted: Wanted): LogWindow {
    const { packet = 1, until = 0, whole = false } = wanted;
    const isPart = wanted.part ?? (!whole && wanted.packet !== undefined);
    if (packets <= this.#most || !isPart) return { after: 0, most: this.#most };
    const before = this.#near >> 1;
    const most = Math.min(this.#most, Math.max(this.#near, until - packet + 1 + before));
    return { after: Math.max(0, Math.min(packet - 1 - before, packets - most)), most };
  }

  async #read(
    number: number,
    track: Track,
    window: LogWindow,
    { packet, whole = false, signal, progress }: Wanted,
  ): Promise<TransferView | undefined> {
    const job = { number, window, whole, signal, progress, file: this.#file };
    const epoch = this.#reading?.epoch ?? 0n;
    const found =
      (await readTransfer({ ...job, track, epoch })) ??
      // The packets are not those of the index: the whole capture is read instead.
      (await readTransfer({ ...job, track: { ...track, marks: [], stretches: [] }, epoch }));
    if (found === undefined || found.log.packets.length === 0) return undefined;
    return {
      ...found,
      packet,
      whole: (more) => this.find(number, { whole: true, signal: more }),
      ...(track.packets > found.log.packets.length && {
        around: (packet, more) => this.find(number, { packet, signal: more }),
        seek: (sought, more) => this.#seek(found, track, sought, more),
        parts: (more) => this.#parts(number, track, more),
      }),
    };
  }

  async *#parts(number: number, track: Track, job: Partial<ReadingJob>): AsyncGenerator<TransferView, void> {
    const most = this.#near;
    for (let after = 0; after < track.packets && job.signal?.aborted !== true; after += most) {
      job.progress?.(after / track.packets);
      const part = await this.#read(number, track, { after, most }, { signal: job.signal });
      if (part !== undefined) yield part;
    }
  }

  async #seek(
    { number, log }: TransferView,
    track: Track,
    sought: Sought,
    job: Partial<ReadingJob>,
  ): Promise<Found | undefined> {
    const read = (window: LogWindow): Promise<TransferView | undefined> =>
      this.#read(number, track, window, { signal: job.signal });
    const packet = await seekPacket({ track, log, most: this.#most, read }, sought, job);
    const transfer =
      packet === undefined ? undefined : await this.find(number, { packet, signal: job.signal });
    return packet === undefined || transfer === undefined ? undefined : { packet, transfer };
  }
}

export interface CaptureFileOptions {
  readonly most?: number;
  readonly near?: number;
  /** Of the index. */
  readonly bounds?: IndexBounds;
  /** Opens the file again. Default: the file of the local disk. */
  readonly open?: typeof openLocal;
}

/** A visitor that also adds conversations to the list. */
export function listed(list: ConversationList, visitor: Visitor): Visitor {
  return {
    record: (record, datagram) => {
      list.heard(record.transfer);
      visitor.record?.(record, datagram);
    },
    ended: (summary: ConversationSummary) => {
      list.ended(summary);
      visitor.ended?.(summary);
    },
    report: (event) => visitor.report?.(event),
    reached: (place, hold) => visitor.reached?.(place, hold),
    rest: () => visitor.rest?.(),
  };
}

/** A packet's octets as they were captured; of one that was held back until `datagram` explained it, as they must have been. */
export function knownOctets({ packet, offset }: PacketRecord, datagram: CapturedDatagram): Uint8Array {
  if (offset === datagram.offset) return datagram.payload;
  return packet.op === 'malformed' ? new Uint8Array(0) : encode(packet);
}

const blank = new Uint8Array(65_536);

/** The events of a packet with octets of their own: those of the file are not kept. */
export function keptEvents(record: PacketRecord, datagram: CapturedDatagram): readonly TraceEvent[] {
  const { packet, length } = record;
  const octets = knownOctets(record, datagram);
  return traceEvents(record).map((event): TraceEvent | KeptEvent => {
    if (event.type !== 'sent' && event.type !== 'received') return event;
    if (packet.op !== 'DATA') return { ...event, octets: octets.slice(0, wholeKept) };
    const data = blank.subarray(0, Math.min(Math.max(0, length - 4), blank.length));
    return { ...event, packet: { ...packet, data }, octets: octets.slice(0, headKept) };
  });
}
