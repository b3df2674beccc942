// Rights of the process that the embedded server needs: switching to another user, and inherited sockets.
// Rule: only the composition root has the process; the shell calls this interface.
import type { UserAccount, Privileged } from '../../engine/server/privileges.ts';
import type { InheritedSocket } from '../../engine/server/types.ts';
import { TftpError } from '../../engine/tftp-error.ts';
import { FileError, type Offering } from '../../files/file.ts';
import { quoted } from '../../wire/text.ts';
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

/** `none`: the user stays the same. `later`: call `become` once the port is bound. */
export type UserSwitch =
  | { readonly type: 'none' }
  | {
      readonly type: 'later';
      readonly name: string;
      /** Nobody asked for it: root does not serve other machines. */
      readonly isDefault: boolean;
      readonly become: () => Promise<void>;
    }
  | Misuse;

/** Reads `--user`: whether and how the server switches to another user. */
export async function readUser(
  privileges: Privileges | undefined,
  settings: Chosen,
  { word, host }: { readonly word: Word | undefined; readonly host: string | undefined },
): Promise<UserSwitch> {
  const chosen = settingOf(settings, 'serve-user');
  const isDefault = chosen === 'auto';
  const isReachable = settingOf(settings, 'serve-lan') || (host !== undefined && !isLoopback(host));
  if (isDefault && (!isReachable || privileges?.isRoot() !== true)) return { type: 'none' };
  const refused = (message: string) => misuse(message, word);
  if (privileges?.isRoot() !== true) return refused('Only root can become another user.');
  if (chosen === 'root') return { type: 'none' };
  const name = isDefault ? 'nobody' : chosen;
  const { findAccount } = await import('../../files/system/accounts.ts');
  const account = await findAccount(name);
  if (account === undefined) return refused(`This system has no user "${name}".`);
  if (account.uid === 0) return refused('That user is root too.');
  return { type: 'later', name, isDefault, become: () => privileges.become(account) };
}

function isLoopback(host: string): boolean {
  return host === '::1' || host.startsWith('127.');
}

/** Rejects with TftpError if the user of this process may not use what is offered. */
export async function assertUsable(offering: Offering, user: string): Promise<void> {
  await offering.assertUsable?.().catch((error: unknown) => {
    if (!(error instanceof FileError)) throw error;
    const message = `user ${quoted(user)} cannot ${error.message}`;
    throw new TftpError(
      message,
      { by: 'file', problem: 'denied', message },
      {
        advice: 'Change its permissions, name another user with --user, or stay root with --user root.',
        cause: error,
      },
    );
  });
}
