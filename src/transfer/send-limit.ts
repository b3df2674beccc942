// How fast DATA may leave, for receivers that cannot take more: octets in a second, and a gap between two packets. Pure.
// Rule: what a late timer lost is made up for within a few milliseconds only, so that a pause is never followed by a flood.

export interface SendLimits {
  /** Octets of DATA in a second; Infinity: no limit. */
  readonly rate: number;
  /** Milliseconds between two DATA packets; 0: none. */
  readonly gap: number;
}

/** Milliseconds that a limit makes up for: timers are not finer. */
const slack = 10;
/**
 * Milliseconds that a block or a window takes at most, where we may choose its size. A receiver asks again when nothing
 * came for its interval, ours after 250 ms (terms.ts), others after a second; then the sender would go back.
 */
const longestWindow = 200;

/** The largest block size at these limits, in octets; never less than that of RFC 1350. */
export function blksizeAt({ rate }: SendLimits): number {
  return Math.max(512, Math.floor((rate * longestWindow) / 1000));
}

/** The largest window of blocks of `blksize` octets at these limits. */
export function windowsizeAt({ rate, gap }: SendLimits, blksize: number): number {
  return Math.max(1, Math.floor(longestWindow / Math.max(gap, (blksize * 1000) / rate)));
}

/** Says how many blocks may leave now, and when the next one may. */
export class SendLimit {
  readonly #limits: SendLimits;
  readonly #blockTime: number;
  #nextAt: number;

  /** `blksize`: octets of a full block. `now`: when the first one may leave. */
  constructor(limits: SendLimits, blksize: number, now: number) {
    this.#limits = limits;
    this.#nextAt = now;
    this.#blockTime = (blksize * 1000) / limits.rate;
  }

  /** When the next block may leave, in milliseconds of the clock of `now`. */
  get nextAt(): number {
    return this.#nextAt;
  }

  /** Blocks that may leave now. */
  allows(now: number): number {
    if (now < this.#nextAt) return 0;
    if (this.#limits.gap > 0) return 1;
    return 1 + Math.floor((now - this.#from(now)) / this.#blockTime);
  }

  /** So many blocks leave now. */
  spend(blocks: number, now: number): void {
    this.#nextAt = Math.max(this.#from(now) + blocks * this.#blockTime, now + this.#limits.gap);
  }

  #from(now: number): number {
    return Math.max(this.#nextAt, now - slack);
  }
}
