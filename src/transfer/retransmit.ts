// When to repeat, and when to give up (RFC 1123 §4.2.3.2, RFC 6298, RFC 2349): one timer of one machine.
// Only progress restarts the patience; duplicates, strangers and junk never touch it. Never reads a clock. Imports nothing.
import type { Instant } from './machine.ts';
import type { Pace } from './terms.ts';

const shortest = 10;
const longest = 255_000;

function clamp(interval: number): number {
  return Math.min(longest, Math.max(shortest, interval));
}

/**
 * How many packets in a row may go back from a doubled interval to the measured one. A packet repeated because it was
 * lost says nothing about the next. Where the way has become slower every packet is repeated and none can be measured:
 * after these few the longer interval stays until one is (Karn's rule).
 */
const mostForgiven = 3;

/** What a timeout means. `early`: the deadline has not passed. */
export type Verdict = 'early' | 'repeat' | 'give-up';

/** The retransmission timer: adaptive by measured round trips, doubling, with Karn's rule. */
export class Retransmit {
  /** Repetitions since the last progress. */
  attempts = 0;
  /** The wait that the last timeout ended. */
  waited = 0;
  /** The smallest round trip measured so far, or undefined. */
  smallest: number | undefined;
  readonly #pace: Pace;
  #agreed = 0;
  #stretch = 1;
  #smooth: number | undefined;
  #variance = 0;
  #timeout: number;
  #forgiven = 0;
  #due: Instant | undefined;
  #progressAt: Instant = 0;

  constructor(pace: Pace) {
    this.#pace = pace;
    this.#timeout = pace.first;
  }

  /** An agreed timeout option, in seconds, is the floor of every interval (RFC 2349). */
  agree(seconds: number | undefined): void {
    this.#agreed = (seconds ?? 0) * 1000;
  }

  /** Lets the other side's timer go first: each interval is `factor` times as long, within the cap. */
  stretch(factor: number): void {
    this.#stretch = factor;
  }

  /** The wait that would begin now. */
  get interval(): number {
    const cap = Math.max(this.#pace.cap, this.#agreed);
    const wanted = Math.max(this.#pace.floor, this.#agreed, this.#timeout) * this.#stretch;
    return clamp(Math.min(cap, wanted));
  }

  /** When to hand in a timeout; undefined while stopped. */
  get deadline(): Instant | undefined {
    return this.#due === undefined ? undefined : Math.min(this.#due, this.#progressAt + this.#patience);
  }

  /** A new packet went out: the timer runs from now. */
  start(now: Instant): void {
    this.#due = now + this.interval;
  }

  /** Nothing is expected of the peer. */
  stop(): void {
    this.#due = undefined;
  }

  /** Something new came: all patience is restored. A doubled interval stays where it may be the round trip that grew. */
  progress(now: Instant): void {
    this.#progressAt = now;
    if (this.attempts === 0) return;
    this.attempts = 0;
    if (this.#smooth === undefined || this.#forgiven === mostForgiven) return;
    this.#forgiven += 1;
    this.#timeout = this.#smooth + 4 * this.#variance;
  }

  /** Takes a round trip of a packet that was sent exactly once (Karn's rule, RFC 1123 §4.2.3.2; RFC 6298 §2). */
  measure(rtt: number): void {
    if (this.smallest === undefined || rtt < this.smallest) this.smallest = rtt;
    if (this.#smooth === undefined) {
      this.#smooth = rtt;
      this.#variance = rtt / 2;
    } else {
      this.#variance += (Math.abs(this.#smooth - rtt) - this.#variance) / 4;
      this.#smooth += (rtt - this.#smooth) / 8;
    }
    this.#timeout = this.#smooth + 4 * this.#variance;
    this.#forgiven = 0;
  }

  /** Judges a timeout and, for a repetition, doubles the interval and starts the next wait. */
  expire(now: Instant): Verdict {
    const deadline = this.deadline;
    if (this.#due === undefined || deadline === undefined || now < deadline) return 'early';
    const interval = this.interval;
    // We slept, not the peer: the gap is not its silence, and one repetition is enough.
    const late = now - deadline;
    if (late > 5 * interval) this.#progressAt += late;
    if (now >= this.#progressAt + this.#patience && late <= 5 * interval) return 'give-up';
    this.attempts += 1;
    this.waited = interval;
    this.#timeout = Math.min(2 * interval, Math.max(this.#pace.cap, this.#agreed)) / this.#stretch;
    this.#due = now + this.interval;
    return 'repeat';
  }

  /** Giving up waits for at least three agreed timeouts. */
  get #patience(): number {
    return Math.max(this.#pace.giveUp, 3 * this.#agreed);
  }
}
