// Finds the entry on disk for a name in upper or lower case, as old boot ROMs write names.
// Rule: the exact name comes first, then the only entry that differs in case alone. Several such entries are refused.
// The result is only a hint: it is opened by the same walk as any name.
import { lstat, stat } from 'node:fs/promises';
import { codeOf, problem, problemFrom } from '../problem.ts';
import { nameOf, openEntries } from '../disk/path.ts';
import type { HeldDirectory, Tree } from '../disk/walk.ts';

/** Entries of one directory that are searched; a name in another case after them is not found. */
const mostEntries = 20_000;
/** Names that are remembered in all. */
const mostRemembered = 100_000;
/** Milliseconds after a change in which another one could leave the time of the directory as it is. */
const settling = 2000;

/** The names of one directory, by what they have in common. */
interface Index {
  /** The time of the directory before it was read. */
  readonly stamp: string;
  /** Whether a later change is sure to change the time. */
  readonly isSettled: boolean;
  /** The name, or null where several differ in case alone. */
  readonly names: ReadonlyMap<string, string | null>;
}

/** The names of a tree in every case. Directories that do not change are read once. */
export class CaselessNames {
  readonly #tree: Tree;
  readonly #now: (() => number) | undefined;
  readonly #known = new Map<string, Index>();
  readonly #reading = new Map<string, Promise<Index>>();
  #remembered = 0;
  readonly #most: number;

  /** `now`: milliseconds of the clock that dates files. Without it every search reads the directory. `most`: names to remember. */
  constructor(tree: Tree, now: (() => number) | undefined, most = mostRemembered) {
    this.#tree = tree;
    this.#now = now;
    this.#most = most;
  }

  /** `components` as they are on disk. From the first missing one on they stay as given. Rejects with FileError. */
  async actual(components: readonly string[]): Promise<readonly string[]> {
    const real: string[] = [];
    for (const [at, name] of components.entries()) {
      // A link or a missing directory: the later walk decides about it.
      const directory = await this.#tree.directory(real).catch(() => undefined);
      if (directory === undefined) return [...real, ...components.slice(at)];
      try {
        real.push(await this.#entryLike(directory, name));
      } finally {
        await directory.close();
      }
    }
    return real;
  }

  async #entryLike(directory: HeldDirectory, name: string): Promise<string> {
    try {
      await lstat(directory.at(name));
      return name;
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw problemFrom(error);
    }
    const { names } = await this.#index(directory).catch((error: unknown) => {
      throw problemFrom(error);
    });
    const found = names.get(folded(name));
    if (found === null) throw problem('denied');
    return found ?? name;
  }

  async #index(directory: HeldDirectory): Promise<Index> {
    const key = await directory.identity();
    const { mtimeNs, ctimeNs, mtimeMs, ctimeMs } = await stat(directory.at('.'), { bigint: true });
    const stamp = `${mtimeNs.toString()} ${ctimeNs.toString()}`;
    const known = this.#known.get(key);
    if (known?.isSettled === true && known.stamp === stamp) return known;
    // Those who ask meanwhile share what is read, unless the directory has changed in between.
    const reading = this.#reading.get(`${key} ${stamp}`);
    if (reading !== undefined) return reading;
    const isSettled =
      this.#now !== undefined && this.#now() - Math.max(Number(mtimeMs), Number(ctimeMs)) > settling;
    const work = readNames(directory).then((names) => ({ stamp, isSettled, names }));
    this.#reading.set(`${key} ${stamp}`, work);
    try {
      const index = await work;
      this.#remember(key, index);
      return index;
    } finally {
      this.#reading.delete(`${key} ${stamp}`);
    }
  }

  #remember(key: string, index: Index): void {
    this.#forget(key);
    if (!index.isSettled) return;
    this.#known.set(key, index);
    this.#remembered += index.names.size;
    for (const [oldest] of this.#known) {
      if (this.#remembered <= this.#most || oldest === key) break;
      this.#forget(oldest);
    }
  }

  #forget(key: string): void {
    this.#remembered -= this.#known.get(key)?.names.size ?? 0;
    this.#known.delete(key);
  }
}

async function readNames(directory: HeldDirectory): Promise<ReadonlyMap<string, string | null>> {
  const names = new Map<string, string | null>();
  let seen = 0;
  for await (const entry of await openEntries(directory.at('.'))) {
    if (++seen > mostEntries) break;
    const name = nameOf(entry);
    const key = folded(name);
    names.set(key, names.has(key) ? null : name);
  }
  return names;
}

/** Equal for names that differ in case alone. Nothing else is normalised: é is not equal to e with a combining accent. */
function folded(name: string): string {
  return name.toLowerCase();
}
