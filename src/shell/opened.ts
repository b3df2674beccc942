// A capture made by anybody, read as it comes: conversations for a list, and one of them whole for the views.
// Rule: a file of any size in bounded memory; what was read before a damage counts. Never imports commands.
import type { Source } from '../files/file.ts';
import { openLocal } from '../files/local.ts';
import {
  Conversations,
  type ConversationSummary,
  type PacketRecord,
} from '../trace/capture/conversations.ts';
import { Dissector, type CapturedDatagram } from '../trace/capture/dissect.ts';
import { traceEvents } from '../trace/capture/events.ts';
import { CaptureReader, type Damage } from '../trace/capture/pcap-read.ts';
import type { Tag, TraceEvent } from '../trace/event.ts';
import { headKept, wholeKept, type KeptEvent } from '../trace/ring.ts';
import { Statistics } from '../trace/statistics.ts';
import { encode } from '../wire/encode.ts';
import { say, type Printable } from '../wire/text.ts';
import { seenOf, type Seen } from './records.ts';
import { grouped } from './units.ts';

/** Who wants to know what is in a capture. */
export interface Visitor {
  readonly record?: (record: PacketRecord, datagram: CapturedDatagram) => void;
  /** A conversation is over, or the capture is. */
  readonly ended?: (summary: ConversationSummary) => void;
  /** After each piece that was read: whoever writes catches up here. */
  readonly rest?: () => Promise<void> | void;
}

/** What a reading came to. */
export interface ReadCapture {
  /** Where the file could not be followed any further. */
  readonly damage: Damage | undefined;
  /** Packets of TFTP. */
  readonly packets: number;
  readonly conversations: number;
  readonly unknownLinks: readonly number[];
}

const pieceLength = 256 * 1024;

/** Reading of one capture; `open` may be asked at any time. */
export class CaptureReading {
  readonly #reader = new CaptureReader();
  readonly #dissector = new Dissector();
  readonly #conversations = new Conversations();
  readonly #visitor: Visitor;
  #damage: Damage | undefined;
  #packets = 0;
  #ended = 0;

  constructor(visitor: Visitor) {
    this.#visitor = visitor;
  }

  /** Nanoseconds since 1970 UTC at which the time of the events is 0. */
  get epoch(): bigint {
    return this.#conversations.epoch;
  }

  /** Conversations that are under way. */
  get open(): readonly ConversationSummary[] {
    return this.#conversations.open;
  }

  /** Reads all of it. Rejects with FileError where the file itself cannot be read; closes it. */
  async read(source: Source): Promise<ReadCapture> {
    try {
      const piece = new Uint8Array(pieceLength);
      for (;;) {
        const length = await source.read(piece);
        if (length === 0) break;
        for (const found of this.#reader.push(piece.subarray(0, length)))
          if (found.type === 'damage') this.#damage = found;
          else this.#take(this.#dissector.push(found));
        await this.#visitor.rest?.();
        if (this.#damage !== undefined) break;
      }
    } finally {
      await source.close();
    }
    for (const found of this.#reader.end()) this.#damage ??= found;
    for (const summary of this.#conversations.end()) this.#end(summary);
    await this.#visitor.rest?.();
    const { unknownLinks } = this.#dissector;
    return { damage: this.#damage, packets: this.#packets, conversations: this.#ended, unknownLinks };
  }

  #take(datagram: CapturedDatagram | undefined): void {
    if (datagram === undefined) return;
    const { records, ended } = this.#conversations.push(datagram);
    this.#packets += records.length;
    for (const record of records) this.#visitor.record?.(record, datagram);
    for (const summary of ended) this.#end(summary);
  }

  #end(summary: ConversationSummary): void {
    this.#ended += 1;
    this.#visitor.ended?.(summary);
  }
}

/** Conversations that a list in memory holds. */
const mostListed = 20_000;
/** Packets of one transfer that views show. */
const mostShown = 65_536;

/** A capture that views look at. The file is read again for each transfer that is asked for. */
export class OpenedCapture {
  readonly path: string;
  readonly name: Printable;
  readonly summaries: ReadonlyMap<number, ConversationSummary>;

  constructor(path: string, name: Printable, summaries: readonly ConversationSummary[]) {
    this.path = path;
    this.name = name;
    const kept = summaries.slice(0, mostListed).sort((a, b) => a.transfer - b.transfer);
    this.summaries = new Map(kept.map((summary) => [summary.transfer, summary]));
  }

  get numbers(): readonly number[] {
    return [...this.summaries.keys()];
  }

  get first(): number | undefined {
    return this.numbers[0];
  }

  /** A transfer of it, seen from its client. */
  async find(number: number): Promise<Seen | undefined> {
    if (!this.summaries.has(number)) return undefined;
    const tag: Tag = { transfer: number, side: 'client' };
    const events: TraceEvent[] = [];
    const statistics = new Statistics('client');
    let packets = 0;
    const reading = new CaptureReading({
      record: (record, datagram) => {
        if (record.transfer !== number) return;
        packets += 1;
        for (const event of keptEvents(record, datagram)) {
          // A ladder is seen from one side: what a stranger said to the server never came past the client.
          if (event.tag.side !== tag.side) continue;
          statistics.add(event);
          if (packets <= mostShown) events.push(event);
        }
      },
    });
    await reading.read(await openLocal(this.path));
    if (events.length === 0) return undefined;
    const lacks =
      packets > mostShown
        ? say`Only its first ${grouped(mostShown)} of ${grouped(packets)} packets are shown.`
        : undefined;
    return seenOf(tag, events, { lacks, epoch: reading.epoch, figures: () => statistics.figures() });
  }
}

const blank = new Uint8Array(65_536);

/** The events of a packet with octets of their own: those of the file are not kept. */
export function keptEvents(record: PacketRecord, datagram: CapturedDatagram): readonly TraceEvent[] {
  const { packet, length } = record;
  const own = record.offset === datagram.offset;
  const octets = own ? datagram.payload : packet.op === 'malformed' ? new Uint8Array(0) : encode(packet);
  return traceEvents(record).map((event): TraceEvent | KeptEvent => {
    if (event.type !== 'sent' && event.type !== 'received') return event;
    if (packet.op !== 'DATA') return { ...event, octets: octets.slice(0, wholeKept) };
    const data = blank.subarray(0, Math.min(Math.max(0, length - 4), blank.length));
    return { ...event, packet: { ...packet, data }, octets: octets.slice(0, headKept) };
  });
}
