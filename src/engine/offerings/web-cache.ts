// Fetches files of a web server through a cache. A kept file is used only if the server confirms that it is still the same
// (RFC 9110 §13.1); a body without a length is fetched to its end first, so that its size is known.
// Rule: the cache never fails a transfer: where it has no room, or takes too long, the file is passed on as it arrives.
import type { CacheFile, FileCache } from '../../files/cache/file-cache.ts';
import type { Source } from '../../files/file.ts';
import type { HttpBody, Validators } from '../../network/http.ts';

/** Sends the request. `unless`: the answer may be that the file is still this one. Rejects with FileError. */
export type Fetch = (unless: Validators | undefined) => Promise<Fetched>;

/** An answer. */
export interface Fetched {
  readonly body: Pick<HttpBody, 'validators' | 'isUnchanged'>;
  /** The octets of the body. */
  readonly source: Source;
}

/** Octets that are written at once. */
const pieceSize = 64 * 1024;
/** Milliseconds for which a body without a length is fetched before its first octet is passed on: clients wait longer. */
const longestWait = 10_000;
/** Names that did not fit are remembered: so many. */
const mostUnfit = 1000;

export class WebCache {
  readonly #files: FileCache<Validators>;
  readonly #now: () => number;
  /** Names of files without a length that were too large or too slow: they are passed on without a try. */
  readonly #unfit = new Set<string>();

  /** `now`: milliseconds, monotonic. */
  constructor(files: FileCache<Validators>, now: () => number) {
    this.#files = files;
    this.#now = now;
  }

  /** The file `key` as the server has it now. Rejects with FileError. */
  async open(key: string, fetch: Fetch): Promise<Source> {
    const kept = this.#files.find(key);
    try {
      const { body, source } = await fetch(kept?.tag);
      if (body.isUnchanged === true && kept !== undefined) {
        await source.close();
        return kept.file.source();
      }
      this.#files.forget(key);
      return await this.#take(key, body.validators, source);
    } finally {
      kept?.file.release();
    }
  }

  async #take(key: string, validators: Validators | undefined, source: Source): Promise<Source> {
    const isUnfit = source.size === undefined && this.#unfit.has(key);
    // Without validators nothing can be kept for later.
    if (isUnfit || (source.size !== undefined && validators === undefined)) return source;
    const file = await this.#files.create();
    if (file === undefined) return source;
    const keep = (): void => {
      // A file that may have been cut must not be kept as if it were whole.
      if (validators !== undefined && source.hasCertainEnd !== false) this.#files.keep(key, file, validators);
    };
    if (source.size !== undefined) return new KeptSource(source, file, keep);
    try {
      return await this.#fetchWhole(key, { source, file, keep });
    } catch (error) {
      await source.close();
      throw error;
    } finally {
      file.release();
    }
  }

  /** The whole file, with its size. One that is too large or too slow is passed on from where it is. */
  async #fetchWhole(key: string, { source, file, keep }: Fetching): Promise<Source> {
    const until = this.#now() + longestWait;
    let stored = 0;
    for (;;) {
      const into = new Uint8Array(pieceSize);
      const got = await source.read(into);
      if (got === 0) break;
      const piece = into.subarray(0, got);
      const fits = await file.append(piece);
      if (fits) stored += got;
      if (fits && this.#now() < until) continue;
      if (this.#unfit.size >= mostUnfit) this.#unfit.clear();
      this.#unfit.add(key);
      return new ContinuedSource({ begin: file.source(), stored, then: fits ? empty : piece, rest: source });
    }
    keep();
    await source.close();
    return file.source(source.hasCertainEnd);
  }

  close(): Promise<void> {
    return this.#files.close();
  }
}

/** A body that is fetched into a file. */
interface Fetching {
  readonly source: Source;
  readonly file: CacheFile;
  readonly keep: () => void;
}

const empty = new Uint8Array(0);

/** A body of which a part was fetched already: `stored` octets of `begin`, then `then`, then `rest`. */
class ContinuedSource implements Source {
  readonly size = undefined;
  readonly hasCertainEnd: boolean;
  readonly #begin: Source;
  readonly #rest: Source;
  #stored: number;
  #then: Uint8Array;

  constructor(parts: {
    readonly begin: Source;
    readonly stored: number;
    readonly then: Uint8Array;
    readonly rest: Source;
  }) {
    this.#begin = parts.begin;
    this.#stored = parts.stored;
    this.#then = parts.then;
    this.#rest = parts.rest;
    this.hasCertainEnd = parts.rest.hasCertainEnd ?? true;
  }

  async read(into: Uint8Array): Promise<number> {
    if (this.#stored > 0) {
      const got = await this.#begin.read(into.subarray(0, this.#stored));
      this.#stored -= got;
      return got;
    }
    if (this.#then.length === 0) return this.#rest.read(into);
    const part = this.#then.subarray(0, into.length);
    into.set(part);
    this.#then = this.#then.subarray(part.length);
    return part.length;
  }

  async close(): Promise<void> {
    await this.#begin.close();
    await this.#rest.close();
  }
}

/** Passes octets on as they arrive, and keeps them. */
class KeptSource implements Source {
  readonly size: number | undefined;
  readonly hasCertainEnd: boolean;
  readonly #source: Source;
  readonly #keep: () => void;
  #file: CacheFile | undefined;

  constructor(source: Source, file: CacheFile, keep: () => void) {
    this.#source = source;
    this.#file = file;
    this.#keep = keep;
    this.size = source.size;
    this.hasCertainEnd = source.hasCertainEnd ?? true;
    this.#endAt(0);
  }

  async read(into: Uint8Array): Promise<number> {
    const got = await this.#source.read(into);
    const fits = (await this.#file?.append(into.subarray(0, got))) ?? true;
    if (fits) this.#endAt(this.#file?.octets);
    else this.#drop();
    return got;
  }

  #endAt(octets: number | undefined): void {
    if (octets !== this.size) return;
    this.#keep();
    this.#drop();
  }

  #drop(): void {
    this.#file?.release();
    this.#file = undefined;
  }

  close(): Promise<void> {
    this.#drop();
    return this.#source.close();
  }
}
