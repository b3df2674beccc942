// A file that is written under a temporary name in the directory of its destination.
// Rule: after a failure the destination is unchanged and the temporary file is gone. A failed sync is final: a second sync
// may succeed although the kernel dropped the octets.
import { unlink } from 'node:fs/promises';
import type { FileError, Sink } from '../file.ts';
import { problem, problemFrom } from '../problem.ts';
import { pin, publish, setAccess, type Pinned, type PublishOptions, type WrittenFile } from './publish.ts';
import { makeBelow, type NewDirectories } from './new-directories.ts';
import { assertRoom, type Reserve } from './room.ts';
import { removeStale, type Tidying } from './stale.ts';
import { openTemporary } from './temporary.ts';
import type { HeldDirectory } from './walk.ts';

/** Octets after which a durable sink syncs in the background, so that the last sync is short. */
const syncEvery = 8 * 1024 * 1024;

export interface PartOptions extends PublishOptions {
  /** Permissions of a file that replaces none. */
  readonly mode: number;
  /** Octets that the file may have. */
  readonly limit: number;
  /** Octets of the disk to leave free; checked again while octets arrive. */
  readonly reserve: Reserve;
  /** Remove what killed runs left in the directory first. Default: leave it. */
  readonly tidies?: Tidying;
  /** Names of directories below the held one that the file goes into; they are made when it is published. Default: none. */
  readonly missing?: readonly string[];
  /** See {@link Sink.path}. */
  readonly path?: string;
  /** Called once, when the file is published or discarded. */
  readonly release?: (isPublished: boolean) => void;
}

/** Opens the temporary file for `leaf`. The sink closes `directory`; if this rejects, the caller closes it. */
export async function createPart(
  directory: HeldDirectory,
  leaf: string,
  options: PartOptions,
): Promise<PartSink> {
  const made = await openTemporary(directory, leaf).catch((error: unknown) => {
    throw problemFrom(error);
  });
  if (options.tidies !== undefined) await removeStale(directory, made, options.tidies);
  const { name, handle } = made;
  return new PartSink({ directory, leaf, temporary: name, handle }, options);
}

/** See {@link createPart}. */
export class PartSink implements Sink {
  readonly #part: WrittenFile;
  readonly #options: PartOptions;
  #written = 0;
  #unsynced = 0;
  #syncing: Promise<void> | undefined;
  #failed: FileError | undefined;
  #state: 'open' | 'published' | 'discarded' = 'open';
  #ending: Promise<void> | undefined;

  constructor(part: WrittenFile, options: PartOptions) {
    this.#part = part;
    this.#options = options;
  }

  get path(): string | undefined {
    return this.#options.path;
  }

  /** Octets written so far. */
  get written(): number {
    return this.#written;
  }

  /** `size` octets were announced: rejects if those that have not arrived yet do not fit. */
  async expect(size: number): Promise<void> {
    this.#assertOpen();
    if (size > this.#options.limit) throw this.#fail(problem('too-large'));
    try {
      await assertRoom(this.#part.directory, { octets: size - this.#written }, this.#options.reserve);
    } catch (error) {
      throw this.#fail(error);
    }
  }

  async write(parts: readonly Uint8Array[]): Promise<void> {
    this.#assertOpen();
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    if (this.#written + length > this.#options.limit) throw this.#fail(problem('too-large'));
    try {
      await writeAll(async (rest) => (await this.#part.handle.writev(rest)).bytesWritten, parts);
    } catch (error) {
      throw this.#fail(error);
    }
    this.#written += length;
    this.#unsynced += length;
    if (this.#unsynced >= syncEvery && this.#syncing === undefined) this.#syncInBackground();
  }

  /** Syncs while the next octets arrive. The next call reports a failure. */
  #syncInBackground(): void {
    this.#unsynced = 0;
    const work = async (): Promise<void> => {
      if (this.#options.durable) await this.#part.handle.datasync();
      await assertRoom(this.#part.directory, { octets: 0 }, this.#options.reserve);
    };
    this.#syncing = work()
      .catch((error: unknown) => void this.#fail(error))
      .finally(() => {
        this.#syncing = undefined;
      });
  }

  async publish(): Promise<void> {
    this.#assertOpen();
    this.#ending = this.#publish();
    await this.#ending;
  }

  async #publish(): Promise<void> {
    const { handle, directory } = this.#part;
    const { durable, missing = [] } = this.#options;
    let pinned: Pinned | undefined;
    let made: NewDirectories | undefined;
    try {
      await this.#syncing;
      if (this.#failed !== undefined) throw this.#failed;
      pinned = await pin(this.#part);
      made = await makeBelow(directory, missing, durable);
      const ready = { ...this.#part, destination: made.last };
      await setAccess(ready, this.#options);
      if (durable) await handle.sync();
      await handle.close();
      await publish({ ...ready, identity: pinned.identity }, this.#options);
      this.#state = 'published';
    } catch (error) {
      await made?.undo();
      await this.#remove();
      throw problemFrom(error);
    } finally {
      await Promise.all([pinned?.handle.close().catch(() => undefined), made?.close()]);
    }
    await this.#release();
  }

  async discard(): Promise<void> {
    // While the file is being published, its state is unknown: wait for the result.
    await this.#ending?.catch(() => undefined);
    if (this.#state !== 'open') return;
    this.#ending = this.#remove();
    await this.#ending;
  }

  async #remove(): Promise<void> {
    this.#state = 'discarded';
    const { directory, temporary, handle } = this.#part;
    await this.#syncing;
    await handle.close().catch(() => undefined);
    await unlink(directory.at(temporary)).catch(() => undefined);
    await this.#release();
  }

  async #release(): Promise<void> {
    await this.#part.directory.close();
    this.#options.release?.(this.#state === 'published');
  }

  #assertOpen(): void {
    if (this.#failed !== undefined) throw this.#failed;
    if (this.#state !== 'open' || this.#ending !== undefined) throw problem('io', 'The file is closed');
  }

  /** Keeps the first failure: the file cannot become complete after it. */
  #fail(error: unknown): FileError {
    this.#failed ??= problemFrom(error);
    return this.#failed;
  }
}

/** Calls `write` until everything is written. `write` returns how many octets it took: it may take fewer than it was given. */
export async function writeAll(
  write: (parts: readonly Uint8Array[]) => Promise<number>,
  parts: readonly Uint8Array[],
): Promise<void> {
  let rest = parts.filter((part) => part.length > 0);
  while (rest.length > 0) {
    let taken = await write(rest);
    if (taken <= 0) throw problem('io');
    const next: Uint8Array[] = [];
    for (const part of rest) {
      if (taken < part.length) next.push(taken === 0 ? part : part.subarray(taken));
      taken = Math.max(0, taken - part.length);
    }
    rest = next;
  }
}
