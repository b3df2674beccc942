// Carries out the outputs of one machine, and turns packets, timers and finished reads and writes into its inputs.
// Rule: inputs are queued, so the machine is never entered again while its outputs are carried out.
import type { ErrorCode } from '../../wire/codes.ts';
import { formatTid, sameTid, type Tid } from '../../wire/tid.ts';
import type { NetworkReason } from '../../transfer/failure.ts';
import type { Input, Instant, Machine, Outcome, Output } from '../../transfer/machine.ts';
import type { Note } from '../../transfer/note.ts';
import type { Terms } from '../../transfer/terms.ts';
import type { Bus } from '../../trace/record/bus.ts';
import type { Tag } from '../../trace/record/event.ts';
import type { Clock, Timer } from '../../network/clock.ts';
import type { PacketPort, ReceivedDatagram } from '../../network/packet-network.ts';
import type { Machines, RunningMachine } from './machines.ts';
import { Rehearsal, type RehearsalOptions } from './rehearsal.ts';

export interface DriveOptions {
  readonly machine: Machine;
  readonly port: PacketPort;
  readonly clock: Clock;
  readonly bus: Bus;
  readonly tag: Tag;
  /** Answers the pulls of a sender. */
  readonly feed?: Pulls | undefined;
  /** Takes the deliveries of a receiver. */
  readonly drain?: Deliveries | undefined;
  /** Opens a port that receives what is sent to the group. Rejects where it cannot. */
  readonly join?: (group: Tid) => Promise<void>;
  /** Called for each note before the outputs after it are carried out. */
  readonly onNote?: (note: Note) => void;
  /** The system will not send blocks of the agreed size. */
  readonly onTooLarge?: () => void;
  /** The transfer is over; the machine may still dally. */
  readonly onEnd: (outcome: Outcome) => void;
  /** Timer and port are closed. */
  readonly onRelease: () => void;
  /** Where step mode finds the machine. */
  readonly machines?: Machines | undefined;
  /** How step mode learns what the machine would do next. */
  readonly rehearsal?: RehearsalOptions;
}

/** The local file of a sender. */
export interface Pulls {
  /**
   * Octets for a pull: exactly `length`, fewer only at the end of the file. `at`: where they begin; by default after those
   * of the pull before. Undefined while they are being read: then `wanted` is called once, or the source fails.
   */
  take(length: number, wanted: () => void, at?: number): Uint8Array | undefined;
  /** Called when the packets that followed from pulls have left, until the transfer ends. */
  prepare?(): void;
}

/** The local file of a receiver. */
export interface Deliveries {
  /** True: the machine may count it as stored. False: `stored` is called for it later. `at`: see `deliver` of a machine. */
  accept(octets: Uint8Array, last: boolean, at?: number): boolean;
  /** Called after deliveries, when the packets that followed from them have left. `isAnswered`: there were some. */
  write(isAnswered: boolean): void;
}

type PacketInput = Extract<Input, { readonly type: 'datagram' | 'start' }>;
/** A datagram; `at` is when it came, where that was measured already. */
type Arrived = Pick<ReceivedDatagram, 'packet' | 'from' | 'id'> & { readonly at?: Instant | undefined };

/** `id` is the number on the bus of the datagram, or of the request that began a server's transfer. */
type DriveInput = Exclude<Input, PacketInput> | (PacketInput & Pick<Arrived, 'id' | 'at'>);

const stored: DriveInput = { type: 'stored' };
const timeout: DriveInput = { type: 'timeout' };
const networkFailed = (reason: NetworkReason, message: string) =>
  ({ type: 'network-failed', reason, message }) as const;

export class Drive {
  readonly #options: DriveOptions;
  readonly #queue: DriveInput[] = [];
  readonly #rehearsal: Rehearsal | undefined;
  readonly #leave: (() => void) | undefined;
  #busy = false;
  /** Whether the present input led to a packet. */
  #isAnswered = false;
  #ended = false;
  #released = false;
  #timer: Timer | undefined;
  #due: Instant = Infinity;
  #index = 0;
  /** The datagram that the machine is handling, and the one whose octets were delivered last, by their ids. */
  #current: number | undefined;
  #delivered: number | undefined;
  /** The last datagram that was refused for its length: the block before it, and the retransmissions until then. */
  #refused: { readonly block: number; readonly resent: number } | undefined;

