// When to resend and when to give up (RFC 1123 §4.2.3.2, RFC 6298, RFC 2349): the timer of one machine.
// Only progress resets the time to give up. Duplicates, packets from strangers and malformed datagrams do not.
import type { Instant } from './machine.ts';
import type { Pace } from './terms.ts';

const shortest = 10;
const longest = 255_000;

function clamp(interval: number): number {
  return Math.min(longest, Math.max(shortest, interval));
}

/**
 * How many packets in a row may return from a doubled interval to the measured one. One lost packet says nothing about
 * the next, so the interval returns. But on a path that became slower every packet is resent, and none can be measured
 * (Karn's rule). After this many returns the longer interval stays until a packet is measured.
 */
const maxReturns = 3;

/** The shortest interval at which a silent address is asked for long. */
const shortestSteady = 1000;

/** For how many beats of its rhythm a silent peer may still be there. One of five tries is gone after six. */
const beatsOfSilence = 6;

/** What a timeout means. `early`: the deadline has not passed. */
export type Verdict = 'early' | 'repeat' | 'give-up';

/** The retransmission timer: adaptive by measured round trips, doubling, with Karn's rule. */
export class Retransmit {
  /** Repetitions since the last progress. */
  attempts = 0;
  /** How long the machine waited before the last timeout. */
  waited = 0;
  /** The smallest round trip measured so far, or undefined. */
  smallest: number | undefined;
  readonly #pace: Pace;
  #agreed = 0;
  #stretch = 1;
  #smooth: number | undefined;
  #variance = 0;
  #timeout: number;
  #returns = 0;
  #isFirstAwaited = false;
  #due: Instant | undefined;
  /** When the wait that runs now began. */
  #since: Instant = 0;
  /** Until then a packet of the peer that comes again may be its answer to a repetition of ours. */
  #echoUntil: Instant = -Infinity;
  /** How often the peer sends its own packet again, as far as it was seen or agreed. */
  #rhythm: number | undefined;
  /** When the peer last moved the transfer or repeated itself. */
  #aliveAt: Instant = 0;
  #progressAt: Instant = 0;

  constructor(pace: Pace) {
    this.#pace = pace;
    this.#timeout = pace.first;
  }

