// A regular file to read: exactly the octets that it had when it was opened, or an error. Any change meanwhile is a failure,
// growth too: we cannot see whether octets were appended or written in place.
// Rule: only fstat of the open descriptor counts. A name proves nothing.
import { constants, type BigIntStats } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import type { Copying, ReadNow, SharedFile, Source } from '../file.ts';
import { problem, problemFrom, stillCopied } from '../problem.ts';
import type { DiskPath } from './path.ts';
import type { HeldDirectory } from './walk.ts';

/** The path may lead to anything: do not wait for the writer of a FIFO, and do not make a terminal ours. */
export const readFlags = constants.O_RDONLY | (constants.O_NONBLOCK || 0) | (constants.O_NOCTTY || 0);

/** How a file is read. */
export interface ReadOptions {
  /** The file may grow while it is read, as a log does: the octets up to its size at opening are read. Default false. */
  readonly growing?: boolean;
  /** Only a file that every user of this machine may read. Default false. */
  readonly secure?: boolean;
  /** The path of the file for people. Default: none. */
  readonly path?: string | undefined;
  /** Milliseconds of the clock that dates files. With it an empty file that was just written is `new` ({@link Copying}). */
  readonly now?: () => number;
}

/** Milliseconds after a write in which an empty file may be one that a copy has only begun. */
const justWritten = 10_000;

/** How a path is opened for reading. */
export interface OpenOptions extends ReadOptions {
  /** Default {@link readFlags}. */
  readonly flags?: number;
  /** Rejects if the opened file is not the intended one. */
  readonly confirm?: (handle: FileHandle) => Promise<void>;
}

/** Opens `leaf` in a held directory, never through a link. */
export async function openIn(
  directory: HeldDirectory,
  leaf: string,
  { growing, secure, path, now, confirm }: Omit<OpenOptions, 'flags'> = {},
): Promise<Source> {
  return openRegular(directory.at(leaf), {
    ...(growing !== undefined && { growing }),
    ...(secure !== undefined && { secure }),
    path,
    ...(now !== undefined && { now }),
    flags: readFlags | (constants.O_NOFOLLOW || 0),
    confirm: async (handle) => {
      await directory.confirm(handle, leaf);
      await confirm?.(handle);
    },
  });
}

/** Opens a path and makes sure that it is a regular file. */
export async function openRegular(path: DiskPath, options: OpenOptions = {}): Promise<Source> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, options.flags ?? readFlags);
    const stats = await handle.stat({ bigint: true });
    assertRegular(stats);
    if (options.secure === true && (Number(stats.mode) & 0o004) === 0) throw problem('denied');
    await options.confirm?.(handle);
    return new FileSource(handle, stats, options);
  } catch (error) {
    await handle?.close().catch(() => undefined);
    throw problemFrom(error);
  }
}

function assertRegular(stats: BigIntStats): void {
  if (stats.isDirectory()) throw problem('is-directory');
  if (!stats.isFile()) throw problem('not-regular');
  if (stats.size > BigInt(Number.MAX_SAFE_INTEGER)) throw problem('too-large');
}

/** Reads by position, independent of the position of the descriptor. */
class FileSource implements Source {
  readonly size: number;
  readonly path: string | undefined;
  readonly #handle: FileHandle;
  readonly #opened: BigIntStats;
  readonly #growing: boolean;
  #offset = 0;
  #isChecked = false;
  #copying: Copying | undefined;

  constructor(handle: FileHandle, stats: BigIntStats, { growing = false, path, now }: ReadOptions) {
    this.#handle = handle;
    this.path = path;
    this.size = Number(stats.size);
    this.#opened = stats;
    this.#growing = growing;
    const age = now === undefined ? Infinity : now() - Number(stats.mtimeMs);
    if (this.size === 0 && Math.abs(age) < justWritten) this.#copying = 'new';
  }

  get copying(): Copying | undefined {
    return this.#copying;
  }

  get shared(): SharedFile {
    const { dev, ino, size, mtimeNs, ctimeNs } = this.#opened;
    return {
      identity: [dev, ino, size, mtimeNs, ctimeNs].join(' '),
      readAt: async (into, offset) => {
        try {
          const got = await this.#readAt(into, offset);
          // Its clients end at different times: each piece is checked.
          await this.#assertUnchanged();
          return got;
        } catch (error) {
          throw problemFrom(error);
        }
      },
    };
  }

  async #readAt(into: Uint8Array, offset: number): Promise<number> {
    const wanted = Math.min(into.length, this.size - offset);
    let got = 0;
    while (got < wanted) {
      const { bytesRead } = await this.#handle.read(into, got, wanted - got, offset + got);
      if (bytesRead === 0) throw problem('changed'); // The file shrank: a short last block would look complete.
      got += bytesRead;
    }
    return got;
  }

  async read(into: Uint8Array): Promise<number> {
    try {
      const got = await this.#readAt(into, this.#offset);
      this.#offset += got;
      if (this.#offset === this.size && !this.#isChecked) await this.#assertUnchanged();
      return got;
    } catch (error) {
      throw problemFrom(error);
    }
  }

  readNow(into: Uint8Array, readNow: ReadNow): number {
    // The last octets need the check that only `read` makes.
    if (this.#offset + into.length >= this.size) return 0;
    const got = readNow(this.#handle.fd, into, this.#offset);
    this.#offset += got;
    return got;
  }

  /** Called once, before the last octets are returned. */
  async #assertUnchanged(): Promise<void> {
    this.#isChecked = true;
    const now = await this.#handle.stat({ bigint: true });
    const hasGrown = now.size > this.#opened.size;
    if (hasGrown) this.#copying = 'growing';
    if (this.#growing && hasGrown) return;
    if (!isSameContent(this.#opened, now))
      throw hasGrown ? stillCopied('changed', 'growing') : problem('changed');
  }

  async close(): Promise<void> {
    await this.#handle.close().catch(() => undefined); // Nothing was written, so nothing can be lost.
  }
}

/**
 * Whether nobody wrote to the file in between. The system alone sets ctime, so a writer that restores mtime is found too.
 * ctime changes as well when the file loses or gets a name. That is how a file is replaced as a whole, and its octets stay.
 */
function isSameContent(before: BigIntStats, after: BigIntStats): boolean {
  if (before.size !== after.size || before.mtimeNs !== after.mtimeNs) return false;
  return before.ctimeNs === after.ctimeNs || before.nlink !== after.nlink;
}
