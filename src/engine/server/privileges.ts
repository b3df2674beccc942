// Giving root away once the ports are bound: in the one order that works, and proved by trying to get it back.
// Rule: the process is an argument; only the composition root has it. Imports types of nothing but this room's error.
import { quoted } from '../../wire/text.ts';
import { usageError } from '../client/options.ts';

/** A user of this system. */
export interface UserAccount {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** The part of `process` that changes who we are (POSIX systems only). */
export interface Privileged {
  getuid?(): number;
  initgroups?(user: string, group: number): void;
  setgid?(gid: number): void;
  setuid?(uid: number): void;
}

/**
 * From now on the process is `account`'s, for good: groups first, the user last. Files and sockets that are open stay open;
 * ports below 1024 cannot be bound any more. @throws TftpError `by: 'usage'` where we are not root or it fails.
 */
export function dropPrivileges(process: Privileged, { name, uid, gid }: UserAccount): void {
  if (process.getuid === undefined || process.setuid === undefined)
    throw usageError('this system has no users to change to');
  if (uid === 0) throw usageError('changing to root gives nothing away');
  if (process.getuid() !== 0) throw usageError('only root can change to another user');
  try {
    process.initgroups?.(name, gid);
    process.setgid?.(gid);
    process.setuid(uid);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw usageError(`cannot change to user ${quoted(name)} (${code})`);
  }
  if (isRootAgain(process)) throw usageError('root could be had again: not going on');
}

function isRootAgain(process: Privileged): boolean {
  try {
    process.setuid?.(0);
    return true;
  } catch {
    return process.getuid?.() === 0;
  }
}
