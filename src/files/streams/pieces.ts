// A source of pieces that arrive one by one, for example from a web server. Each piece is passed on at once.
// Rule: if the size is known, the last octets are passed on only when the end is certain, so that half a file never looks
// complete.
import type { Source } from '../file.ts';
import { problem, problemFrom } from '../problem.ts';

/** Where pieces come from. */
export interface Pieces {
  readonly size: number | undefined;
  /** See {@link Source.hasCertainEnd}. */
  readonly hasCertainEnd?: boolean;
  /** The next piece, which may be empty; undefined at the end. A rejection becomes a FileError. */
  next(): Promise<Uint8Array | undefined>;
  close(): void;
}

/** A source that reads `pieces`. It rejects with `changed` if their size is not the announced one. */
export function pieceSource(pieces: Pieces): Source {
  return new PieceSource(pieces);
}

class PieceSource implements Source {
  readonly size: number | undefined;
  readonly hasCertainEnd: boolean;
  readonly #pieces: Pieces;
  #rest: Uint8Array = new Uint8Array(0);
  /** Octets that arrived, passed on or not. */
  #arrived = 0;
  #ended = false;

  constructor(pieces: Pieces) {
    this.#pieces = pieces;
    this.size = pieces.size;
    this.hasCertainEnd = pieces.hasCertainEnd ?? true;
  }

  async read(into: Uint8Array): Promise<number> {
    while (this.#rest.length === 0 && (await this.#more()));
    // All announced octets are here: check that no more follow.
    if (this.size !== undefined && this.#arrived >= this.size && this.#rest.length <= into.length)
      while (await this.#more());
    const part = this.#rest.subarray(0, into.length);
    into.set(part);
    this.#rest = this.#rest.subarray(part.length);
    return part.length;
  }

  /** Fetches one piece; false at the end. */
  async #more(): Promise<boolean> {
    if (this.#ended) return false;
    const piece = await this.#pieces.next().catch((error: unknown) => {
      this.#ended = true;
      throw problemFrom(error);
    });
    if (piece === undefined) this.#ended = true;
    this.#arrived += piece?.length ?? 0;
    const wrong = this.#ended ? this.#arrived < (this.size ?? 0) : this.#arrived > (this.size ?? Infinity);
    if (wrong) throw problem('changed', 'The size is not the one announced');
    if (piece !== undefined && piece.length > 0) this.#rest = piece;
    return !this.#ended;
  }

  close(): Promise<void> {
    this.#ended = true;
    this.#pieces.close();
    return Promise.resolve();
  }
}
