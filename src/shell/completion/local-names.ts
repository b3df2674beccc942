// Names of this machine at the cursor: of whatever directory the word leads to, read when they are asked for.
// Rule: a name that would be taken for something else is written with ./ before it.
import { eachEntry, kindOf } from '../../files/local/small-files.ts';
import { join } from 'node:path';
import type { Candidate, Candidates } from './candidates.ts';
import type { Search } from './cursor.ts';

/** What may be named. */
export interface LocalNameQuery {
  readonly onlyDirectories?: boolean;
  /** How files end; any will do where none ends so. */
  readonly endings?: readonly string[];
  /** Words that mean something else here. */
  readonly reserved?: readonly string[];
}

/** Adds what the word may become. */
export async function localNames(
  choices: Candidates,
  { word: { text }, shell, stopped }: Search,
  { onlyDirectories = false, endings = [], reserved = [] }: LocalNameQuery = {},
): Promise<void> {
  const head = text.slice(0, text.lastIndexOf('/') + 1);
  const leaf = text.slice(head.length);
  if (text === '~' && shell.directory.home !== undefined) choices.tell([{ text: '~/', open: true }]);
  if (leaf === '..') choices.tell([{ text: `${head}../`, open: true }]);
  const path = shell.directory.resolve(head === '' ? '.' : head);
  const spare: Candidate[] = [];
  let fitting = 0;
  const see = async (name: string, kind: string): Promise<boolean> => {
    if (stopped()) return false;
    if (!name.startsWith(leaf) || (name.startsWith('.') && leaf === '')) return true;
    const open =
      kind === 'directory' || (kind === 'link' && (await kindOf(join(path, name))) === 'directory');
    if (onlyDirectories && !open) return true;
    const hazard = head === '' && (/^(-|~$)/.test(name) || reserved.includes(name));
    const label = open ? `${name}/` : name;
    const candidate = { text: `${hazard ? './' : head}${label}`, label, open };
    if (open || fits(name, endings)) choices.add(candidate);
    else if (fitting === 0) spare.push(candidate);
    if (!open && fits(name, endings)) fitting++;
    return true;
  };
  // What is not there, or may not be read, has no names.
  await eachEntry(path, see).catch(() => undefined);
  if (fitting === 0) for (const candidate of spare) choices.add(candidate);
}

function fits(name: string, endings: readonly string[]): boolean {
  return endings.length === 0 || endings.some((ending) => name.toLowerCase().endsWith(ending));
}
