// Stands for node:fs and node:fs/promises in the bundle of the simulation: the same functions, on the simulated disk.
// Rule: only what src/files/ calls is here. A missing function fails the build.
import { constants as real } from 'node:fs';
import { decodeName, encodeName } from '../../../src/wire/names.ts';
import type { Descriptor, VirtualDisk } from './disk.ts';
import type { Inode } from './inode.ts';
import { systemError } from './disk.ts';

let current: VirtualDisk | undefined;

/** The disk that the calls of this process reach from now on. */
export function mount(disk: VirtualDisk): void {
  current = disk;
}

function disk(): VirtualDisk {
  if (current === undefined) throw new Error('no disk is mounted');
  return current;
}

export const constants = real;

/** A path as src/files/ gives it to the system: a Buffer where its octets are not UTF-8. */
type Path = string | Buffer;

/** The path as a name in memory, which is what this disk keeps. */
function named(path: Path): string {
  return typeof path === 'string' ? path : decodeName(path);
}

interface BigIntOption {
  readonly bigint?: boolean;
}

/** The part of Node's Stats that src/files/ reads. */
class Stats {
  readonly dev: bigint | number;
  readonly ino: bigint | number;
  readonly mode: bigint | number;
  readonly nlink: bigint | number;
  readonly uid: bigint | number;
  readonly gid: bigint | number;
  readonly size: bigint | number;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
  readonly mtimeMs: number;
  readonly #kind: Inode['kind'];

  constructor(inode: Inode, { bigint = false }: BigIntOption = {}) {
    const as = (value: bigint | number): bigint | number => (bigint ? BigInt(value) : Number(value));
    this.dev = as(1);
    this.ino = as(inode.number);
    this.mode = as(inode.mode);
    this.nlink = as(inode.links);
    this.uid = as(1000);
    this.gid = as(1000);
    this.size = as(inode.size);
    this.mtimeNs = inode.modifiedAt;
    this.ctimeNs = inode.changedAt;
    this.mtimeMs = Number(inode.modifiedAt / 1_000_000n);
    this.#kind = inode.kind;
  }

  isFile(): boolean {
    return this.#kind === 'file';
  }

  isDirectory(): boolean {
    return this.#kind === 'directory';
  }

  isSymbolicLink(): boolean {
    return false;
  }

  isCharacterDevice(): boolean {
    return false;
  }
}

class Handle {
  readonly #descriptor: Descriptor;
  readonly #disk: VirtualDisk;

  constructor(descriptor: Descriptor, at: VirtualDisk) {
    this.#descriptor = descriptor;
    this.#disk = at;
  }

  get fd(): number {
    return this.#descriptor.fd;
  }

  #run<T>(call: string, work: (descriptor: Descriptor) => T): Promise<T> {
    return this.#disk.run(call, `/proc/self/fd/${this.#descriptor.fd}`, () => {
      if (!this.#descriptor.open) throw systemError('EBADF');
      return work(this.#descriptor);
    });
  }

  stat(options?: BigIntOption): Promise<Stats> {
    return this.#run('fstat', ({ inode }) => new Stats(inode, options));
  }

  read(into: Uint8Array, offset: number, length: number, position: number): Promise<{ bytesRead: number }> {
    return this.#run('read', ({ inode }) => {
      if (inode.kind !== 'file') throw systemError('EISDIR');
      const octets = inode.octets.subarray(position, position + length);
      const taken = octets.subarray(0, this.#disk.hooks.shortest?.(octets.length) ?? octets.length);
      into.set(taken, offset);
      return { bytesRead: taken.length };
    });
  }

  writev(parts: readonly Uint8Array[]): Promise<{ bytesWritten: number }> {
    return this.#run('writev', (descriptor) => {
      let bytesWritten = 0;
      for (const part of parts) {
        const taken = this.#disk.write(descriptor, part);
        bytesWritten += taken;
        if (taken < part.length) break;
      }
      return { bytesWritten };
    });
  }

  datasync(): Promise<void> {
    return this.sync('fdatasync');
  }

  sync(call = 'fsync'): Promise<void> {
    return this.#run(call, ({ inode }) => {
      if (inode.kind === 'file') inode.synced = inode.size;
      else inode.sync();
    });
  }

  chmod(mode: number): Promise<void> {
    return this.#run('chmod', ({ inode }) => {
      if (inode.kind === 'file') inode.mode = mode;
    });
  }

  chown(): Promise<void> {
    return this.#run('chown', () => undefined);
  }

  /** A close that fails has closed all the same, as on Linux. */
  async close(): Promise<void> {
    if (!this.#descriptor.open) return;
    this.#disk.close(this.#descriptor);
    await this.#disk.hooks.before('close', this.#descriptor.path);
  }
}

