// Block 65535 is followed by 0 in almost every implementation and by 1 in some; no RFC says which. A receiver with the
// wrong setting detects that here and says so, instead of guessing.
import type { Terms } from './terms.ts';

const firstRollover = 65536;
const conclusive = 2;

/** Counts blocks that only a peer with the other rollover sends. */
export class RolloverCheck {
  /** The message for the peer and the user. */
  message = '';
  #contradictions = 0;

  /** Whether the blocks contradict the agreed rollover. Only lockstep gives certainty: there no block overtakes another. */
  contradicts(block: number, expected: number, { rollover, windowsize }: Terms): boolean {
    if (expected !== firstRollover || block !== 1 - rollover) return false;
    this.#contradictions += 1;
    this.message = `Block 65535 was followed by ${block}, not by ${rollover}: set rollover ${block}`;
    return windowsize === 1 && this.#contradictions >= conclusive;
  }

  /** Whether a wrong rollover explains silence at block 65536. */
  get isLikelyWrong(): boolean {
    return this.#contradictions >= conclusive;
  }
}
