// Small files of our own: settings, history, captures, exports, and looking around for `lls`.
// Rule: what is written may be private (0600 where asked) and is never written through a link.
import { constants, fstatSync, rmSync, writeSync, type Dirent } from 'node:fs';
import {
  lstat,
  mkdir,
  mkdtemp,
  open,
  opendir,
  readdir,
  rename,
  rm,
  stat,
  type FileHandle,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { FileError } from '../file.ts';
import { problem, problemFrom } from '../problem.ts';
import { readFlags } from '../disk/source.ts';

/** An entry of a directory on this machine. */
export interface LocalEntry {
  readonly name: string;
  readonly kind: 'file' | 'directory' | 'link' | 'other';
  /** Octets; undefined for what is no file. */
  readonly size: number | undefined;
  /** When it was last changed, milliseconds since 1970. */
  readonly modified: number;
}

const noFollow = constants.O_NOFOLLOW || 0;

/** A small text in UTF-8. More than `limit` octets reject with `too-large`. */
export async function readText(path: string, limit: number): Promise<string> {
  return withHandle(path, readFlags, 0, (handle) => textOf(handle, limit));
}

async function textOf(handle: FileHandle, limit: number): Promise<string> {
  const stats = await handle.stat();
  if (stats.isDirectory()) throw problem('is-directory');
  if (!stats.isFile()) throw problem('not-regular');
  // One octet more than allowed: what grows meanwhile, or tells no size (proc), is measured by reading it.
  const octets = Buffer.alloc(limit + 1);
  let length = 0;
  for (;;) {
    const { bytesRead } = await handle.read(octets, length, octets.length - length, null);
    length += bytesRead;
    if (length > limit) throw problem('too-large');
    if (bytesRead === 0) return octets.toString('utf8', 0, length);
  }
}

/** Replaces the content of `path` in place, never through a link; a new file gets `mode`. */
export async function writeText(path: string, text: string, mode = 0o644): Promise<void> {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | noFollow;
  await withHandle(path, flags, mode, (handle) => handle.writeFile(text));
}

/** Nobody else may write it, and it is not reached through a link: else `denied`. For commands that run unasked. */
export async function readOwnText(path: string, limit: number): Promise<string> {
  return withHandle(path, readFlags | noFollow, 0, async (handle) => {
    if (((await handle.stat()).mode & 0o022) !== 0) throw problem('denied', 'Others may write to it');
    return textOf(handle, limit);
  });
}

/** The last octets of a private file, up to `limit` of them, from the first whole line on. It is made 0600 if it is not. */
export async function readPrivateTail(
  path: string,
  limit: number,
): Promise<{ readonly text: string; readonly size: number }> {
  return withHandle(path, readFlags | noFollow, 0, async (handle) => {
    const { size } = await tighten(handle);
    const octets = Buffer.alloc(Math.min(size, limit));
    const { bytesRead } = await handle.read(octets, 0, octets.length, size - octets.length);
    const text = octets.toString('utf8', 0, bytesRead);
    return { text: size > limit ? text.slice(text.indexOf('\n') + 1) : text, size };
  });
}

/** Adds to the end of a private file, in one write: several programs may. Its directory is made where it is missing. */
export function appendPrivate(path: string, text: string): Promise<void> {
  return putPrivate(path, text, constants.O_APPEND);
}

/** Replaces the content of a small private file. Its directory is made where it is missing. */
export function writePrivate(path: string, text: string): Promise<void> {
  return putPrivate(path, text, constants.O_TRUNC);
}

async function putPrivate(path: string, text: string, how: number): Promise<void> {
  const flags = constants.O_WRONLY | constants.O_CREAT | how | noFollow;
  const put = (): Promise<void> =>
    withHandle(path, flags, 0o600, async (handle) => {
      await tighten(handle);
      await handle.writeFile(text);
    });
  try {
    await put();
  } catch (error) {
    if (!(error instanceof FileError) || error.problem !== 'missing') throw error;
    await mkdir(dirname(path), { recursive: true, mode: 0o700 }).catch(() => undefined);
    await put();
  }
}

/**
 * Puts `text` in the place of a private file, whole. Of several programs that do it at once one does; what was
 * added to the file since it was read (`size`) is not lost: then nothing is done.
 */
export async function replacePrivate(path: string, text: string, size: number): Promise<boolean> {
  const fresh = `${path}.new`;
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | noFollow;
  try {
    await withHandle(fresh, flags, 0o600, (handle) => handle.writeFile(text));
    if ((await lstat(path)).size === size) {
      await rename(fresh, path);
      return true;
    }
  } catch {
    // Somebody else is at it, or left this behind when it was ended: the next one finds it gone.
  }
  await rm(fresh, { force: true }).catch(() => undefined);
  return false;
}

/**
 * The terminal behind a descriptor: the number of its device, and when that was made (numbers are used again).
 * Undefined where it is no terminal.
 */
export function terminalOf(
  descriptor: number,
): { readonly number: number; readonly made: number } | undefined {
  const stats = fstatSync(descriptor);
  return stats.isCharacterDevice() ? { number: stats.rdev, made: Math.floor(stats.ctimeMs) } : undefined;
}

/** Whether there is still something behind a descriptor: nothing is written. */
export function mayWrite(descriptor: number): boolean {
  try {
    return writeSync(descriptor, '') === 0;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'EIO';
  }
}

/** Writes to a descriptor within the call, for a process that is about to end. @returns the octets that it took. */
export function writeNow(descriptor: number, text: string): number {
  return writeSync(descriptor, text);
}

async function tighten(handle: FileHandle): Promise<{ readonly size: number }> {
  const stats = await handle.stat();
  if (!stats.isFile()) throw problem('not-regular');
  if ((stats.mode & 0o077) !== 0) await handle.chmod(0o600);
  return stats;
}

async function withHandle<T>(
  path: string,
  flags: number,
  mode: number,
  use: (handle: FileHandle) => Promise<T>,
): Promise<T> {
  let handle: FileHandle | undefined;
  try {
    // A FIFO without a reader fails at once instead of holding a thread for good.
    handle = await open(path, flags | (constants.O_NONBLOCK || 0), mode);
    if (!(await handle.stat()).isFile() && (flags & constants.O_CREAT) !== 0) throw problem('not-regular');
    return await use(handle);
  } catch (error) {
    throw problemFrom(error);
  } finally {
    await handle?.close();
  }
}

/** What is in a directory, sorted by name; names as the disk gives them. */
export async function listDirectory(path: string): Promise<readonly LocalEntry[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true });
    const listed = await Promise.all(
      entries.map(async (entry): Promise<LocalEntry | undefined> => {
        const stats = await stat(join(path, entry.name)).catch(() => undefined);
        const size = stats?.isFile() === true ? stats.size : undefined;
        return { name: entry.name, kind: kindIn(entry), size, modified: stats?.mtimeMs ?? 0 };
      }),
    );
    return listed.filter((entry) => entry !== undefined).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    throw problemFrom(error);
  }
}

