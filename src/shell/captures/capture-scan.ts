// Reads one capture piece by piece, and reports its packets and conversations to a visitor.
// Rule: bounded memory for a file of any size or an endless pipe. What comes before a damaged place counts.
import type { Source } from '../../files/file.ts';
import { unpack, type UnpackedSource } from '../../files/streams/unpack.ts';
import {
  Conversations,
  type ConversationSummary,
  type FollowedFrom,
  type HeldConversation,
  type PacketRecord,
} from '../../trace/capture/conversations.ts';
import type { FrameKind } from '../../trace/capture/dissect/census.ts';
import { Dissector, type CapturedDatagram } from '../../trace/capture/dissect/dissect.ts';
import type { ReportEvent } from '../../trace/record/event.ts';
import { printable } from '../../wire/text.ts';
import { CaptureReader, type CapturePlace, type Damage } from '../../trace/capture/file/pcap-read.ts';

/** Who wants to know what is in a capture. */
export interface Visitor {
  readonly record?: (record: PacketRecord, datagram: CapturedDatagram) => void;
  /** The network reports a datagram of a conversation that did not arrive. */
  readonly report?: (event: ReportEvent) => void;
  /** A conversation is over, or the capture is. */
  readonly ended?: (summary: ConversationSummary) => void;
  /** All before `place` was read; `hold` answers an open transfer as it is there. */
  readonly reached?: (place: CapturePlace, hold: (transfer: number) => HeldConversation | undefined) => void;
  /** Called after each piece; a visitor that writes files waits here for the disk. */
  readonly rest?: () => Promise<void> | void;
}

/** What a reading came to. */
export interface ReadCapture {
  /** Where the file could not be followed any further. */
  readonly damage: Damage | undefined;
  /** Packets of TFTP. */
  readonly packets: number;
  readonly conversations: number;
  /** Packets of TFTP that are in the file once more, and were left out. */
  readonly copies: number;
  /** Packets of TFTP of which the capture holds less than there was. */
  readonly cut: number;
  /** Frames of any kind. */
  readonly frames: number;
  /** What the frames carried, the most frequent first. */
  readonly kinds: readonly FrameKind[];
  /** IP packets of which fragments are missing. */
  readonly lostFragments: number;
}

/** Where a scan begins that follows one transfer. */
export interface ScanFrom extends FollowedFrom {
  readonly place: CapturePlace;
  /** Octets before the first packet that counts: what lies between is read for fragments and copies only. */
  readonly offset: number;
}

const pieceLength = 256 * 1024;

/** The reading of one capture; `open` answers at any time. */
export class CaptureScan {
  readonly #reader: CaptureReader;
  readonly #dissector = new Dissector();
  readonly #conversations: Conversations;
  readonly #visitor: Visitor;
  readonly #from: ScanFrom | undefined;
  #damage: Damage | undefined;
  #octets = 0;
  #unpacked = 0;
  #packets = 0;
  #cut = 0;
  #ended = 0;

  /** @param from where it begins. Default: at the beginning of the capture. */
  constructor(visitor: Visitor, from?: ScanFrom) {
    this.#visitor = visitor;
    this.#from = from;
    this.#reader = new CaptureReader(from?.place);
    this.#conversations = new Conversations(from);
  }

  /** Nanoseconds since 1970 UTC at which the time of the events is 0. */
  get epoch(): bigint {
    return this.#conversations.epoch;
  }

  /** Octets of the file that were read; of a compressed file, compressed ones. */
  get octets(): number {
    return this.#octets;
  }

  /** Packets of TFTP that were found. */
  get packets(): number {
    return this.#packets;
  }

  /** A conversation that is under way. */
  underway(transfer: number): ConversationSummary | undefined {
    return this.#conversations.get(transfer);
  }

  /** Whether the file is compressed, as far as it was read. */
  get isPacked(): boolean {
    return this.#octets !== this.#unpacked;
  }

  /**
   * Reads all of it, or until `signal`: what was read by then counts. Rejects with FileError where the file itself
   * cannot be read; closes it.
   */
  async read(source: Source, signal?: AbortSignal): Promise<ReadCapture> {
    const counted = this.#counted(source);
    // In the middle of a capture any octets may come.
    const unpacked = this.#from === undefined ? unpack(counted) : { ...counted, damage: undefined };
    // A pipe that rests is waited for: closing it ends that.
    const close = (): void => void unpacked.close();
    signal?.addEventListener('abort', close);
    try {
      await this.#readAll(unpacked, signal);
    } finally {
      signal?.removeEventListener('abort', close);
      await unpacked.close();
    }
    // Whoever stops in the middle has not found the end of a file that was cut.
    if (signal?.aborted !== true) for (const found of this.#reader.end()) this.#damage ??= found;
    this.#dissector.end();
    this.#report();
    for (const summary of this.#conversations.end()) this.#end(summary);
    await this.#visitor.rest?.();
    const { frames, kinds, lostFragments } = this.#dissector;
    return {
      damage: this.#damage,
      packets: this.#packets,
      conversations: this.#ended,
      copies: this.#conversations.copies,
      cut: this.#cut,
      ...{ frames, kinds, lostFragments },
    };
  }

  #counted(source: Source): Source {
    return {
      size: source.size,
      read: async (into) => {
        const length = await source.read(into);
        this.#octets += length;
        return length;
      },
      close: () => source.close(),
    };
  }

  async #readAll(source: UnpackedSource, signal: AbortSignal | undefined): Promise<void> {
    const piece = new Uint8Array(pieceLength);
    let offset = this.#from?.place.offset ?? 0;
    while (signal?.aborted !== true && this.#damage === undefined) {
      const length = await source.read(piece).catch((error: unknown) => {
        if (signal?.aborted === true) return 0;
        throw error;
      });
      if (length === 0) {
        const { damage } = source;
        if (damage !== undefined) this.#damage = { type: 'damage', offset, message: printable(damage) };
        return;
      }
      offset += length;
      this.#unpacked += length;
      for (const found of this.#reader.push(piece.subarray(0, length)))
        if (found.type === 'damage') this.#damage = found;
        else {
          this.#takeAll(this.#dissector.push(found));
          this.#report();
        }
      this.#visitor.reached?.(this.#reader.place, (transfer) => this.#conversations.hold(transfer));
      await this.#visitor.rest?.();
    }
  }

  #takeAll(datagram: CapturedDatagram | undefined): void {
    if (datagram === undefined) return;
    if (this.#from !== undefined && datagram.offset < this.#from.offset)
      return this.#conversations.pass(datagram);
    for (const one of this.#conversations.split(datagram)) this.#take(one);
  }

  #take(datagram: CapturedDatagram): void {
    const { records, ended } = this.#conversations.push(datagram);
    this.#packets += records.length;
    for (const record of records) {
      if (record.cut) this.#cut += 1;
      this.#visitor.record?.(record, datagram);
    }
    for (const summary of ended) this.#end(summary);
  }

  #report(): void {
    for (const report of this.#dissector.takeReports()) {
      const place = this.#conversations.reported(report);
      if (place === undefined) continue;
      const { transfer, at, isFromClient } = place;
      const { kind, by, octets } = report;
      this.#visitor.report?.({
        ...{ type: 'report', at, kind, by, from: isFromClient ? 'client' : 'server' },
        tag: { transfer, side: 'client', overheard: true },
        ...(octets !== undefined && { octets }),
      });
    }
  }

  #end(summary: ConversationSummary): void {
    this.#ended += 1;
    this.#visitor.ended?.(summary);
  }
}
