// Local files and directories that the word at the cursor can become. The directory is read for each completion.
// Rule: a name that the command would read as something else gets ./ in front.
import { eachEntry, kindOf } from '../../files/local/directories.ts';
import { join } from 'node:path';
import type { Candidate, Candidates } from './candidates.ts';
import type { Search } from './cursor.ts';

/** Which names to look for. */
export interface LocalNameQuery {
  readonly onlyDirectories?: boolean;
  /** Endings of files; all files where no file has one of them. */
  readonly endings?: readonly string[];
  /** Words that have another meaning in this place. */
  readonly reserved?: readonly string[];
}

/** Adds the local names that begin with the word. */
export async function localNames(
  choices: Candidates,
  { word: { text }, shell, stopped }: Search,
  { onlyDirectories = false, endings = [], reserved = [] }: LocalNameQuery = {},
): Promise<void> {
  const head = text.slice(0, text.lastIndexOf('/') + 1);
  const leaf = text.slice(head.length);
  if (text === '~' && shell.directory.home !== undefined) choices.addInOrder([{ text: '~/', open: true }]);
  if (leaf === '..') choices.addInOrder([{ text: `${head}../`, open: true }]);
  const path = shell.directory.resolve(head === '' ? '.' : head);
  const others: Candidate[] = [];
  let fitting = 0;
  const visit = async (name: string, kind: string): Promise<boolean> => {
    if (stopped()) return false;
    if (!name.startsWith(leaf) || (name.startsWith('.') && leaf === '')) return true;
    const open =
      kind === 'directory' || (kind === 'link' && (await kindOf(join(path, name))) === 'directory');
    if (onlyDirectories && !open) return true;
    const isAmbiguous = head === '' && (/^(-|~$)/.test(name) || reserved.includes(name));
    const label = open ? `${name}/` : name;
    const candidate = { text: `${isAmbiguous ? './' : head}${label}`, label, open };
    if (open || fits(name, endings)) choices.add(candidate);
    else if (fitting === 0) others.push(candidate);
    if (!open && fits(name, endings)) fitting++;
    return true;
  };
  // A directory that does not exist or cannot be read has no names.
  await eachEntry(path, visit).catch(() => undefined);
  if (fitting === 0) for (const candidate of others) choices.add(candidate);
}

function fits(name: string, endings: readonly string[]): boolean {
  return endings.length === 0 || endings.some((ending) => name.toLowerCase().endsWith(ending));
}
