// A file under a name that nobody has: where an upload grows, and where the disk is asked for the time.
// Rule: the name need not be a secret. O_EXCL makes the file ours, 0600 keeps it so, and a name that is taken is passed over.
import { constants } from 'node:fs';
import { open, stat, type FileHandle } from 'node:fs/promises';
import { temporaryName } from '../offerings/name.ts';
import { codeOf } from '../problem.ts';
import type { HeldDirectory } from './walk.ts';

const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW || 0);

/** Names tried before somebody seems to take them all on purpose. */
const mostTries = 1000;

export interface Temporary {
  readonly name: string;
  readonly handle: FileHandle;
}

/**
 * Makes the temporary file for `leaf`. Rejects with the system's error.
 * The number in its name is when the directory was changed last, and the next ones where that is taken: making a file
 * changes it, so a name does not come back at once. Chance would do too, but loads all of node:crypto for it.
 */
export async function openTemporary(directory: HeldDirectory, leaf: string): Promise<Temporary> {
  const { mtimeNs } = await stat(directory.at('.'), { bigint: true });
  const first = mtimeNs / 1000n;
  for (let tried = 1; ; tried++) {
    const unique = BigInt.asUintN(32, first + BigInt(tried))
      .toString(16)
      .padStart(8, '0');
    const name = temporaryName(leaf, unique);
    try {
      return { name, handle: await open(directory.at(name), flags, 0o600) };
    } catch (error) {
      if (codeOf(error) !== 'EEXIST' || tried === mostTries) throw error;
    }
  }
}
