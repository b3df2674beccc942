// What only the composition root may do with the process, as the shell asks for it: another user, inherited sockets.
// Types, and the reading of `--user`. Never imports the session's code.
import type { UserAccount, Privileged } from '../../engine/server/privileges.ts';
import type { InheritedSocket } from '../../engine/server/types.ts';
import { misuse } from '../language/misuse.ts';
import type { Misuse } from '../language/misuse.ts';
import type { Word } from '../language/parse.ts';
import type { Chosen } from '../settings/table.ts';
import { settingOf } from '../settings/settings.ts';

export interface Privileges {
  readonly isRoot: () => boolean;
  /** For good. Rejects with TftpError where it cannot be. */
  readonly become: (account: UserAccount) => Promise<void>;
  /** Sockets that whoever started us had bound (systemd's socket activation). */
  readonly inherited: () => Promise<readonly InheritedSocket[]>;
}

/** Over the process, or what stands for it in a test. */
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

/** Nobody else; or what is done once the port is bound; or why it cannot be. */
export type Becoming =
  { readonly type: 'nobody' } | { readonly type: 'later'; readonly become: () => Promise<void> } | Misuse;

/** Reads `--user`. */
export async function becoming(
  privileges: Privileges | undefined,
  wishes: Chosen,
  word: Word | undefined,
): Promise<Becoming> {
  const name = settingOf(wishes, 'serve-user');
  if (name === 'none') return { type: 'nobody' };
  const refused = (message: string) => misuse(message, word);
  if (privileges?.isRoot() !== true) return refused('Only root can become another user.');
  const { findAccount } = await import('../../files/system/accounts.ts');
  const account = await findAccount(name);
  if (account === undefined) return refused(`This system has no user "${name}".`);
  if (account.uid === 0) return refused('That is root again.');
  return { type: 'later', become: () => privileges.become(account) };
}
