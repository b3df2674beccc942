// Directories below a root, held open so that no rename or link can move them from under us (Linux).
// Rule: every component is opened on its own, relative to the one before, and never through a link:
// /proc/self/fd/<directory>/<name> with O_NOFOLLOW is what openat(2) would be.
import { constants } from 'node:fs';
import { lstat, mkdir, open, readlink, realpath, stat, type FileHandle } from 'node:fs/promises';
import { isAbsolute, relative, sep } from 'node:path';
import { codeOf, noDirectory, problem, problemFrom } from '../problem.ts';
import { openPortableTree } from './walk-portable.ts';

/** Linux's O_PATH, which Node does not name: a place in the tree, without the right to read it. */
const O_PATH = 0x200000;
const directoryFlags = O_PATH | constants.O_DIRECTORY;

/** A directory that we hold. */
export interface HeldDirectory {
  /** A path to `name` in this very directory. */
  at(name: string): string;
  /** The same for two directories exactly when they are one. */
  identity(): Promise<string>;
  /** Whether `handle` is the file that `name` is here, reached without leaving the root. Rejects with `denied`. */
  confirm(handle: FileHandle, name: string): Promise<void>;
  close(): Promise<void>;
}

/** The directories below a root. */
export interface Tree {
  /** Rejects with `no-directory` where a component is missing (unless `make`) or no directory, `denied` for a link. */
  directory(components: readonly string[], make: boolean): Promise<HeldDirectory>;
  /** Where the root is now, free of links. */
  realRoot(): Promise<string>;
  close(): Promise<void>;
}

/** Holds `root`, which may be a link: the user named it. Rejects with `no-directory` or `denied`. */
export async function openTree(root: string, platform: string): Promise<Tree> {
  if (platform !== 'linux') return openPortableTree(root);
  const handle = await open(root, directoryFlags).catch((error: unknown) => {
    throw noDirectory(error);
  });
  const usable = await stat(`/proc/self/fd/${handle.fd}/.`).then(
    () => true,
    () => false,
  );
  if (usable) return new LinuxTree(handle);
  await handle.close();
  return openPortableTree(root); // no /proc here
}

/** Holds a directory that the user named, links included. Rejects with `no-directory` or `denied`. */
export async function holdDirectory(path: string, platform: string): Promise<HeldDirectory> {
  const tree = await openTree(path, platform);
  try {
    return await tree.directory([], false);
  } finally {
    await tree.close();
  }
}

/**
 * Where `components` lead once every link is followed, as components below the root.
 * Only advice: the answer must be walked without links again. Rejects with `denied` where the way leads outside.
 */
export async function resolveInside(tree: Tree, components: readonly string[]): Promise<readonly string[]> {
  const root = await tree.realRoot();
  let inside = '';
  // Component by component, so that the answer does not tell what exists outside.
  for (let count = 1; count <= components.length; count++) {
    const real = await realpath([root, ...components.slice(0, count)].join(sep)).catch((error: unknown) => {
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

  async directory(components: readonly string[], make: boolean): Promise<HeldDirectory> {
    const [first, ...rest] = components;
    // The link in /proc leads to the held directory itself, wherever it was moved to.
    if (first === undefined) return new LinuxDirectory(await open(pathOf(this.#root), directoryFlags));
    let current = await step(this.#root, first, make);
    for (const name of rest) {
      const above = current;
      try {
        current = await step(above, name, make);
      } finally {
        await above.close();
      }
    }
    return new LinuxDirectory(current);
  }

  realRoot(): Promise<string> {
    return readlink(pathOf(this.#root));
  }

  close(): Promise<void> {
    return this.#root.close();
  }
}

class LinuxDirectory implements HeldDirectory {
  readonly #handle: FileHandle;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  at(name: string): string {
    return `${pathOf(this.#handle)}/${name}`;
  }

  async identity(): Promise<string> {
    const { dev, ino } = await this.#handle.stat({ bigint: true });
    return `${dev.toString()}:${ino.toString()}`;
  }

  confirm(): Promise<void> {
    return Promise.resolve(); // the walk itself was the proof
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}

function pathOf(handle: FileHandle): string {
  return `/proc/self/fd/${handle.fd}`;
}

/** The directory `name` in `above`, itself and not through a link. */
async function step(above: FileHandle, name: string, make: boolean): Promise<FileHandle> {
  const path = `${pathOf(above)}/${name}`;
  try {
    return await open(path, directoryFlags | constants.O_NOFOLLOW);
  } catch (error) {
    if (codeOf(error) === 'ENOENT' && make) return makeStep(above, path);
    if (codeOf(error) === 'ENOTDIR' && (await isLink(path))) throw problem('denied', undefined, error);
    throw noDirectory(error);
  }
}

async function makeStep(above: FileHandle, path: string): Promise<FileHandle> {
  try {
    await mkdir(path, 0o755).catch((error: unknown) => {
      if (codeOf(error) !== 'EEXIST') throw error;
    });
    const made = await open(path, directoryFlags | constants.O_NOFOLLOW);
    await syncDirectory(`${pathOf(above)}/.`).catch(async (error: unknown) => {
      await made.close();
      throw error;
    });
    return made;
  } catch (error) {
    throw noDirectory(error);
  }
}

/** Which of two refusals is told depends on this, nothing else: it may be out of date at once. */
async function isLink(path: string): Promise<boolean> {
  return lstat(path).then(
    (stats) => stats.isSymbolicLink(),
    () => false,
  );
}

/** Makes the names in a directory stay over a power loss, on systems that can. */
export async function syncDirectory(path: string): Promise<void> {
  let handle: FileHandle;
  try {
    handle = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
  } catch (error) {
    // A directory that one may write to but not read, or a system without such handles (Windows).
    if (['EACCES', 'EPERM', 'EISDIR'].includes(codeOf(error))) return;
    throw error;
  }
  try {
    await handle.sync().catch((error: unknown) => {
      if (!['EINVAL', 'EPERM', 'ENOTSUP', 'EBADF'].includes(codeOf(error))) throw error;
    });
  } finally {
    await handle.close();
  }
}
