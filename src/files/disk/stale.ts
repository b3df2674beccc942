// Temporary files that a killed run left in one directory: the next get into that directory removes them.
// Rule: only files of exactly our pattern and of this user that no process has open. If that cannot be known, none.
import { lstat, readdir, stat, statfs, unlink, type FileHandle } from 'node:fs/promises';
import type { BigIntStats } from 'node:fs';
import { isTemporaryName } from '../offerings/name.ts';
import { nameOf, openEntries } from './path.ts';
import type { HeldDirectory } from './walk.ts';

/** Entries of the directory that are looked at. */
const mostEntries = 20_000;

/** Linux's numbers of file systems that other machines write to as well: NFS, SMB, CIFS, SMB2, FUSE, 9P, Ceph. */
const shared = new Set([0x6969, 0x517b, 0xff534d42, 0xfe534d42, 0x65735546, 0x01021997, 0x00c36400]);

/** How a directory is tidied. */
export interface Tidying {
  readonly platform: string;
  /** Directories that this run has tidied already, by their identity: once is enough, and it takes long. */
  readonly done: Set<string>;
}

/** Removes what earlier runs left in `directory`. `own`: a file that this run just made there. Never rejects. */
export async function removeStale(
  directory: HeldDirectory,
  own: FileHandle,
  { platform, done }: Tidying,
): Promise<void> {
  if (platform !== 'linux') return;
  try {
    const place = await directory.identity();
    if (done.has(place)) return;
    done.add(place);
    const ours = await own.stat({ bigint: true });
    const found = await temporaries(directory, ours.uid);
    for (const [name, file] of found) if (file === identity(ours)) found.delete(name);
    if (found.size === 0 || shared.has((await statfs(directory.at('.'))).type)) return;
    const held = await openFiles();
    // This run's own file is open: if it is not in the list, the list is worth nothing.
    if (!held.has(identity(ours))) return;
    for (const [name, file] of found)
      if (!held.has(file)) await unlink(directory.at(name)).catch(() => undefined);
  } catch {
    // They take room and do no other harm: the next get tries again.
  }
}

async function temporaries(directory: HeldDirectory, uid: bigint): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  let seen = 0;
  for await (const entry of await openEntries(directory.at('.'))) {
    if (++seen > mostEntries) break;
    const name = nameOf(entry);
    if (!isTemporaryName(name)) continue;
    const stats = await lstat(directory.at(name), { bigint: true }).catch(() => undefined);
    if (stats?.isFile() === true && stats.uid === uid) found.set(name, identity(stats));
  }
  return found;
}

/** The files that processes have open, as far as this user may know: its own processes at least. */
async function openFiles(): Promise<ReadonlySet<string>> {
  const open = new Set<string>();
  for (const process of await readdir('/proc')) {
    if (!/^\d+$/.test(process)) continue;
    const descriptors = await readdir(`/proc/${process}/fd`).catch(() => []);
    for (const descriptor of descriptors) {
      const path = `/proc/${process}/fd/${descriptor}`;
      const stats = await stat(path, { bigint: true }).catch(() => undefined);
      if (stats?.isFile() === true) open.add(identity(stats));
    }
  }
  return open;
}

function identity({ dev, ino }: BigIntStats): string {
  return `${dev.toString()}:${ino.toString()}`;
}
