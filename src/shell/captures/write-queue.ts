// Memory on its way to a growing file: pieces are filled, written while the next one fills, and used again.
// Rule: the writer never waits. What does not fit into a bounded queue is refused.
import type { GrowingFile } from '../../files/local/growing-file.ts';
import { pieceOf, type Piece } from '../../trace/capture/file/pcapng-flow.ts';

/** Octets that are written to the disk at once, unless a flush asks for less. */
const pieceLength = 256 << 10;
/** Octets that may wait for the disk. */
const mostQueued = 32 << 20;
/** Pieces kept for the next time: more than this only a slow disk needs. */
const mostSpare = 4;

interface Filled {
  readonly piece: Piece;
  readonly length: number;
}

/** Appends to one file, in order. */
export class WriteQueue {
  readonly #file: Pick<GrowingFile, 'append'>;
  readonly #failed: (error: unknown) => void;
  /** The piece that is being filled, and how far it is. */
  #piece = pieceOf(pieceLength);
  #used = 0;
  #full: Filled[] = [];
  /** Octets that wait or are being written, without those of the current piece. */
  #queued = 0;
  readonly #spare: Piece[] = [];
  #writing: Promise<void> | undefined;
  /** Whether the current piece is written before it is full. */
  #flushing = false;
  #error: unknown;

  /** `failed` is called once, when nothing more can be written. */
  constructor(file: Pick<GrowingFile, 'append'>, failed: (error: unknown) => void) {
    this.#file = file;
    this.#failed = failed;
  }

  /** Where the next octets go. */
  get piece(): Piece {
    return this.#piece;
  }

  get used(): number {
    return this.#used;
  }

  /** Makes room for `length` octets, at most 128 KiB. @returns false where the disk is too far behind. */
  reserve(length: number): boolean {
    if (this.#used + length <= this.#piece.octets.length) return true;
    if (this.#queued > mostQueued || this.#error !== undefined) return false;
    this.#turn();
    this.#write();
    return true;
  }

  /** The piece is filled up to `end`. */
  filled(end: number): void {
    this.#used = end;
  }

  /** Writes all octets, at once or as soon as the disk has finished the previous write. */
  flush(): void {
    this.#flushing = true;
    this.#write();
  }

  /** Resolves when all is written. Rejects with the error that ended it. */
  async end(): Promise<void> {
    this.flush();
    while (this.#writing !== undefined) await this.#writing;
    if (this.#error !== undefined) throw this.#error as Error;
  }

  #turn(): void {
    this.#full.push({ piece: this.#piece, length: this.#used });
    this.#queued += this.#used;
    this.#piece = this.#spare.pop() ?? pieceOf(pieceLength);
    this.#used = 0;
  }

  #write(): void {
    if (this.#writing !== undefined || this.#error !== undefined) return;
    if (this.#flushing && this.#used > 0) this.#turn();
    this.#flushing = false;
    if (this.#full.length === 0) return;
    const full = this.#full;
    this.#full = [];
    const parts = full.map(({ piece, length }) => piece.octets.subarray(0, length));
    this.#writing = this.#file.append(parts).then(
      () => this.#written(full),
      (error: unknown) => {
        this.#writing = undefined;
        this.#error = error;
        this.#full = [];
        this.#failed(error);
      },
    );
  }

  #written(full: readonly Filled[]): void {
    this.#writing = undefined;
    for (const { piece, length } of full) {
      this.#queued -= length;
      if (this.#spare.length < mostSpare) this.#spare.push(piece);
    }
    this.#write();
  }
}
