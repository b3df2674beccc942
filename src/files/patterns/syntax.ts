// Reads a regular expression: a part of JavaScript's syntax that can be matched in linear time. Pure.
// Rule: what is not supported is refused with its place. What is accepted means what it means in JavaScript (flag u), but
// `\xff` is an octet of a name and not the character U+00FF.
import { octetInName, percentDecoded } from '../../wire/names.ts';

/** The parts of an expression. */
export type Pattern =
  /** One character of a kind: `source` is the expression for it. */
  | { readonly type: 'atom'; readonly source: string }
  | { readonly type: 'place'; readonly place: Place }
  | { readonly type: 'sequence'; readonly parts: readonly Pattern[] }
  | { readonly type: 'choice'; readonly options: readonly Pattern[] }
  | { readonly type: 'group'; readonly number: number; readonly body: Pattern }
  | Repetition;

/** `body`, `least` to `most` times; as often as possible, or as rarely (`isLazy`). The groups in it: `from` to `to - 1`. */
export interface Repetition {
  readonly type: 'repetition';
  readonly body: Pattern;
  readonly least: number;
  readonly most: number;
  readonly isLazy: boolean;
  readonly from: number;
  readonly to: number;
}

/** A place between characters: the start or end of the text, a word boundary, or none. */
export type Place = 'start' | 'end' | 'boundary' | 'no-boundary';

/** Why an expression is refused: a printable text of ours, and the characters that it is about. */
export interface SyntaxProblem {
  readonly message: string;
  readonly from: number;
  readonly to: number;
}

/** Times that a part may be repeated by numbers: names have no more characters. */
const mostTimes = 255;

const places: ReadonlyMap<string, Place> = new Map([
  ['^', 'start'],
  ['$', 'end'],
  ['\\b', 'boundary'],
  ['\\B', 'no-boundary'],
]);

/** A character or class, as JavaScript writes it. */
const atom =
  /\[(?:\\.|[^\]\\])*\]|\\u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2}|\\u[\da-fA-F]{4}|\\u\{[\da-fA-F]+\}|\\x[\da-fA-F]{2}|\\[pP]\{[^}]*\}|\\[dDwWsStnrfv^$\\.*+?()[\]{}|/]|[^\\()[\]{}*+?|^$]/suy;
/** Octets that may be those of one character, and the length of one escape. */
const octets = /(?:\\x[89a-fA-F][\da-fA-F]){2,4}/uy;
const octetEscape = 4;
const repeat = /(?:[*+?]|\{(\d{1,5})(,?)(\d{0,5})\})(\??)/uy;

/** Reads `source`, or says what in it is wrong or not supported. */
export function parsePattern(source: string): Pattern | SyntaxProblem {
  try {
    return new Parser(source).parse();
  } catch (error) {
    if (error instanceof Refusal) return error.problem;
    throw error;
  }
}

class Refusal extends Error {
  readonly problem: SyntaxProblem;
  constructor(problem: SyntaxProblem) {
    super(problem.message);
    this.problem = problem;
  }
}

class Parser {
  readonly #source: string;
  #at = 0;
  #groups = 0;

  constructor(source: string) {
    this.#source = source;
  }

