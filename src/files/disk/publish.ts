// The one step that makes a whole file appear under its name.
// Rule: atomic, and without `overwrite` never over a file that is there, whoever put it there and when.
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

/** Turns `temporary` into `leaf`, both in `directory`. Rejects with the system's error; EEXIST where the name is taken. */
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

/** Moves `from` to a name that nobody has; rejects with EEXIST where somebody does. */
export async function linkOrClaim(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    // FAT and some network disks have no hard links.
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EXDEV'].includes(codeOf(error))) throw error;
    return claim(from, to);
  }
  // The file is published; a second name that would not go away is found at the next start.
  await unlink(from).catch(() => undefined);
}

/** Without links: takes the name with an empty file that nobody else can have made, then replaces that one. */
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

/** The mode of a published file: 0644 less the umask; never executable, whatever was uploaded. */
export async function publishedMode(platform: string): Promise<number> {
  const mask = platform === 'linux' ? await maskFromProc() : undefined;
  return mask === undefined ? probeMode() : 0o644 & ~mask;
}

async function maskFromProc(): Promise<number | undefined> {
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
  const digits = /^Umask:\s*([0-7]+)$/m.exec(status)?.[1];
  return digits === undefined ? undefined : Number.parseInt(digits, 8);
}

/** Elsewhere a file is made and looked at: reading the umask by call would change it for an instant. */
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
