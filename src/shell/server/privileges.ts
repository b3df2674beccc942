// Rights of the process that the embedded server needs: switching to another user, and inherited sockets.
// Rule: only the composition root has the process; the shell calls this interface.
import type { UserAccount, Privileged } from '../../engine/server/privileges.ts';
import type { InheritedSocket } from '../../engine/server/types.ts';
import { misuse } from '../language/misuse.ts';
import type { Misuse } from '../language/misuse.ts';
import type { Word } from '../language/parse.ts';
import type { Chosen } from '../settings/table.ts';
import { settingOf } from '../settings/settings.ts';

export interface Privileges {
  readonly isRoot: () => boolean;
  /** Switches to that user; there is no way back. Rejects with TftpError where the system refuses. */
  readonly become: (account: UserAccount) => Promise<void>;
  /** Sockets that the parent process had bound (systemd's socket activation). */
  readonly inherited: () => Promise<readonly InheritedSocket[]>;
}

/** The rights of `process`; tests pass an object of their own. */
export function privilegesOf(
  process: Privileged & { readonly pid: number; readonly env: Readonly<Record<string, string | undefined>> },
): Privileges {
  return {
    isRoot: () => process.getuid?.() === 0,
    become: async (account) => {
      const { dropPrivileges } = await import('../../engine/server/privileges.ts');
      dropPrivileges(process, account);
    },
    inherited: async () => {
      const { inheritedSockets } = await import('../../files/system/inherited-sockets.ts');
      return inheritedSockets(process.env, process.pid);
    },
  };
}

/** `none`: no other user is set. `later`: call `become` once the port is bound. */
export type UserSwitch =
  { readonly type: 'none' } | { readonly type: 'later'; readonly become: () => Promise<void> } | Misuse;

/** Reads `--user`: whether and how the server switches to another user. */
export async function readUser(
  privileges: Privileges | undefined,
  settings: Chosen,
  word: Word | undefined,
): Promise<UserSwitch> {
  const name = settingOf(settings, 'serve-user');
  if (name === 'none') return { type: 'none' };
  const refused = (message: string) => misuse(message, word);
  if (privileges?.isRoot() !== true) return refused('Only root can become another user.');
  const { findAccount } = await import('../../files/system/accounts.ts');
  const account = await findAccount(name);
  if (account === undefined) return refused(`This system has no user "${name}".`);
  if (account.uid === 0) return refused('That user is root too.');
  return { type: 'later', become: () => privileges.become(account) };
}
