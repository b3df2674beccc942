// Words with wildcards: they stand for the local files that match. Quotes switch that off (see parse.ts).
// Rule: a file of exactly that name comes first, so that fw[1].bin needs no quotes.
import { placeOf } from '../../files/local/directories.ts';
import { findMatches } from '../../files/local/wildcards.ts';
import type { LocalDirectory } from '../session/local-directory.ts';
import { misuse, type Misuse } from './misuse.ts';
import type { Word } from './parse.ts';

/** Files that one command may name. */
const most = 10_000;

export interface Expanded {
  /** One word for each file, with the place of the pattern. */
  readonly words: readonly Word[];
  readonly hasWildcards: boolean;
  /** What matched and is not a file. */
  readonly skipped: readonly string[];
}

/** The words with the files that they stand for. On `platform` win32 a backslash separates directories too. */
export async function expandWildcards(
  given: readonly Word[],
  directory: Pick<LocalDirectory, 'resolve'>,
  platform: string,
): Promise<Expanded | Misuse> {
  const words: Word[] = [];
  const skipped: string[] = [];
  let hasWildcards = false;
  for (const word of given) {
    const { text, from, to, pattern } = word;
    if (pattern === undefined || (await placeOf(directory.resolve(text))) !== undefined) {
      words.push(word);
      continue;
    }
    hasWildcards = true;
    const portable = platform === 'win32' ? pattern.replaceAll('\\\\', '/') : pattern;
    const { files, others } = await findMatches(portable, (path) => directory.resolve(path));
    if (files.length === 0)
      return misuse(
        others.length > 0 ? 'Only directories match.' : 'No file matches; "lls" lists the local files.',
        word,
      );
    words.push(...files.map((file) => ({ text: file, from, to })));
    skipped.push(...others);
    if (words.length > most) return misuse('More than 10,000 files match; use a narrower pattern.', word);
  }
  return { words, hasWildcards, skipped };
}
