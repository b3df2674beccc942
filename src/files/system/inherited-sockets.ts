// Sockets that our parent process has bound for us: systemd's socket activation (sd_listen_fds(3)).
// Rule: the numbers in the environment count only if they are addressed to this process.
import { readFile, readlink } from 'node:fs/promises';

/** A UDP socket by its descriptor. */
export interface FoundSocket {
  readonly fd: number;
  readonly family: 4 | 6;
}

/** The first descriptor that is passed. */
const firstDescriptor = 3;
const mostSockets = 64;

/** The sockets that `env` announces; an empty list unless `env` is addressed to process `pid`. */
export async function inheritedSockets(
  env: Readonly<Record<string, string | undefined>>,
  pid: number,
): Promise<readonly FoundSocket[]> {
  const count = Number(env['LISTEN_FDS'] ?? 0);
  if (env['LISTEN_PID'] !== String(pid) || !Number.isInteger(count) || count < 1) return [];
  const sixes = await inodesOf('/proc/self/net/udp6');
  const fds = Array.from({ length: Math.min(count, mostSockets) }, (_, at) => firstDescriptor + at);
  return Promise.all(
    fds.map(async (fd) => ({ fd, family: sixes.has(await inodeOf(fd)) ? (6 as const) : (4 as const) })),
  );
}

/** The inode of a descriptor. The link of a socket reads `socket:[4711]`. */
async function inodeOf(fd: number): Promise<string> {
  const link = await readlink(`/proc/self/fd/${fd}`).catch(() => '');
  return /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? '';
}

/** The inodes in a table of sockets: its tenth column. */
async function inodesOf(table: string): Promise<ReadonlySet<string>> {
  const text = await readFile(table, 'utf8').catch(() => '');
  const lines = text.trim().split('\n').slice(1);
  return new Set(lines.map((line) => line.trim().split(/\s+/)[9] ?? ''));
}
