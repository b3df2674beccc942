// The step that gives a complete file its name.
// Rule: the step is atomic. Without `overwrite` it never replaces an existing file, even one that appeared just now.
import { constants } from 'node:fs';
import { link, mkdtemp, open, readFile, rename, rm, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { codeOf } from '../problem.ts';
import { syncDirectory, type HeldDirectory } from './walk.ts';

export interface PublishOptions {
  readonly overwrite: boolean;
  /** Sync the directory, so that the name survives a power loss. */
  readonly durable: boolean;
}

/** Renames `temporary` to `leaf`, both in `directory`. Rejects with the system's error: EEXIST if the name is taken. */
export async function publish(
  directory: HeldDirectory,
  temporary: string,
  leaf: string,
  { overwrite, durable }: PublishOptions,
): Promise<void> {
  const from = directory.at(temporary);
  const to = directory.at(leaf);
  if (overwrite) await rename(from, to);
  else await linkOrClaim(from, to);
  if (durable) await syncDirectory(directory.at('.'));
}

/** Moves `from` to a free name. Rejects with EEXIST if the name is taken. */
export async function linkOrClaim(from: string, to: string): Promise<void> {
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
export async function claim(from: string, to: string): Promise<void> {
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

/** The mode of a published file: 0644 without the bits of the umask. An uploaded file is never executable. */
export async function publishedMode(platform: string): Promise<number> {
  const mask = platform === 'linux' ? await maskFromProc() : undefined;
  return mask === undefined ? probeMode() : 0o644 & ~mask;
}

async function maskFromProc(): Promise<number | undefined> {
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
  const digits = /^Umask:\s*([0-7]+)$/m.exec(status)?.[1];
  return digits === undefined ? undefined : Number.parseInt(digits, 8);
}

/** On other systems the mode of a new file tells: the system call that reads the umask also changes it for an instant. */
export async function probeMode(): Promise<number> {
  const directory = await mkdtemp(join(tmpdir(), 'tftp-mode-'));
  try {
    const handle = await open(join(directory, 'probe'), 'wx', 0o644);
    try {
      return (await handle.stat()).mode & 0o644;
    } finally {
      await handle.close();
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