  /** Retransmitted packets. Kept here because every packet passes here. */
  resent = 0;
  /** Whether the peer has sent anything valid yet. */
  heard = false;
  /** When a block was last delivered or acknowledged; undefined before the first. */
  movedAt: Instant | undefined;
  rtt: number | undefined;
  terms: Terms | undefined;
  /** The datagram that ended the transfer, by its id. Undefined: no datagram did, or nobody listens. */
  endedBy: number | undefined;

  constructor(options: DriveOptions) {
    this.#options = options;
    const { machines, rehearsal } = options;
    if (machines?.isRehearsing === true && rehearsal !== undefined)
      this.#rehearsal = new Rehearsal(rehearsal);
    this.#leave = machines?.add(this.#running());
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Whether timer and port are closed. */
  get released(): boolean {
    return this.#released;
  }

  get peer(): Tid | undefined {
    return this.#options.machine.peer;
  }

  /** Index of the last block delivered or acknowledged. */
  get block(): number {
    return this.#options.machine.index;
  }

  /** Whether the machine waits for the peer, and not for the disk. */
  get isWaiting(): boolean {
    return !this.#ended && this.#options.machine.deadline !== undefined;
  }

  /** `requestId`: the number on the bus of the request that began a server's transfer. */
  start(requestId?: number): void {
    this.#handle({ type: 'start', id: requestId });
  }

  /** A datagram arrived on the transfer's port. */
  received({ packet, from, id, at }: Arrived): void {
    this.#handle({ type: 'datagram', packet, from, id, at });
    // A repeated request proves nothing: the client sent it before our reply arrived, if the reply arrived at all.
    if (this.heard || packet.op === 'RRQ' || packet.op === 'WRQ' || packet.op === 'malformed') return;
    const { peer } = this.#options.machine;
    this.heard = peer !== undefined && sameTid(peer, from);
  }

  /** The host answered that nothing listens on that port. Late answers about a port that is not our peer's are ignored. */
  unreachable(from: Tid): void {
    const { peer } = this.#options.machine;
    if (peer !== undefined && !sameTid(peer, from)) return;
    const to = formatTid(from);
    this.#handle(
      peer === undefined
        ? networkFailed('port-unreachable', `nothing listens on ${to} (port unreachable)`)
        : networkFailed('transfer-port-closed', `${to} closed the port of this transfer (port unreachable)`),
    );
  }

