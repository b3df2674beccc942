// The directories that a new file needs and that do not exist yet.
// Rule: they are made when the file is published and not before. If it is not published after all, they go again.
import { mkdir, rmdir } from 'node:fs/promises';
import { codeOf, noDirectory, problemFrom } from '../problem.ts';
import { existing } from './publish.ts';
import type { DiskPath } from './path.ts';
import { syncDirectory, type HeldDirectory, type Tree } from './walk.ts';

/** The deepest directory of a name that exists, and the names below it that do not. */
export interface Deepest {
  readonly directory: HeldDirectory;
  readonly missing: readonly string[];
}

/** Walks `components` as far as they exist. Rejects with `no-directory` if a file is in the way, with `denied` for a link. */
export async function deepestOf(tree: Tree, components: readonly string[]): Promise<Deepest> {
  let directory = await tree.directory([]);
  for (const [at, name] of components.entries()) {
    const above = directory;
    try {
      if ((await existing(above.at(name))) === undefined) return { directory, missing: components.slice(at) };
      directory = await above.child(name);
    } catch (error) {
      await above.close();
      throw noDirectory(error);
    }
    await above.close();
  }
  return { directory, missing: [] };
}

/** See {@link makeBelow}. */
export interface NewDirectories {
  /** The last of them; the base itself if there are none. */
  readonly last: HeldDirectory;
  /** Removes those that were made, unless there is something in them. Never rejects. */
  undo(): Promise<void>;
  /** Releases them; the base stays held. Never rejects. */
  close(): Promise<void>;
}

/**
 * Makes the directory `names[0]` in `base`, `names[1]` in that, and so on; one that somebody else has made meanwhile is
 * used. `durable` makes the names survive a power loss. If it rejects with FileError, no new directory stays.
 */
export async function makeBelow(
  base: HeldDirectory,
  names: readonly string[],
  durable: boolean,
): Promise<NewDirectories> {
  const held: HeldDirectory[] = [];
  /** Undoes one directory each. */
  const steps: (() => Promise<void>)[] = [];
  const undo = async (): Promise<void> => {
    for (const step of steps.splice(0).reverse()) await step().catch(() => undefined);
  };
  const close = async (): Promise<void> => {
    await Promise.allSettled(held.splice(0).map((directory) => directory.close()));
  };
  let last = base;
  try {
    for (const name of names) {
      const above = last;
      if (await isMade(above.at(name))) steps.push(() => rmdir(above.at(name)));
      last = await above.child(name);
      held.push(last);
      if (durable) await syncDirectory(above.at('.'));
    }
  } catch (error) {
    await undo();
    await close();
    throw problemFrom(error);
  }
  return { last, undo, close };
}

/** Makes the directory `path`. @returns false if something has that name. */
async function isMade(path: DiskPath): Promise<boolean> {
  try {
    await mkdir(path, 0o755);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw noDirectory(error);
  }
}
