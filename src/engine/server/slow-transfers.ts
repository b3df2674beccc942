// Goes round the running transfers now and then: who hardly moves may have to leave, who never ends must.
// Rule: a slow peer harms nobody while there is room. Imports network (types), wire (types).
import type { Tid } from '../../wire/tid.ts';
import type { Clock, Timer } from '../../network/clock.ts';
import { group } from './admission.ts';
import type { ServerTransfer } from './server-transfer.ts';

/** Milliseconds between two rounds. */
const round = 10_000;
/** Milliseconds over which a pace is measured. */
const span = 60_000;
/** Octets a second below which a transfer is slow. */
const slow = 1024;
/** Milliseconds that a transfer may take at all. */
const longest = 24 * 3_600_000;

/** What a transfer had moved at some moment, and whether it was slow up to then. */
interface Mark {
  readonly at: number;
  readonly octets: number;
  readonly isSlow: boolean;
}

export class SlowTransfers {
  readonly #clock: Clock;
  readonly #active: () => readonly ServerTransfer[];
  readonly #marks = new WeakMap<ServerTransfer, Mark>();
  #timer: Timer | undefined;

  constructor(clock: Clock, active: () => readonly ServerTransfer[]) {
    this.#clock = clock;
    this.#active = active;
  }

  /** A transfer began: rounds go on from now until none is left. */
  watch(transfer: ServerTransfer): void {
    this.#marks.set(transfer, { at: this.#clock.now(), octets: 0, isSlow: false });
    this.#timer ??= this.#clock.after(round, () => this.#goRound(), false);
  }

  /** Ends the slow transfer that has run longest, of the address of `among` alone where one is given. False: there is none. */
  evict(among?: Tid): boolean {
    const victim = this.#active().find(
      (transfer) =>
        this.#marks.get(transfer)?.isSlow === true &&
        (among === undefined || group(transfer.peer.address) === group(among.address)),
    );
    if (victim === undefined) return false;
    this.#marks.delete(victim);
    victim.abort(0, 'Too slow while others wait');
    return true;
  }

  #goRound(): void {
    this.#timer = undefined;
    const now = this.#clock.now();
    for (const transfer of this.#active()) this.#look(transfer, now);
    if (this.#active().length > 0) this.#timer = this.#clock.after(round, () => this.#goRound(), false);
  }

  #look(transfer: ServerTransfer, now: number): void {
    const mark = this.#marks.get(transfer);
    if (mark === undefined) return;
    const { octets, elapsed } = transfer.progress();
    if (elapsed >= longest) {
      this.#marks.delete(transfer);
      transfer.abort(0, 'Not done within 24 hours');
    } else if (now - mark.at >= span) {
      const isSlow = octets - mark.octets < (slow * (now - mark.at)) / 1000;
      this.#marks.set(transfer, { at: now, octets, isSlow });
    }
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }
}
