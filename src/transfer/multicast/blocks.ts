// Which blocks of a file have arrived, in any order. In a group a block has the number that it has on the wire, so a file
// has at most 65,535 blocks: an ACK asks for one block of the whole file (RFC 2090), and a number must mean one block.

/** The highest number of a block. */
export const mostBlocks = 65_535;

/** The blocks of one file that arrived so far. */
export class ArrivedBlocks {
  /** The first block that is missing. */
  next = 1;
  /** The last block of the file, once one shorter than the others has come. */
  last: number | undefined;
  readonly #arrived = new Uint8Array(8192);

  has(block: number): boolean {
    return ((this.#arrived[block >> 3] ?? 0) & (1 << (block & 7))) !== 0;
  }

  /** Whether a block may be a part of the file: a block after the last one, and a second last one, are not. */
  fits(block: number, isLast: boolean): boolean {
    if (block === 0) return false;
    return this.last === undefined ? !isLast || !this.#hasAfter(block) : block < this.last && !isLast;
  }

  add(block: number, isLast: boolean): void {
    this.#arrived[block >> 3] = (this.#arrived[block >> 3] ?? 0) | (1 << (block & 7));
    if (isLast) this.last = block;
    while (this.has(this.next)) this.next += 1;
  }

  get isComplete(): boolean {
    return this.last !== undefined && this.next > this.last;
  }

  #hasAfter(block: number): boolean {
    for (let after = block + 1; after <= mostBlocks; after += 1) if (this.has(after)) return true;
    return false;
  }
}