  /**
   * A datagram was refused for its length. The first time it counts as lost: a router may have reported a smaller MTU,
   * and the system fragments the next datagrams. If the retransmission is refused too, the block can never be sent.
   */
  tooLarge(): void {
    if (this.#ended) return;
    const { block, resent } = this;
    if (this.#refused?.block !== block) this.#refused = { block, resent };
    else if (resent > this.#refused.resent) this.#options.onTooLarge?.();
  }

  /** `of`: only for this client of a group. */
  failed(message: string, of?: Tid): void {
    const failed = networkFailed('socket-failed', message);
    this.#handle(of === undefined ? failed : { ...failed, of });
  }

  /** `of`: only for this client of a group. */
  abort(code: ErrorCode, message: string, of?: Tid): void {
    this.#handle({ type: 'abort', code, message, ...(of && { of }) });
  }

  /** A delivery that had to wait was stored. */
  stored(): void {
    this.#handle(stored);
  }

  /** Ends the dallying, closes timer and port. */
  release(): void {
    if (this.#released) return;
    this.#released = true;
    this.#timer?.cancel();
    this.#options.port.close();
    this.#leave?.();
    this.#options.onRelease();
  }

  #running(): RunningMachine {
    const { machine, tag, port, clock } = this.#options;
    const rehearsal = this.#rehearsal;
    return {
      tag,
      local: port.local,
      get peer() {
        return machine.peer;
      },
      get waits() {
        return machine.waits;
      },
      get deadline() {
        return machine.deadline;
      },
      foresee: (packet, from) => rehearsal?.foresee({ type: 'datagram', packet, from }, clock.now()),
    };
  }

  #handle(input: DriveInput): void {
    if (this.#released) return;
    this.#queue.push(input);
    if (this.#busy) return;
    this.#busy = true;
    this.#isAnswered = false;
    const { machine, clock } = this.#options;
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      const now = (next.type === 'datagram' ? next.at : undefined) ?? clock.now();
      this.#current = this.#datagramOf(next);
      this.#rehearsal?.record(next, now);
      for (const output of machine.handle(next, now)) this.#perform(output);
      if (machine.index === this.#index) continue;
      this.#index = machine.index;
      this.movedAt = now;
    }
    this.#busy = false;
    this.#options.port.flush();
    this.#options.drain?.write(this.#isAnswered);
    if (!this.#ended) this.#options.feed?.prepare?.();
    this.#arm();
  }

  /** The datagram that an input is about. A stored block came in one; time, octets to send and aborts came in none. */
  #datagramOf(input: DriveInput): number | undefined {
    switch (input.type) {
      case 'datagram':
      case 'start':
        return input.id;
      case 'stored':
        return this.#delivered;
      case 'timeout':
      case 'chunk':
      case 'joined':
      case 'network-failed':
      case 'abort':
        return undefined;
    }
  }

  #perform(output: Output): void {
    switch (output.type) {
      case 'send':
        this.#isAnswered = true;
        if (output.repeat) this.resent += 1;
        this.#options.port.send(output.to, output.packet);
        return;
      case 'pull':
        this.#pull(output.length, output.at);
        return;
      case 'deliver':
        this.#delivered = this.#current;
        if (this.#options.drain?.accept(output.octets, output.last, output.at) ?? true)
          this.#queue.push(stored);
        return;
      case 'join':
        this.#join(output.group);
        return;
      case 'note':
        this.#note(output.note);
        return;
      case 'end':
        this.#end(output.outcome);
    }
  }

  #pull(length: number, at: number | undefined): void {
    const { feed } = this.#options;
    if (feed === undefined) throw new Error('a machine pulled octets where there is no source');
    const octets = feed.take(length, () => this.#pulled(length, at), at);
    if (octets !== undefined) this.#queue.push({ type: 'chunk', octets });
  }

  #pulled(length: number, at: number | undefined): void {
    if (this.#ended) return;
    const octets = this.#options.feed?.take(length, () => this.#pulled(length, at), at);
    if (octets !== undefined) this.#handle({ type: 'chunk', octets });
  }

  #join(group: Tid): void {
    const failed = (): void => this.abort(0, `Cannot join the multicast group ${formatTid(group)}`);
    if (this.#options.join === undefined) failed();
    else this.#options.join(group).then(() => this.#handle({ type: 'joined' }), failed);
  }

  #note(note: Note): void {
    if (note.type === 'pinned') this.#options.port.pin(note.peer);
    else if (note.type === 'negotiated') this.terms = note.terms;
    else if (note.type === 'round-trip') this.rtt = note.rtt;
    const { bus, clock, tag } = this.#options;
    if (bus.active) bus.emit({ type: 'note', datagram: this.#current, at: clock.now(), tag, note });
    this.#options.onNote?.(note);
  }

  #end(outcome: Outcome): void {
    this.#ended = true;
    this.endedBy = this.#current;
    this.#options.port.unref();
    // While the transfer runs its timer keeps the process alive; dallying must not.
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#due = Infinity;
    const { bus, clock, tag } = this.#options;
    if (bus.active) bus.emit({ type: 'ended', at: clock.now(), tag, outcome });
    this.#options.onEnd(outcome);
  }

  /** One timer. It is replaced only for an earlier deadline; for a later one it fires first and is then set again. */
  #arm(): void {
    const { deadline } = this.#options.machine;
    if (deadline === undefined) {
      if (this.#ended) this.release();
      return;
    }
    if (this.#timer !== undefined && this.#due <= deadline) return;
    this.#timer?.cancel();
    this.#due = deadline;
    const wait = Math.max(deadline - this.#options.clock.now(), 0);
    this.#timer = this.#options.clock.after(wait, () => this.#fire(), !this.#ended);
  }

  #fire(): void {
    this.#timer = undefined;
    this.#due = Infinity;
    const { deadline } = this.#options.machine;
    if (deadline !== undefined && this.#options.clock.now() >= deadline) this.#handle(timeout);
    else this.#arm();
  }
}
