// `capture`: writes every datagram of the engine, whole, to a pcapng file while transfers run.
// Rule: packets never wait for the disk. Datagrams that do not fit into a bounded queue are counted and reported; an error
// is reported once.
import { createGrowing, type GrowingFile } from '../../files/local/growing-file.ts';
import type { Clock, Timer } from '../../network/clock.ts';
import type { Bus } from '../../trace/record/bus.ts';
import { blockRoom, Stamp, type FlowDatagram, type Piece } from '../../trace/capture/file/pcapng-flow.ts';
import { captureHead } from '../../trace/capture/file/pcapng-write.ts';
import { CaptureRecords, type CaptureEntry } from './capture-records.ts';
import { WriteQueue } from './write-queue.ts';

/** Milliseconds after which even a small amount is written to the disk. */
const pieceInterval = 200;
/** Octets that are reserved at once. */
const mostReserved = 128 << 10;

/** The figures of a capture. */
export interface CaptureFigures {
  readonly packets: number;
  readonly octets: number;
  /** Packets that were lost because the disk was too slow. */
  readonly dropped: number;
}

/** What was written last, so that it can be taken back. */
interface Latest {
  piece: Piece;
  /** Where its blocks begin. */
  at: number;
  packets: number;
  octets: number;
}

export interface CaptureSetting {
  readonly bus: Bus;
  readonly clock: Clock;
  /** Nothing more can be written; called once. */
  readonly failed: (error: unknown) => void;
}

/** One capture, from its first octet to {@link CaptureWriter.stop}. */
export class CaptureWriter {
  readonly #file: GrowingFile;
  readonly #clock: Clock;
  readonly #undo: readonly (() => void)[];
  readonly #stamp: Stamp;
  readonly #queue: WriteQueue;
  readonly #records = new CaptureRecords({
    write: (datagram) => this.#write(datagram),
    retract: () => this.#retract(),
  });
  readonly #latest: Latest;
  #timer: Timer | undefined;
  #packets = 0;
  #octets = 0;
  #dropped = 0;
  #over = false;

  private constructor(file: GrowingFile, { bus, clock, failed }: CaptureSetting) {
    this.#file = file;
    this.#clock = clock;
    this.#stamp = new Stamp(BigInt(Math.round((clock.wall().getTime() - clock.now()) * 1000)) * 1000n);
    this.#queue = new WriteQueue(file, (error) => {
      const isNews = !this.#over;
      this.#end();
      if (isNews) failed(error);
    });
    this.#latest = { piece: this.#queue.piece, at: 0, packets: 0, octets: 0 };
    const records = this.#records;
    this.#undo = [
      bus.tap((datagram) => records.take(datagram)),
      bus.overhear((event) => {
        if (event.type === 'fate') records.fate(event);
      }),
      bus.onHold((event) => records.hold(event)),
    ];
  }

  /** Rejects with FileError where the file cannot be made, or not even its head be written. */
  static async start(path: string, overwrite: boolean, setting: CaptureSetting): Promise<CaptureWriter> {
    const file = await createGrowing(path, overwrite);
    try {
      await file.append([captureHead()]);
    } catch (error) {
      await file.close().catch(() => undefined);
      throw error;
    }
    return new CaptureWriter(file, setting);
  }

  get figures(): CaptureFigures {
    return { packets: this.#packets, octets: this.#octets, dropped: this.#dropped };
  }

  /** Writes what is left and closes the file. Rejects with the error that ended the capture before. */
  async stop(): Promise<CaptureFigures> {
    if (!this.#over) this.#records.end();
    this.#end();
    try {
      await this.#queue.end();
    } finally {
      await this.#file.close();
    }
    return this.figures;
  }

  #end(): void {
    if (this.#over) return;
    this.#over = true;
    this.#timer?.cancel();
    for (const undo of this.#undo) undo();
  }

  #write({ flow, at, head, tail, comments, copies, follower }: CaptureEntry): void {
    const latest = this.#latest;
    latest.packets = 0;
    latest.octets = 0;
    this.#timer ??= this.#clock.after(pieceInterval, () => this.#tick(), false);
    // All in one piece, so that all can be taken back.
    if (copies > 1) this.#queue.reserve(Math.min(copies * blockRoom(lengthOf(head, tail)), mostReserved));
    this.#stamp.set(at);
    const { high, low } = this.#stamp;
    const comment = comments.length === 0 ? undefined : comments.join(', ');
    for (let copy = 0; copy < copies; copy++) this.#block(flow, { high, low, head, tail, comment });
    if (follower === undefined) return;
    this.#block(flow, { high, low, head: follower.octets, tail: undefined, comment: follower.comment });
  }

  #retract(): boolean {
    const { piece, at, packets, octets } = this.#latest;
    if (piece !== this.#queue.piece || packets === 0) return false;
    this.#queue.filled(at);
    this.#packets -= packets;
    this.#octets -= octets;
    this.#latest.packets = 0;
    return true;
  }

  #block({ blocks }: CaptureEntry['flow'], datagram: FlowDatagram): void {
    const { head, tail } = datagram;
    const length = lengthOf(head, tail);
    if (!this.#queue.reserve(blockRoom(length))) {
      this.#dropped += 1;
      return;
    }
    const { piece, used } = this.#queue;
    if (this.#latest.packets === 0) {
      this.#latest.piece = piece;
      this.#latest.at = used;
    }
    this.#queue.filled(blocks.write(piece, used, datagram));
    this.#packets += 1;
    this.#octets += length;
    this.#latest.packets += 1;
    this.#latest.octets += length;
  }

  #tick(): void {
    this.#timer = undefined;
    this.#queue.flush();
  }
}

function lengthOf(head: Uint8Array, tail: Uint8Array | undefined): number {
  return head.length + (tail === undefined ? 0 : tail.length);
}
