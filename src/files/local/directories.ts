// Directories of this machine: their entries, what a path leads to, and temporary directories.
// Rule: names are as the disk gives them. Looking at a path changes nothing.
import { rmSync, type Stats } from 'node:fs';
import { lstat, mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { diskPath, nameOf, openEntries, type DiskPath, type OctetEntry } from '../disk/path.ts';
import { codeOf, noDirectory, noTemporary, problemFrom } from '../problem.ts';

/** An entry of a directory on this machine. */
export interface LocalEntry {
  readonly name: string;
  readonly kind: 'file' | 'directory' | 'link' | 'other';
  /** Size in octets; undefined if the entry is not a file. */
  readonly size: number | undefined;
  /** Time of the last change, in milliseconds since 1970. */
  readonly modified: number;
}

/** The entries of a directory, sorted by name. Rejects with FileError. */
export async function listDirectory(path: string): Promise<readonly LocalEntry[]> {
  try {
    const entries = await readdir(diskPath(path), { withFileTypes: true, encoding: 'buffer' });
    const listed = await Promise.all(
      entries.map(async (entry): Promise<LocalEntry | undefined> => {
        const name = nameOf(entry);
        const stats = await statsOf(join(path, name), stat);
        const size = stats?.isFile() === true ? stats.size : undefined;
        return { name, kind: kindIn(entry), size, modified: stats?.mtimeMs ?? 0 };
      }),
    );
    return listed.filter((entry) => entry !== undefined).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    throw problemFrom(error);
  }
}

/** Passes the entries of a directory to `see` one by one, in the order of the disk, until `see` returns false. */
export async function eachEntry(
  path: string,
  see: (name: string, kind: LocalEntry['kind']) => Promise<boolean> | boolean,
): Promise<void> {
  try {
    for await (const entry of await openEntries(diskPath(path)))
      if (!(await see(nameOf(entry), kindIn(entry)))) return;
  } catch (error) {
    throw problemFrom(error);
  }
}

function kindIn(entry: OctetEntry): LocalEntry['kind'] {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'directory';
  return entry.isSymbolicLink() ? 'link' : 'other';
}

/** What `look` finds at `path`; undefined if nothing is there or we may not look. */
async function statsOf(path: string, look: (path: DiskPath) => Promise<Stats>): Promise<Stats | undefined> {
  try {
    return await look(diskPath(path));
  } catch {
    return undefined;
  }
}

/** What `path` leads to, links followed; undefined if nothing is there or we may not look. */
export async function kindOf(path: string): Promise<'file' | 'directory' | 'other' | undefined> {
  const stats = await statsOf(path, stat);
  if (stats === undefined) return undefined;
  return stats.isFile() ? 'file' : stats.isDirectory() ? 'directory' : 'other';
}

/** What is at `path` itself: a link is not followed. Undefined if nothing is there. */
export async function placeOf(path: string): Promise<LocalEntry['kind'] | undefined> {
  const stats = await statsOf(path, lstat);
  if (stats === undefined) return undefined;
  if (stats.isSymbolicLink()) return 'link';
  return stats.isFile() ? 'file' : stats.isDirectory() ? 'directory' : 'other';
}

/** Creates a directory and its missing parents, with `mode`; an existing one stays. Rejects with FileError. */
export async function makeDirectory(path: string, mode = 0o777): Promise<void> {
  try {
    await makeMissing(path, mode);
  } catch (error) {
    throw noDirectory(error);
  }
}

// Not by `recursive`: where a file system such as /proc says ENOENT for a new name, Node tries for ever.
async function makeMissing(path: string, mode: number): Promise<void> {
  try {
    await mkdir(diskPath(path), mode);
  } catch (error) {
    const parent = dirname(path);
    if (codeOf(error) === 'ENOENT' && (await kindOf(parent)) === undefined && parent !== path) {
      await makeMissing(parent, mode);
      await mkdir(diskPath(path), mode);
    } else if (codeOf(error) !== 'EEXIST' || (await kindOf(path)) !== 'directory') throw error;
  }
}

/** The directory of the system for temporary files: `TMPDIR`, or `/tmp`. */
export function temporaryPlace(): string {
  return tmpdir();
}

/** Creates a directory that only this user may enter. @returns its path. Rejects with FileError `no-temporary`. */
export async function makeTemporaryDirectory(): Promise<string> {
  try {
    return await mkdtemp(join(temporaryPlace(), 'tftpsh-'));
  } catch (error) {
    throw noTemporary(error);
  }
}

/** Removes a directory and everything below it. Links are removed, not followed. A missing directory is not an error. */
export async function removeTree(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true });
  } catch (error) {
    throw problemFrom(error);
  }
}

/** Like {@link removeTree}, but synchronous, for a process that is about to end. Never throws. */
export function removeTreeNow(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch {
    // What cannot be removed stays in the temporary directory of the system: nobody is left to report it to.
  }
}
