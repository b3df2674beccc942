// Files of this machine that the user names: what a put reads and a get writes.
// Rule: a link is followed for reading, and never written through. An existing file stays unchanged until the new one is
// complete.
import { constants } from 'node:fs';
import { open, stat, type FileHandle } from 'node:fs/promises';
import { platform as systemPlatform } from 'node:os';
import { basename, dirname } from 'node:path';
import type { Sink, Source } from '../file.ts';
import { problem, problemFrom } from '../problem.ts';
import { existing, publishedMode } from '../disk/publish.ts';
import { diskPath } from '../disk/path.ts';
import { createPart, writeAll } from '../disk/sink.ts';
import { openRegular, type ReadOptions } from '../disk/source.ts';
import { holdDirectory } from '../disk/walk.ts';

export interface LocalOptions {
  /** Replace an existing file. A link itself is replaced, not what it leads to. Default: false. */
  readonly overwrite?: boolean;
  /** Sync file and directory before the file counts as published. Default: false. */
  readonly durable?: boolean;
  /** Octets that the file may have. Default: no limit. */
  readonly limit?: number;
}

/** What was found out while files were created, for the files after them. One for each client. */
export interface Experience {
  /** The mode of new files: the umask of a process stays. */
  mode?: Promise<number>;
  /** See {@link Tidying.done}. */
  readonly tidied: Set<string>;
  /** See {@link Tidying.namespace}. */
  readonly namespace?: string;
}

const special = 'Not a regular file (use - for a stream)';

/** Opens a file to send. Rejects with FileError. Special files are refused: the user can send them as a stream. */
export async function openLocal(path: string, options: ReadOptions = {}): Promise<Source> {
  try {
    // Checked before the open, because opening a device can have effects.
    const stats = await stat(diskPath(path));
    if (!stats.isFile() && !stats.isDirectory()) throw problem('not-regular', special);
    return await openRegular(diskPath(path), options);
  } catch (error) {
    throw inLocalWords(error);
  }
}

/**
 * Creates a file to receive into. Without `overwrite` an existing file is refused at once, and again when the new file is
 * published. `/dev/null` is written directly. Rejects with FileError.
 */
export async function createLocal(
  path: string,
  options: LocalOptions = {},
  experience: Experience = { tidied: new Set() },
): Promise<Sink> {
  try {
    return await createBeside(path, options, experience);
  } catch (error) {
    throw inLocalWords(error);
  }
}

async function createBeside(path: string, options: LocalOptions, experience: Experience): Promise<Sink> {
  const { overwrite = false, durable = false, limit = Infinity } = options;
  const platform = systemPlatform();
  const leaf = basename(path);
  if (path.includes('\0')) throw problem('bad-name');
  const endsInSeparator = path.endsWith('/') || (platform === 'win32' && path.endsWith('\\'));
  if (endsInSeparator || leaf === '' || leaf === '.' || leaf === '..') throw problem('is-directory');
  const mode = await (experience.mode ??= publishedMode(platform));
  const directory = await holdDirectory(dirname(path), platform);
  try {
    const there = await existing(directory.at(leaf));
    if (there?.isDirectory() === true) throw problem('is-directory');
    if (there !== undefined && !there.isFile()) {
      if (await isNullDevice(path)) {
        await directory.close();
        return await openNullDevice(path);
      }
      if (!there.isSymbolicLink()) throw problem('not-regular', special);
    }
    if (there !== undefined && !overwrite)
      throw problem('exists', there.isSymbolicLink() ? 'A link of that name exists' : undefined);
    return await createPart(directory, leaf, {
      ...{ overwrite, durable, limit, mode, reserve: 0 },
      tidies: { platform, done: experience.tidied, namespace: experience.namespace },
    });
  } catch (error) {
    await directory.close();
    throw error;
  }
}

/** On Linux the device has the number 1, 3; on other systems the usual path is compared. */
async function isNullDevice(path: string): Promise<boolean> {
  const stats = await stat(diskPath(path)).catch(() => undefined);
  if (stats?.isCharacterDevice() !== true) return false;
  return systemPlatform() === 'linux' ? stats.rdev === 0x103 : path === '/dev/null';
}

async function openNullDevice(path: string): Promise<Sink> {
  const handle = await open(diskPath(path), constants.O_WRONLY);
  const write = async (parts: readonly Uint8Array[]): Promise<void> => {
    await writeAll(async (rest) => (await handle.writev(rest)).bytesWritten, parts);
  };
  return { write, publish: () => closeQuietly(handle), discard: () => closeQuietly(handle) };
}

async function closeQuietly(handle: FileHandle): Promise<void> {
  await handle.close().catch(() => undefined);
}

/** RFC 1350's words "Access violation" would puzzle the user of a local file. */
function inLocalWords(error: unknown): Error {
  const known = problemFrom(error);
  return known.problem === 'denied' ? problem('denied', 'Permission denied', error) : known;
}
