// What a simulated disk holds: files and directories, each with the state that a crash would leave.

export class FileInode {
  readonly kind = 'file';
  readonly number: bigint;
  mode: number;
  links = 0;
  changedAt: bigint;
  modifiedAt: bigint;
  size = 0;
  /** Octets that are safe from a crash. */
  synced = 0;
  #room = new Uint8Array(64);

  constructor(number: bigint, mode: number, now: bigint) {
    this.number = number;
    this.mode = mode;
    this.changedAt = now;
    this.modifiedAt = now;
  }

  get octets(): Uint8Array {
    return this.#room.subarray(0, this.size);
  }

  append(octets: Uint8Array, now: bigint): void {
    const end = this.size + octets.length;
    if (end > this.#room.length) {
      const larger = new Uint8Array(Math.max(end, 2 * this.#room.length));
      larger.set(this.octets);
      this.#room = larger;
    }
    this.#room.set(octets, this.size);
    this.size = end;
    this.touch(now);
  }

  /** Another program writes in place: the octets of the file are others from now on. */
  replace(octets: Uint8Array, now: bigint): void {
    this.size = 0;
    this.append(octets, now);
    this.synced = this.size;
  }

  touch(now: bigint): void {
    this.modifiedAt = now;
    this.changedAt = now;
  }
}

export class DirectoryInode {
  readonly kind = 'directory';
  readonly number: bigint;
  readonly mode = 0o755;
  readonly size = 4096;
  readonly links = 2;
  changedAt: bigint;
  modifiedAt: bigint;
  readonly entries = new Map<string, Inode>();
  /** Undoes each change of names that a crash may take back. */
  #unsynced: (() => void)[] = [];

  constructor(number: bigint, now: bigint) {
    this.number = number;
    this.changedAt = now;
    this.modifiedAt = now;
  }

  /** Several names change as one step: a crash keeps all of it or nothing. `undefined` removes a name. */
  change(names: readonly (readonly [string, Inode | undefined])[], now: bigint): void {
    const before = names.map(([name]) => [name, this.entries.get(name)] as const);
    for (const [name, inode] of names) this.#set(name, inode);
    this.modifiedAt = now;
    this.changedAt = now;
    this.#unsynced.push(() => {
      for (const [name, inode] of before) this.#set(name, inode);
    });
  }

  #set(name: string, inode: Inode | undefined): void {
    const old = this.entries.get(name);
    if (old?.kind === 'file') old.links--;
    if (inode?.kind === 'file') inode.links++;
    if (inode === undefined) this.entries.delete(name);
    else this.entries.set(name, inode);
  }

  sync(): void {
    this.#unsynced = [];
  }

  /** Keeps the first `share` (0…1) of the changes that were not synced, as a journal does. */
  crash(share: number): void {
    const kept = Math.round(this.#unsynced.length * share);
    for (const undo of this.#unsynced.slice(kept).reverse()) undo();
    this.#unsynced = [];
  }
}

export type Inode = FileInode | DirectoryInode;
