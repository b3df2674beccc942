// Files that grow while other programs may read them already: captures, and files extracted from captures.
// Rule: an existing file is never written to, also not through a link, and a name is taken only once.
import { constants } from 'node:fs';
import { open, unlink, type FileHandle } from 'node:fs/promises';
import { problem, problemFrom } from '../problem.ts';
import { diskPath } from '../disk/path.ts';
import { linkOrClaim } from '../disk/publish.ts';

const noFollow = constants.O_NOFOLLOW || 0;
const createFlags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | noFollow;
const appendFlags = constants.O_WRONLY | constants.O_APPEND | noFollow;
/** Captures and files extracted from them may contain secrets. */
const privateMode = 0o600;

/** An open file that only gets longer. */
export class GrowingFile {
  readonly #handle: FileHandle;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  /** Appends all `parts` in order. Rejects with FileError. */
  async append(parts: readonly Uint8Array[]): Promise<void> {
    try {
      let length = 0;
      for (const part of parts) length += part.length;
      const { bytesWritten } = await this.#handle.writev([...parts]);
      if (bytesWritten < length) throw problem('full');
    } catch (error) {
      throw problemFrom(error);
    }
  }

  async close(): Promise<void> {
    await this.#handle.close().catch((error: unknown) => {
      throw problemFrom(error);
    });
  }
}

/** Creates a file for this user alone. `overwrite` first removes an existing file. Rejects with FileError. */
export async function createGrowing(path: string, overwrite = false): Promise<GrowingFile> {
  try {
    if (overwrite) await removeFile(path);
    return new GrowingFile(await open(diskPath(path), createFlags, privateMode));
  } catch (error) {
    throw problemFrom(error);
  }
}

/** Opens a file again that {@link createGrowing} created, to append to it. Rejects with FileError. */
export async function reopenGrowing(path: string): Promise<GrowingFile> {
  try {
    return new GrowingFile(await open(diskPath(path), appendFlags));
  } catch (error) {
    throw problemFrom(error);
  }
}

async function removeFile(path: string): Promise<void> {
  await unlink(diskPath(path)).catch((error: unknown) => {
    const known = problemFrom(error);
    if (known.problem !== 'missing') throw known;
  });
}

/** Renames a file if the new name is free. @returns false if the name is taken. */
export async function settleAs(from: string, to: string): Promise<boolean> {
  try {
    await linkOrClaim(diskPath(from), diskPath(to));
    return true;
  } catch (error) {
    const known = problemFrom(error);
    if (known.problem === 'exists') return false;
    throw known;
  }
}
