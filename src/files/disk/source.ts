// A regular file to read: exactly the octets that it had when it was opened, or an error.
// Rule: only what fstat of the opened descriptor says counts; a name proves nothing.
import { constants, type BigIntStats } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import type { Source } from '../file.ts';
import { problem, problemFrom } from '../problem.ts';
import type { HeldDirectory } from './walk.ts';

/** No waiting for a FIFO's writer, no terminal of ours: what is opened may turn out to be anything. */
export const readFlags = constants.O_RDONLY | (constants.O_NONBLOCK || 0) | (constants.O_NOCTTY || 0);

/** Opens `leaf` in a held directory, never through a link. */
export async function openIn(directory: HeldDirectory, leaf: string): Promise<Source> {
  return openRegular(directory.at(leaf), readFlags | (constants.O_NOFOLLOW || 0), (handle) =>
    directory.confirm(handle, leaf),
  );
}

/** Opens a path and makes sure of what was opened. `confirm` rejects where it is not what was meant. */
export async function openRegular(
  path: string,
  flags: number,
  confirm: (handle: FileHandle) => Promise<void> = () => Promise.resolve(),
): Promise<Source> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, flags);
    const stats = await handle.stat({ bigint: true });
    assertRegular(stats);
    await confirm(handle);
    return new FileSource(handle, stats);
  } catch (error) {
    await handle?.close();
    throw problemFrom(error);
  }
}

function assertRegular(stats: BigIntStats): void {
  if (stats.isDirectory()) throw problem('is-directory');
  if (!stats.isFile()) throw problem('not-regular');
  if (stats.size > BigInt(Number.MAX_SAFE_INTEGER)) throw problem('too-large');
}

/** Reads by position, so that its place is its own. */
class FileSource implements Source {
  readonly size: number;
  readonly #handle: FileHandle;
  readonly #modified: bigint;
  #offset = 0;

  constructor(handle: FileHandle, stats: BigIntStats) {
    this.#handle = handle;
    this.size = Number(stats.size);
    this.#modified = stats.mtimeNs;
  }

  async read(into: Uint8Array): Promise<number> {
    const wanted = Math.min(into.length, this.size - this.#offset);
    let got = 0;
    try {
      while (got < wanted) {
        const { bytesRead } = await this.#handle.read(into, got, wanted - got, this.#offset);
        if (bytesRead === 0) throw problem('changed'); // it shrank: a short last block would look complete
        got += bytesRead;
        this.#offset += bytesRead;
      }
      if (got > 0 && this.#offset === this.size) await this.#assertUnchanged();
    } catch (error) {
      throw problemFrom(error);
    }
    return got;
  }

  /** Before the last octets go out. A file that grew was appended to: what we read is still its beginning. */
  async #assertUnchanged(): Promise<void> {
    const { size, mtimeNs } = await this.#handle.stat({ bigint: true });
    if (size < BigInt(this.size)) throw problem('changed');
    if (size === BigInt(this.size) && mtimeNs !== this.#modified) throw problem('changed');
  }

  async close(): Promise<void> {
    await this.#handle.close().catch(() => undefined); // nothing was written: nothing can be lost
  }
}
