// The last row of the live region: the keys that are useful now. The rule: pure; where it is narrow, the less important
// hints are left out first.
import { fitParts, fitRow, joinParts, span } from './layout.ts';
import type { Glyphs, RowPart, TextRow } from './layout.ts';

/** What the meaning of the keys depends on. */
export interface Situation {
  /** What Ctrl-C would abort: `get`, `put`; undefined when nothing runs. */
  readonly aborts: string | undefined;
  readonly asked: boolean;
  readonly searching: boolean;
  readonly choosing: boolean;
  readonly pasted: boolean;
  /** The rest of a line that → would add; shown here where it cannot be shown in grey. */
  readonly suggestion: string;
  readonly typed: boolean;
}

/** ` ^C abort get · Tab complete · → accept · F2 trace · F1 help`. */
export function footerRow(situation: Situation, width: number, glyphs: Glyphs): TextRow {
  const gap = ` ${glyphs.dot} `;
  const parts = keysFor(situation, glyphs).map(([text, drop]): RowPart => ({ text, tone: 'dim', drop }));
  return fitRow([span(' '), ...joinParts(fitParts(parts, gap, width - 1), gap)], width, glyphs);
}

function keysFor(situation: Situation, glyphs: Glyphs): readonly (readonly [string, number])[] {
  if (situation.pasted)
    return [
      ['y run them', 0],
      ['n drop them', 1],
    ];
  if (situation.asked)
    return [
      ['Enter answer', 0],
      ['^C cancel', 1],
    ];
  if (situation.searching)
    return [
      ['Enter run', 0],
      ['^R older', 1],
      [`${glyphs.right} edit`, 2],
      ['Esc back', 3],
    ];
  if (situation.choosing)
    return [
      ['Tab next', 0],
      ['Shift-Tab previous', 2],
      ['Esc back', 1],
    ];
  const accept = situation.suggestion === '' ? 'accept' : situation.suggestion;
  return [
    [abortHint(situation), 0],
    ['Tab complete', 2],
    [situation.suggestion === '' ? '' : `${glyphs.right} ${accept}`, 3],
    ['^R search', 5],
    ['F2 trace', 4],
    ['F1 help', 1],
  ];
}

function abortHint({ aborts, typed }: Situation): string {
  if (aborts !== undefined) return `^C abort ${aborts}`;
  return typed ? '^C clear' : '^D leave';
}
