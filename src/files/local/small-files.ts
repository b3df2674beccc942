// Small files of our own: settings, history, notes and exports.
// Rule: a private file has mode 0600, and no file is written through a link.
import { constants } from 'node:fs';
import { lstat, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { FileError } from '../file.ts';
import { problem, problemFrom } from '../problem.ts';
import { decodeName } from '../../wire/names.ts';
import { diskPath } from '../disk/path.ts';
import { readFlags } from '../disk/source.ts';
import { makeDirectory } from './directories.ts';
import { assertOwner, trustedPath } from './trusted.ts';

const noFollow = constants.O_NOFOLLOW || 0;

/** Reads a small text in UTF-8; octets that are not UTF-8 are read as in a name. Rejects with `too-large` if it has more than `limit` octets. */
export async function readText(path: string, limit: number): Promise<string> {
  return withHandle(path, readFlags, 0, (handle) => textOf(handle, limit));
}

async function textOf(handle: FileHandle, limit: number): Promise<string> {
  const stats = await handle.stat();
  if (stats.isDirectory()) throw problem('is-directory');
  if (!stats.isFile()) throw problem('not-regular');
  // One octet more than allowed: a file that grows, or that reports no size (proc), is measured by reading it.
  const octets = Buffer.alloc(limit + 1);
  let length = 0;
  for (;;) {
    const { bytesRead } = await handle.read(octets, length, octets.length - length, null);
    length += bytesRead;
    if (length > limit) throw problem('too-large');
    if (bytesRead === 0) return decodeName(octets.subarray(0, length));
  }
}

/** Replaces the content of `path` in place, never through a link. A new file gets `mode`; default 0644. */
export async function writeText(path: string, text: string, mode = 0o644): Promise<void> {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | noFollow;
  await withHandle(path, flags, mode, (handle) => handle.writeFile(text));
}

/** Replaces a file that others may read by `text` in one step: a reader sees the old text or the new one. Rejects with FileError. */
export async function replaceText(path: string, text: string): Promise<void> {
  const fresh = `${path}.new`;
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | noFollow;
  await withHandle(fresh, flags, 0o644, (handle) => handle.writeFile(text));
  await rename(diskPath(fresh), diskPath(path)).catch((error: unknown) => {
    throw problemFrom(error);
  });
}

/**
 * Reads a text whose commands run without a question, such as the start-up file. Rejects with `denied` if another user
 * owns it or may write to it or replace it, or if `path` is a link.
 */
export async function readOwnText(path: string, limit: number): Promise<string> {
  return withHandle(await trustedPath(path), readFlags | noFollow, 0, async (handle) => {
    const stats = await handle.stat();
    await assertOwner(stats);
    if ((stats.mode & 0o022) !== 0) throw problem('denied', 'Others may write to it');
    return textOf(handle, limit);
  });
}

/** Reads at most the last `limit` octets of a private file, from the first whole line on. Gives the file mode 0600. */
export async function readPrivateTail(
  path: string,
  limit: number,
): Promise<{ readonly text: string; readonly size: number }> {
  return withHandle(await trustedPath(path), readFlags | noFollow, 0, async (handle) => {
    const { size } = await tighten(handle);
    const octets = Buffer.alloc(Math.min(size, limit));
    const { bytesRead } = await handle.read(octets, 0, octets.length, size - octets.length);
    const text = octets.toString('utf8', 0, bytesRead);
    return { text: size > limit ? text.slice(text.indexOf('\n') + 1) : text, size };
  });
}

/** Appends to a private file in one write, so that several programs may append. Creates a missing directory. */
export function appendPrivate(path: string, text: string): Promise<void> {
  return putPrivate(path, text, 'append');
}

/** Replaces the content of a small private file. Creates a missing directory. */
export function writePrivate(path: string, text: string): Promise<void> {
  return putPrivate(path, text, 'replace');
}

async function putPrivate(path: string, text: string, how: 'append' | 'replace'): Promise<void> {
  const flags =
    constants.O_WRONLY | constants.O_CREAT | (how === 'append' ? constants.O_APPEND : 0) | noFollow;
  const put = async (): Promise<void> =>
    withHandle(await trustedPath(path), flags, 0o600, async (handle) => {
      await tighten(handle);
      // Not by O_TRUNC: the file of another user must stay as it is.
      if (how === 'replace') await handle.truncate();
      await handle.writeFile(text);
    });
  try {
    await put();
  } catch (error) {
    if (!(error instanceof FileError) || error.problem !== 'missing') throw error;
    await makeDirectory(dirname(path), 0o700).catch(() => undefined);
    await put();
  }
}

/**
 * Replaces a private file by `text` in one step. If several programs try at once, one succeeds. Does nothing if the
 * file no longer has `size` octets: then another program appended to it since it was read.
 * @returns whether the file was replaced.
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
    // Another program is replacing the file, or was ended while it did. The file below is removed for the next one.
  }
  await rm(fresh, { force: true }).catch(() => undefined);
  return false;
}

async function tighten(handle: FileHandle): Promise<{ readonly size: number }> {
  const stats = await handle.stat();
  if (!stats.isFile()) throw problem('not-regular');
  await assertOwner(stats);
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
    // O_NONBLOCK: a FIFO without a reader fails at once instead of blocking a thread for ever.
    handle = await open(diskPath(path), flags | (constants.O_NONBLOCK || 0), mode);
    if (!(await handle.stat()).isFile() && (flags & constants.O_CREAT) !== 0) throw problem('not-regular');
    return await use(handle);
  } catch (error) {
    throw problemFrom(error);
  } finally {
    await handle?.close();
  }
}
