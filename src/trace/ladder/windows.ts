// Brackets beside a ladder: which DATA belong to one window (RFC 7440).
import { say, type Printable } from '../../wire/text.ts';
import type { Rec } from '../record/side-log.ts';

export interface Bracket {
  readonly sign: 'none' | 'top' | 'middle' | 'bottom';
  readonly label: Printable;
}

const none: Bracket = { sign: 'none', label: say`` };

/** One bracket for each record: a run of DATA without an answer in between is a window. A window of one has none. */
export function brackets(records: readonly Rec[], windowsize: number): readonly Bracket[] {
  const all = new Array<Bracket>(records.length).fill(none);
  if (windowsize <= 1) return all;
  let first = 0;
  while (first < records.length) {
    let end = first;
    while (end < records.length && isData(records[end])) end += 1;
    if (end - first > 1) for (let at = first; at < end; at += 1) all[at] = bracketAt(at - first, end - first);
    first = Math.max(end, first + 1);
  }
  return all;

  function bracketAt(at: number, count: number): Bracket {
    const sign = at === 0 ? 'top' : at === count - 1 ? 'bottom' : 'middle';
    // In a run of two the words stand at its ends, otherwise below the first.
    const word = count === 2 ? 0 : 1;
    const label = at === word ? say`window` : at === word + 1 ? say`of ${windowsize}` : say``;
    return { sign, label };
  }
}

function isData(rec: Rec | undefined): boolean {
  if (rec?.kind === 'missing') return true;
  return rec?.kind === 'packet' && rec.packet.op === 'DATA' && !rec.stranger;
}
