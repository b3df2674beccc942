// Rules that turn the names which clients ask for into names of files: one a line, tried in order, each step told.
// Rule: rules are read once and may be wrong; what they do to a name is bounded in time and length. Pure.
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

/** Why a text holds no rules: our own words, printable. */
export interface RuleProblem {
  readonly line: number;
  readonly message: string;
}

export interface RewriteStep {
  /** Of the rule that matched. */
  readonly line: number;
  readonly before: string;
  readonly after: string;
}

export interface Rewriting {
  readonly steps: readonly RewriteStep[];
  readonly result:
    | { readonly type: 'name'; readonly name: string }
    /** `line`: of the rule that refused it; undefined where it was too long for rules, or went in circles. */
    | { readonly type: 'refused'; readonly problem: FileProblem; readonly line: number | undefined };
}

const mostRules = 100;
const longestRegex = 200;
/** Characters of a name that regular expressions see: what they cost grows with a power of it. */
const longestName = 255;
/** How often `s` may begin anew. */
const mostRestarts = 10;

/**
 * Reads rules, one a line: flags, a JavaScript regular expression, a replacement (none: nothing), parted by blanks.
 * Empty lines and those that begin with `#` say nothing. The flags:
 *
 * `r` replace the first match · `g` replace all · `i` either case · `e` end here after a match · `s` start over after a
 * match · `a` refuse the name (ERROR 2) · `~` apply where it does *not* match (with `a`, `e`) · `G` for reads only ·
 * `P` for writes only.
 *
 * In a replacement `\0` is the match, `\1`–`\9` its groups, `\i` the client's address, `\U` `\L` `\E` upper case, lower
 * case, and the end of either, `\s` a blank, `\\` a backslash.
 */
export function rewriteRules(text: string): RewriteRules | RuleProblem {
  const rules: Rule[] = [];
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    const words = line.trim().split(/[ \t]+/);
    if (words[0] === '' || words[0]?.startsWith('#') === true) continue;
    const rule = ruleOf(words, at + 1);
    if ('message' in rule) return rule;
    if (rules.push(rule) > mostRules)
      return { line: at + 1, message: `there are more than ${mostRules} rules` };
  }
  return { rules };
}

function ruleOf(
  [flags = '', source, replacement = '', ...rest]: readonly string[],
  line: number,
): Rule | RuleProblem {
  const wrong = (message: string): RuleProblem => ({ line, message });
  if (source === undefined || rest.length > 0) return wrong('a rule is: FLAGS REGEX [REPLACEMENT]');
  const flaw = flagFlaw(flags, replacement !== '');
  if (flaw !== undefined) return wrong(flaw);
  if (source.length > longestRegex)
    return wrong(`a regular expression has at most ${longestRegex} characters`);
  let regex: RegExp;
  try {
    regex = new RegExp(source, `u${flags.includes('i') ? 'i' : ''}${flags.includes('g') ? 'g' : ''}`);
  } catch {
    return wrong('this is no regular expression');
  }
  const costly = tooCostly(source);
  if (costly !== undefined) return wrong(costly);
  if (/\\(?![0-9iULEs\\])/.test(replacement.replaceAll('\\\\', '')))
    return wrong(String.raw`after \ a replacement has a digit, i, U, L, E, s or \ `.trimEnd());
  return { line, flags, regex, replacement };
}

function flagFlaw(flags: string, replaces: boolean): string | undefined {
  if (!/^[rgiesa~GP]+$/.test(flags)) return 'the flags are of r, g, i, e, s, a, ~, G and P';
  if (new Set(flags).size !== flags.length) return 'a flag stands once';
  const acts = /[rga]/.test(flags) || flags.includes('e');
  if (!acts) return 'one of the flags r, g, a and e says what to do';
  if (flags.includes('a') && /[rges]/.test(flags)) return 'a refuses: nothing else can be done';
  if (flags.includes('~') && /[rgs]/.test(flags))
    return '~ goes with a or e only: there is no match to replace';
  if (flags.includes('G') && flags.includes('P')) return 'G and P together are for nobody: leave both out';
  if (replaces && !/[rg]/.test(flags)) return 'a replacement needs r or g';
  return flags.includes('s') && flags.includes('e') ? 's and e exclude each other' : undefined;
}

/** What becomes of `name`, step by step. */
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
    rule.regex.lastIndex = 0;
    if (rule.regex.test(current) === rule.flags.includes('~')) continue;
    if (rule.flags.includes('a')) return refused('denied', rule.line);
    const before = current;
    if (/[rg]/.test(rule.flags)) current = replaced(rule, before, address);
    steps.push({ line: rule.line, before, after: current });
    if (rule.flags.includes('e')) break;
    if (!rule.flags.includes('s')) continue;
    if (++restarts > mostRestarts) return refused('denied');
    at = -1;
  }
  return { steps, result: { type: 'name', name: current } };
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

/** The replacement with its escapes carried out. */
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
