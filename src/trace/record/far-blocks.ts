// Block numbers after a gap of more than half a round. By its number alone such a block seems to be before the first one;
// no such block exists, so it lies one round higher. Rule: one packet alone may be damaged or of another transfer; the
// next block of the sender, or its ACK, confirms it.

/** What a transfer agreed about its blocks. */
export interface BlockTerms {
  readonly windowsize: number;
  readonly rollover: 0 | 1;
}

/** Two blocks that confirm each other. */
export interface Lifted {
  readonly index: number;
  /** The block before it, which seemed to be impossible, and its octets. */
  readonly before: number;
  readonly length: number;
}

export class FarBlocks {
  #far: { readonly block: number; readonly length: number } | undefined;

  copy(): FarBlocks {
    const copy = new FarBlocks();
    copy.#far = this.#far;
    return copy;
  }

  /** A DATA with `length` octets, or an ACK without, whose index is below 0. @returns its true index, once it is confirmed. */
  see(block: number, index: number, length: number | undefined, terms: BlockTerms): Lifted | undefined {
    const { windowsize, rollover } = terms;
    const far = this.#far;
    const step = far === undefined ? -1 : block - far.block;
    const fits = length === undefined ? step >= 0 && step < windowsize : step > 0 && step <= windowsize;
    if (far === undefined || !fits) {
      if (length !== undefined) this.#far = { block, length };
      return undefined;
    }
    this.#far = undefined;
    const lifted = index + (rollover === 1 ? 65_535 : 65_536);
    return { index: lifted, before: lifted - step, length: far.length };
  }
}
