// A capture in a file, read again for each transfer that a view asks for.
// Rule: bounded memory, however large the capture and its transfers are.
import type { Source } from '../../files/file.ts';
import { openLocal } from '../../files/local/user-file.ts';
import type { ConversationSummary, PacketRecord } from '../../trace/capture/record.ts';
import type { CapturedDatagram } from '../../trace/capture/dissect/dissect.ts';
import { traceEvents } from '../../trace/capture/events.ts';
import type { Tag, TraceEvent } from '../../trace/record/event.ts';
import { headKept, wholeKept, type KeptEvent } from '../../trace/record/ring.ts';
import { Statistics } from '../../trace/figures/statistics.ts';
import { encode } from '../../wire/encode.ts';
import { say, type Printable } from '../../wire/text.ts';
import { ConversationList } from './conversation-list.ts';
import { CaptureScan, type ReadCapture, type Visitor } from './capture-scan.ts';
import { grouped } from '../../trace/text/quantities.ts';
import { transferViewOf, type TransferView } from '../packets/transfer-view.ts';

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
  find(number: number, signal?: AbortSignal): Promise<TransferView | undefined>;
}

/** Packets of one transfer that views show. */
export const mostShown = 65_536;

/** A capture in a file. */
export class CaptureFile implements OpenCapture {
  readonly path: string;
  readonly name: Printable;
  readonly list: ConversationList;
  #reading: CaptureScan | undefined;

  constructor(path: string, name: Printable) {
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
    return this.#reading.read(source, signal);
  }

  async find(number: number, signal?: AbortSignal): Promise<TransferView | undefined> {
    if (!this.list.summaries.has(number)) return undefined;
    const tag: Tag = { transfer: number, side: 'client', overheard: true };
    const events: TraceEvent[] = [];
    const statistics = new Statistics('client');
    let packets = 0;
    const over = new AbortController();
    const reading = new CaptureScan({
      // A conversation that was closed after a long rest has no more packets in the file.
      ended: ({ transfer }) => {
        if (transfer === number) over.abort();
      },
      record: (record, datagram) => {
        if (record.transfer !== number) return;
        packets += 1;
        for (const event of keptEvents(record, datagram)) {
          // A ladder shows one side: a stranger's packet to the server never reached the client.
          if (event.tag.side !== tag.side) continue;
          statistics.add(event);
          if (packets <= mostShown) events.push(event);
        }
      },
    });
    const until = signal === undefined ? over.signal : AbortSignal.any([signal, over.signal]);
    await reading.read(await openLocal(this.path, { growing: true }), until);
    if (events.length === 0) return undefined;
    const lacks =
      packets > mostShown
        ? say`Only its first ${grouped(mostShown)} of ${grouped(packets)} packets are shown.`
        : undefined;
    return transferViewOf(tag, events, { lacks, epoch: reading.epoch, figures: () => statistics.figures() });
  }
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
