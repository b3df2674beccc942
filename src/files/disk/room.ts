// Whether a disk has room for what is to be written: octets, and the entries that each file and directory takes (inodes).
import { statfs } from 'node:fs/promises';
import { problem } from '../problem.ts';
import type { HeldDirectory } from './walk.ts';

/** What is to be written. */
export interface Need {
  readonly octets: number;
  /** Files and directories to be created. Default 0. */
  readonly entries?: number;
}

/** What a disk reports about itself. */
export interface DiskFigures {
  readonly blocks: number;
  readonly bavail: number;
  readonly bsize: number;
  /** Inodes in all; 0 where the disk has no fixed number. */
  readonly files: number;
  readonly ffree: number;
}

/** Octets that stay free. `standard`: 64 MiB, or a sixteenth of a disk of less than 1 GiB. */
export type Reserve = number | 'standard';

function octetsKept(size: number, reserve: Reserve): number {
  return reserve === 'standard' ? Math.min(64 * 1024 * 1024, Math.floor(size / 16)) : reserve;
}

/** Entries that stay free at most, so that the system can go on. A small disk keeps a sixteenth. */
const reservedEntries = 1024;

/**
 * Rejects with `full` unless `need` fits and `reserve` octets stay free. With a reserve some entries stay free as well. A
 * disk that reports no sizes passes.
 */
export async function assertRoom(directory: HeldDirectory, need: Need, reserve: Reserve): Promise<void> {
  if (need.octets === 0 && reserve === 0) return;
  const figures = await statfs(directory.at('.')).catch(() => undefined);
  if (figures !== undefined && !hasRoom(figures, need, reserve)) throw problem('full');
}

/** See {@link assertRoom}. */
export function hasRoom(
  { blocks, bavail, bsize, files, ffree }: DiskFigures,
  { octets, entries = 0 }: Need,
  reserve: Reserve,
): boolean {
  // A file system without sizes (proc, some network disks) reports 0 of 0.
  if (blocks > 0 && octets > bavail * bsize - octetsKept(blocks * bsize, reserve)) return false;
  const kept = reserve === 0 ? 0 : Math.min(reservedEntries, Math.floor(files / 16));
  return files === 0 || entries === 0 || entries <= ffree - kept;
}
