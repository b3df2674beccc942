// Files that are kept for a while, such as those of a web server: on the disk, without names, bounded in octets and number.
// Rule: the one that was used longest ago goes first. A file that is read stays until its last reader has closed it.
import type { FileHandle } from 'node:fs/promises';
import type { Source } from '../file.ts';
import { problem, problemFrom } from '../problem.ts';
import { openUnnamed, removeStaleNames } from './unnamed-file.ts';

export interface CacheOptions {
  /** Where the octets are. */
  readonly directory: string;
  /** Octets on the disk at most. */
  readonly size: number;
  /** Files at most; each takes a descriptor. */
  readonly files: number;
  /** Milliseconds since 1970, for what a killed run left. */
  readonly now: () => number;
}

/** Keeps files by a key, each with a tag of the user. */
export class FileCache<Tag> {
  readonly #options: CacheOptions;
  /** Used longest ago first. */
  readonly #kept = new Map<string, { readonly file: CacheFile; readonly tag: Tag }>();
  #octets = 0;
  #files = 0;
  #tidied: Promise<void> | undefined;
  #isClosed = false;
  readonly #closing = new Set<Promise<void>>();

  constructor(options: CacheOptions) {
    this.#options = options;
  }

  /** Files that are open, and their octets on the disk. */
  get used(): { readonly files: number; readonly octets: number } {
    return { files: this.#files, octets: this.#octets };
  }

  /** The file under `key`; it must be released. */
  find(key: string): { readonly file: CacheFile; readonly tag: Tag } | undefined {
    const found = this.#kept.get(key);
    if (found === undefined) return undefined;
    this.#kept.delete(key);
    this.#kept.set(key, found);
    found.file.hold();
    return found;
  }

  /** A new, empty file, which must be released. Undefined: there is no place, or the disk refuses. */
  async create(): Promise<CacheFile | undefined> {
    const { directory, now, files } = this.#options;
    while (this.#files >= files && this.#dropOldest());
    if (this.#files >= files) return undefined;
    this.#files += 1;
    this.#tidied ??= removeStaleNames(directory, now());
    await this.#tidied;
    const handle = await openUnnamed(directory).catch(() => undefined);
    if (handle === undefined) this.#files -= 1;
    return handle && new CacheFile(handle, this);
  }

  /** Rejects with FileError `denied` if this process cannot write to the directory. */
  async assertUsable(): Promise<void> {
    const file = await this.create();
    if (file === undefined) throw problem('denied', 'write to the cache directory');
    file.release();
  }

  /** Keeps `file` under `key` in place of another one. */
  keep(key: string, file: CacheFile, tag: Tag): void {
    this.forget(key);
    if (this.#isClosed) return;
    file.hold();
    this.#kept.set(key, { file, tag });
  }

  forget(key: string): void {
    const kept = this.#kept.get(key);
    this.#kept.delete(key);
    kept?.file.release();
  }

  /** Takes room for more octets. @returns false if there is none. Called by the files. */
  take(octets: number): boolean {
    while (this.#octets + octets > this.#options.size && this.#dropOldest());
    if (this.#octets + octets > this.#options.size) return false;
    this.#octets += octets;
    return true;
  }

  /** A file is closed. Called by the files. */
  closes(octets: number, closing: Promise<void>): void {
    this.#octets -= octets;
    this.#files -= 1;
    this.#closing.add(closing);
    void closing.then(() => this.#closing.delete(closing));
  }

  /** Drops the file that was used longest ago and that nobody reads. @returns false if there is none. */
  #dropOldest(): boolean {
    for (const [key, { file }] of this.#kept) {
      if (!file.isIdle) continue;
      this.forget(key);
      return true;
    }
    return false;
  }

  /** Forgets all files, and waits until they are closed. Those that are read are closed by their readers. Never rejects. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const key of [...this.#kept.keys()]) this.forget(key);
    await Promise.all(this.#closing);
  }
}

/** One file. Whoever has it must release it. */
export class CacheFile {
  readonly #handle: FileHandle;
  readonly #cache: Pick<FileCache<unknown>, 'take' | 'closes'>;
  #holders = 1;
  #octets = 0;

  constructor(handle: FileHandle, cache: Pick<FileCache<unknown>, 'take' | 'closes'>) {
    this.#handle = handle;
    this.#cache = cache;
  }

  get octets(): number {
    return this.#octets;
  }

  /** Only the cache has it. */
  get isIdle(): boolean {
    return this.#holders === 1;
  }

  hold(): void {
    this.#holders += 1;
  }

  release(): void {
    this.#holders -= 1;
    if (this.#holders > 0) return;
    // Nothing that somebody needs can be lost.
    const closing = this.#handle.close().catch(() => undefined);
    this.#cache.closes(this.#octets, closing);
  }

  /** Appends octets. @returns false if they do not fit into the cache or on the disk: the file is of no use then. */
  async append(octets: Uint8Array): Promise<boolean> {
    if (!this.#cache.take(octets.length)) return false;
    const from = this.#octets;
    this.#octets += octets.length;
    try {
      for (let done = 0; done < octets.length;) {
        const { bytesWritten } = await this.#handle.write(octets, done, octets.length - done, from + done);
        done += bytesWritten;
      }
      return true;
    } catch {
      return false;
    }
  }

  /** Reads the file from its beginning. The source holds the file until it is closed. */
  source(hasCertainEnd = true): Source {
    this.hold();
    let offset = 0;
    let isClosed = false;
    return {
      size: this.#octets,
      hasCertainEnd,
      read: async (into) => {
        const wanted = Math.min(into.length, this.#octets - offset);
        const { bytesRead } = await this.#handle.read(into, 0, wanted, offset).catch((error: unknown) => {
          throw problemFrom(error);
        });
        if (bytesRead === 0 && wanted > 0) throw problem('changed');
        offset += bytesRead;
        return bytesRead;
      },
      close: () => {
        if (!isClosed) this.release();
        isClosed = true;
        return Promise.resolve();
      },
    };
  }
}
