// Drops root privileges once the ports are bound, in the only order that works, and checks that they are gone.
// Rule: the process is an argument; only the composition root has it.
import { quoted } from '../../wire/text.ts';
import { usageError } from '../tftp-error.ts';

/** A user of this system. */
export interface UserAccount {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** The part of `process` that changes user and group (POSIX systems only). */
export interface Privileged {
  getuid?(): number;
  initgroups?(user: string, group: number): void;
  setgid?(gid: number): void;
  setuid?(uid: number): void;
}

/**
 * Changes to `account` for good: groups first, the user last. Open files and sockets stay open;
 * ports below 1024 can no longer be bound. @throws TftpError `by: 'usage'` where we are not root or it fails.
 */
export function dropPrivileges(process: Privileged, { name, uid, gid }: UserAccount): void {
  if (process.getuid === undefined || process.setuid === undefined)
    throw usageError('this system has no users to change to');
  if (uid === 0) throw usageError('the user to change to must not be root');
  if (process.getuid() !== 0) throw usageError('only root can change to another user');
  try {
    process.initgroups?.(name, gid);
    process.setgid?.(gid);
    process.setuid(uid);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw usageError(`cannot change to user ${quoted(name)} (${code})`);
  }
  if (isRootAgain(process)) throw usageError('root privileges could be regained: stopped');
}

function isRootAgain(process: Privileged): boolean {
  try {
    process.setuid?.(0);
    return true;
  } catch {
    return process.getuid?.() === 0;
  }
}
