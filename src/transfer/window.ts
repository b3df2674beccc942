// The sender's window (RFC 7440): the chunks of the file that were pulled and not yet acknowledged.
// A block is a view into a chunk: nothing is copied, and nothing is read twice.

interface Chunk {
  /** Index of its first block. */
  readonly first: number;
  /** Index of its last block. */
  readonly last: number;
  readonly octets: Uint8Array;
}

/** The blocks that the sender may still have to send. */
export class Window {
  /** Highest index held so far. */
  held = 0;
  /** Index of the last block of the file, known once a chunk is shorter than asked. */
  last: number | undefined;
  /** Octets pulled in all. */
  octets = 0;
  readonly #blksize: number;
  #chunks: Chunk[] = [];
  #pullLength = 0;

  constructor(blksize: number) {
    this.#blksize = blksize;
  }

  /** Whether a pull is open. */
  get isPulling(): boolean {
    return this.#pullLength > 0;
  }

  /** Opens a pull for the blocks up to `end`, and returns its length in octets; 0 if nothing is to be pulled. */
  pull(end: number): number {
    if (this.#pullLength > 0 || this.last !== undefined || end <= this.held) return 0;
    this.#pullLength = (end - this.held) * this.#blksize;
    return this.#pullLength;
  }

  /** Answers the pull. RFC 1350 §6: a block shorter than blksize, possibly empty, ends the file. */
  fill(octets: Uint8Array): void {
    const first = this.held + 1;
    const whole = Math.floor(octets.length / this.#blksize);
    if (octets.length < this.#pullLength) this.last = this.held + whole + 1;
    this.held = this.last ?? this.held + whole;
    this.octets += octets.length;
    this.#pullLength = 0;
    this.#chunks.push({ first, last: this.held, octets });
  }

  /** The octets of block `index`, which must be held. */
  block(index: number): Uint8Array {
    const chunk = this.#chunks.find(({ last }) => index <= last);
    if (chunk === undefined) throw new RangeError(`block ${index} is not held`);
    const from = (index - chunk.first) * this.#blksize;
    if (from === 0 && chunk.octets.length <= this.#blksize) return chunk.octets;
    return chunk.octets.subarray(from, from + this.#blksize);
  }

  /** Drops the chunks whose blocks are all acknowledged. */
  drop(acked: number): void {
    while (this.#chunks[0] !== undefined && this.#chunks[0].last <= acked) this.#chunks.shift();
  }
}
