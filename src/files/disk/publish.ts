// The step that gives a complete file its name.
// Rule: the step is atomic. Without `overwrite` it never replaces an existing file, even one that appeared just now.
import { constants, type BigIntStats } from 'node:fs';
import { link, lstat, mkdtemp, open, readFile, rename, rm, unlink, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FileError } from '../file.ts';
import { identityOf } from './identity.ts';
import type { DiskPath } from './path.ts';
import { codeOf, noTemporary, problem, problemFrom } from '../problem.ts';
import { readFlags } from './source.ts';
import { syncDirectory, type HeldDirectory } from './walk.ts';

export interface PublishOptions {
  readonly overwrite: boolean;
  /** Sync the directory, so that the name survives a power loss. */
  readonly durable: boolean;
}

/** A file under its temporary name, and a descriptor of it: that name may lead to another file by now. */
export interface WrittenFile {
  /** Where the temporary name is. */
  readonly directory: HeldDirectory;
  readonly temporary: string;
  readonly leaf: string;
  readonly handle: FileHandle;
}

/** A file whose destination is known. */
export interface ReadyFile extends WrittenFile {
  /** Where the final name will be: on the same disk. */
  readonly destination: HeldDirectory;
}

/** See {@link pin}. */
export interface Pinned {
  readonly handle: FileHandle;
  readonly identity: string;
}

/**
 * Turns `temporary` in `directory` into `leaf` in `destination`. Rejects with the system's error; EEXIST where the name is taken.
 * Another file that took the place of the temporary one is not published: both names must lead to the file `identity`.
 */
export async function publish(
  { directory, temporary, destination, leaf, identity }: Omit<ReadyFile, 'handle'> & Pick<Pinned, 'identity'>,
  { overwrite, durable }: PublishOptions,
): Promise<void> {
  const from = directory.at(temporary);
  const to = destination.at(leaf);
  await assertNamed(identity, from);
  if (overwrite) await rename(from, to);
  else await linkOrClaim(from, to);
  // If it was exchanged between the check and the rename, the file there is not what the peer sent.
  await assertNamed(identity, to, () => unlink(to).catch(() => undefined));
  if (durable) await syncDirectory(destination.at('.'));
}

/** Rejects with `io`, after `undo`, if `path` is not the file `identity`. */
async function assertNamed(identity: string, path: DiskPath, undo?: () => Promise<void>): Promise<void> {
  const named = await existing(path);
  if (named !== undefined && identityOf(named) === identity) return;
  await undo?.();
  throw exchanged();
}

function exchanged(): FileError {
  return problem('io', 'The temporary file was exchanged for another one');
}

/**
 * A second descriptor of a written file, so that the first can be closed before it is published: some network disks report
 * a failed write only then, and a descriptor keeps the number of the file from being used again. Rejects with `io`, or `exhausted`.
 */
export async function pin({ directory, temporary, handle }: WrittenFile): Promise<Pinned> {
  const path = directory.at(temporary);
  const second = await open(path, readFlags | (constants.O_NOFOLLOW || 0)).catch((error: unknown) => {
    const known = problemFrom(error);
    if (known.problem === 'exhausted') throw known;
    throw problem('io', 'The temporary file cannot be opened any more', error);
  });
  try {
    const [written, opened] = await Promise.all([
      handle.stat({ bigint: true }),
      second.stat({ bigint: true }),
    ]);
    const identity = identityOf(written);
    if (identityOf(opened) !== identity) throw exchanged();
    return { handle: second, identity };
  } catch (error) {
    await second.close().catch(() => undefined);
    throw error;
  }
}

/** What is under `path`, itself and not what a link leads to. */
export async function existing(path: DiskPath): Promise<BigIntStats | undefined> {
  try {
    return await lstat(path, { bigint: true });
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw problemFrom(error);
  }
}

/**
 * Gives the new file the mode and the owner of the file that it replaces, as far as this user may. Never setuid, setgid or
 * sticky. If the group cannot be kept, the group gets what all others have. A new file gets `mode`.
 */
export async function setAccess(
  { destination, leaf, handle }: ReadyFile,
  { overwrite, mode }: { readonly overwrite: boolean; readonly mode: number },
): Promise<void> {
  const old = overwrite ? await existing(destination.at(leaf)) : undefined;
  const setMode = (to: number): Promise<void> => handle.chmod(to).catch(() => undefined); // FAT has no modes
  if (old?.isFile() !== true) return setMode(mode);
  const own = await handle.stat();
  const [uid, gid] = [Number(old.uid), Number(old.gid)];
  const isKept = async (user: number, group: number): Promise<boolean> =>
    (own.uid === user && own.gid === group) ||
    handle.chown(user, group).then(
      () => true,
      () => false,
    );
  const isGroupKept = (await isKept(uid, gid)) || (await isKept(own.uid, gid));
  const kept = Number(old.mode) & 0o777;
  await setMode(isGroupKept ? kept : (kept & 0o707) | ((kept & 0o007) << 3));
}

/** Moves `from` to a free name. Rejects with EEXIST if the name is taken. */
export async function linkOrClaim(from: DiskPath, to: DiskPath): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    // FAT and some network disks have no hard links.
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EXDEV'].includes(codeOf(error))) throw error;
    return claim(from, to);
  }
  // The file is published. If its temporary name cannot be removed now, the next start removes it.
  await unlink(from).catch(() => undefined);
}

/** For disks without hard links: creates an empty file under the name, which fails if the name is taken, then replaces it. */
export async function claim(from: DiskPath, to: DiskPath): Promise<void> {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW || 0);
  const placeholder = await open(to, flags, 0o600);
  await placeholder.close();
  try {
    await rename(from, to);
  } catch (error) {
    await unlink(to).catch(() => undefined);
    throw error;
  }
}

/** The mode of a new file: 0666 less the umask; never executable, whatever was uploaded. */
export async function publishedMode(platform: string): Promise<number> {
  const mask = platform === 'linux' ? await maskFromProc() : undefined;
  return mask === undefined ? probeMode() : 0o666 & ~mask;
}

async function maskFromProc(): Promise<number | undefined> {
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
  const digits = /^Umask:\s*([0-7]+)$/m.exec(status)?.[1];
  return digits === undefined ? undefined : Number.parseInt(digits, 8);
}

/** On other systems the mode of a new file tells: the system call that reads the umask also changes it for an instant. */
export async function probeMode(): Promise<number> {
  const directory = await mkdtemp(join(tmpdir(), 'tftp-mode-')).catch((error: unknown) => {
    throw noTemporary(error);
  });
  try {
    const handle = await open(join(directory, 'probe'), 'wx', 0o666);
    try {
      return (await handle.stat()).mode & 0o666;
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw noTemporary(error);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