/** How many entries are fetched at a time: what one turn of the event loop has to hand out. */
const entriesAtOnce = 1024;

/** Tells the entries of a directory one by one, in the disk's own order, until `see` says false. */
export async function eachEntry(
  path: string,
  see: (name: string, kind: LocalEntry['kind']) => Promise<boolean> | boolean,
): Promise<void> {
  try {
    for await (const entry of await opendir(path, { bufferSize: entriesAtOnce }))
      if (!(await see(entry.name, kindIn(entry)))) return;
  } catch (error) {
    throw problemFrom(error);
  }
}

function kindIn(entry: Dirent): LocalEntry['kind'] {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'directory';
  return entry.isSymbolicLink() ? 'link' : 'other';
}

/** What is under `path`, links followed; undefined where nothing is or nothing may be known. */
export async function kindOf(path: string): Promise<'file' | 'directory' | 'other' | undefined> {
  const stats = await stat(path).catch(() => undefined);
  if (stats === undefined) return undefined;
  return stats.isFile() ? 'file' : stats.isDirectory() ? 'directory' : 'other';
}

/** What is at `path` itself, a link as such; undefined where nothing is. */
export async function placeOf(path: string): Promise<LocalEntry['kind'] | undefined> {
  const stats = await lstat(path).catch(() => undefined);
  if (stats === undefined) return undefined;
  if (stats.isSymbolicLink()) return 'link';
  return stats.isFile() ? 'file' : stats.isDirectory() ? 'directory' : 'other';
}

export async function exists(path: string): Promise<boolean> {
  return (await kindOf(path)) !== undefined;
}

/** A new directory that only this user may enter. @returns its path. */
export async function makeTemporaryDirectory(): Promise<string> {
  try {
    return await mkdtemp(join(tmpdir(), 'tftpsh-'));
  } catch (error) {
    throw problemFrom(error);
  }
}

/** Removes a directory and all below it, links themselves and not what they lead to. Nothing there is no error. */
export async function removeTree(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true });
  } catch (error) {
    throw problemFrom(error);
  }
}

/** {@link removeTree} within the call, for a process that is about to end; never throws. */
export function removeTreeNow(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch {
    // What cannot be removed stays in the system's temporary directory; nobody is left to be told.
  }
}
