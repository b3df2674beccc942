// A temporary file without a name: its name is removed as soon as it is open, so the system frees it at the latest when the
// process ends. Rule: nothing stays behind, also after a crash; what a crash between two calls left is removed later.
import { lstat, mkdtemp, open, opendir, rm, rmdir, unlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

const prefix = 'tftpsh-cache-';
/** A name exists for microseconds: after this many milliseconds it is stale. */
const stale = 60_000;
/** Entries of the directory that are looked at. */
const mostEntries = 20_000;

/** Creates a file in `directory` that only this process can reach. Rejects with the system's error. */
export async function openUnnamed(directory: string): Promise<FileHandle> {
  const around = await mkdtemp(join(directory, prefix));
  const path = join(around, 'file');
  try {
    const handle = await open(path, 'wx+', 0o600);
    await unlink(path);
    return handle;
  } finally {
    await rmdir(around).catch(() => undefined);
  }
}

/** Removes what earlier runs of this user left in `directory`. `now`: milliseconds since 1970. Never rejects. */
export async function removeStaleNames(directory: string, now: number): Promise<void> {
  try {
    const own = await mkdtemp(join(directory, prefix));
    const { uid } = await lstat(own);
    await rmdir(own);
    let seen = 0;
    for await (const { name } of await opendir(directory)) {
      if (++seen > mostEntries) return;
      if (!/^tftpsh-cache-[A-Za-z0-9]{6}$/.test(name)) continue;
      const path = join(directory, name);
      const stats = await lstat(path);
      if (stats.isDirectory() && stats.uid === uid && now - stats.mtimeMs > stale)
        await rm(path, { recursive: true, force: true });
    }
  } catch {
    // It takes some room and does no other harm: the next run tries again.
  }
}
