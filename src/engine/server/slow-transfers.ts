// Measures the running transfers regularly. A slow one may be ended for another client; one of 24 hours is ended.
// Rule: while there is room, a slow transfer may go on.
import type { Tid } from '../../wire/tid.ts';
import type { Clock, Timer } from '../../network/clock.ts';
import { group } from './admission.ts';
import type { ServerTransfer } from './server-transfer.ts';

/** Milliseconds between two checks. */
const interval = 10_000;
/** Milliseconds over which the rate is measured. */
const span = 60_000;
/** Octets a second below which a transfer is slow. */
const slow = 1024;
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
  readonly #active: () => readonly ServerTransfer[];
  readonly #measured = new WeakMap<ServerTransfer, Mark>();
  #timer: Timer | undefined;

  constructor(clock: Clock, active: () => readonly ServerTransfer[]) {
    this.#clock = clock;
    this.#active = active;
  }

  /** A transfer began: checks continue until no transfer is left. */
  watch(transfer: ServerTransfer): void {
    this.#measured.set(transfer, { at: this.#clock.now(), octets: 0, isSlow: false });
    this.#timer ??= this.#clock.after(interval, () => this.#checkAll(), false);
  }

  /** Ends the oldest slow transfer; with `among`, only one of that address. @returns false if there is no such transfer. */
  evict(among?: Tid): boolean {
    const victim = this.#active().find(
      (transfer) =>
        this.#measured.get(transfer)?.isSlow === true &&
        (among === undefined || group(transfer.peer.address) === group(among.address)),
    );
    if (victim === undefined) return false;
    this.#measured.delete(victim);
    victim.abort(0, 'Too slow while others wait');
    return true;
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
