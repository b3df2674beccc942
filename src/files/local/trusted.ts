// Which files the shell takes as its user's own: the start-up file, the history, the crash report.
// Rule: the file, its directory and all above it belong to this user or to root, and nobody else can write to them.
import { lstat, realpath, stat } from 'node:fs/promises';
import { platform as systemPlatform, userInfo } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { FileError } from '../file.ts';
import { problem, problemFrom } from '../problem.ts';

/** What a stat of a file says about who may change it. */
interface Owned {
  readonly uid: number;
  readonly mode: number;
}

/**
 * `path` with its directory free of links. A missing directory is `missing`, after what exists above it was checked.
 * Rejects with `denied` if another user could put a file there. Windows has other permissions: nothing is checked.
 */
export async function trustedPath(path: string): Promise<string> {
  const user = await currentUser();
  if (user === undefined) return path;
  return join(await trustedDirectory(dirname(path), user), basename(path));
}

/** Rejects with `denied` unless the opened file belongs to this user or to root. */
export async function assertOwner(stats: Owned): Promise<void> {
  const user = await currentUser();
  if (user !== undefined && !isTrustedOwner(stats, user)) throw foreign('It belongs to another user');
}

async function trustedDirectory(path: string, user: number): Promise<string> {
  let real: string;
  try {
    real = await realpath(path);
  } catch (error) {
    const known = problemFrom(error);
    if (known.problem === 'missing' && dirname(path) !== path) await trustedDirectory(dirname(path), user);
    throw known;
  }
  for (let at = real; ; at = dirname(at)) {
    const stats = await lstat(at).catch((error: unknown) => {
      throw problemFrom(error);
    });
    if (!isTrustedOwner(stats, user)) throw foreign('Its directory belongs to another user');
    // In a sticky directory, such as /tmp, nobody can replace what is not his own.
    if ((stats.mode & 0o022) !== 0 && (stats.mode & 0o1000) === 0)
      throw foreign('Others may write to its directory');
    if (dirname(at) === at) return real;
  }
}

function isTrustedOwner({ uid }: Owned, user: number): boolean {
  return uid === user || uid === 0;
}

function foreign(message: string): FileError {
  return problem('denied', message);
}

/** The number of this user; undefined on systems without such numbers. */
async function currentUser(): Promise<number | undefined> {
  if (systemPlatform() === 'win32') return undefined;
  try {
    return userInfo().uid;
  } catch {
    // Containers often run a user that has no name. If nobody can be found out, only root is trusted.
    return stat('/proc/self').then(
      ({ uid }) => uid,
      () => 0,
    );
  }
}
