// Whether a missing file is being copied into its directory under a temporary name.
// Rule: this is a guess for the log. It looks at a bounded number of entries and never fails.
import { lstat } from 'node:fs/promises';
import { nameOf, openEntries } from '../disk/path.ts';
import type { HeldDirectory } from '../disk/walk.ts';

/** What WinSCP, browsers and mirroring programs append until the file is complete. */
const endings = ['.filepart', '.part', '.partial', '.crdownload'];
/** rsync writes `fw.bin` as `.fw.bin.aB3xYz`. */
const rsyncEnding = /^\.[A-Za-z0-9]{6}$/;
/** Entries that are looked at. */
const mostEntries = 1024;
/** Searches in one second: a flood of requests for missing files must not keep the disk busy. */
const mostInSecond = 20;

/** Looks for copies under way: one search at a time, and a limited number in a second. */
export class Copies {
  readonly #now: (() => number) | undefined;
  #isSearching = false;
  #since = -Infinity;
  #count = 0;

  /** `now`: milliseconds. Without it the number in a second is not limited. */
  constructor(now: (() => number) | undefined) {
    this.#now = now;
  }

  /** Whether an entry of `directory` looks like a copy of `leaf` that is not complete. Never rejects. */
  async has(directory: HeldDirectory, leaf: string): Promise<boolean> {
    if (this.#isSearching || !this.#mayCount()) return false;
    this.#isSearching = true;
    const isFound = await isBeingCopied(directory, leaf);
    this.#isSearching = false;
    return isFound;
  }

  #mayCount(): boolean {
    const now = this.#now?.();
    if (now === undefined || now - this.#since >= 1000) {
      this.#since = now ?? 0;
      this.#count = 0;
    }
    this.#count += 1;
    return this.#count <= mostInSecond;
  }
}

async function isBeingCopied(directory: HeldDirectory, leaf: string): Promise<boolean> {
  try {
    for (const ending of endings) if (await exists(directory, `${leaf}${ending}`)) return true;
    const beginning = `.${leaf}.`;
    let seen = 0;
    for await (const entry of await openEntries(directory.at('.'))) {
      if (++seen > mostEntries) return false;
      const name = nameOf(entry);
      if (name.startsWith(beginning) && rsyncEnding.test(name.slice(beginning.length - 1))) return true;
    }
  } catch {
    // The directory cannot be read: nothing is known.
  }
  return false;
}

async function exists(directory: HeldDirectory, name: string): Promise<boolean> {
  return lstat(directory.at(name)).then(
    (stats) => stats.isFile(),
    () => false,
  );
}
