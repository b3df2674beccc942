// One fetch from another server that several clients read, each at its own pace.
// Rule: the fastest reader decides when more is fetched, and what is held is bounded. A reader that is slower than that bound
// leaves the fetch. When it reads again it fetches the file itself, skips what it has read, and proves that it is the same.
import type { FileError, Source } from '../../files/file.ts';
import { problem, problemFrom } from '../../files/problem.ts';
import { createDigest, type Digest } from '../../files/streams/digest.ts';
import { deferred } from '../deferred.ts';

/** Opens the file at the other server. Work should end when `signal` is aborted. Rejects with FileError. */
export type OpenThere = (signal: AbortSignal) => Promise<Source>;

/** Octets that one fetch holds for its readers. */
const mostHeld = 1024 * 1024;
/** Octets that all fetches of an offering hold. */
const mostHeldInAll = 32 * 1024 * 1024;
/** Octets that are fetched at once. */
const pieceSize = 64 * 1024;

/** What all fetches of one offering hold together. */
export interface Held {
  octets: number;
}

export interface FetchOptions {
  readonly held: Held;
  readonly now: () => number;
  /** Called once: when the last reader has left, or when the fetch has failed. */
  readonly onIdle: () => void;
}

/** Where a reader is that left its fetch: `digest` is over the octets before `position`. */
interface Left {
  readonly position: number;
  readonly digest: string;
}

export class SharedFetch {
  readonly #open: OpenThere;
  readonly #held: Held;
  readonly #onIdle: () => void;
  readonly #abort = new AbortController();
  readonly #source: Promise<Source>;
  readonly #readers = new Set<SharedReader>();
  readonly #scratch = new Uint8Array(pieceSize);
  #pieces: Uint8Array[] = [];
  /** Offsets in the file of the octets that are held. */
  #start = 0;
  #end = 0;
  /** Of all octets before `#start`, while more than one client reads. */
  #digest: Digest | undefined;
  #isEnded = false;
  #failure: FileError | undefined;
  #fetching: Promise<void> | undefined;
  #isIdle = false;
  #answeredAt: number | undefined;

  constructor(open: OpenThere, { held, now, onIdle }: FetchOptions) {
    this.#open = open;
    this.#held = held;
    this.#onIdle = onIdle;
    this.#source = open(this.#abort.signal);
    this.#source.then(
      () => (this.#answeredAt = now()),
      () => this.#idle(),
    );
  }

  /** When the other server answered. */
  get answeredAt(): number | undefined {
    return this.#answeredAt;
  }

  /** Whether a new reader could still read from the beginning of the file. */
  get isWhole(): boolean {
    return this.#start === 0 && !this.#isIdle;
  }

