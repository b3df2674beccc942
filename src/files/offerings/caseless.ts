// Finds the entry on disk for a name in upper or lower case, as old boot ROMs write names.
// Rule: the exact name comes first, then the only entry that differs in case alone. Several such entries are refused.
// The result is only a hint: it is opened by the same walk as any name.
import { lstat, opendir } from 'node:fs/promises';
import { codeOf, problem, problemFrom } from '../problem.ts';
import type { HeldDirectory, Tree } from '../disk/walk.ts';

/** Entries of one directory that are searched; a name in another case after them is not found. */
const mostEntries = 20_000;

/** `components` as they are on disk. From the first missing one on they stay as given. Rejects with FileError. */
export async function actualCase(tree: Tree, components: readonly string[]): Promise<readonly string[]> {
  const real: string[] = [];
  for (const [at, name] of components.entries()) {
    // A link or a missing directory: the later walk decides about it.
    const directory = await tree.directory(real).catch(() => undefined);
    if (directory === undefined) return [...real, ...components.slice(at)];
    try {
      real.push(await entryLike(directory, name));
    } finally {
      await directory.close();
    }
  }
  return real;
}

async function entryLike(directory: HeldDirectory, name: string): Promise<string> {
  try {
    await lstat(directory.at(name));
    return name;
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw problemFrom(error);
  }
  const wanted = folded(name);
  let found: string | undefined;
  let seen = 0;
  const entries = await opendir(directory.at('.')).catch((error: unknown) => {
    throw problemFrom(error);
  });
  for await (const entry of entries) {
    if (++seen > mostEntries) break;
    if (folded(entry.name) !== wanted) continue;
    if (found !== undefined) throw problem('denied');
    found = entry.name;
  }
  return found ?? name;
}

/** Equal for names that differ in case alone. Nothing else is normalised: é is not equal to e with a combining accent. */
function folded(name: string): string {
  return name.toLowerCase();
}
