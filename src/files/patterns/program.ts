// Turns a pattern into a program of small steps for the matcher (Thompson's construction, as Pike extended it). Pure.
import { parsePattern, type Pattern, type Place, type Repetition, type SyntaxProblem } from './syntax.ts';

/** One instruction. The next one follows unless it says otherwise; `fork` prefers its first target. */
export type Instruction =
  | { readonly do: 'take'; readonly is: Test }
  | { readonly do: 'check'; readonly place: Place }
  | { readonly do: 'fork'; first: number; second: number }
  | { readonly do: 'jump'; to: number }
  /** Keeps the position as number `slot`: group n has the slots 2n and 2n + 1. */
  | { readonly do: 'save'; readonly slot: number }
  /** Forgets the slots from `from` to `to - 1`: a group counts only in the last round of a repetition. */
  | { readonly do: 'forget'; readonly from: number; readonly to: number }
  | { readonly do: 'found' };

/** Whether one character is of a kind. */
export type Test = (character: string) => boolean;

export interface Program {
  readonly code: readonly Instruction[];
  /** Positions that a match has: two for each group, after two for the whole. */
  readonly slots: number;
  /** Whether a character belongs to a word, for the boundaries. */
  readonly isWord: Test;
}

/** Groups that a replacement can use. */
const mostGroups = 9;
/** Instructions of one program: the work for one character. */
const mostInstructions = 1000;

/** Instructions that `pattern` needs. It counts and builds nothing, so that large numbers cost nothing. */
function sizeOf(pattern: Pattern): number {
  switch (pattern.type) {
    case 'atom':
    case 'place':
      return 1;
    case 'sequence':
      return pattern.parts.reduce((sum, part) => sum + sizeOf(part), 0);
    case 'choice':
      return pattern.options.reduce((sum, option) => sum + sizeOf(option) + 2, 0);
    case 'group':
      return sizeOf(pattern.body) + 2;
    case 'repetition': {
      const copies = pattern.most === Infinity ? Math.max(pattern.least, 1) : pattern.most;
      return copies * (sizeOf(pattern.body) + 2) + 2;
    }
  }
}

/** The program for an expression, or why the expression is refused. */
export function compile(source: string, ignoreCase: boolean): Program | SyntaxProblem {
  const pattern = parsePattern(source);
  if ('message' in pattern) return pattern;
  if (sizeOf(pattern) <= mostInstructions) return programOf(pattern, ignoreCase);
  return { message: 'the numbers in braces make this too large', from: 0, to: source.length };
}

function programOf(pattern: Pattern, ignoreCase: boolean): Program {
  const flags = ignoreCase ? 'iu' : 'u';
  const code: Instruction[] = [];
  build(pattern, code, flags);
  code.push({ do: 'found' });
  const saved = code.map((one) => (one.do === 'save' ? one.slot + 1 : 2));
  return { code, slots: Math.max(...saved), isWord: testOf('\\w', flags) };
}

function build(pattern: Pattern, code: Instruction[], flags: string): void {
  switch (pattern.type) {
    case 'atom':
      code.push({ do: 'take', is: testOf(pattern.source, flags) });
      return;
    case 'place':
      code.push({ do: 'check', place: pattern.place });
      return;
    case 'sequence':
      for (const part of pattern.parts) build(part, code, flags);
      return;
    case 'choice':
      return buildChoice(pattern.options, code, flags);
    case 'group': {
      const { number, body } = pattern;
      if (number <= mostGroups) code.push({ do: 'save', slot: 2 * number });
      build(body, code, flags);
      if (number <= mostGroups) code.push({ do: 'save', slot: 2 * number + 1 });
      return;
    }
    case 'repetition':
      return buildRepetition(pattern, code, flags);
  }
}

function buildChoice(options: readonly Pattern[], code: Instruction[], flags: string): void {
  const ends: { do: 'jump'; to: number }[] = [];
  for (const [at, option] of options.entries()) {
    if (at === options.length - 1) {
      build(option, code, flags);
      break;
    }
    const fork = { do: 'fork' as const, first: code.length + 1, second: 0 };
    code.push(fork);
    build(option, code, flags);
    const end = { do: 'jump' as const, to: 0 };
    code.push(end);
    ends.push(end);
    fork.second = code.length;
  }
  for (const end of ends) end.to = code.length;
}

function buildRepetition(
  { body, least, most, isLazy, from, to }: Repetition,
  code: Instruction[],
  flags: string,
): void {
  const round = (): void => {
    if (to > from) code.push({ do: 'forget', from: 2 * from, to: 2 * to });
    build(body, code, flags);
  };
  /** A fork into the next instruction, or past the repetition: `leave` sets where that is. */
  const maybe = (): ((end: number) => void) => {
    const inside = code.length + 1;
    const fork = { do: 'fork' as const, first: inside, second: inside };
    code.push(fork);
    return (end) => {
      if (isLazy) fork.first = end;
      else fork.second = end;
    };
  };
  for (let count = 0; count < least; count++) round();
  if (most === Infinity) {
    const start = code.length;
    const leave = maybe();
    round();
    code.push({ do: 'jump', to: start });
    leave(code.length);
    return;
  }
  const leaves: ((end: number) => void)[] = [];
  for (let count = least; count < most; count++) {
    leaves.push(maybe());
    round();
  }
  for (const leave of leaves) leave(code.length);
}

/** JavaScript itself decides about one character, so classes and cases mean exactly what they mean there. */
function testOf(source: string, flags: string): Test {
  const expression = new RegExp(`^${source}$`, flags);
  // Most names are ASCII: remembered are 0 (not asked yet), 1 (no) and 2 (yes).
  const known = new Uint8Array(128);
  return (character) => {
    const code = character.charCodeAt(0);
    if (code >= 128) return expression.test(character);
    if (known[code] === 0) known[code] = expression.test(character) ? 2 : 1;
    return known[code] === 2;
  };
}