  parse(): Pattern {
    const pattern = this.#choice();
    if (this.#at < this.#source.length) this.#refuse('this ) closes nothing; write \\)', this.#at);
    return pattern;
  }

  #choice(): Pattern {
    const options = [this.#sequence()];
    while (this.#takes('|')) options.push(this.#sequence());
    const [only] = options;
    return options.length === 1 && only !== undefined ? only : { type: 'choice', options };
  }

  #sequence(): Pattern {
    const parts: Pattern[] = [];
    while (this.#at < this.#source.length && !'|)'.includes(this.#source[this.#at] ?? '')) {
      const from = this.#at;
      const groups = this.#groups;
      const part = this.#part();
      parts.push(this.#repeated(part, from, groups));
    }
    return { type: 'sequence', parts };
  }

  #part(): Pattern {
    const from = this.#at;
    if (this.#takes('(')) return this.#group(from);
    for (const [text, place] of places) if (this.#takes(text)) return { type: 'place', place };
    const source = this.#character() ?? this.#match(atom)?.[0];
    if (source === undefined) return this.#unknown(from);
    if (!isCharacter(source)) this.#refuse('this is not a valid character or class', from);
    return { type: 'atom', source: withOctets(source) };
  }

  /** `\xc3\xa9` are the octets of one character, and a name has that character. */
  #character(): string | undefined {
    octets.lastIndex = this.#at;
    const [escapes = ''] = octets.exec(this.#source) ?? [];
    for (let length = escapes.length; length > octetEscape; length -= octetEscape) {
      const name = percentDecoded(escapes.slice(0, length).replaceAll('\\x', '%'));
      if (!name.isWellFormed() || Array.from(name).length !== 1) continue;
      this.#at += length;
      return name;
    }
    return undefined;
  }

  #group(from: number): Pattern {
    const isPlain = this.#takes('?:');
    if (!isPlain && this.#takes('?')) this.#refuse('only ( ) and (?: ) are supported as groups', from);
    const number = isPlain ? 0 : ++this.#groups;
    const body = this.#choice();
    if (!this.#takes(')')) this.#refuse('this ( is not closed', from, from + 1);
    return isPlain ? body : { type: 'group', number, body };
  }

  /** `body` with the repetition that follows it, if any. `groups`: how many were open before it. */
  #repeated(body: Pattern, start: number, groups: number): Pattern {
    const from = this.#at;
    const found = this.#match(repeat);
    if (found === undefined) return body;
    const [text, first, comma, last, lazy] = found;
    const [least, most] = times(text, { first, comma, last });
    if (body.type === 'place') this.#refuse('a place cannot be repeated', start);
    if (least > most) this.#refuse('the first number is larger than the second', from);
    if (most !== Infinity && most > mostTimes)
      this.#refuse(`a part can be repeated at most ${mostTimes} times`, from);
    if (most > least && mayBeEmpty(body))
      this.#refuse('this repeats a part that may be empty; leave out one of the two repetitions', start);
    return {
      ...{ type: 'repetition', body, least, most, isLazy: lazy === '?' },
      ...{ from: groups + 1, to: this.#groups + 1 },
    };
  }

  #unknown(from: number): never {
    const rest = this.#source.slice(from);
    if (/^\\(?:[1-9]|k)/.test(rest)) this.#refuse('a back-reference is not supported', from, from + 2);
    if (/^[*+?]/.test(rest)) this.#refuse('there is nothing to repeat', from, from + 1);
    if (rest.startsWith('[')) this.#refuse('this [ is not closed', from, from + 1);
    if (rest.startsWith('\\')) this.#refuse('this escape is not supported', from, from + 2);
    return this.#refuse(`this needs a backslash: \\${rest.slice(0, 1)}`, from, from + 1);
  }

  #takes(text: string): boolean {
    if (!this.#source.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  #match(expression: RegExp): RegExpExecArray | undefined {
    expression.lastIndex = this.#at;
    const found = expression.exec(this.#source) ?? undefined;
    if (found !== undefined) this.#at += found[0].length;
    return found;
  }

  #refuse(message: string, from: number, to = this.#at): never {
    throw new Refusal({ message, from, to: Math.max(to, from + 1) });
  }
}

/** The least and the most times of a repetition: `*`, `{2}`, `{2,}`, `{2,5}`. */
function times(
  text: string,
  { first, comma, last }: Record<'first' | 'comma' | 'last', string | undefined>,
): readonly [number, number] {
  if (first === undefined) return [text.startsWith('+') ? 1 : 0, text.startsWith('?') ? 1 : Infinity];
  const least = Number(first);
  if (comma !== ',') return [least, least];
  return [least, last === undefined || last === '' ? Infinity : Number(last)];
}

/** Whether JavaScript takes `source` as an expression for one character. POSIX's `[[:digit:]]` would mean something else. */
function isCharacter(source: string): boolean {
  if (source.startsWith('[[:')) return false;
  try {
    return new RegExp(source, 'u').source !== '';
  } catch {
    return false;
  }
}

/** Octets as names have them: in JavaScript \xff is the character U+00FF. A range from ASCII on is two ranges. */
function withOctets(source: string): string {
  return source
    .replaceAll(/(\\x[0-7][\da-fA-F]-)(?=\\x[89a-fA-F])/g, String.raw`$1\x7f\x80-`)
    .replaceAll(/\\\\|\\x([89a-fA-F][\da-fA-F])/g, (escape: string, digits?: string) => {
      if (digits === undefined) return escape;
      return `\\u${octetInName(Number.parseInt(digits, 16)).charCodeAt(0).toString(16)}`;
    });
}

/** Whether `pattern` can match without a character. */
export function mayBeEmpty(pattern: Pattern): boolean {
  switch (pattern.type) {
    case 'atom':
      return false;
    case 'place':
      return true;
    case 'sequence':
      return pattern.parts.every(mayBeEmpty);
    case 'choice':
      return pattern.options.some(mayBeEmpty);
    case 'group':
      return mayBeEmpty(pattern.body);
    case 'repetition':
      return pattern.least === 0 || mayBeEmpty(pattern.body);
  }
}
