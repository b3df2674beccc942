// The files of this machine that a pattern with wildcards matches: `*` is any characters, `?` is one, `[a-z]` is one of
// these, `[!a-z]` is one of all others.
// Rule: a wildcard matches within one component of a path, and no leading dot. A backslash makes the next character ordinary.
import { FileError } from '../file.ts';
import { eachEntry, kindOf } from './directories.ts';

/** Paths as the pattern writes them, sorted. */
export interface Matches {
  readonly files: readonly string[];
  /** What matches and is not a file. */
  readonly others: readonly string[];
}

/** A component of a pattern: any characters, or one character of a kind. */
type Token = 'any' | ((character: string) => boolean);

/** Finds what `pattern` matches. `resolve` makes a path absolute. What cannot be read has no matches. Never rejects. */
export async function findMatches(pattern: string, resolve: (path: string) => string): Promise<Matches> {
  const components = pattern.split('/');
  let heads = [''];
  const [files, others]: [string[], string[]] = [[], []];
  for (const [at, component] of components.entries()) {
    const isLast = at === components.length - 1;
    const found: string[] = [];
    for (const head of heads)
      for (const { path, kind } of await below(head, component, resolve)) {
        if (isLast) (kind === 'file' ? files : others).push(path);
        else if (kind === 'directory') found.push(`${path}/`);
      }
    heads = found;
  }
  return { files: files.sort(), others: others.sort() };
}

interface Found {
  readonly path: string;
  readonly kind: 'file' | 'directory' | 'other';
}

/** What is in the directory `head` and matches `component`. */
async function below(
  head: string,
  component: string,
  resolve: (path: string) => string,
): Promise<readonly Found[]> {
  if (!hasWildcard(component)) {
    const path = head + component.replace(/\\(.)/gsu, '$1');
    // The empty component before a leading slash is the root.
    const kind = path === '' ? 'directory' : await kindOf(resolve(path));
    return kind === undefined ? [] : [{ path, kind }];
  }
  const tokens = tokensOf(component);
  const names: string[] = [];
  const see = (name: string): boolean => {
    if (name.startsWith('.') === component.startsWith('.') && isMatch(tokens, Array.from(name)))
      names.push(name);
    return true;
  };
  await eachEntry(resolve(head === '' ? '.' : head), see).catch((error: unknown) => {
    if (!(error instanceof FileError)) throw error;
  });
  const found: Found[] = [];
  for (const name of names) {
    const path = `${head === '' && /^(?:-$|~)/.test(name) ? './' : head}${name}`;
    const kind = await kindOf(resolve(path));
    if (kind !== undefined) found.push({ path, kind });
  }
  return found;
}

function hasWildcard(component: string): boolean {
  return /[*?[]/.test(component.replace(/\\./gsu, ''));
}

function tokensOf(component: string): readonly Token[] {
  const pieces = component.matchAll(/\\(?<escaped>.)|\[(?<not>!?)(?<set>\]?[^\]]+)\]|(?<plain>.)/gsu);
  return Array.from(pieces, ({ groups: { escaped, not, set, plain } = {} }): Token => {
    if (set !== undefined) return (character) => isInSet(character, set) !== (not === '!');
    if (plain === '*') return 'any';
    if (plain === '?') return () => true;
    return (character) => character === (escaped ?? plain);
  });
}

/** Whether a character is in `a-z0`: ranges and single characters. */
function isInSet(character: string, set: string): boolean {
  const [code = 0] = codes(character);
  return [...set.matchAll(/\\?(.)(?:-\\?(.))?/gsu)].some(([, from = '', to = from]) => {
    const [[least = 0], [most = 0]] = [codes(from), codes(to)];
    return code >= least && code <= most;
  });
}

function codes(text: string): readonly number[] {
  return Array.from(text, (character) => character.codePointAt(0) ?? 0);
}

/** Whether the tokens match all characters. The last `*` takes one character more where what follows it does not match. */
function isMatch(tokens: readonly Token[], characters: readonly string[]): boolean {
  let at = 0;
  let token = 0;
  let star: { readonly token: number; at: number } | undefined;
  while (at < characters.length) {
    const now = tokens[token];
    if (now === 'any') {
      token += 1;
      star = { token, at };
    } else if (now?.(characters[at] ?? '') === true) {
      token += 1;
      at += 1;
    } else {
      if (star === undefined) return false;
      star.at += 1;
      at = star.at;
      token = star.token;
    }
  }
  return tokens.slice(token).every((left) => left === 'any');
}
