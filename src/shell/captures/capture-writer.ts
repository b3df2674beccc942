// `capture`: writes every datagram of the engine, whole, to a pcapng file while transfers run.
// Rule: packets never wait for the disk. Datagrams that do not fit into a bounded queue are counted and reported; an error
// is reported once.
import { createGrowing, type GrowingFile } from '../../files/local/growing-file.ts';
import type { Clock, Timer } from '../../network/clock.ts';
import type { Bus, TappedDatagram } from '../../trace/record/bus.ts';
import {
  blockRoom,
  CaptureFlow,
  commentOn,
  Stamp,
  type Piece,
} from '../../trace/capture/file/pcapng-flow.ts';
import { captureHead } from '../../trace/capture/file/pcapng-write.ts';
import { fateWords } from '../../trace/explain/fates.ts';
import type { FateEvent } from '../../trace/record/event.ts';
import { encode, joined } from '../../wire/encode.ts';
import { sameTid, type Tid } from '../../wire/tid.ts';
import { WriteQueue } from './write-queue.ts';

/** Milliseconds after which even a small amount is written to the disk. */
const pieceInterval = 200;
const mostFates = 256;
const mostFlows = 4096;

/** The figures of a capture. */
export interface CaptureFigures {
  readonly packets: number;
  readonly octets: number;
  /** Packets that were lost because the disk was too slow. */
  readonly dropped: number;
}

/** Datagrams from one port to another. */
interface Flow {
  readonly from: Tid;
  readonly to: Tid;
  readonly blocks: CaptureFlow;
  /** It leaves one of our ports: where it arrives at another one, it is not recorded again. */
  ours: boolean;
}

/** The datagram that was recorded last: an event about its fate follows directly. */
interface Latest {
  id: number | undefined;
  /** Where its block begins. */
  piece: Piece;
  at: number;
  readonly comments: string[];
  flow: Flow | undefined;
  datagram: Datagram | undefined;
}

type Datagram = Pick<TappedDatagram, 'id' | 'at' | 'head' | 'tail'>;

