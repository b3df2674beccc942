// How many files and sockets the system lets this process have open.
import { readFile } from 'node:fs/promises';

/** The limit of this process (RLIMIT_NOFILE); undefined on systems that do not show it. Never rejects. */
export async function descriptorLimit(): Promise<number | undefined> {
  const limits = await readFile('/proc/self/limits', 'utf8').catch(() => '');
  const digits = /^Max open files\s+(\d+)/m.exec(limits)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
