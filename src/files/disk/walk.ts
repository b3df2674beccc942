// Directories below a root, held open so that a rename or a link cannot replace them (Linux).
// Rule: every component is opened on its own, relative to the one before, and never through a link:
// /proc/self/fd/<directory>/<name> with O_NOFOLLOW does what openat(2) does.
import { constants } from 'node:fs';
import { lstat, open, readlink, stat, type FileHandle } from 'node:fs/promises';
import { isAbsolute, relative, sep } from 'node:path';
import { decodeName } from '../../wire/names.ts';
import { codeOf, noDirectory, problem, problemFrom } from '../problem.ts';
import { identityOf } from './identity.ts';
import { diskPath, realPath, type DiskPath } from './path.ts';
import { openPortableTree } from './walk-portable.ts';

/** O_PATH of Linux, which Node has no name for: a place in the tree, without the right to read it. */
const O_PATH = 0x200000;
const directoryFlags = O_PATH | constants.O_DIRECTORY;

/** A directory that we hold. */
export interface HeldDirectory {
  /** A path to `name` in exactly this directory. */
  at(name: string): DiskPath;
  /** Holds the directory `name` in this one. Rejects with `no-directory`, and with `denied` for a link. */
  child(name: string): Promise<HeldDirectory>;
  /** Equal for two handles exactly if they are the same directory. */
  identity(): Promise<string>;
  /** Whether `handle` is the file that `name` is here, reached without leaving the root. Rejects with `denied`. */
  confirm(handle: FileHandle, name: string): Promise<void>;
  /** Never rejects. */
  close(): Promise<void>;
}

/** The directories below a root. */
export interface Tree {
  /**
   * Holds the directory that `components` name below the root. Rejects with `no-directory` if a component is missing or
   * is not a directory, with `denied` if it is a link.
   */
  directory(components: readonly string[]): Promise<HeldDirectory>;
  /** The present path of the root, without links. */
  realRoot(): Promise<string>;
  /** Never rejects. */
  close(): Promise<void>;
}

/** Holds `root`, which may be a link: the user named it. Rejects with `no-directory` or `denied`. */
export async function openTree(root: string, platform: string): Promise<Tree> {
  if (platform !== 'linux') return openPortableTree(root);
  const handle = await open(diskPath(root), directoryFlags).catch((error: unknown) => {
    throw noDirectory(error);
  });
  const usable = await stat(`/proc/self/fd/${handle.fd}/.`).then(
    () => true,
    () => false,
  );
  if (usable) return new LinuxTree(handle);
  await release(handle);
  return openPortableTree(root); // no /proc here
}

/** Holds a directory that the user named, links included. Rejects with `no-directory` or `denied`. */
export async function holdDirectory(path: string, platform: string): Promise<HeldDirectory> {
  const tree = await openTree(path, platform);
  if (tree instanceof LinuxTree) return tree.asDirectory();
  try {
    return await tree.directory([]);
  } finally {
    await tree.close();
  }
}

/**
 * Where `components` lead if every link is followed, as components below the root. Rejects with `denied` if they lead
 * outside. The result is only a hint, because links can change: the caller walks it again without following links.
 */
export async function resolveInside(tree: Tree, components: readonly string[]): Promise<readonly string[]> {
  const root = await tree.realRoot();
  let inside = '';
  // One component at a time, so that the result does not reveal what exists outside.
  for (let count = 1; count <= components.length; count++) {
    const real = await realPath([root, ...components.slice(0, count)].join(sep)).catch((error: unknown) => {
      throw problemFrom(error);
    });
    inside = relative(root, real);
    if (isAbsolute(inside) || inside.split(sep)[0] === '..') throw problem('denied');
  }
  return inside === '' ? [] : inside.split(sep);
}

class LinuxTree implements Tree {
  readonly #root: FileHandle;

  constructor(root: FileHandle) {
    this.#root = root;
  }

  async directory(components: readonly string[]): Promise<HeldDirectory> {
    const [first, ...rest] = components;
    // The link in /proc leads to the held directory itself, even after it was moved.
    if (first === undefined) return new LinuxDirectory(await open(pathOf(this.#root), directoryFlags));
    let current = await step(this.#root, first);
    for (const name of rest) {
      const above = current;
      try {
        current = await step(above, name);
      } finally {
        await release(above);
      }
    }
    return new LinuxDirectory(current);
  }

  /** The root itself. Nothing else of the tree may be used any more. */
  asDirectory(): HeldDirectory {
    return new LinuxDirectory(this.#root);
  }

  async realRoot(): Promise<string> {
    return decodeName(await readlink(pathOf(this.#root), { encoding: 'buffer' }));
  }

  close(): Promise<void> {
    return release(this.#root);
  }
}

class LinuxDirectory implements HeldDirectory {
  readonly #handle: FileHandle;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  at(name: string): DiskPath {
    return diskPath(`${pathOf(this.#handle)}/${name}`);
  }

  async child(name: string): Promise<HeldDirectory> {
    return new LinuxDirectory(await step(this.#handle, name));
  }

  async identity(): Promise<string> {
    return identityOf(await this.#handle.stat({ bigint: true }));
  }

  confirm(): Promise<void> {
    return Promise.resolve(); // The walk has already proved it.
  }

  close(): Promise<void> {
    return release(this.#handle);
  }
}

/** Nothing was written through it, so a close that fails loses nothing; and it must not hide a handle that was opened. */
async function release(handle: FileHandle): Promise<void> {
  await handle.close().catch(() => undefined);
}

function pathOf(handle: FileHandle): string {
  return `/proc/self/fd/${handle.fd}`;
}

/** The directory `name` in `above`, itself and not through a link. */
async function step(above: FileHandle, name: string): Promise<FileHandle> {
  const path = diskPath(`${pathOf(above)}/${name}`);
  try {
    return await open(path, directoryFlags | constants.O_NOFOLLOW);
  } catch (error) {
    if (codeOf(error) === 'ENOTDIR' && (await isLink(path))) throw problem('denied', undefined, error);
    throw noDirectory(error);
  }
}

/** Used only to choose between two refusals, because the result may be out of date at once. */
async function isLink(path: DiskPath): Promise<boolean> {
  return lstat(path).then(
    (stats) => stats.isSymbolicLink(),
    () => false,
  );
}

/** Makes the names in a directory survive a power loss, on systems that support it. */
export async function syncDirectory(path: DiskPath): Promise<void> {
  let handle: FileHandle;
  try {
    handle = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
  } catch (error) {
    // We may write to this directory but not read it, or the system has no such handles (Windows).
    if (['EACCES', 'EPERM', 'EISDIR'].includes(codeOf(error))) return;
    throw error;
  }
  try {
    await handle.sync().catch((error: unknown) => {
      if (!['EINVAL', 'EPERM', 'ENOTSUP', 'EBADF'].includes(codeOf(error))) throw error;
    });
  } finally {
    await release(handle);
  }
}
