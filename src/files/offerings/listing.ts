// What is below a root, without following links: for `ls`, completion and the search for stale temporary files.
// Rule: a listed file can be opened under exactly that name. What cannot be read is skipped.
import { lstat, unlink } from 'node:fs/promises';
import type { OfferedFile, EntryVisitor } from '../file.ts';
import { FileError } from '../file.ts';
import { isTemporaryName, parseName } from './name.ts';
import { nameOf, openEntries } from '../disk/path.ts';
import { openTemporary } from '../disk/temporary.ts';
import type { HeldDirectory, Tree } from '../disk/walk.ts';

/** Entries that are visited at most; a larger tree is listed in part. */
const mostEntries = 200_000;
/** Milliseconds without a write after which no transfer uses a temporary file any more. */
const stale = 3_600_000;

interface Entry {
  readonly directory: HeldDirectory;
  readonly parents: readonly string[];
  readonly name: string;
}

/** Every entry except directories; the entries of a directory come before those of its subdirectories. */
async function* walkEntries(tree: Tree): AsyncGenerator<Entry> {
  const waiting: (readonly string[])[] = [[]];
  let seen = 0;
  for (let parents = waiting.shift(); parents !== undefined; parents = waiting.shift()) {
    const directory = await tree.directory(parents).catch(() => undefined);
    if (directory === undefined) continue;
    try {
      const entries = await openEntries(directory.at('.')).catch(() => undefined);
      if (entries === undefined) continue;
      for await (const entry of entries) {
        if (++seen > mostEntries) return;
        const name = nameOf(entry);
        if (entry.isDirectory()) waiting.push([...parents, name]);
        else yield { directory, parents, name };
      }
    } finally {
      await directory.close();
    }
  }
}

/** At most `limit` regular files, sorted by name. */
export async function listFiles(
  tree: Tree,
  limit: number,
  platform: string,
): Promise<readonly OfferedFile[]> {
  const files: OfferedFile[] = [];
  if (limit <= 0) return files;
  for await (const { directory, parents, name } of walkEntries(tree)) {
    if (!isPlain([...parents, name], platform)) continue;
    const stats = await lstat(directory.at(name)).catch(() => undefined);
    if (stats?.isFile() === true) files.push({ name: [...parents, name].join('/'), size: stats.size });
    if (files.length >= limit) break;
  }
  return files.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Calls `see` for the files and directories in one directory of the tree; {@link listFiles} lists the whole tree. */
export async function visitDirectory(
  tree: Tree,
  name: string,
  { platform, see }: { readonly platform: string; readonly see: EntryVisitor },
): Promise<void> {
  const parents = name === '' ? [] : name.split('/');
  // A name that leads above the root, or that is written in another way, lists nothing.
  if (name !== '' && !isPlain(parents, platform)) return;
  const directory = await tree.directory(parents).catch(() => undefined);
  if (directory === undefined) return;
  try {
    const entries = await openEntries(directory.at('.')).catch(() => undefined);
    for await (const entry of entries ?? []) {
      if (!entry.isFile() && !entry.isDirectory()) continue;
      const leaf = nameOf(entry);
      if (!isPlain([...parents, leaf], platform)) continue;
      if (!see(leaf, entry.isDirectory())) return;
    }
  } finally {
    await directory.close();
  }
}

/** Whether a request with exactly this name reaches the file. */
function isPlain(components: readonly string[], platform: string): boolean {
  const path = components.join('/');
  const parsed = parseName(path, platform);
  return !(parsed instanceof FileError) && parsed.join('/') === path;
}

/** Removes temporary files with exactly our pattern that were not written to for an hour. */
export async function reapStale(tree: Tree): Promise<void> {
  let now: number | undefined;
  for await (const { directory, name } of walkEntries(tree)) {
    if (!isTemporaryName(name)) continue;
    const stats = await lstat(directory.at(name)).catch(() => undefined);
    if (stats?.isFile() !== true) continue;
    now ??= await diskTime(directory);
    if (now !== undefined && now - stats.mtimeMs > stale)
      await unlink(directory.at(name)).catch(() => undefined);
  }
}

/** The clock that dates the files: the clock of a file server may differ from ours. */
async function diskTime(directory: HeldDirectory): Promise<number | undefined> {
  const made = await openTemporary(directory, 'clock').catch(() => undefined);
  if (made === undefined) return undefined;
  try {
    return (await made.handle.stat()).mtimeMs;
  } finally {
    await made.handle.close();
    await unlink(directory.at(made.name)).catch(() => undefined);
  }
}
