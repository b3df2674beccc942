// Paths as the disk takes them. In memory a path is a string, also where its octets are not UTF-8 (wire/names.ts).
// Rule: every path and every name passes here on its way to the disk and back, so that no octet is lost.
import type { Dirent } from 'node:fs';
import { opendir, realpath } from 'node:fs/promises';
import { platform as systemPlatform } from 'node:os';
import { decodeName, encodeName } from '../../wire/names.ts';
import { problem } from '../problem.ts';

/** A path for a system call. It is a Buffer only where its octets are not UTF-8. */
export type DiskPath = string | Buffer;

/** `path` for a system call. Throws FileError `bad-name` on Windows, whose names consist of characters. */
export function diskPath(path: string, platform: string = systemPlatform()): DiskPath {
  if (path.isWellFormed()) return path;
  if (platform === 'win32')
    throw problem('bad-name', 'Names on this system are Unicode, and this one is not');
  return Buffer.from(encodeName(path));
}

/** `path` without links. Rejects with the system's error. */
export async function realPath(path: string): Promise<string> {
  return decodeName(await realpath(diskPath(path), { encoding: 'buffer' }));
}

/** An entry of a directory; {@link nameOf} reads its name. */
export type OctetEntry = Dirent<Buffer>;

/** Entries that are read at a time. One turn of the event loop passes on that many. */
const entriesAtOnce = 1024;

/** The entries of a directory, in the order of the disk. Rejects with the system's error. */
export async function openEntries(path: DiskPath): Promise<AsyncIterable<OctetEntry>> {
  // Node accepts this encoding and then gives Buffers; its types know neither.
  const encoding = 'buffer' as BufferEncoding;
  const directory: AsyncIterable<unknown> = await opendir(path, { encoding, bufferSize: entriesAtOnce });
  return directory as AsyncIterable<OctetEntry>;
}

/** The name of an entry. */
export function nameOf({ name }: OctetEntry): string {
  return decodeName(name);
}
