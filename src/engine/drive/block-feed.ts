// Reads any block of a file, for a transfer that many clients share. One piece of the file is kept in memory.
import type { SharedFile } from '../../files/file.ts';
import type { Pulls } from './drive.ts';

/** Octets that are read at once: clients ask for blocks that follow each other. */
const piece = 256 * 1024;

const empty = new Uint8Array(0);

export class BlockFeed implements Pulls {
  readonly #file: SharedFile;
  readonly #size: number;
  readonly #failed: (error: unknown) => void;
  #octets: Uint8Array = empty;
  #from = 0;

  /** `failed`: the file cannot be read, or has changed. */
  constructor(file: SharedFile, size: number, failed: (error: unknown) => void) {
    this.#file = file;
    this.#size = size;
    this.#failed = failed;
  }

  take(length: number, wanted: () => void, at = 0): Uint8Array | undefined {
    const end = Math.min(at + length, this.#size);
    if (at >= this.#from && end <= this.#from + this.#octets.length)
      return this.#octets.subarray(at - this.#from, end - this.#from);
    this.#read(at, Math.max(length, piece)).then(wanted, this.#failed);
    return undefined;
  }

  async #read(at: number, length: number): Promise<void> {
    const into = new Uint8Array(Math.min(length, this.#size - at));
    const got = await this.#file.readAt(into, at);
    // Blocks on their way out are views of the piece before: each piece is memory of its own.
    this.#octets = into.subarray(0, got);
    this.#from = at;
  }
}
