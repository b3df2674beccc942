// What a server does once it has nothing to do: memory that many transfers needed goes back to the system.
// Rule: only after a time in which many ran, and never while one runs.
import type { Clock, Timer } from '../../network/clock.ts';

/** Transfers at a time that need memory worth giving back. */
const many = 32;
/** Milliseconds without a transfer. */
const quiet = 3000;

export class Rest {
  readonly #clock: Clock;
  readonly #tidy: () => void;
  #hadMany = false;
  #timer: Timer | undefined;

  constructor(clock: Clock, tidy: () => void) {
    this.#clock = clock;
    this.#tidy = tidy;
  }

  /** The number of running transfers changed. */
  running(count: number): void {
    this.#hadMany ||= count >= many;
    this.#timer?.cancel();
    this.#timer = undefined;
    if (count > 0 || !this.#hadMany) return;
    this.#timer = this.#clock.after(quiet, () => this.#begin(), false);
  }

  #begin(): void {
    this.#hadMany = false;
    this.#tidy();
  }
}
