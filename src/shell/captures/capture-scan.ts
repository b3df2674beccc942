// Reads one capture piece by piece, and reports its packets and conversations to a visitor.
// Rule: bounded memory for a file of any size or an endless pipe. What comes before a damaged place counts.
import type { Source } from '../../files/file.ts';
import {
  Conversations,
  type ConversationSummary,
  type PacketRecord,
} from '../../trace/capture/conversations.ts';
import { Dissector, type CapturedDatagram } from '../../trace/capture/dissect/dissect.ts';
import { CaptureReader, type Damage } from '../../trace/capture/file/pcap-read.ts';

/** Who wants to know what is in a capture. */
export interface Visitor {
  readonly record?: (record: PacketRecord, datagram: CapturedDatagram) => void;
  /** A conversation is over, or the capture is. */
  readonly ended?: (summary: ConversationSummary) => void;
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
  readonly unknownLinks: readonly number[];
}

const pieceLength = 256 * 1024;

/** The reading of one capture; `open` answers at any time. */
export class CaptureScan {
  readonly #reader = new CaptureReader();
  readonly #dissector = new Dissector();
  readonly #conversations = new Conversations();
  readonly #visitor: Visitor;
  #damage: Damage | undefined;
  #octets = 0;
  #packets = 0;
  #ended = 0;

  constructor(visitor: Visitor) {
    this.#visitor = visitor;
  }

  /** Nanoseconds since 1970 UTC at which the time of the events is 0. */
  get epoch(): bigint {
    return this.#conversations.epoch;
  }

  /** Octets of the file that were read. */
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

  /**
   * Reads all of it, or until `signal`: what was read by then counts. Rejects with FileError where the file itself
   * cannot be read; closes it.
   */
  async read(source: Source, signal?: AbortSignal): Promise<ReadCapture> {
    // A pipe that rests is waited for: closing it ends that.
    const close = (): void => void source.close();
    signal?.addEventListener('abort', close);
    try {
      await this.#readAll(source, signal);
    } finally {
      signal?.removeEventListener('abort', close);
      await source.close();
    }
    // Whoever stops in the middle has not found the end of a file that was cut.
    if (signal?.aborted !== true) for (const found of this.#reader.end()) this.#damage ??= found;
    for (const summary of this.#conversations.end()) this.#end(summary);
    await this.#visitor.rest?.();
    const { unknownLinks } = this.#dissector;
    return { damage: this.#damage, packets: this.#packets, conversations: this.#ended, unknownLinks };
  }

  async #readAll(source: Source, signal: AbortSignal | undefined): Promise<void> {
    const piece = new Uint8Array(pieceLength);
    while (signal?.aborted !== true && this.#damage === undefined) {
      const length = await source.read(piece).catch((error: unknown) => {
        if (signal?.aborted === true) return 0;
        throw error;
      });
      if (length === 0) return;
      this.#octets += length;
      for (const found of this.#reader.push(piece.subarray(0, length)))
        if (found.type === 'damage') this.#damage = found;
        else this.#take(this.#dissector.push(found));
      await this.#visitor.rest?.();
    }
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
