// A ladder short enough for a slide: uneventful runs and repeated rows become one row each that says how many they were.
// Rule: what is unusual stays, unless it repeats; the result has at most 2,000 rows, however long the transfer was.
import { say, type Printable } from '../../wire/text.ts';
import { rowWords, type Ladder, type LadderRow } from './ladder.ts';
import { counted, grouped } from '../text/quantities.ts';

/** A ladder of at most this many rows stays as it is. */
const short = 60;
/** Rows of any folded ladder, and of one that was chosen. */
export const mostRows = 2000;
/** Rows that are held while more come. */
const mostHeld = 16_384;
/** Rows that stay at the beginning of the transfer and before its end, and beside unusual rows. */
const edge = 8;
const beside = 2;
/** Rows that are worth a fold. */
const least = 6;
/** Rows of a pattern that may repeat, and how often it must come. */
const longestPattern = 12;
const fewestRepeats = 4;

/** The ladder with its uneventful and repeated runs folded; a short one as it is. */
export function foldLadder(ladder: Ladder): Ladder {
  if (ladder.rows.length <= short) return ladder;
  return withRows(ladder, withoutRepeats(withoutQuiet(ladder.rows)));
}

/** The ladder with these rows of it, at most {@link mostRows}: the middle of too many is left out. */
export function withRows(ladder: Ladder, rows: readonly LadderRow[]): Ladder {
  return { ...ladder, rows: withWholeWindows(bounded(rows)) };
}

/** Folds a ladder of any length while its rows come, part after part. Memory is bounded. */
export class GrowingFold {
  #rows: readonly LadderRow[] = [];

