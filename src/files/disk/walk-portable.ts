// Directories below a root on systems without /proc: opened by path, checked before and after.
// Rule: an existing link is refused; a link that replaces the file during the open is found by comparing afterwards.
// A race remains for files that are created (Windows, macOS). It is documented, and Linux has its own walk without it.
import { lstat, stat, type FileHandle } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';
import { noDirectory, problem } from '../problem.ts';
import { identityOf } from './identity.ts';
import { diskPath, realPath, type DiskPath } from './path.ts';
import type { HeldDirectory, Tree } from './walk.ts';

/** See {@link openTree}. */
export async function openPortableTree(root: string): Promise<Tree> {
  let real: string;
  try {
    real = await realPath(root);
    if (!(await stat(diskPath(real))).isDirectory()) throw problem('no-directory');
  } catch (error) {
    throw noDirectory(error);
  }
  return {
    directory: (components) => walk(real, components),
    realRoot: () => Promise.resolve(real),
    close: () => Promise.resolve(),
  };
}

async function walk(root: string, components: readonly string[]): Promise<HeldDirectory> {
  let directory: HeldDirectory = new PortableDirectory(root, root);
  for (const name of components) directory = await directory.child(name);
  return directory;
}

class PortableDirectory implements HeldDirectory {
  readonly #root: string;
  readonly #path: string;

  constructor(root: string, path: string) {
    this.#root = root;
    this.#path = path;
  }

  at(name: string): DiskPath {
    return diskPath(join(this.#path, name));
  }

  async child(name: string): Promise<HeldDirectory> {
    try {
      const stats = await lstat(this.at(name));
      if (stats.isSymbolicLink()) throw problem('denied');
      if (!stats.isDirectory()) throw problem('no-directory');
    } catch (error) {
      throw noDirectory(error);
    }
    return new PortableDirectory(this.#root, join(this.#path, name));
  }

  async identity(): Promise<string> {
    return identityOf(await stat(diskPath(this.#path), { bigint: true }));
  }

  async confirm(handle: FileHandle, name: string): Promise<void> {
    const real = await realPath(join(this.#path, name));
    const inside = relative(this.#root, real);
    if (isAbsolute(inside) || inside.split(sep)[0] === '..') throw problem('denied');
    const [opened, there] = await Promise.all([
      handle.stat({ bigint: true }),
      stat(diskPath(real), { bigint: true }),
    ]);
    if (opened.dev !== there.dev || opened.ino !== there.ino) throw problem('denied');
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
