// Temporary files that a killed run left in one directory: the next get into that directory removes them.
// Rule: only files of exactly our pattern and of this user that no process has open. Where processes may be out of sight,
// as in a container, only files that were not written to for a day. If that cannot be known, none.
import { lstat, readFile, readdir, readlink, stat, statfs, unlink } from 'node:fs/promises';
import { isTemporaryName } from '../offerings/name.ts';
import { identityOf } from './identity.ts';
import { nameOf, openEntries } from './path.ts';
import type { Temporary } from './temporary.ts';
import type { HeldDirectory } from './walk.ts';

/** Entries of the directory that are looked at. */
const mostEntries = 20_000;

/** Linux's numbers of file systems that other machines write to as well: NFS, SMB, CIFS, SMB2, FUSE, 9P, Ceph. */
const shared = new Set([0x6969, 0x517b, 0xff534d42, 0xfe534d42, 0x65735546, 0x01021997, 0x00c36400]);

/** Linux's name of the first PID namespace: who is in it sees the processes of all others. */
const firstNamespace = 'pid:[4026531836]';

/** Nanoseconds without a write after which no transfer uses a temporary file any more: a day. */
const longestRest = 86_400_000_000_000n;

/** How a directory is tidied. */
export interface Tidying {
  readonly platform: string;
  /** Directories that this run has tidied already, by their identity: once is enough, and it takes long. */
  readonly done: Set<string>;
  /** The PID namespace of this process, as /proc/self/ns/pid names it. Default: that is read. */
  readonly namespace?: string | undefined;
}

/** A temporary file that may be removed. */
interface Found {
  readonly identity: string;
  readonly modified: bigint;
}

/** The files that processes have open. */
interface OpenFiles {
  readonly held: ReadonlySet<string>;
  /** No process of this namespace that may be ours hid them. */
  readonly areAll: boolean;
}

/** Removes what earlier runs left in `directory`. `own`: a file that this run just made there. Never rejects. */
export async function removeStale(
  directory: HeldDirectory,
  { handle: own, place }: Temporary,
  { platform, done, namespace }: Tidying,
): Promise<void> {
  if (platform !== 'linux') return;
  try {
    if (done.has(place)) return;
    done.add(place);
    const ours = await own.stat({ bigint: true });
    const found = await temporaries(directory, ours.uid);
    for (const [name, file] of found) if (file.identity === identityOf(ours)) found.delete(name);
    if (found.size === 0 || shared.has((await statfs(directory.at('.'))).type)) return;
    const { held, areAll } = await openFiles(ours.uid);
    // This run's own file is open: if it is not in the list, the list is worth nothing.
    if (!held.has(identityOf(ours))) return;
    const seesAll = areAll && (namespace ?? (await readlink('/proc/self/ns/pid'))) === firstNamespace;
    // The file that was just made has the time of the disk.
    const isOver = ({ modified }: Found): boolean => seesAll || ours.mtimeNs - modified > longestRest;
    for (const [name, file] of found)
      if (!held.has(file.identity) && isOver(file)) await unlink(directory.at(name)).catch(() => undefined);
  } catch {
    // They take room and do no other harm: the next get tries again.
  }
}

async function temporaries(directory: HeldDirectory, uid: bigint): Promise<Map<string, Found>> {
  const found = new Map<string, Found>();
  let seen = 0;
  for await (const entry of await openEntries(directory.at('.'))) {
    if (++seen > mostEntries) break;
    const name = nameOf(entry);
    if (!isTemporaryName(name)) continue;
    const stats = await lstat(directory.at(name), { bigint: true }).catch(() => undefined);
    if (stats?.isFile() === true && stats.uid === uid)
      found.set(name, { identity: identityOf(stats), modified: stats.mtimeNs });
  }
  return found;
}

/** What the processes of this namespace have open, as far as this user may know. */
async function openFiles(uid: bigint): Promise<OpenFiles> {
  const held = new Set<string>();
  let areAll = true;
  for (const process of await readdir('/proc')) {
    if (!/^\d+$/.test(process)) continue;
    const descriptors = await readdir(`/proc/${process}/fd`).catch(() => undefined);
    if (descriptors === undefined && (await mayBeOurs(uid, process))) areAll = false;
    for (const descriptor of descriptors ?? []) {
      const path = `/proc/${process}/fd/${descriptor}`;
      const stats = await stat(path, { bigint: true }).catch(() => undefined);
      if (stats?.isFile() === true) held.add(identityOf(stats));
    }
  }
  return { held, areAll };
}

/** Whether a process may be a tftpsh of that user. One with more rights than its user (setcap) does not show what it has open. */
async function mayBeOurs(uid: bigint, process: string): Promise<boolean> {
  const status = await readFile(`/proc/${process}/status`, 'utf8').catch(() => '');
  const [, user] = /^Uid:\s*(\d+)/m.exec(status) ?? [];
  return user === uid.toString() && /^Name:\s*(?:node|MainThread|tftpsh)/m.test(status);
}