export function open(given: Path, flags: number, mode = 0o666): Promise<Handle> {
  const at = disk();
  const path = named(given);
  return at.run('open', path, () => new Handle(at.open(path, flags, mode), at));
}

export function stat(path: Path, options?: BigIntOption): Promise<Stats> {
  return disk().run('stat', named(path), () => new Stats(disk().inode(named(path)), options));
}

export function lstat(path: Path, options?: BigIntOption): Promise<Stats> {
  return disk().run('lstat', named(path), () => new Stats(disk().inode(named(path)), options));
}

/** Everything in the simulated directories may be read and written. */
export function access(path: Path): Promise<void> {
  return disk().run('access', named(path), () => void disk().inode(named(path)));
}

export function link(from: Path, to: Path): Promise<void> {
  return disk().run('link', named(from), () => disk().link(named(from), named(to)));
}

export function rename(from: Path, to: Path): Promise<void> {
  return disk().run('rename', named(from), () => disk().rename(named(from), named(to)));
}

export function unlink(path: Path): Promise<void> {
  return disk().run('unlink', named(path), () => disk().unlink(named(path)));
}

export function mkdir(path: Path): Promise<void> {
  return disk().run('mkdir', named(path), () => {
    const { directory, name, inode } = disk().place(named(path));
    if (inode !== undefined) throw systemError('EEXIST');
    directory.change([[name, disk().directory()]], disk().now());
  });
}

export function rmdir(path: Path): Promise<void> {
  return disk().run('rmdir', named(path), () => {
    const { directory, name, inode } = disk().place(named(path));
    if (inode?.kind !== 'directory') throw systemError(inode === undefined ? 'ENOENT' : 'ENOTDIR');
    if (inode.entries.size > 0) throw systemError('ENOTEMPTY');
    directory.change([[name, undefined]], disk().now());
  });
}

/** The part of Node's StatsFs that src/files/ reads. */
interface FileSystemStats {
  readonly bavail: number;
  readonly bsize: number;
  readonly blocks: number;
  readonly files: number;
  readonly ffree: number;
  readonly type: number;
}

export function statfs(path: Path): Promise<FileSystemStats> {
  const many = 2 ** 40;
  return disk().run('statfs', named(path), () => {
    return { bavail: disk().free, bsize: 1, blocks: many, files: many, ffree: many, type: 0 };
  });
}

/** The only file outside of the simulated directories that is read: it holds the umask. */
export function readFile(path: string): Promise<string> {
  if (path !== '/proc/self/status') return Promise.reject(systemError('ENOENT'));
  return Promise.resolve('Umask:\t0022\n');
}

interface Entry {
  readonly name: Buffer;
  isFile(): boolean;
  isDirectory(): boolean;
}

/** The entries with their names as octets: src/files/ asks for no other encoding. */
export async function opendir(path: Path): Promise<readonly Entry[]> {
  return disk().run('opendir', named(path), () => {
    const inode = disk().inode(named(path));
    if (inode.kind !== 'directory') throw systemError('ENOTDIR');
    return [...inode.entries].map(([name, { kind }]) => ({
      name: Buffer.from(encodeName(name)),
      isFile: () => kind === 'file',
      isDirectory: () => kind === 'directory',
    }));
  });
}

function missing(): Promise<never> {
  return Promise.reject(systemError('ENOENT'));
}

// Nothing in a simulated directory is a link, and no other process has files open.
export const readlink = missing;
export const realpath = missing;
export const readdir = missing;
export const mkdtemp = missing;
export const rm = missing;
export const rmSync = missing;