  /** A reader, once the other server has answered. Rejects with FileError, also when `signal` is aborted. */
  async join(signal: AbortSignal | undefined): Promise<Source> {
    const reader = new SharedReader(this, this.#open);
    this.#readers.add(reader);
    const left = deferred<never>();
    const leave = (): void => left.reject(problem('broken-pipe'));
    signal?.addEventListener('abort', leave, { once: true });
    try {
      if (signal?.aborted === true) throw problem('broken-pipe');
      reader.describe(await Promise.race([this.#source, left.promise]));
      return reader;
    } catch (error) {
      this.leave(reader);
      throw problemFrom(error);
    } finally {
      signal?.removeEventListener('abort', leave);
    }
  }

  /**
   * Copies the next octets for `reader` into `into`, and moves it on. @returns how many; 0 only at the end of the file;
   * undefined if the reader had to leave. Rejects with FileError.
   */
  async read(reader: SharedReader, into: Uint8Array): Promise<number | undefined> {
    while (reader.position >= this.#end && !this.#isEnded) {
      if (this.#failure !== undefined) throw this.#failure;
      await (this.#fetching ??= this.#fetch());
    }
    // From here on nothing waits: no piece can be dropped before the reader has moved on.
    if (reader.hasLeft) return undefined;
    let before = this.#start;
    let copied = 0;
    for (const piece of this.#pieces) {
      const from = Math.max(reader.position + copied - before, 0);
      const part = piece.subarray(from, from + into.length - copied);
      into.set(part, copied);
      copied += part.length;
      before += piece.length;
    }
    reader.position += copied;
    return copied;
  }

  /** The reader needs no more. The last one ends the fetch. */
  leave(reader: SharedReader): void {
    if (!this.#readers.delete(reader) || this.#readers.size > 0) return;
    this.#idle();
    this.#abort.abort();
    void this.#source.then((source) => source.close()).catch(() => undefined);
    this.#hold(-(this.#end - this.#start));
    this.#pieces = [];
    this.#start = this.#end;
  }

  async #fetch(): Promise<void> {
    try {
      const source = await this.#source;
      const got = await source.read(this.#scratch);
      if (got === 0) this.#isEnded = true;
      else if (this.#readers.size > 0) this.#add(this.#scratch.slice(0, got));
    } catch (error) {
      this.#failure = problemFrom(error);
      this.#idle();
    } finally {
      this.#fetching = undefined;
    }
  }

  #add(piece: Uint8Array): void {
    // Somebody may still join as long as the beginning is held.
    const isShared = this.#start === 0 || this.#readers.size > 1;
    const most = this.#held.octets > mostHeldInAll || !isShared ? 0 : mostHeld - piece.length;
    // The one who waits for the piece has read all others. If he is gone, nobody has to leave.
    if ([...this.#readers].some(({ position }) => position === this.#end))
      while (this.#end - this.#start > most) this.#drop();
    this.#pieces.push(piece);
    this.#end += piece.length;
    this.#hold(piece.length);
  }

  /** Drops the oldest piece. Readers that have not read all of it leave. */
  #drop(): void {
    const [piece] = this.#pieces;
    if (piece === undefined) return;
    if (this.#readers.size > 1 && this.#start === 0) this.#digest = createDigest();
    for (const reader of this.#readers)
      if (reader.position < this.#start + piece.length) this.#dismiss(reader, piece);
    if (this.#readers.size < 2) this.#digest = undefined;
    this.#digest?.update(piece);
    this.#pieces.shift();
    this.#start += piece.length;
    this.#hold(-piece.length);
  }

  #dismiss(reader: SharedReader, oldest: Uint8Array): void {
    const digest = this.#digest?.copy() ?? createDigest();
    digest.update(oldest.subarray(0, reader.position - this.#start));
    reader.dismiss({ position: reader.position, digest: digest.hex() });
    this.leave(reader);
  }

  #hold(octets: number): void {
    this.#held.octets += octets;
  }

  #idle(): void {
    if (this.#isIdle) return;
    this.#isIdle = true;
    this.#onIdle();
  }
}

/** One client's view of a fetch. */
export class SharedReader implements Source {
  size: number | undefined;
  hasCertainEnd = true;
  /** Octets that it has read; the fetch counts them. */
  position = 0;
  readonly #fetch: SharedFetch;
  readonly #open: OpenThere;
  readonly #abort = new AbortController();
  #left: Left | undefined;
  #own: Promise<Source> | undefined;

  constructor(fetch: SharedFetch, open: OpenThere) {
    this.#fetch = fetch;
    this.#open = open;
  }

  /** Takes over what is known about the file. */
  describe({ size, hasCertainEnd = true }: Source): void {
    this.size = size;
    this.hasCertainEnd = hasCertainEnd;
  }

  /** Whether it must go on alone. */
  get hasLeft(): boolean {
    return this.#left !== undefined;
  }

  dismiss(left: Left): void {
    this.#left = left;
  }

  async read(into: Uint8Array): Promise<number> {
    const got = this.#left === undefined ? await this.#fetch.read(this, into) : undefined;
    if (got !== undefined || this.#left === undefined) return got ?? 0;
    this.#own ??= this.#again(this.#left);
    return (await this.#own).read(into);
  }

  /** Opens the file once more and reads to where this reader was. Rejects with `changed` if that is another file. */
  async #again({ position, digest }: Left): Promise<Source> {
    const source = await this.#open(this.#abort.signal);
    try {
      if (source.size !== this.size) throw problem('changed');
      const skipped = createDigest();
      const into = new Uint8Array(pieceSize);
      for (let left = position; left > 0;) {
        const got = await source.read(into.subarray(0, Math.min(left, into.length)));
        if (got === 0) throw problem('changed');
        skipped.update(into.subarray(0, got));
        left -= got;
      }
      if (skipped.hex() !== digest) throw problem('changed');
      return source;
    } catch (error) {
      await source.close();
      throw problemFrom(error);
    }
  }

  async close(): Promise<void> {
    this.#fetch.leave(this);
    this.#abort.abort();
    await this.#own?.then((source) => source.close()).catch(() => undefined);
  }
}
