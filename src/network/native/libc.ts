// The binding to the system's C library, Linux only: the one place where foreign functions enter.
// Rule: every length and address in a call comes from memory that this folder owns, never from a datagram.
import { createRequire } from 'node:module';
import { arch, endianness, platform } from 'node:os';
import { dirname, join } from 'node:path';

/** The calls of the C library that the native door uses; each answers as in C, -1 with the reason in `errno`. */
export interface Libc {
  socket(family: number, type: number, protocol: number): number;
  bind(fd: number, address: Uint8Array, length: number): number;
  connect(fd: number, address: Uint8Array, length: number): number;
  setsockopt(fd: number, level: number, name: number, value: Uint8Array, length: number): number;
  recvmmsg(fd: number, messages: Uint8Array, count: number, flags: number, timeout: null): number;
  send(fd: number, octets: Uint8Array, length: number, flags: number): number;
  sendmsg(fd: number, message: Uint8Array, flags: number): number;
  sendmmsg(fd: number, messages: Uint8Array, count: number, flags: number): number;
  /** `preadv2` with one vector. Undefined where the C library is older than the call (glibc 2.26). */
  readonly preadv2: ((fd: number, target: Uint8Array, offset: number, flags: number) => number) | undefined;
  ppoll(fds: Uint8Array, count: number, timeout: Uint8Array, signals: null): number;
  getsockname(fd: number, address: Uint8Array, length: Uint8Array): number;
  fcntl(fd: number, command: number, value: number): number;
  getpid(): number;
  sched_yield(): number;
  /** A second descriptor of the same socket, closed on exec. */
  duplicate(fd: number): number;
  close(fd: number): number;
  /** Number of a network interface, 0 where no interface has this name. */
  if_nametoindex(name: string): number;
  /** Name of the network interface with this number, empty where there is none. */
  interfaceName(index: number): string;
  errno(): number;
  /** Where `memory` begins. It stays there as long as somebody holds its buffer. */
  addressOf(memory: Uint8Array): number;
}

/** What the foreign function interface offers, as far as it is used here. */
interface Ffi {
  load(library: null): { func(definition: string): ForeignFunction };
  errno(): number;
}

/** A function of the C library. */
export interface ForeignFunction {
  (...values: unknown[]): number;
  /** Runs it on a thread of the pool in which Node reads and writes files. The last value is called with the result. */
  async(...values: unknown[]): void;
}

const prototypes = {
  socket: 'int socket(int family, int type, int protocol)',
  bind: 'int bind(int fd, void *address, uint32_t length)',
  connect: 'int connect(int fd, void *address, uint32_t length)',
  setsockopt: 'int setsockopt(int fd, int level, int name, void *value, uint32_t length)',
  recvmmsg: 'int recvmmsg(int fd, void *messages, uint32_t count, int flags, void *timeout)',
  send: 'intptr_t send(int fd, void *octets, size_t length, int flags)',
  sendmsg: 'intptr_t sendmsg(int fd, void *message, int flags)',
  sendmmsg: 'int sendmmsg(int fd, void *messages, uint32_t count, int flags)',
  ppoll: 'int ppoll(void *fds, unsigned long count, void *timeout, void *signals)',
  close: 'int close(int fd)',
  getsockname: 'int getsockname(int fd, void *address, void *length)',
  fcntl: 'int fcntl(int fd, int command, int value)',
  getpid: 'int getpid()',
  sched_yield: 'int sched_yield()',
  if_nametoindex: 'uint32_t if_nametoindex(const char *name)',
} as const;

const duplicateCloseOnExec = 1030;

/** Why there are no foreign functions here. */
export type Obstacle =
  | 'not-linux'
  | 'other-processor'
  /** The optional package is missing. */
  | 'not-installed'
  /** It is there, and the system does not load it: another C library, a sandbox. */
  | 'not-loadable';

/** Loads the library, or says why that is not possible. */
export function openLibc(): Libc | Obstacle {
  return withFfi(bindAll);
}

/** Binds functions of the library, each declared as in C, or says why that is not possible. */
export function bindFunctions<Name extends string>(
  declarations: Readonly<Record<Name, string>>,
): Readonly<Record<Name, ForeignFunction>> | Obstacle {
  return withFfi((ffi) => bindEach(ffi.load(null), declarations));
}

function withFfi<T>(use: (ffi: Ffi) => T): T | Obstacle {
  if (platform() !== 'linux') return 'not-linux';
  // The layouts of this folder are those of 64-bit little-endian Linux.
  if (endianness() !== 'LE' || !(arch() === 'x64' || arch() === 'arm64')) return 'other-processor';
  try {
    return use(loadFfi());
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'MODULE_NOT_FOUND' ? 'not-installed' : 'not-loadable';
  }
}

/** Loads the library; undefined where that is not possible. */
export function loadLibc(): Libc | undefined {
  const loaded = openLibc();
  return typeof loaded === 'string' ? undefined : loaded;
}

/** Gives memory that was freed back to the system, where the C library can (glibc). */
export function trimMemory(): void {
  if (platform() !== 'linux') return;
  try {
    loadFfi().load(null).func('int malloc_trim(size_t keep)')(0);
  } catch {
    // No foreign functions here, or another C library: it stays with this process.
  }
}

/** The package's binary alone: its front door serves every system, and takes five times as long. */
function loadFfi(): Ffi {
  const require = createRequire(import.meta.url);
  const binaries = `@koromix/koffi-linux-${arch()}`;
  try {
    return require(join(dirname(require.resolve(binaries)), `linux_${arch()}`, 'koffi.node')) as Ffi;
  } catch {
    // Only the package itself can reach it (pnpm), or the C library is another one, which the package finds out.
    return createRequire(require.resolve('koffi'))(binaries) as Ffi;
  }
}

/** A call that an older C library does not have. */
function newer(find: () => NonNullable<Libc['preadv2']>): Libc['preadv2'] {
  try {
    return find();
  } catch {
    return undefined;
  }
}

function bindEach<Name extends string>(
  library: ReturnType<Ffi['load']>,
  declarations: Readonly<Record<Name, string>>,
): Readonly<Record<Name, ForeignFunction>> {
  const entries = Object.entries<string>(declarations);
  return Object.fromEntries(entries.map(([name, text]) => [name, library.func(text)])) as Record<
    Name,
    ForeignFunction
  >;
}

function bindAll(ffi: Ffi): Libc {
  const library = ffi.load(null);
  const bound = bindEach(library, prototypes) as unknown as Pick<Libc, keyof typeof prototypes>;
  const nameOf = library.func('uintptr_t if_indextoname(uint32_t index, void *name)');
  // Moving nothing answers where the first argument lies.
  const memmove = library.func('uintptr_t memmove(void *to, void *from, size_t length)');
  return {
    ...bound,
    preadv2: newer(() => {
      const call = library.func(
        'intptr_t preadv2(int fd, void *target, int count, int64_t offset, int flags)',
      );
      return (fd, target, offset, flags) => call(fd, target, 1, offset, flags);
    }),
    duplicate: (fd) => bound.fcntl(fd, duplicateCloseOnExec, 0),
    interfaceName: (index) => {
      const name = new Uint8Array(new ArrayBuffer(16));
      return index === 0 || nameOf(index, name) === 0
        ? ''
        : String.fromCharCode(...name.subarray(0, name.indexOf(0)));
    },
    errno: () => ffi.errno(),
    addressOf: (memory) => memmove(memory, memory, 0),
  };
}
