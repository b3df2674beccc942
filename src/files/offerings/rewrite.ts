// Rewrite rules: they turn a requested name into the name of a file, one rule per line, tried in order. Pure.
// Rule: wrong rules are reported when they are read. Their work on a name is bounded in time and length.
import type { FileProblem } from '../file.ts';
import { tooCostly } from './rewrite-cost.ts';

/** One line: `FLAGS REGEX [REPLACEMENT]`. */
interface Rule {
  readonly line: number;
  readonly flags: string;
  readonly regex: RegExp;
  readonly replacement: string;
}

export interface RewriteRules {
  readonly rules: readonly Rule[];
}

/** Why the rules cannot be read: the line, and a printable text of ours. */
export interface RuleProblem {
  readonly line: number;
  readonly message: string;
}

export interface RewriteStep {
  /** Line of the rule that matched. */
  readonly line: number;
  readonly before: string;
  readonly after: string;
}

export interface Rewriting {
  readonly steps: readonly RewriteStep[];
  readonly result:
    | { readonly type: 'name'; readonly name: string }
    /** `line`: the rule that refused the name; undefined if the name was too long, or the rules ran in a circle. */
    | { readonly type: 'refused'; readonly problem: FileProblem; readonly line: number | undefined };
}

const mostRules = 100;
const longestRegex = 200;
/** Characters of a name that is matched at most: the cost grows with a power of the length. */
const longestName = 255;
/** How often the flag `s` may start again. */
const mostRestarts = 10;

export interface RuleOptions {
  /** The disk is read without regard to case, so every rule ignores case as well. Default false. */
  readonly caseless?: boolean;
}

/**
 * Reads rules, one per line: flags, a JavaScript regular expression, a replacement, separated by blanks. Without a
 * replacement the match is removed. Empty lines and lines that begin with `#` are skipped. The flags:
 *
 * `r` replace the first match · `g` replace all matches · `i` ignore case · `e` stop after a match · `s` start again after
 * a match · `a` refuse the name (ERROR 2) · `~` apply the rule if the expression does *not* match (with `a`, `e`) ·
 * `G` only for reads · `P` only for writes.
 *
 * In a replacement `\0` is the match, `\1`–`\9` are its groups, `\i` is the address of the client, `\U` and `\L` switch to
 * upper and lower case, `\E` ends that, `\s` is a blank, `\\` is a backslash.
 */
export function rewriteRules(text: string, options: RuleOptions = {}): RewriteRules | RuleProblem {
  const rules: Rule[] = [];
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    const words = line.trim().split(/[ \t]+/);
    if (words[0] === '' || words[0]?.startsWith('#') === true) continue;
    const rule = ruleOf(words, at + 1, options);
    if ('message' in rule) return rule;
    if (rules.push(rule) > mostRules) return { line: at + 1, message: `more than ${mostRules} rules` };
  }
  return { rules };
}

function ruleOf(
  [flags = '', source, replacement = '', ...rest]: readonly string[],
  line: number,
  { caseless = false }: RuleOptions,
): Rule | RuleProblem {
  const wrong = (message: string): RuleProblem => ({ line, message });
  if (source === undefined || rest.length > 0) return wrong('a rule is: FLAGS REGEX [REPLACEMENT]');
  const flaw = flagFlaw(flags, replacement !== '');
  if (flaw !== undefined) return wrong(flaw);
  if (source.length > longestRegex)
    return wrong(`a regular expression has at most ${longestRegex} characters`);
  let regex: RegExp;
  try {
    regex = new RegExp(
      source,
      `u${caseless || flags.includes('i') ? 'i' : ''}${flags.includes('g') ? 'g' : ''}`,
    );
  } catch {
    return wrong('not a valid regular expression');
  }
  const costly = tooCostly(source);
  if (costly !== undefined) return wrong(costly);
  if (/\\(?![0-9iULEs\\])/.test(replacement.replaceAll('\\\\', '')))
    return wrong(String.raw`in a replacement, \ must be followed by a digit, i, U, L, E, s or \ `.trimEnd());
  return { line, flags, regex, replacement };
}

