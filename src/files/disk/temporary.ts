// A file under a free name: an upload grows in it, and its date shows the time of the disk.
// Rule: the name need not be secret. O_EXCL makes the file ours, mode 0600 keeps it ours, and a taken name is skipped.
import { constants } from 'node:fs';
import { open, stat, type FileHandle } from 'node:fs/promises';
import { temporaryName } from '../offerings/name.ts';
import { codeOf } from '../problem.ts';
import { identityOf } from './identity.ts';
import type { HeldDirectory } from './walk.ts';

const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW || 0);

/** Names to try. If all are taken, another program takes them on purpose. */
const mostTries = 1000;

export interface Temporary {
  readonly name: string;
  readonly handle: FileHandle;
  /** The identity of its directory. */
  readonly place: string;
}

/**
 * Creates the temporary file for `leaf`. Rejects with the system's error.
 * The number in the name is the time when the directory was changed last, or one of the next numbers if that is taken.
 * Creating a file changes the directory, so a name does not return at once. A random number would load node:crypto.
 */
export async function openTemporary(directory: HeldDirectory, leaf: string): Promise<Temporary> {
  const { mtimeNs, dev, ino } = await stat(directory.at('.'), { bigint: true });
  const place = identityOf({ dev, ino });
  const first = mtimeNs / 1000n;
  for (let tried = 1; ; tried++) {
    const unique = BigInt.asUintN(32, first + BigInt(tried))
      .toString(16)
      .padStart(8, '0');
    const name = temporaryName(leaf, unique);
    try {
      return { name, handle: await open(directory.at(name), flags, 0o600), place };
    } catch (error) {
      if (codeOf(error) !== 'EEXIST' || tried === mostTries) throw error;
    }
  }
}
