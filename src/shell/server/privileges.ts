// Rights of the process that the embedded server needs: switching to another user, and inherited sockets.
// Rule: only the composition root has the process; the shell calls this interface.
import type { OfferedPlace } from '../../files/file.ts';
import type { ConfineObstacle } from '../../network/native/landlock.ts';
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
  /** Present where the process runs one command and ends: what it gives up harms nothing else. */
  readonly oneCommand?: {
    /** Takes all files but those below `places` away from this process, for good. */
    readonly confine: (places: readonly OfferedPlace[]) => Promise<'confined' | ConfineObstacle>;
  };
}

/** The rights of `process`; tests pass an object of their own. `isOneCommand`: it runs one command and ends. */
export function privilegesOf(
  process: Privileged & { readonly pid: number; readonly env: Readonly<Record<string, string | undefined>> },
  isOneCommand: boolean,
): Privileges {
  const confine: NonNullable<Privileges['oneCommand']>['confine'] = async (places) =>
    (await import('../../network/native/landlock.ts')).confine(places, poolSize(process.env));
  return {
    ...(isOneCommand && { oneCommand: { confine } }),
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

/** The threads of Node's pool, as libuv reads its variable. */
function poolSize({ UV_THREADPOOL_SIZE: text }: Readonly<Record<string, string | undefined>>): number {
  if (text === undefined) return 4;
  const size = Number.parseInt(text, 10) || 0;
  return size === 0 ? 1 : size < 0 ? 1024 : Math.min(size, 1024);
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
  // A shell that became nobody by surprise could no longer do what it was started for.
  if (isDefault && privileges.oneCommand === undefined)
    return refused(
      'Root does not serve other machines from a shell. --user nobody turns this whole shell into that user for good, --user root stays root; "tftpsh serve" runs a server alone.',
    );
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
