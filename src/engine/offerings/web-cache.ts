// Fetches files of a web server through a cache. A kept file is used only if the server confirms that it is still the same
// (RFC 9110 §13.1); a body without a length is fetched to its end first, so that its size is known.
// Rule: the cache never fails a transfer: where it has no room the file is passed on as it arrives.
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
/** Names that did not fit are remembered: so many. */
const mostUnfit = 1000;

export class WebCache {
  readonly #files: FileCache<Validators>;
  /** Names of files without a length that did not fit: they are passed on without a try. */
  readonly #unfit = new Set<string>();

  constructor(files: FileCache<Validators>) {
    this.#files = files;
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
      return await this.#take(key, { body, source }, fetch);
    } finally {
      kept?.file.release();
    }
  }

  async #take(key: string, { body, source }: Fetched, fetch: Fetch): Promise<Source> {
    const { validators } = body;
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
    return (await this.#whole(source, file, keep)) ?? this.#passOn(key, fetch);
  }

  /** The source once it is in the file as a whole; undefined if it does not fit. */
  async #whole(source: Source, file: CacheFile, keep: () => void): Promise<Source | undefined> {
    const into = new Uint8Array(pieceSize);
    try {
      for (let got = await source.read(into); got > 0; got = await source.read(into))
        if (!(await file.append(into.subarray(0, got)))) return undefined;
      keep();
      return file.source(source.hasCertainEnd);
    } finally {
      file.release();
      await source.close();
    }
  }

  /** Fetches the file once more, without the cache. */
  async #passOn(key: string, fetch: Fetch): Promise<Source> {
    if (this.#unfit.size >= mostUnfit) this.#unfit.clear();
    this.#unfit.add(key);
    return (await fetch(undefined)).source;
  }

  close(): Promise<void> {
    return this.#files.close();
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
