// A capture in a file, read again for each transfer that a view asks for.
// Rule: bounded memory, however large the capture and its transfers are.
import type { Source } from '../../files/file.ts';
import { openLocal } from '../../files/local/user-file.ts';
import type { ConversationSummary, PacketRecord } from '../../trace/capture/record.ts';
import type { CapturedDatagram } from '../../trace/capture/dissect/dissect.ts';
import { traceEvents } from '../../trace/capture/events.ts';
import type { Tag, TraceEvent } from '../../trace/record/event.ts';
import { headKept, wholeKept, type KeptEvent } from '../../trace/record/ring.ts';
import { SideLog } from '../../trace/record/side-log.ts';
import { Statistics } from '../../trace/figures/statistics.ts';
import { encode } from '../../wire/encode.ts';
import { say, type Printable } from '../../wire/text.ts';
import { ConversationList } from './conversation-list.ts';
import { CaptureScan, type ReadCapture, type Visitor } from './capture-scan.ts';
import { grouped } from '../../trace/text/quantities.ts';
import type { TransferView } from '../packets/transfer-view.ts';

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
  readonly signal?: AbortSignal | undefined;
}

/** Packets of one transfer that views show. */
export const mostShown = 65_536;

/** A capture in a file. */
export class CaptureFile implements OpenCapture {
  readonly path: string;
  readonly name: Printable;
  readonly list: ConversationList;
  readonly #most: number;
  #reading: CaptureScan | undefined;
  /** The transfer that was found last: the next command most often wants it again. */
  #latest: TransferView | undefined;

  /** `most`: packets of one transfer that are kept. */
  constructor(path: string, name: Printable, most = mostShown) {
    this.#most = most;
    this.path = path;
    this.name = name;
    this.list = new ConversationList((transfer) => this.#reading?.underway(transfer), 'first');
  }

  get packets(): number {
    return this.#reading?.packets ?? 0;
  }

  get octets(): number {
    return this.#reading?.octets ?? 0;
  }

  read(source: Source, visitor: Visitor, signal?: AbortSignal): Promise<ReadCapture> {
    this.#reading = new CaptureScan(listed(this.list, visitor));
    this.#latest = undefined;
    return this.#reading.read(source, signal);
  }

  async find(number: number, { packet, signal }: Wanted = {}): Promise<TransferView | undefined> {
    if (!this.list.summaries.has(number)) return undefined;
    const latest = this.#latest;
    const isAt =
      latest?.number === number && (packet === undefined || latest.log.packet(packet) !== undefined);
    if (isAt) return latest;
    const after = packet === undefined || packet <= this.#most ? 0 : packet - 1 - (this.#most >> 1);
    const found = await this.#readWindow(number, after, signal);
    if (signal?.aborted !== true) this.#latest = found;
    return found;
  }

  /** Reads the whole capture, and keeps the packets of one transfer after the first `after`. */
  async #readWindow(
    number: number,
    after: number,
    signal: AbortSignal | undefined,
  ): Promise<TransferView | undefined> {
    const most = this.#most;
    const tag: Tag = { transfer: number, side: 'client', overheard: true };
    const log = new SideLog(tag, [], { after, most });
    const statistics = new Statistics('client');
    const over = new AbortController();
    const reading = new CaptureScan({
      // A conversation that was closed after a long rest has no more packets in the file.
      ended: ({ transfer }) => {
        if (transfer === number) over.abort();
      },
      report: (event) => {
        if (event.tag.transfer === number && log.total > 0) log.add(event);
      },
      record: (record, datagram) => {
        if (record.transfer !== number) return;
        const isNear = log.total + nearby >= after && log.total < after + most;
        for (const event of isNear ? keptEvents(record, datagram) : traceEvents(record)) {
          // A ladder shows one side: a stranger's packet to the server never reached the client.
          if (event.tag.side !== tag.side) continue;
          statistics.add(event);
          log.add(event);
        }
      },
    });
    const until = signal === undefined ? over.signal : AbortSignal.any([signal, over.signal]);
    await reading.read(await openLocal(this.path, { growing: true }), until);
    if (log.total === 0) return undefined;
    return {
      ...{ number, log, own: log, lacks: lackOf(log), epoch: reading.epoch },
      figures: () => statistics.figures(),
      refresh: () => false,
    };
  }
}

/** Packets before a window that its packets may refer to. */
const nearby = 2048;

/** Which packets of a long transfer a window has. */
function lackOf({ first, total, packets }: SideLog): Printable | undefined {
  if (packets.length === total) return undefined;
  const go = say`"packet K" goes to any other.`;
  if (first === 1)
    return say`Only its first ${grouped(packets.length)} of ${grouped(total)} packets are shown. ${go}`;
  const last = first + packets.length - 1;
  return say`Only its packets ${grouped(first)}–${grouped(last)} of ${grouped(total)} are shown. ${go}`;
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