function flagFlaw(flags: string, replaces: boolean): string | undefined {
  if (!/^[rgiesa~GP]+$/.test(flags)) return 'unknown flag; the flags are r, g, i, e, s, a, ~, G and P';
  if (new Set(flags).size !== flags.length) return 'a flag is given twice';
  const acts = /[rga]/.test(flags) || flags.includes('e');
  if (!acts) return 'a rule needs one of the flags r, g, a and e';
  if (flags.includes('a') && /[rges]/.test(flags)) return 'a refuses the name: r, g, e and s cannot follow';
  if (flags.includes('~') && /[rgs]/.test(flags))
    return '~ can be combined with a or e only: without a match nothing can be replaced';
  if (flags.includes('G') && flags.includes('P'))
    return 'G and P exclude each other; leave both out to apply the rule to all requests';
  if (replaces && !/[rg]/.test(flags)) return 'a replacement needs the flag r or g';
  return flags.includes('s') && flags.includes('e') ? 's and e exclude each other' : undefined;
}

/** Applies the rules to `name`. The result lists each step. */
export function rewrite(
  { rules }: RewriteRules,
  name: string,
  { op, address }: { readonly op: 'RRQ' | 'WRQ'; readonly address: string },
): Rewriting {
  const steps: RewriteStep[] = [];
  const refused = (problem: FileProblem, line?: number): Rewriting => ({
    steps,
    result: { type: 'refused', problem, line },
  });
  const mine = rules.filter(({ flags }) => !flags.includes(op === 'RRQ' ? 'P' : 'G'));
  let current = name;
  let restarts = 0;
  for (let at = 0; at < mine.length; at += 1) {
    const rule = mine[at];
    if (rule === undefined) break;
    if (current.length > longestName) return refused('name-too-long');
    const matched = matchedForm(rule, current);
    if ((matched !== undefined) === rule.flags.includes('~')) continue;
    if (rule.flags.includes('a')) return refused('denied', rule.line);
    const before = current;
    if (matched !== undefined && /[rg]/.test(rule.flags)) current = replaced(rule, matched, address);
    steps.push({ line: rule.line, before, after: current });
    if (rule.flags.includes('e')) break;
    if (!rule.flags.includes('s')) continue;
    if (++restarts > mostRestarts) return refused('denied');
    at = -1;
  }
  return { steps, result: { type: 'name', name: current } };
}

/**
 * The form of the name that the rule matches. A rule that only judges (a, e) sees the name as the disk will see it, so no
 * other spelling of the same file avoids the rule. A rule that replaces sees the name as it is first.
 */
function matchedForm({ regex, flags }: Rule, name: string): string | undefined {
  const canonical = canonicalForm(name, /^\^\\?\//.test(regex.source));
  const forms = /[rg]/.test(flags) ? [name, canonical] : [canonical];
  return forms.find((form) => {
    regex.lastIndex = 0;
    return regex.test(form);
  });
}

/** The separators are single `/`, and components `.` are left out. A leading `/` means nothing: `rooted` adds it. */
function canonicalForm(name: string, rooted: boolean): string {
  const components = name.split(/[\\/]/).filter((component) => component !== '' && component !== '.');
  return `${rooted ? '/' : ''}${components.join('/')}`;
}

function replaced({ regex, replacement }: Rule, name: string, address: string): string {
  regex.lastIndex = 0;
  return name.replace(regex, (...found: unknown[]) => {
    // The match and its groups come first; then the position, a number.
    const groups = found.slice(
      0,
      found.findIndex((one) => typeof one === 'number'),
    );
    return filled(replacement, groups as (string | undefined)[], address);
  });
}

/** The replacement with its escapes replaced. */
function filled(replacement: string, groups: readonly (string | undefined)[], address: string): string {
  let out = '';
  let cased = (text: string): string => text;
  for (const [piece] of replacement.matchAll(/\\.|[^\\]+/gsu)) {
    if (piece === '\\U') cased = (text) => text.toUpperCase();
    else if (piece === '\\L') cased = (text) => text.toLowerCase();
    else if (piece === '\\E') cased = (text) => text;
    else out += cased(meaning(piece, groups, address));
  }
  return out;
}

function meaning(piece: string, groups: readonly (string | undefined)[], address: string): string {
  if (!piece.startsWith('\\')) return piece;
  const escaped = piece.slice(1);
  if (escaped === 'i') return address;
  if (escaped === 's') return ' ';
  return escaped === '\\' ? '\\' : (groups[Number(escaped)] ?? '');
}
