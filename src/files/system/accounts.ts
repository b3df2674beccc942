// Users of this system by name, from /etc/passwd.
import { readFile } from 'node:fs/promises';

export interface AccountEntry {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** The user with this name; undefined if /etc/passwd has no such user. Network directories are not asked. */
export async function findAccount(name: string, path = '/etc/passwd'): Promise<AccountEntry | undefined> {
  const text = await readFile(path, 'utf8').catch(() => '');
  for (const line of text.split('\n')) {
    const [user, , uid = '', gid = ''] = line.split(':');
    if (user === name && user !== '' && /^\d+$/.test(uid) && /^\d+$/.test(gid))
      return { name, uid: Number(uid), gid: Number(gid) };
  }
  return undefined;
}
