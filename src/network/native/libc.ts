// The binding to the system's C library, Linux only: the one place where foreign functions enter.
// Rule: every length and address in a call comes from memory that this folder owns, never from a datagram.
import { createRequire } from 'node:module';
import { arch, endianness, platform } from 'node:os';

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
  ppoll(fds: Uint8Array, count: number, timeout: Uint8Array, signals: null): number;
  /** A second descriptor of the same socket, closed on exec. */
  duplicate(fd: number): number;
  close(fd: number): number;
  /** Number of a network interface, 0 where no interface has this name. */
  if_nametoindex(name: string): number;
  errno(): number;
  /** Where `memory` begins. It stays there as long as somebody holds its buffer. */
  addressOf(memory: Uint8Array): number;
}

/** What the foreign function interface offers, as far as it is used here. */
interface Ffi {
  load(library: null): { func(definition: string): (...values: unknown[]) => number };
  errno(): number;
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
  if (platform() !== 'linux') return 'not-linux';
  // The layouts of this folder are those of 64-bit little-endian Linux.
  if (endianness() !== 'LE' || !(arch() === 'x64' || arch() === 'arm64')) return 'other-processor';
  try {
    return bindAll(loadFfi());
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

/** The package's binary alone: its front door takes ten times as long, since it serves every system. */
function loadFfi(): Ffi {
  const require = createRequire(import.meta.url);
  const besideKoffi = createRequire(require.resolve('koffi'));
  return besideKoffi(`@koromix/koffi-linux-${arch()}`) as Ffi;
}

function bindAll(ffi: Ffi): Libc {
  const library = ffi.load(null);
  const bound = Object.fromEntries(
    Object.entries(prototypes).map(([name, definition]) => [name, library.func(definition)]),
  ) as unknown as Pick<Libc, keyof typeof prototypes>;
  const fcntl = library.func('int fcntl(int fd, int command, int value)');
  // Moving nothing answers where the first argument lies.
  const memmove = library.func('uintptr_t memmove(void *to, void *from, size_t length)');
  return {
    ...bound,
    duplicate: (fd) => fcntl(fd, duplicateCloseOnExec, 0),
    errno: () => ffi.errno(),
    addressOf: (memory) => memmove(memory, memory, 0),
  };
}