/** A datagram that step mode holds before it is sent. It is recorded when it leaves or is lost. */
interface HeldDatagram {
  readonly flow: Flow;
  readonly datagram: Datagram;
  readonly comments: string[];
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
  readonly #fates = new Map<number, string[]>();
  readonly #held = new Map<number, HeldDatagram>();
  /** By both ports. */
  readonly #flows = new Map<number, Flow>();
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
    const latest = { id: undefined, piece: this.#queue.piece, at: 0, comments: [] };
    this.#latest = { ...latest, flow: undefined, datagram: undefined };
    this.#undo = [
      bus.tap((datagram) => this.#take(datagram)),
      bus.overhear((event) => {
        if (event.type === 'fate') this.#fate(event);
      }),
      bus.onHold(({ type, id }) => (type === 'held' ? this.#hold(id) : this.#decided(id))),
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
    if (!this.#over) for (const id of this.#held.keys()) this.#decided(id);
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

  #take({ type, id, at, local, peer, head, tail }: TappedDatagram): void {
    const sent = type === 'sent';
    const from = sent ? local : peer;
    const to = sent ? peer : local;
    const known = this.#flows.get(keyOf(from, to));
    // Both ends may be ours: on the wire there is one datagram, not two.
    if (!sent && known?.ours === true && isOnWayOf(known, from, to)) return;
    const flow = known !== undefined && isOf(known, from, to) ? known : this.#newFlow(from, to);
    if (sent) flow.ours = true;
    const fates = this.#fates.size === 0 ? undefined : this.#fates.get(id);
    if (fates !== undefined) this.#fates.delete(id);
    this.#record(flow, { id, at, head, tail }, fates);
  }

  #newFlow(from: Tid, to: Tid): Flow {
    const key = keyOf(from, to);
    // The address may be a wildcard; the ports identify the flow.
    const ours = this.#flows.get(key)?.ours ?? false;
    const flow = { from, to, blocks: new CaptureFlow(from, to), ours };
    this.#flows.set(key, flow);
    if (this.#flows.size > mostFlows) this.#flows.delete(this.#flows.keys().next().value ?? key);
    return flow;
  }

  #record(flow: Flow, datagram: Datagram, comments: readonly string[] | undefined): void {
    const { id, at, head, tail } = datagram;
    const queue = this.#queue;
    const latest = this.#latest;
    const length = head.length + (tail === undefined ? 0 : tail.length);
    latest.id = undefined;
    this.#timer ??= this.#clock.after(pieceInterval, () => this.#tick(), false);
    if (!queue.reserve(blockRoom(length))) {
      this.#dropped += 1;
      return;
    }
    const { piece, used } = queue;
    latest.id = id;
    latest.piece = piece;
    latest.at = used;
    latest.flow = flow;
    latest.datagram = datagram;
    latest.comments.length = 0;
    if (comments !== undefined) latest.comments.push(...comments);
    this.#stamp.set(at);
    const { high, low } = this.#stamp;
    const comment = comments?.join(', ');
    queue.filled(flow.blocks.write(piece, used, { high, low, head, tail, comment }));
    this.#packets += 1;
    this.#octets += length;
  }

  /** Removes the datagram that was recorded last, until it leaves. Then it is recorded with what happened to it. */
  #hold(id: number): void {
    const { id: recorded, piece, at, comments, flow, datagram } = this.#latest;
    if (recorded !== id || piece !== this.#queue.piece || flow === undefined || datagram === undefined)
      return;
    const { head, tail } = datagram;
    const octets = joined(head, tail);
    this.#held.set(id, {
      flow,
      datagram: { id, at: datagram.at, head: octets, tail: undefined },
      comments: [...comments],
    });
    this.#latest.id = undefined;
    this.#queue.filled(at);
    this.#packets -= 1;
    this.#octets -= octets.length;
  }

  #decided(id: number): void {
    const held = this.#held.get(id);
    if (held === undefined) return;
    this.#held.delete(id);
    this.#record(held.flow, held.datagram, held.comments.length > 0 ? held.comments : undefined);
  }

  /** The fate of a packet is a comment beside it; a packet that was lost on its way to us is recorded here. */
  #fate({ id, at, direction, fate, reason, packet, local, peer }: FateEvent): void {
    const comment = fateWords(fate, reason);
    if (direction === 'outgoing') {
      const held = this.#held.get(id);
      if (held !== undefined) return void held.comments.push(comment);
      const { comments, piece, at: start } = this.#latest;
      // A block that is already on its way to the disk stays unchanged.
      if (this.#latest.id !== id || piece !== this.#queue.piece) return;
      comments.push(comment);
      this.#queue.filled(commentOn(piece, start, comments.join(', ')));
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
    this.#record(this.#newFlow(peer, local), { id, at, head: encode(packet), tail: undefined }, comments);
  }

  #tick(): void {
    this.#timer = undefined;
    this.#queue.flush();
  }
}

/** Both ports in 32 bits: a small integer, unlike a text, costs a map nothing. Of equal ports the addresses tell the way. */
function keyOf(from: Tid, to: Tid): number {
  const ports = (from.port << 16) | to.port;
  return from.port === to.port && from.address > to.address ? ports + 2 ** 33 : ports;
}

/** Whether a datagram goes the way of the flow and not back: one of the addresses may be a wildcard. */
function isOnWayOf(flow: Flow, from: Tid, to: Tid): boolean {
  return from.port !== to.port || sameTid(flow.from, from) || sameTid(flow.to, to);
}

function isOf(flow: Flow, from: Tid, to: Tid): boolean {
  return (flow.from === from || sameTid(flow.from, from)) && (flow.to === to || sameTid(flow.to, to));
}
