// Rewrite rules: they turn a requested name into the name of a file, one rule per line, tried in order. Pure.
// Rule: wrong rules are reported when they are read. Their work on a name is bounded: see patterns/match.ts.
import { octetInName, settled } from '../../wire/names.ts';
import type { FileProblem } from '../file.ts';
import { charactersOf, search, type Characters, type Slots, type Work } from '../patterns/match.ts';
import { compile, type Program } from '../patterns/program.ts';

/** One line: `FLAGS REGEX [REPLACEMENT]`. */
interface Rule {
  readonly line: number;
  readonly flags: string;
  readonly program: Program;
  /** The expression begins with `^/`: it sees the canonical name with a `/` before. */
  readonly isRooted: boolean;
  readonly replacement: string;
}

export interface RewriteRules {
  readonly rules: readonly Rule[];
}

/** Why the rules cannot be read: the line, and a printable text of ours. */
export interface RuleProblem {
  readonly line: number;
  readonly message: string;
  /** The characters of the line that it is about, where it is about some. */
  readonly text?: string;
  readonly from?: number;
  readonly to?: number;
}

export interface RewriteStep {
  /** Line of the rule that matched. */
  readonly line: number;
  readonly before: string;
  readonly after: string;
}

export interface Rewriting {
  readonly steps: readonly RewriteStep[];
  /** What it took, in instructions of the matcher. */
  readonly work: number;
  readonly result:
    | { readonly type: 'name'; readonly name: string }
    /** `line`: the rule that refused the name; undefined if the name was too long, or the rules ran in a circle or took too long. */
    | { readonly type: 'refused'; readonly problem: FileProblem; readonly line: number | undefined };
}

const mostRules = 100;
const longestRegex = 200;
/** Characters of a name that is matched at most. */
const longestName = 255;
/** Instructions of the matcher for one name at most, for all rules together: half a second at worst. */
const mostWork = 1_000_000;
/** How often the flag `s` may start again. */
const mostRestarts = 10;

export interface RuleOptions {
  /** The disk is read without regard to case, so every rule ignores case as well. Default false. */
  readonly caseless?: boolean;
}

/**
 * Reads rules, one per line: flags, a regular expression (see patterns/syntax.ts), a replacement, separated by blanks.
 * Without a replacement the match is removed. Empty lines and lines that begin with `#` are skipped. The flags:
 *
 * `r` replace the first match · `g` replace all matches · `i` ignore case · `e` stop after a match · `s` start again after
 * a match · `a` refuse the name (ERROR 2) · `~` apply the rule if the expression does *not* match (with `a`, `e`) ·
 * `G` only for reads · `P` only for writes.
 *
 * In a replacement `\0` is the match, `\1`–`\9` are its groups, `\i` is the address of the client, `\U` and `\L` switch to
 * upper and lower case, `\E` ends that, `\s` is a blank, `\xff` is an octet, `\\` is a backslash.
 */
export function rewriteRules(text: string, options: RuleOptions = {}): RewriteRules | RuleProblem {
  const rules: Rule[] = [];
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.trim().startsWith('#')) continue;
    const rule = ruleOf(line, at + 1, options);
    if ('message' in rule) return rule;
    if (rules.push(rule) > mostRules) return { line: at + 1, message: `more than ${mostRules} rules` };
  }
  return { rules };
}

