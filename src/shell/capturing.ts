// `capture`: every datagram of the engine, whole, to a pcapng file while it goes on.
// Rule: packets never wait for the disk. What does not fit into a bounded queue is counted and told, an error is told once.
import { createGrowing, type GrowingFile } from '../files/growing.ts';
import type { Clock, Timer } from '../network/clock.ts';
import type { Bus, TappedDatagram } from '../trace/bus.ts';
import { captureDatagram, captureHead, wallClock } from '../trace/capture/pcapng-write.ts';
import type { FateEvent } from '../trace/event.ts';
import { encode } from '../wire/encode.ts';
import type { Tid } from '../wire/tid.ts';

/** Octets that may wait for the disk. */
const mostQueued = 32 << 20;
/** As much goes to the disk at once, or what there is after this many milliseconds. */
const pieceLength = 256 << 10;
const pieceInterval = 200;
const mostFates = 256;
const mostFlows = 4096;

/** How a capture stands. */
export interface CaptureFigures {
  readonly packets: number;
  readonly octets: number;
  /** Packets that the disk was too slow for. */
  readonly dropped: number;
}

/** A datagram that is not written yet: what befalls it comes right behind it. */
interface Pending {
  readonly id: number;
  readonly at: number;
  readonly from: Tid;
  readonly to: Tid;
  readonly payload: Uint8Array;
  readonly comments: string[];
}

export interface CaptureSetting {
  readonly bus: Bus;
  readonly clock: Clock;
  /** Nothing more can be written; told once. */
  readonly failed: (error: unknown) => void;
}

/** One capture, from its first octet to {@link Capturing.stop}. */
export class Capturing {
  readonly #file: GrowingFile;
  readonly #clock: Clock;
  readonly #failed: (error: unknown) => void;
  readonly #epoch: bigint;
  readonly #undo: readonly (() => void)[];
  readonly #fates = new Map<number, string[]>();
  /** From and to of what we sent to ports of our own: it is not recorded again where it arrives. */
  readonly #flows = new Set<string>();
  #pending: Pending | undefined;
  #queue: Uint8Array[] = [captureHead()];
  #queued = 0;
  /** Of the queue, octets that are on their way to the disk. */
  #writing: Promise<void> | undefined;
  #timer: Timer | undefined;
  #packets = 0;
  #octets = 0;
  #dropped = 0;
  #error: unknown;
  #over = false;

  private constructor(file: GrowingFile, { bus, clock, failed }: CaptureSetting) {
    this.#file = file;
    this.#clock = clock;
    this.#failed = failed;
    this.#epoch = BigInt(Math.round((clock.wall().getTime() - clock.now()) * 1000)) * 1000n;
    this.#undo = [
      bus.tap((datagram) => this.#take(datagram)),
      bus.overhear((event) => {
        if (event.type === 'fate') this.#fate(event);
      }),
    ];
  }

  /** Rejects with FileError where the file cannot be made. */
  static async start(path: string, overwrite: boolean, setting: CaptureSetting): Promise<Capturing> {
    const capturing = new Capturing(await createGrowing(path, overwrite), setting);
    capturing.#write();
    return capturing;
  }

  get figures(): CaptureFigures {
    return { packets: this.#packets, octets: this.#octets, dropped: this.#dropped };
  }

  /** Writes what is left and closes the file. Rejects with the error that ended the capture before. */
  async stop(): Promise<CaptureFigures> {
    this.#end();
    this.#settle();
    try {
      await this.#writing;
      while (this.#queue.length > 0 && this.#error === undefined) {
        this.#write();
        await this.#writing;
      }
    } finally {
      await this.#file.close();
    }
    if (this.#error !== undefined) throw this.#error as Error;
    return this.figures;
  }

  #end(): void {
    if (this.#over) return;
    this.#over = true;
    this.#timer?.cancel();
    for (const undo of this.#undo) undo();
  }

  #take({ type, id, at, local, peer, head, tail }: TappedDatagram): void {
    this.#settle();
    if (this.#isKnown(type, local.port, peer.port)) return;
    const ends = type === 'sent' ? { from: local, to: peer } : { from: peer, to: local };
    const payload = new Uint8Array(head.length + (tail?.length ?? 0));
    payload.set(head);
    if (tail !== undefined) payload.set(tail, head.length);
    const comments = this.#fates.get(id) ?? [];
    this.#fates.delete(id);
    this.#pending = { id, at, ...ends, payload, comments };
    this.#timer ??= this.#clock.after(pieceInterval, () => this.#tick(), false);
  }

  /** Both ends may be ours: on the wire there is one datagram, not two. */
  #isKnown(type: TappedDatagram['type'], local: number, peer: number): boolean {
    if (type === 'received') return this.#flows.has(`${peer}>${local}`);
    const flow = `${local}>${peer}`;
    if (this.#flows.has(flow)) return false;
    this.#flows.add(flow);
    if (this.#flows.size > mostFlows) this.#flows.delete(this.#flows.values().next().value ?? flow);
    return false;
  }

  /** What the impaired network did stands beside the packet; what it took away on its way to us is recorded here. */
  #fate({ id, at, direction, fate, packet, local, peer }: FateEvent): void {
    const comment = `${fate} by impairment`;
    if (direction === 'outgoing') {
      if (this.#pending?.id === id) this.#pending.comments.push(comment);
      return;
    }
    const comments = [...(this.#fates.get(id) ?? []), comment];
    if (fate !== 'lost') {
      this.#fates.set(id, comments);
      if (this.#fates.size > mostFates) this.#fates.delete(this.#fates.keys().next().value ?? id);
      return;
    }
    this.#fates.delete(id);
    if (packet.op === 'malformed') return;
    this.#settle();
    this.#pending = { id, at, from: peer, to: local, payload: encode(packet), comments };
  }

  /** Nothing more can be said of the datagram before. */
  #settle(): void {
    const pending = this.#pending;
    if (pending === undefined) return;
    this.#pending = undefined;
    if (this.#queued > mostQueued) {
      this.#dropped += 1;
      return;
    }
    const { from, to, payload, comments } = pending;
    const comment = comments.length === 0 ? undefined : comments.join(', ');
    const block = captureDatagram({ at: wallClock(this.#epoch, pending.at), from, to, payload, comment });
    this.#packets += 1;
    this.#octets += payload.length;
    this.#queue.push(block);
    this.#queued += block.length;
    if (this.#queued >= pieceLength) this.#write();
  }

  #tick(): void {
    this.#timer = undefined;
    this.#settle();
    this.#write();
  }

  /** Hands the queue to the disk unless it has something to do already. */
  #write(): void {
    if (this.#writing !== undefined || this.#queue.length === 0 || this.#error !== undefined) return;
    const parts = this.#queue.splice(0);
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    this.#writing = this.#file.append(parts).then(
      () => {
        this.#writing = undefined;
        this.#queued = Math.max(0, this.#queued - length);
        if (this.#queued >= pieceLength) this.#write();
      },
      (error: unknown) => {
        this.#writing = undefined;
        this.#error = error;
        this.#queue = [];
        const isNews = !this.#over;
        this.#end();
        if (isNews) this.#failed(error);
      },
    );
  }
}
