// After block 65535 most programs continue with 0, some with 1 (no RFC says which). A receiver with the wrong setting
// notices it here and reports it, instead of guessing.
import type { Terms } from './terms.ts';

const firstWrap = 65536;
const conclusive = 2;

/** Counts blocks that only a peer with the other rollover would send. */
export class RolloverDoubt {
  /** What to tell the peer and the user. */
  message = '';
  #seen = 0;

  /** Whether too many blocks came to believe in the agreed rollover: for sure in lockstep only, where nothing overtakes. */
  sees(block: number, expected: number, { rollover, windowsize }: Terms): boolean {
    if (expected !== firstWrap || block !== 1 - rollover) return false;
    this.#seen += 1;
    this.message = `Block 65535 was followed by ${block}, not by ${rollover}: set rollover ${block}`;
    return windowsize === 1 && this.#seen >= conclusive;
  }

  /** Whether silence at the wrap is explained by it. */
  get isLikely(): boolean {
    return this.#seen >= conclusive;
  }
}
