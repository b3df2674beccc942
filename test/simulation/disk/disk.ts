// A disk in memory that the real file code runs on: names, descriptors, faults, and a crash that keeps what was synced.
// Rule: every call waits for `before`, which may delay it or let it fail. A killed owner's calls never return.
import { constants } from 'node:fs';
import { isTemporaryName } from '../../../src/files/offerings/name.ts';
import { DirectoryInode, FileInode, type Inode } from './inode.ts';

/** An error as Node's file functions throw it. */
export function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: simulated`), { code });
}

export interface DiskHooks {
  /** Called before each call: it may wait, or reject with {@link systemError}. */
  before(call: string, path: string): Promise<void> | undefined;
  /** A file has its final name now. */
  named(path: string, file: FileInode): void;
  /** Something happened that must never happen. */
  broken(what: string): void;
  /** Octets per write at most: short writes are allowed. Default: all. */
  shortest?(length: number): number;
}

export interface Descriptor {
  readonly fd: number;
  readonly inode: Inode;
  readonly path: string;
  readonly owner: string;
  readonly writable: boolean;
  position: number;
  open: boolean;
}

/** Where a path leads: the directory, the last name in it, and what is there. */
export interface Place {
  readonly directory: DirectoryInode;
  readonly name: string;
  readonly inode: Inode | undefined;
  readonly path: string;
}

export class VirtualDisk {
  readonly hooks: DiskHooks;
  /** Octets that may still be written. */
  free = 1024 ** 3;
  calls = 0;
  readonly #now: () => bigint;
  readonly #roots = new Map<string, DirectoryInode>();
  readonly #descriptors = new Map<number, Descriptor>();
  /** Descriptors of owners that were killed: their numbers are not used again. */
  readonly #dead = new Set<number>();
  #nextDescriptor = 10;
  #nextInode = 100n;
  #ticks = 0n;

  constructor(owners: readonly string[], now: () => number, hooks: DiskHooks) {
    this.hooks = hooks;
    // Each change gets a later time than the one before, as on a disk with a fine clock.
    this.#now = () => BigInt(Math.round(now() * 1e6)) + 1_000_000_000_000_000n + this.#ticks++;
    for (const owner of owners) this.#roots.set(owner, this.directory());
  }

  directory(): DirectoryInode {
    return new DirectoryInode(this.#nextInode++, this.now());
  }

  now(): bigint {
    return this.#now();
  }

  get openDescriptors(): readonly Descriptor[] {
    return [...this.#descriptors.values()];
  }

  /** A file that is there before the run begins, or that another program makes: complete and synced. */
  plant(owner: string, name: string, octets: Uint8Array): FileInode {
    const file = new FileInode(this.#nextInode++, 0o644, this.now());
    file.replace(octets, this.now());
    const root = this.root(owner);
    root.change([[name, file]], this.now());
    root.sync();
    return file;
  }

  root(owner: string): DirectoryInode {
    const root = this.#roots.get(owner);
    if (root === undefined) throw new Error(`no directory /${owner}`);
    return root;
  }

  /** The octets under a name of an owner's directory, or undefined. */
  read(owner: string, name: string): Uint8Array | undefined {
    const inode = this.root(owner).entries.get(name);
    return inode?.kind === 'file' ? inode.octets : undefined;
  }

  /** Runs one call: waits as the hooks say, then does `work`. The calls of a killed owner wait for good. */
  async run<T>(call: string, path: string, work: () => T): Promise<T> {
    this.calls++;
    const descriptor = this.#descriptorIn(path);
    await this.hooks.before(call, path);
    if (descriptor !== undefined && this.#dead.has(descriptor)) return new Promise<never>(() => undefined);
    return work();
  }

  #descriptorIn(path: string): number | undefined {
    const digits = /^\/proc\/self\/fd\/(\d+)/.exec(path)?.[1];
    return digits === undefined ? undefined : Number(digits);
  }

  /** Follows a path from a root or a descriptor. A name of our directories is the only thing that may be reached. */
  place(path: string): Place {
    const parts = path.split('/').filter((part) => part !== '' && part !== '.');
    const [directory, rest] = this.#start(parts, path);
    let current = directory;
    for (const part of rest.slice(0, -1)) {
      const next = current.entries.get(part);
      if (next === undefined) throw systemError('ENOENT');
      if (next.kind !== 'directory') throw systemError('ENOTDIR');
      current = next;
    }
    const name = rest.at(-1) ?? '';
    if (rest.includes('..')) this.hooks.broken(`S4: a path leads upwards: ${path}`);
    return { directory: current, name, inode: name === '' ? current : current.entries.get(name), path };
  }

  #start(parts: readonly string[], path: string): readonly [DirectoryInode, readonly string[]] {
    const descriptor = this.#descriptorIn(path);
    if (descriptor !== undefined) {
      const held = this.descriptor(descriptor);
      if (held.inode.kind !== 'directory') throw systemError('ENOTDIR');
      return [held.inode, parts.slice(4)];
    }
    const root = this.#roots.get(parts[0] ?? '');
    if (root === undefined || !path.startsWith('/')) {
      this.hooks.broken(`S4: a path outside of our directories: ${path}`);
      throw systemError('ENOENT');
    }
    return [root, parts.slice(1)];
  }

  inode(path: string): Inode {
    const { inode } = this.place(path);
    if (inode === undefined) throw systemError('ENOENT');
    return inode;
  }

  descriptor(fd: number): Descriptor {
    const found = this.#descriptors.get(fd);
    if (found === undefined) throw systemError('EBADF');
    return found;
  }

  open(path: string, flags: number, mode: number): Descriptor {
    const place = this.place(path);
    const { O_CREAT, O_EXCL, O_DIRECTORY, O_TRUNC, O_WRONLY, O_RDWR } = constants;
    const writable = (flags & (O_WRONLY | O_RDWR)) !== 0;
    let { inode } = place;
    if (inode !== undefined && (flags & O_EXCL) !== 0) throw systemError('EEXIST');
    if (inode === undefined) {
      if ((flags & O_CREAT) === 0) throw systemError('ENOENT');
      inode = new FileInode(this.#nextInode++, mode, this.now());
      place.directory.change([[place.name, inode]], this.now());
    }
    if ((flags & O_TRUNC) !== 0 && inode.kind === 'file') this.#truncate(inode);
    if ((flags & O_DIRECTORY) !== 0 && inode.kind !== 'directory') throw systemError('ENOTDIR');
    if (writable && inode.kind === 'directory') throw systemError('EISDIR');
    const owner = this.ownerOf(path);
    const fd = this.#nextDescriptor++;
    const descriptor = { fd, inode, path, owner, writable, position: 0, open: true };
    this.#descriptors.set(fd, descriptor);
    return descriptor;
  }

  #truncate(inode: FileInode): void {
    if (this.finalNamesOf(inode).length > 0) this.hooks.broken('S2: a published file is emptied');
    inode.replace(new Uint8Array(0), this.now());
  }

  /** The directory under the root to which a path belongs. */
  ownerOf(path: string): string {
    const above = this.#descriptorIn(path);
    return above === undefined ? (path.split('/')[1] ?? '') : (this.#descriptors.get(above)?.owner ?? '');
  }

  close(descriptor: Descriptor): void {
    if (!descriptor.open) throw systemError('EBADF');
    descriptor.open = false;
    this.#descriptors.delete(descriptor.fd);
  }

  write(descriptor: Descriptor, octets: Uint8Array): number {
    const { inode } = descriptor;
    if (!descriptor.open || !descriptor.writable || inode.kind !== 'file') throw systemError('EBADF');
    if (this.finalNamesOf(inode).length > 0) this.hooks.broken(`S2: a published file is written to`);
    if (octets.length > 0 && this.free === 0) throw systemError('ENOSPC');
    const allowed = this.hooks.shortest?.(octets.length) ?? octets.length;
    const taken = Math.min(octets.length, this.free, Math.max(1, allowed));
    inode.append(octets.subarray(0, taken), this.now());
    this.free -= taken;
    return taken;
  }

  /** Names of a file that are not temporary. */
  finalNamesOf(inode: FileInode): readonly string[] {
    const names: string[] = [];
    for (const root of this.#roots.values())
      for (const [name, there] of root.entries)
        if (there === inode && !isTemporaryName(name)) names.push(name);
    return names;
  }

  rename(from: string, to: string): void {
    const source = this.place(from);
    const target = this.place(to);
    if (source.inode === undefined) throw systemError('ENOENT');
    if (source.directory !== target.directory) throw systemError('EXDEV');
    this.#free(target.inode);
    const changes = [[source.name, undefined] as const, [target.name, source.inode] as const];
    source.directory.change(changes, this.now());
    this.#tellName(target.name, to, source.inode);
  }

  link(from: string, to: string): void {
    const source = this.place(from);
    const target = this.place(to);
    if (source.inode === undefined) throw systemError('ENOENT');
    if (target.inode !== undefined) throw systemError('EEXIST');
    target.directory.change([[target.name, source.inode]], this.now());
    if (source.inode.kind === 'file') source.inode.changedAt = this.now();
    this.#tellName(target.name, to, source.inode);
  }

  unlink(path: string): void {
    const { directory, name, inode } = this.place(path);
    if (inode === undefined) throw systemError('ENOENT');
    if (inode.kind === 'directory') throw systemError('EISDIR');
    if (inode.links === 1) this.#free(inode);
    directory.change([[name, undefined]], this.now());
    inode.changedAt = this.now();
  }

  #free(inode: Inode | undefined): void {
    if (inode?.kind === 'file') this.free += inode.size;
  }

  #tellName(name: string, path: string, inode: Inode): void {
    if (inode.kind === 'file' && !isTemporaryName(name)) this.hooks.named(path, inode);
  }

  /** Kills an owner: its descriptors are gone, and what it was waiting for never comes. */
  kill(owner: string): void {
    for (const [fd, descriptor] of this.#descriptors) {
      if (descriptor.owner !== owner) continue;
      this.#dead.add(fd);
      this.#descriptors.delete(fd);
      descriptor.open = false;
    }
  }

  /** The power of an owner's disk fails: what was not synced may be lost. `draw` gives 0…1. */
  lose(owner: string, draw: () => number): void {
    const root = this.root(owner);
    root.crash(draw());
    for (const inode of root.entries.values()) {
      if (inode.kind !== 'file') continue;
      inode.size = inode.synced + Math.floor((inode.size - inode.synced) * draw());
      inode.synced = inode.size;
    }
  }
}