  /** @param isChosen the rows were chosen: none of them is uneventful. */
  add(rows: readonly LadderRow[], isChosen: boolean): void {
    const all = [...this.#rows, ...rows];
    this.#rows = isChosen ? all : withoutQuiet(all);
    if (this.#rows.length <= mostHeld) return;
    if (!isChosen) this.#rows = withoutRepeats(this.#rows);
    if (this.#rows.length > mostHeld) this.#rows = withMiddleOut(this.#rows, mostRows, mostHeld >> 1);
  }

  /** The ladder of all rows until now. */
  result(ladder: Omit<Ladder, 'rows'>, isChosen: boolean): Ladder {
    const rows = isChosen ? this.#rows : withoutRepeats(this.#rows);
    return withRows({ ...ladder, rows }, rows);
  }
}

function withoutQuiet(rows: readonly LadderRow[]): readonly LadderRow[] {
  const shown: LadderRow[] = [];
  for (let from = 0; from < rows.length;) {
    let to = from;
    while (isQuiet(rows[to])) to += 1;
    const before = from === 0 ? edge : beside;
    // The last row says how the transfer ended.
    const after = to >= rows.length - 1 ? edge : beside;
    const [first, last] = to - from - before - after < least ? [to, to] : [from + before, to - after];
    shown.push(...rows.slice(from, first));
    if (first < last) shown.push(quietFold(rows.slice(first, last)));
    shown.push(...rows.slice(last, to + 1));
    from = to + 1;
  }
  return shown;
}

function isQuiet(row: LadderRow | undefined): boolean {
  return (row?.kind === 'arrow' && !row.unusual) || row?.foldedBlocks !== undefined;
}

function quietFold(rows: readonly LadderRow[]): LadderRow {
  const blocks = rows.reduce(
    (sum, { op, foldedBlocks }) => sum + (foldedBlocks ?? (op === 'DATA' ? 1 : 0)),
    0,
  );
  const fold = foldOf(rows, (_, count) => {
    const what = blocks === 0 ? counted(count, 'packet') : counted(blocks, 'block');
    return say`⋮ ${what}, nothing unusual`;
  });
  return { ...fold, foldedBlocks: blocks };
}

/** Of a pattern that comes again and again the first time and the last stay. */
function withoutRepeats(rows: readonly LadderRow[]): readonly LadderRow[] {
  if (rows.length <= short) return rows;
  const kinds = kindsOf(rows);
  const shown: LadderRow[] = [];
  for (let at = 0; at < rows.length;) {
    const { pattern, length } = repetition(kinds, at);
    const hidden = rows.slice(at + pattern, at + length - pattern);
    if (hidden.length < least) {
      shown.push(...rows.slice(at, at + 1));
      at += 1;
      continue;
    }
    const [first, last] = [rows.slice(at, at + pattern), rows.slice(at + length - pattern, at + length)];
    shown.push(...first, foldOf(hidden, sameWords), ...last);
    at += length;
  }
  return shown;
}

function sameWords(_: readonly LadderRow[], count: number): Printable {
  return say`⋮ ${grouped(count)} more of the same`;
}

/** One number for each row: rows that differ in their numbers alone have the same. */
function kindsOf(rows: readonly LadderRow[]): readonly number[] {
  const known = new Map<string, number>();
  return rows.map((row) => {
    const { kind, towards, line, side } = row;
    const key = [kind, towards, line, rowWords(row), ...side].join('\n').replace(/[0-9][0-9,.]*/g, '0');
    const number = known.get(key) ?? known.size;
    known.set(key, number);
    return number;
  });
}

interface Repetition {
  /** Rows of the pattern; 0: none repeats here. */
  readonly pattern: number;
  /** Rows of all its repetitions. */
  readonly length: number;
}

/** The pattern that repeats longest from `at` on. */
function repetition(kinds: readonly number[], at: number): Repetition {
  let best: Repetition = { pattern: 0, length: 0 };
  for (let pattern = 1; pattern <= longestPattern; pattern += 1) {
    let end = at + pattern;
    while (end < kinds.length && kinds[end] === kinds[end - pattern]) end += 1;
    const length = end - at - ((end - at) % pattern);
    if (length >= fewestRepeats * pattern && length > best.length + longestPattern)
      best = { pattern, length };
  }
  return best;
}

function bounded(rows: readonly LadderRow[]): readonly LadderRow[] {
  if (rows.length <= mostRows) return rows;
  return withMiddleOut(rows, mostRows / 2, mostRows / 2 - 1);
}

/** One row in the place of those between the first and the last ones. */
function withMiddleOut(rows: readonly LadderRow[], first: number, last: number): readonly LadderRow[] {
  const [from, to] = [first, rows.length - last];
  const left = foldOf(rows.slice(from, to), (_, count) => say`⋮ ${grouped(count)} rows left out`);
  return [...rows.slice(0, from), left, ...rows.slice(to)];
}

/** One row in the place of others. `words` gets how many rows they were before anything was folded. */
function foldOf(
  rows: readonly LadderRow[],
  words: (rows: readonly LadderRow[], count: number) => Printable,
): LadderRow {
  const count = rows.reduce((sum, { folded = 1 }) => sum + folded, 0);
  const base = {
    packet: undefined,
    direction: undefined,
    since: undefined,
    towards: 'right',
    line: 'whole',
    loss: say``,
    side: [],
  } as const;
  const label = words(rows, count);
  const bracket = { sign: 'none', label: say`` } as const;
  return { ...base, kind: 'fold', label, bracket, op: '', unusual: false, folded: count };
}

/** Without the brackets of windows of which rows are folded. */
function withWholeWindows(rows: readonly LadderRow[]): readonly LadderRow[] {
  const whole = [...rows];
  let window: number[] = [];
  const strip = (): void => {
    for (const at of window) {
      const row = whole[at];
      if (row !== undefined) whole[at] = { ...row, bracket: { sign: 'none', label: say`` } };
    }
    window = [];
  };
  rows.forEach(({ bracket: { sign } }, at) => {
    if (sign === 'none' || sign === 'top') strip();
    if (sign === 'none') return;
    const isComplete = sign === 'bottom' && window.length > 0;
    window.push(at);
    if (isComplete) window = [];
    else if (window.length === 1 && sign !== 'top') strip();
  });
  strip();
  return whole;
}
