// Measures the running transfers regularly and chooses the one that gives way to another client. One of 24 hours is ended.
// Rule: while there is room, a slow transfer may go on.
import { sameTid, type Tid } from '../../../wire/tid.ts';
import type { Clock, Timer } from '../../../network/clock.ts';
import type { GroupOf } from './places.ts';
import { answerTime, type ServerTransfer } from '../server-transfer.ts';

/** Milliseconds between two checks. */
const interval = 10_000;
/** Milliseconds over which the rate is measured. */
const span = 60_000;
/** Octets a second below which a transfer is slow. */
const slow = 1024;
/** Milliseconds without a new block after which a transfer stands still. */
const still = 10_000;
/** Milliseconds after which a rate says something. */
const young = 1000;
/** Milliseconds that a transfer may take at most. */
const longest = 24 * 3_600_000;

/** Octets of a transfer at one moment, and whether it was slow until then. */
interface Mark {
  readonly at: number;
  readonly octets: number;
  readonly isSlow: boolean;
}

export class SlowTransfers {
  readonly #clock: Clock;
  readonly #groupOf: GroupOf;
  readonly #active: () => readonly ServerTransfer[];
  readonly #measured = new WeakMap<ServerTransfer, Mark>();
  #timer: Timer | undefined;

  constructor(clock: Clock, groupOf: GroupOf, active: () => readonly ServerTransfer[]) {
    this.#clock = clock;
    this.#groupOf = groupOf;
    this.#active = active;
  }

  /** A transfer began: checks continue until no transfer is left. */
  watch(transfer: ServerTransfer): void {
    this.#measured.set(transfer, { at: this.#clock.now(), octets: 0, isSlow: false });
    this.#timer ??= this.#clock.after(interval, () => this.#checkAll(), false);
  }

  /**
   * Ends the transfer that gives way to a request of `peer`, and returns it: its place is free once it has ended.
   * `own`: only one of the same address, where that has its full share. `uploads`: only an upload.
   * Undefined where none has to give way.
   */
  evict(peer: Tid, only: { readonly own: boolean; readonly uploads: boolean }): ServerTransfer | undefined {
    const group = this.#groupOf(peer.address);
    const rivals = this.#active().filter(
      (transfer) =>
        (!only.uploads || transfer.isUpload) && (!only.own || this.#groupOf(transfer.peer.address) === group),
    );
    // Only its file is still to be closed: its place is free at once.
    const closing = rivals.find(({ isOver }) => isOver);
    if (closing !== undefined) return closing;
    const others = rivals.filter((transfer) => !sameTid(transfer.peer, peer));
    const victim = only.own ? this.#givingUp(others) : this.#ofOthers(group, others);
    if (victim === undefined) return undefined;
    this.#measured.delete(victim);
    if (victim.heard) victim.abort(0, 'Too slow while others wait');
    else victim.dismiss('gave way: the client never answered');
    return victim;
  }

  /** One that its client did not answer yet, or a slow one. */
  #givingUp(rivals: readonly ServerTransfer[]): ServerTransfer | undefined {
    const now = this.#clock.now();
    const unanswered = rivals.find(({ heard, movedAt }) => !heard && now - movedAt >= answerTime);
    return unanswered ?? rivals.find((transfer) => this.#isSlow(transfer));
  }

  /** The slowest of the busiest address, if that has more than the new client would have; else a slow one. */
  #ofOthers(asking: string, rivals: readonly ServerTransfer[]): ServerTransfer | undefined {
    const byGroup = new Map<string, ServerTransfer[]>();
    for (const transfer of rivals) {
      const group = this.#groupOf(transfer.peer.address);
      const known = byGroup.get(group);
      if (known === undefined) byGroup.set(group, [transfer]);
      else known.push(transfer);
    }
    const own = byGroup.get(asking)?.length ?? 0;
    let busiest: readonly ServerTransfer[] = [];
    for (const transfers of byGroup.values()) if (transfers.length > busiest.length) busiest = transfers;
    if (busiest.length > own + 1) return this.#slowest(busiest);
    return rivals.find((transfer) => this.#isSlow(transfer));
  }

  /** A new transfer has no rate yet: it goes only where all are new. */
  #slowest(transfers: readonly ServerTransfer[]): ServerTransfer | undefined {
    let slowest: { readonly transfer: ServerTransfer; readonly rate: number } | undefined;
    for (const transfer of transfers) {
      const { octets, elapsed } = transfer.progress();
      const rate = elapsed < young ? Infinity : octets / elapsed;
      if (slowest === undefined || rate < slowest.rate) slowest = { transfer, rate };
    }
    return slowest?.transfer;
  }

  #isSlow(transfer: ServerTransfer): boolean {
    if (this.#measured.get(transfer)?.isSlow === true) return true;
    return this.#clock.now() - transfer.movedAt >= still;
  }

  #checkAll(): void {
    this.#timer = undefined;
    const now = this.#clock.now();
    for (const transfer of this.#active()) this.#check(transfer, now);
    if (this.#active().length > 0) this.#timer = this.#clock.after(interval, () => this.#checkAll(), false);
  }

  #check(transfer: ServerTransfer, now: number): void {
    const mark = this.#measured.get(transfer);
    if (mark === undefined) return;
    const { octets, elapsed } = transfer.progress();
    if (elapsed >= longest) {
      this.#measured.delete(transfer);
      transfer.abort(0, 'Not done within 24 hours');
    } else if (now - mark.at >= span) {
      const isSlow = octets - mark.octets < (slow * (now - mark.at)) / 1000;
      this.#measured.set(transfer, { at: now, octets, isSlow });
    }
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }
}
