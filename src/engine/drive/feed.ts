// Reads ahead of a sender, so that a pull is answered from memory: one piece is in use while the next is read.
// Pieces start small and grow while the peer takes them quickly. What the system holds in memory anyway is read within the
// call, when a window has left.
// Rule: a sender keeps views of its window, so a piece is reused only when a whole window has been taken after it.
import type { ReadNow, Source } from '../../files/file.ts';
import { deferred } from '../deferred.ts';
import type { ReadAhead } from './read-ahead.ts';

/** Converts the octets of the file for the wire (netascii). `end` gives what remains at the end of the file. */
export interface Conversion {
  push(octets: Uint8Array): Uint8Array;
  end(): Uint8Array;
}

const empty = new Uint8Array(0);

/** Octets of the first piece, and of the largest one. */
export const smallestPiece = 32 * 1024;
export const largestPiece = 512 * 1024;
/** Octets of the last piece of a file at least. */
const tail = 512;
/** Milliseconds in which a piece is used up where the next one may be larger. */
const brisk = 50;
/** Octets of a piece from which on reading within the call is tried. A larger one leaves the processor's cache. */
const cachedPiece = 128 * 1024;
/** Pieces that are read ahead after one that the system did not hold in memory. */
const coldPieces = 8;
/** Pieces at a time: one is taken from, one is read into, and one may be in the window of the sender. */
const pieces = 3;

export interface FeedOptions {
  readonly source: Source;
  /** What larger pieces are taken from. Default: this transfer may have the largest ones. */
  readonly readAhead?: ReadAhead | undefined;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
  /** How to read within the call; undefined where the system has no such way. Asked once, by a quick transfer. */
  readonly readNow?: (() => ReadNow | undefined) | undefined;
  readonly conversion?: Conversion | undefined;
  /** Called with the file's octets as they are read (for a digest). */
  readonly observe?: ((octets: Uint8Array) => void) | undefined;
  /** Called when the whole file was read; throws if the last octets must not be sent. */
  readonly atEnd?: (() => void) | undefined;
  /** The source failed and a pull cannot be answered. */
  readonly failed: (error: unknown) => void;
}

/** Memory that is read into repeatedly. */
interface Piece {
  readonly octets: Uint8Array;
  /** Offset in the file where the octets in it end. */
  end: number;
}

export class Feed {
  readonly #source: Source;
  readonly #conversion: Conversion | undefined;
  readonly #observe: ((octets: Uint8Array) => void) | undefined;
  readonly #readAhead: ReadAhead | undefined;
  readonly #now: () => number;
  readonly #findReadNow: (() => ReadNow | undefined) | undefined;
  #readNow: ReadNow | undefined;
  /** Pieces that are still read ahead, because the system did not hold the file in memory. */
  #cold = 0;
  /** Octets of the next piece; what was taken for it; when the one before was begun. */
  #size = smallestPiece;
  #taken = 0;
  #begun = -Infinity;
  #isClosed = false;
  #current: Uint8Array = empty;
  readonly #pieces: Piece[] = [];
  /** The piece that was read into last, and how many octets of it are filled. */
  #last: Piece | undefined;
  #filled = 0;
  #read = 0;
  #handed = 0;
  /** The largest pull so far. The first one asks for a whole window. */
  #window = 0;
  #next: Uint8Array | undefined;
  #reading = false;
  #ended = false;
  #wanted: (() => void) | undefined;
  readonly #atEnd: (() => void) | undefined;
  readonly #failed: (error: unknown) => void;
  #error: unknown;
  #pull = 0;

  constructor({ source, readAhead, now, readNow, conversion, observe, atEnd, failed }: FeedOptions) {
    this.#atEnd = atEnd;
    this.#source = source;
    this.#readAhead = readAhead;
    this.#now = now;
    this.#findReadNow = readNow;
    this.#conversion = conversion;
    this.#observe = observe;
    this.#failed = failed;
  }

  /**
   * Octets for a pull: exactly `length`, fewer only at the end of the file.
   * Undefined while they are being read: then `wanted` is called once, or `failed` instead.
   */
  take(length: number, wanted: () => void): Uint8Array | undefined {
    if (this.#holds(length)) return this.#cut(Math.min(length, this.#current.length));
    this.#wait(() => {
      if (this.#error === undefined) wanted();
      else this.#failed(this.#error);
    });
    return undefined;
  }

  /** What was taken has left: reads what the next pull needs while the peer takes it. */
  prepare(): void {
    if (this.#current.length >= this.#pull || this.#next !== undefined || !this.#isWarm) return;
    if (!this.#fillNow()) this.#prefetch();
  }

  /** Resolves when `length` octets, or all there are, can be taken at once. Rejects with what the source failed with. */
  async ready(length: number): Promise<void> {
    while (!this.#holds(length)) {
      const read = deferred<undefined>();
      this.#wait(() => (this.#error === undefined ? read.resolve(undefined) : read.reject(this.#error)));
      await read.promise;
    }
  }

  /** Whether a pull of `length` can be answered now. A source that failed answers none, even with what was read before. */
  #holds(length: number): boolean {
    this.#pull = length;
    this.#window = Math.max(this.#window, length);
    while (this.#current.length < length && (this.#next !== undefined || this.#fillNow())) {
      const next = this.#next ?? empty;
      this.#current = this.#current.length === 0 ? next : joined(this.#current, next);
      this.#next = undefined;
      if (!this.#isWarm) this.#prefetch();
    }
    return this.#current.length >= length || (this.#ended && this.#error === undefined);
  }

  #wait(resume: () => void): void {
    this.#wanted = resume;
    if (this.#error === undefined) this.#prefetch();
    else this.#wake();
  }

  #cut(length: number): Uint8Array {
    const octets = this.#current.subarray(0, length);
    this.#current = this.#current.subarray(length);
    this.#handed += length;
    return octets;
  }

  get #mayRead(): boolean {
    return !this.#reading && !this.#ended && this.#error === undefined;
  }

