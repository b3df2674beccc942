// The sender's window (RFC 7440): the octets that were pulled and not yet acknowledged, kept as they came.
// Blocks are views into the chunks; nothing is copied, and nothing is read twice. Imports nothing.

interface Chunk {
  /** Index of its first block. */
  readonly first: number;
  /** Index of its last block. */
  readonly last: number;
  readonly octets: Uint8Array;
}

/** Blocks that may still have to be sent. */
export class Window {
  /** Highest index held so far. */
  have = 0;
  /** Index of the file's last block, once a chunk came shorter than asked. */
  last: number | undefined;
  /** Octets pulled in all. */
  octets = 0;
  readonly #blksize: number;
  #chunks: Chunk[] = [];
  #asked = 0;

  constructor(blksize: number) {
    this.#blksize = blksize;
  }

  /** Whether a pull is open. */
  get isPulling(): boolean {
    return this.#asked > 0;
  }

  /** Octets to pull so that blocks up to `end` are held; 0 where nothing is to be pulled. Opens the pull. */
  pull(end: number): number {
    if (this.#asked > 0 || this.last !== undefined || end <= this.have) return 0;
    this.#asked = (end - this.have) * this.#blksize;
    return this.#asked;
  }

  /** Answers the pull. RFC 1350 §6: a block shorter than blksize, possibly empty, ends the file. */
  fill(octets: Uint8Array): void {
    const first = this.have + 1;
    const whole = Math.floor(octets.length / this.#blksize);
    if (octets.length < this.#asked) this.last = this.have + whole + 1;
    this.have = this.last ?? this.have + whole;
    this.octets += octets.length;
    this.#asked = 0;
    this.#chunks.push({ first, last: this.have, octets });
  }

  /** The octets of block `index`; it must be held. */
  block(index: number): Uint8Array {
    const chunk = this.#chunks.find(({ last }) => index <= last);
    if (chunk === undefined) throw new RangeError(`block ${index} is not held`);
    const from = (index - chunk.first) * this.#blksize;
    if (from === 0 && chunk.octets.length <= this.#blksize) return chunk.octets;
    return chunk.octets.subarray(from, from + this.#blksize);
  }

  /** Forgets what was acknowledged. */
  drop(acked: number): void {
    while (this.#chunks[0] !== undefined && this.#chunks[0].last <= acked) this.#chunks.shift();
  }
}