  /** An agreed timeout option, in seconds, is the interval (RFC 2349) and the rhythm of the peer. */
  agree(seconds: number | undefined): void {
    this.#agreed = (seconds ?? 0) * 1000;
    if (this.#agreed === 0) return;
    this.#rhythm = this.#agreed;
    if (this.#smooth === undefined) this.#timeout = this.#agreed;
  }

  /** Whether a client waits for the first answer: the interval may be steady then, and the patience longer. */
  awaitFirst(isAwaited: boolean): void {
    this.#isFirstAwaited = isAwaited;
  }

  /**
   * The peer has answered for the first time. Of the back-off before that, at most one doubling stays, for a path of
   * long round trips. `rhythm`: how often it repeated its request, if it did.
   */
  answered(rhythm: number | undefined): void {
    if (rhythm !== undefined && rhythm >= this.#pace.floor) this.#rhythm = rhythm;
    this.#timeout = Math.min(this.#timeout, 2 * this.#base);
  }

  /** Makes each interval `factor` times as long, within the cap, so that the other side's timer expires first. */
  stretch(factor: number): void {
    this.#stretch = factor;
  }

  /** How long a wait that begins now would last. */
  get interval(): number {
    const cap = this.#cap;
    const wanted = Math.max(this.#pace.floor, this.#agreed, this.#timeout) * this.#stretch;
    return clamp(Math.min(cap, wanted));
  }

  /** When to pass in a timeout; undefined while the timer is stopped. */
  get deadline(): Instant | undefined {
    return this.#due === undefined ? undefined : Math.min(this.#due, this.#progressAt + this.#patience);
  }

  /** A new packet was sent: the timer runs from now. */
  start(now: Instant): void {
    this.#since = now;
    this.#due = now + this.interval;
  }

  /**
   * The peer sent its last packet again: it is alive, and ours was lost. The interval returns to the first one, counted
   * from our last packet, and stays within the rhythm of the peer. So a peer with a fixed timer and few tries gets an
   * answer before it gives up. This never postpones the deadline, and never brings it nearer than the interval.
   */
  peerRepeats(now: Instant): void {
    const spacing = now - this.#aliveAt;
    if (this.#due === undefined || now < this.#echoUntil || spacing < this.#pace.floor) return;
    this.#rhythm = Math.min(this.#rhythm ?? Infinity, spacing);
    this.#aliveAt = now;
    this.#returns = 0;
    this.#timeout = this.#base;
    this.#due = Math.min(this.#due, Math.max(now, this.#since + this.interval));
  }

  /** No packet of the peer is expected. */
  stop(): void {
    this.#due = undefined;
  }

  /** The transfer moved: the time to give up starts again. A doubled interval stays if the path may have become slower. */
  progress(now: Instant): void {
    this.#progressAt = now;
    this.#aliveAt = now;
    if (this.attempts === 0) return;
    this.attempts = 0;
    this.#echoUntil = this.#due ?? now;
    if (this.#smooth === undefined || this.#returns === maxReturns) return;
    this.#returns += 1;
    this.#timeout = this.#base;
  }

  /** Records the round trip of a packet that was sent exactly once (Karn's rule, RFC 1123 §4.2.3.2; RFC 6298 §2). */
  measure(rtt: number): void {
    if (this.smallest === undefined || rtt < this.smallest) this.smallest = rtt;
    if (this.#smooth === undefined) {
      this.#smooth = rtt;
      this.#variance = rtt / 2;
    } else {
      this.#variance += (Math.abs(this.#smooth - rtt) - this.#variance) / 4;
      this.#smooth += (rtt - this.#smooth) / 8;
    }
    this.#timeout = this.#base;
    this.#returns = 0;
  }

  /**
   * Decides what a timeout means. A repetition doubles the interval and starts the next wait. Before `earliest` nothing is
   * repeated: the wait goes on until then.
   */
  expire(now: Instant, earliest: Instant = now): Verdict {
    const deadline = this.deadline;
    if (this.#due === undefined || deadline === undefined || now < deadline) return 'early';
    const interval = this.interval;
    // This process slept: the gap is not silence of the peer, and one repetition is enough.
    const late = now - deadline;
    if (late > 5 * interval) this.#progressAt += late;
    if (now >= this.#progressAt + this.#patience && late <= 5 * interval) return 'give-up';
    if (now < earliest) {
      this.#due = earliest;
      return 'early';
    }
    this.attempts += 1;
    this.waited = interval;
    this.#timeout = Math.min(2 * interval, this.#limit(now)) / this.#stretch;
    this.start(now);
    return 'repeat';
  }

  /** What doubling stops at: the rhythm of a peer that may still be there, later the cap. */
  #limit(now: Instant): number {
    const isSilent = this.#rhythm === undefined || now - this.#aliveAt >= beatsOfSilence * this.#rhythm;
    return isSilent ? this.#cap : Math.min(this.#cap, this.#beat * this.#stretch);
  }

  /** The rhythm of the peer, but never shorter than a round trip. Without a rhythm nothing limits it. */
  get #beat(): number {
    return this.#rhythm === undefined ? Infinity : Math.max(this.#rhythm, this.smallest ?? 0);
  }

  /** The interval before any repetition: as measured, or the first one, and not longer than the rhythm of the peer. */
  get #base(): number {
    const { first } = this.#pace;
    const measured = this.#smooth === undefined ? this.#agreed || first : this.#smooth + 4 * this.#variance;
    return Math.min(measured, this.#beat);
  }

  get #cap(): number {
    if (this.#isFirstAwaited && this.#pace.steady) return Math.max(shortestSteady, this.#pace.first);
    return Math.max(this.#pace.cap, this.#agreed);
  }

  /** The time to give up: at least three agreed timeouts, or the time for which a client waits for its server. */
  get #patience(): number {
    if (this.#isFirstAwaited && this.#pace.wait > 0) return this.#pace.wait;
    return Math.max(this.#pace.giveUp, 3 * this.#agreed);
  }
}