  #prefetch(): void {
    if (!this.#mayRead) return;
    this.#reading = true;
    void this.#fill();
  }

  /** Whether the next piece is read when it is needed: the system is likely to hold it in memory. */
  get #isWarm(): boolean {
    if (this.#readNow === undefined || this.#cold > 0 || this.#source.readNow === undefined) return false;
    return this.#size < this.#left;
  }

  /** Octets of the file that were not read yet; 0 where that is unknown. */
  get #left(): number {
    return (this.#source.size ?? 0) - this.#read;
  }

  /** Reads a piece within the call. @returns false where the system does not hold it, and at the end of the file. */
  #fillNow(): boolean {
    const readNow = this.#readNow;
    if (readNow === undefined || !this.#isWarm || !this.#mayRead) return false;
    const into = this.#room();
    try {
      const got = this.#source.readNow?.(into, readNow) ?? 0;
      if (got > 0) this.#took(into.subarray(0, got));
      else this.#cold = coldPieces;
      return got > 0;
    } catch (error) {
      this.#error = error;
      return false;
    }
  }

  async #fill(): Promise<void> {
    this.#cold = Math.max(0, this.#cold - 1);
    try {
      const into = this.#room();
      let filled = 0;
      // A slow pipe does not fill a piece: a waiting pull is answered as soon as there is enough for it.
      while (filled < into.length && !this.#suffices(filled)) {
        const count = await this.#source.read(filled === 0 ? into : into.subarray(filled));
        if (count === 0) {
          this.#ended = true;
          break;
        }
        filled += count;
      }
      this.#took(into.subarray(0, filled));
    } catch (error) {
      this.#error = error;
    }
    this.#reading = false;
    this.#wake();
  }

  #took(octets: Uint8Array): void {
    this.#filled += octets.length;
    this.#read += octets.length;
    if (this.#last !== undefined) this.#last.end = this.#read;
    this.#observe?.(octets);
    if (this.#ended) this.#atEnd?.();
    this.#next = this.#converted(octets);
  }

  /** Gives back what was taken for larger pieces. Nothing may be taken from this feed any more. */
  close(): void {
    this.#readAhead?.giveBack(this.#taken);
    this.#taken = 0;
    this.#isClosed = true;
  }

  #grow(): void {
    const now = this.#now();
    const isBrisk = now - this.#begun < brisk;
    this.#begun = now;
    const most = this.#readNow !== undefined && this.#cold === 0 ? cachedPiece : largestPiece;
    if (!isBrisk || this.#isClosed || this.#size >= most) return;
    const more = pieces * this.#size;
    if (this.#readAhead?.take(more) === false) return;
    this.#taken += more;
    this.#size *= 2;
    if (this.#size >= cachedPiece && this.#size < this.#left) this.#readNow ??= this.#findReadNow?.();
    // Those that are too small from now on are let go.
    this.#pieces.length = 0;
  }

  /** Where to read to: the rest of the last piece, or a piece that no window uses any more. */
  #room(): Uint8Array {
    const pull = Math.max(this.#pull, 1);
    const rest = this.#last?.octets.subarray(this.#filled);
    if (rest !== undefined && rest.length >= pull) return rest;
    this.#grow();
    const length = Math.max(pull, this.#size);
    // A conversion may change the size or return the same memory: then every piece is new.
    const free = this.#conversion === undefined ? this.#handed - this.#window : -1;
    const known = this.#pieces.find(({ octets, end }) => end <= free && octets.length >= length);
    const piece = known ?? this.#newPiece(length);
    piece.end = Infinity;
    this.#last = piece;
    this.#filled = 0;
    // A piece of whole pulls need not be joined with the next one.
    return piece.octets.length < length
      ? piece.octets
      : piece.octets.subarray(0, Math.floor(length / pull) * pull);
  }

  /** At the end of a file a piece is no longer than what is left, and one octet, which shows that nothing follows. */
  #newPiece(length: number): Piece {
    const left = (this.#source.size ?? Infinity) - this.#read + 1;
    const piece = { octets: new Uint8Array(Math.min(length, Math.max(left, tail))), end: Infinity };
    if (this.#conversion === undefined) this.#pieces.push(piece);
    return piece;
  }

  #suffices(filled: number): boolean {
    return this.#wanted !== undefined && filled > 0 && this.#current.length + filled >= this.#pull;
  }

  #converted(octets: Uint8Array): Uint8Array {
    if (this.#conversion === undefined) return octets;
    const body = this.#conversion.push(octets);
    return this.#ended ? joined(body, this.#conversion.end()) : body;
  }

  #wake(): void {
    const wanted = this.#wanted;
    if (wanted === undefined) return;
    this.#wanted = undefined;
    wanted();
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  if (b.length === 0) return a;
  const all = new Uint8Array(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  return all;
}
