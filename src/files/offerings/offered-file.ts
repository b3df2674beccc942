// One file of this machine that a server offers. Its directory is held open from the moment it is offered.
// Rule: no link is followed after that moment. Another file of the same name is read only if it has the same owner.
import { lstat, type FileHandle } from 'node:fs/promises';
import type { BigIntStats } from 'node:fs';
import { platform as systemPlatform } from 'node:os';
import { basename, dirname } from 'node:path';
import type { Source } from '../file.ts';
import { problem, problemFrom } from '../problem.ts';
import { realPath } from '../disk/path.ts';
import { openIn, type ReadOptions } from '../disk/source.ts';
import { holdDirectory, type HeldDirectory } from '../disk/walk.ts';

/** See {@link holdFile}. */
export class OfferedFileHandle {
  readonly #directory: HeldDirectory;
  readonly #leaf: string;
  readonly #path: string;
  readonly #owner: bigint;
  #opening = 0;
  #isClosed = false;

  /** `path`: where the file is, for people. */
  constructor(directory: HeldDirectory, path: string, owner: bigint) {
    this.#directory = directory;
    this.#path = path;
    this.#leaf = basename(path);
    this.#owner = owner;
  }

  /** A path to its directory. */
  get place(): string {
    return this.#directory.at('.').toString();
  }

  /** Rejects with FileError; `denied` for a link and for a file of another owner. */
  async open(options: ReadOptions): Promise<Source> {
    if (this.#isClosed) throw problem('missing');
    this.#opening += 1;
    try {
      // Checked before the file is opened too: to open a device can already do something.
      const path = this.#directory.at(this.#leaf);
      this.#assertOffered(await lstat(path, { bigint: true }));
      const confirm = async (handle: FileHandle): Promise<void> =>
        this.#assertOffered(await handle.stat({ bigint: true }));
      return await openIn(this.#directory, this.#leaf, { ...options, path: this.#path, confirm });
    } catch (error) {
      throw problemFrom(error);
    } finally {
      this.#opening -= 1;
      await this.#release();
    }
  }

  #assertOffered(stats: BigIntStats): void {
    if (stats.isDirectory()) throw problem('is-directory');
    if (stats.isSymbolicLink() || stats.uid !== this.#owner) throw problem('denied');
    if (!stats.isFile()) throw problem('not-regular');
  }

  /** Nothing more can be opened. The directory is released when no file is being opened any more. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#release();
  }

  async #release(): Promise<void> {
    if (this.#isClosed && this.#opening === 0) await this.#directory.close().catch(() => undefined);
  }
}

/** Holds the file `path`. Links in it are followed now, since the user named them, and not later. Rejects with FileError. */
export async function holdFile(path: string): Promise<OfferedFileHandle> {
  const real = await realPath(path).catch((error: unknown) => {
    throw problemFrom(error);
  });
  const directory = await holdDirectory(dirname(real), systemPlatform());
  try {
    const { uid } = await lstat(directory.at(basename(real)), { bigint: true });
    return new OfferedFileHandle(directory, real, uid);
  } catch (error) {
    await directory.close();
    throw problemFrom(error);
  }
}