function ruleOf(text: string, line: number, { caseless = false }: RuleOptions): Rule | RuleProblem {
  const words = [...text.matchAll(/[^ \t]+/g)];
  const [flags = '', source, replacement = '', ...rest] = words.map(([word]) => word);
  const wrong = (message: string): RuleProblem => ({ line, message });
  if (source === undefined || rest.length > 0) return wrong('a rule is: FLAGS REGEX [REPLACEMENT]');
  const flaw = flagFlaw(flags, replacement !== '');
  if (flaw !== undefined) return wrong(flaw);
  if (source.length > longestRegex)
    return wrong(`a regular expression has at most ${longestRegex} characters`);
  const program = compile(source, caseless || flags.includes('i'));
  if ('message' in program) {
    const { message, from, to } = program;
    const start = words[1]?.index ?? 0;
    return { line, message, text, from: start + from, to: start + to };
  }
  if (/\\(?!x[\da-fA-F]{2}|[0-9iULEs\\])/.test(replacement.replaceAll('\\\\', '')))
    return wrong(
      String.raw`in a replacement, \ must be followed by a digit, i, U, L, E, s, xHH or \ `.trimEnd(),
    );
  return { line, flags, program, isRooted: /^\^\\?\//.test(source), replacement };
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
  const work: Work = { left: mostWork };
  const ended = (result: Rewriting['result']): Rewriting => ({ steps, work: mostWork - work.left, result });
  const refused = (problem: FileProblem, line?: number): Rewriting =>
    ended({ type: 'refused', problem, line });
  const mine = rules.filter(({ flags }) => !flags.includes(op === 'RRQ' ? 'P' : 'G'));
  let current = name;
  let restarts = 0;
  for (let at = 0; at < mine.length; at += 1) {
    const rule = mine[at];
    if (rule === undefined) break;
    if (current.length > longestName) return refused('name-too-long');
    const match = matchOf(rule, current, work);
    const before = current;
    if (match !== undefined && /[rg]/.test(rule.flags)) current = replaced(rule, match, { address, work });
    // Without work a search finds nothing: what it says is not certain.
    if (work.left <= 0) return refused('denied');
    if ((match !== undefined) === rule.flags.includes('~')) continue;
    if (rule.flags.includes('a')) return refused('denied', rule.line);
    steps.push({ line: rule.line, before, after: current });
    if (rule.flags.includes('e')) break;
    if (!rule.flags.includes('s')) continue;
    if (++restarts > mostRestarts) return refused('denied');
    at = -1;
  }
  return ended({ type: 'name', name: current });
}

/** A form of the name, and where the rule matches it. */
interface Match {
  readonly form: Characters;
  readonly slots: Slots;
}

/**
 * The form of the name that the rule matches. A rule that only judges (a, e) sees the name as the disk will see it, so no
 * other spelling of the same file avoids the rule. A rule that replaces sees the name as it is first.
 */
function matchOf({ program, isRooted, flags }: Rule, name: string, work: Work): Match | undefined {
  const canonical = canonicalForm(name, isRooted);
  const forms = /[rg]/.test(flags) ? new Set([name, canonical]) : [canonical];
  for (const text of forms) {
    const form = charactersOf(text);
    const slots = search(program, form, 0, work);
    if (slots !== undefined) return { form, slots };
  }
  return undefined;
}

/** The separators are single `/`, and components `.` are left out. A leading `/` means nothing: `rooted` adds it. */
function canonicalForm(name: string, rooted: boolean): string {
  const components = name.split(/[\\/]/).filter((component) => component !== '' && component !== '.');
  return `${rooted ? '/' : ''}${components.join('/')}`;
}

/** The form with its first match replaced; with the flag `g`, all matches. */
function replaced(
  { program, flags, replacement }: Rule,
  { form, slots }: Match,
  { address, work }: { readonly address: string; readonly work: Work },
): string {
  const between = (from = 0, to = 0): string => form.text.slice(form.offsets[from], form.offsets[to]);
  let out = '';
  let done = 0;
  let match: Slots | undefined = slots;
  while (match !== undefined) {
    const found: Slots = match;
    const [from = 0, to = 0] = found;
    const groups = Array.from({ length: found.length / 2 }, (_, n) =>
      between(found[2 * n], found[2 * n + 1]),
    );
    out += between(done, from) + filled(replacement, groups, address);
    done = to;
    // After an empty match the search goes on one character later.
    const next: number = to === from ? to + 1 : to;
    match = flags.includes('g') && next <= form.list.length ? search(program, form, next, work) : undefined;
  }
  return settled(out + between(done, form.list.length));
}

/** The replacement with its escapes replaced. */
function filled(replacement: string, groups: readonly string[], address: string): string {
  let out = '';
  let cased = (text: string): string => text;
  for (const [piece] of replacement.matchAll(/\\x[\da-fA-F]{2}|\\.|[^\\]+/gsu)) {
    if (piece === '\\U') cased = (text) => text.toUpperCase();
    else if (piece === '\\L') cased = (text) => text.toLowerCase();
    else if (piece === '\\E') cased = (text) => text;
    else out += cased(meaning(piece, groups, address));
  }
  return out;
}

function meaning(piece: string, groups: readonly string[], address: string): string {
  if (!piece.startsWith('\\')) return piece;
  const escaped = piece.slice(1);
  if (escaped === 'i') return address;
  if (escaped === 's') return ' ';
  if (escaped.startsWith('x')) return octetInName(Number.parseInt(escaped.slice(1), 16));
  return escaped === '\\' ? '\\' : (groups[Number(escaped)] ?? '');
}
