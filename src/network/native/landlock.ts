// Confines this process to some directories for good, where the kernel can (Landlock, Linux 5.19 and later).
// Rule: a confinement belongs to one thread. The main thread and each thread of the pool that touches files get it; V8's
// own threads, which touch none, do not. It stops a wrong path, not foreign code in this process.
import { bindFunctions, type ForeignFunction, type Obstacle } from './libc.ts';
import { onPool, ThreadPool } from './pool.ts';

/** A directory that stays usable. */
export interface Place {
  readonly path: string;
  readonly isWritten: boolean;
}

/** Why the process is not confined; nothing changed then. */
export type ConfineObstacle =
  | Obstacle
  /** The kernel is too old for it, or it is off. */
  | 'no-landlock'
  /** A directory cannot be opened, or the threads cannot be told apart. */
  | 'not-possible';

const declarations = {
  create: 'long syscall(long number, void *attributes, size_t size, uint32_t flags)',
  allow: 'long syscall(long number, int ruleset, int type, void *attributes, uint32_t flags)',
  restrict: 'long syscall(long number, int ruleset, uint32_t flags)',
  prctl: 'int prctl(int option, unsigned long value, unsigned long b, unsigned long c, unsigned long d)',
  open: 'int open(const char *path, int flags)',
  close: 'int close(int fd)',
} as const;
type Calls = Readonly<Record<keyof typeof declarations, ForeignFunction>>;

// Numbers of the system calls, the same for every processor, and their constants (linux/landlock.h, linux/prctl.h).
const createNumber = 444;
const allowNumber = 445;
const restrictNumber = 446;
const askVersion = 1;
const pathBeneath = 1;
const noNewPrivileges = 38;
const pathOnly = 0o10000000 | 0o2000000;

/** Rights on files, by bit. All that the kernel knows are taken away; the places get some back. */
const readRights = (1n << 2n) | (1n << 3n);
const writeRights = [1, 4, 5, 7, 8, 13, 14].reduce((all, bit) => all | (1n << BigInt(bit)), readRights);
/** The highest right of each version of Landlock; version 2 lets a file move between directories. */
const leastVersion = 2;
const rightsOf = (version: number): number => (version >= 5 ? 16 : version >= 3 ? 15 : 14);

/**
 * Takes every right on files away from this process but for reading and writing below `places`. Open files stay usable.
 * `threads`: the size of Node's pool. @returns why it is not possible. Rejects if it failed halfway: then the process is
 * confined in part, and should end.
 */
export async function confine(
  places: readonly Place[],
  threads: number,
): Promise<'confined' | ConfineObstacle> {
  const calls = bindFunctions(declarations);
  if (typeof calls === 'string') return calls;
  const pool = ThreadPool.of(threads);
  if (typeof pool === 'string') return pool;
  const version = calls.create(createNumber, null, 0, askVersion);
  if (version < leastVersion) return 'no-landlock';
  const rights = (1n << BigInt(rightsOf(version))) - 1n;
  const ruleset = calls.create(createNumber, numbers(rights), 8, 0);
  if (ruleset < 0) return 'no-landlock';
  try {
    const areOpen = places.every((place) => allow(calls, { ruleset, rights, place }));
    if (!areOpen || !(await pool.isComplete())) return 'not-possible';
    await pool.each(async () => {
      const ended = [
        await onPool(calls.prctl, noNewPrivileges, 1, 0, 0, 0),
        await onPool(calls.restrict, restrictNumber, ruleset, 0),
      ];
      assertDone(ended);
    });
    assertDone([calls.prctl(noNewPrivileges, 1, 0, 0, 0), calls.restrict(restrictNumber, ruleset, 0)]);
    return 'confined';
  } finally {
    calls.close(ruleset);
  }
}

function allow(
  { open, allow: add, close }: Calls,
  { ruleset, rights, place }: { readonly ruleset: number; readonly rights: bigint; readonly place: Place },
): boolean {
  const fd = open(place.path, pathOnly);
  if (fd < 0) return false;
  const rule = new Uint8Array(12);
  rule.set(numbers(rights & (place.isWritten ? writeRights : readRights)));
  new DataView(rule.buffer).setInt32(8, fd, true);
  const result = add(allowNumber, ruleset, pathBeneath, rule, 0);
  close(fd);
  return result === 0;
}

function numbers(value: bigint): Uint8Array {
  const octets = new Uint8Array(8);
  new DataView(octets.buffer).setBigUint64(0, value, true);
  return octets;
}

function assertDone(results: readonly number[]): void {
  if (results.some((result) => result !== 0)) throw new Error('the kernel refused to confine a thread');
}
