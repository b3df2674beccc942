// Rows of text in tones, and how they are made to fit. The rule: pure; data and a width in, rows out. No row takes more
// columns than its width.
import { cutMiddle as middleCut, graphemes } from '../../shell/editor/graphemes.ts';
import { columns } from '../../shell/editor/text.ts';
import { wrapped } from '../../trace/text/wrap.ts';

/** The role of a span; theme.ts says how it looks. The words must be clear without it. */
export type Tone = 'plain' | 'dim' | 'strong' | 'prompt' | 'bar' | 'warn' | 'bad' | 'sent' | 'selected';

export interface Span {
  readonly text: string;
  readonly tone: Tone;
}

export type TextRow = readonly Span[];

/** The signs that an ASCII terminal does not have. */
export interface Glyphs {
  readonly get: string;
  readonly put: string;
  readonly full: string;
  /** Eighths of a cell, thinnest first; empty where there are none. */
  readonly eighths: readonly string[];
  readonly empty: string;
  readonly dot: string;
  readonly more: string;
  readonly pointer: string;
  /** Between the names of a file here and there. */
  readonly to: string;
  readonly right: string;
}

export const unicodeGlyphs: Glyphs = {
  get: '↓',
  put: '↑',
  full: '█',
  eighths: ['▏', '▎', '▍', '▌', '▋', '▊', '▉'],
  empty: '░',
  dot: '·',
  more: '…',
  pointer: '›',
  to: '→',
  right: '→',
};

export const asciiGlyphs: Glyphs = {
  get: 'get',
  put: 'put',
  full: '#',
  eighths: [],
  empty: '-',
  dot: '|',
  more: '~',
  pointer: '>',
  to: '->',
  right: 'Right',
};

/** One part of a row; the parts with the highest `drop` go first when the row is too narrow. */
export interface RowPart extends Span {
  readonly drop: number;
}

export function span(text: string, tone: Tone = 'plain'): Span {
  return { text, tone };
}

export function rowText(row: TextRow): string {
  return row.map((part) => part.text).join('');
}

/** `text` in at most `width` columns; what is cut is marked. Excess combining marks are removed first. */
export function cutText(text: string, width: number, glyphs: Glyphs): string {
  if (width <= 0) return '';
  if (isPlain(text)) return text.length <= width ? text : text.slice(0, width - 1) + glyphs.more;
  let kept = '';
  let used = 0;
  // The text before the mark, if the text is too long: it ends where the mark still fits.
  let mark = '';
  // Text that can never be visible at this width is skipped.
  for (const part of graphemes(text.slice(0, 20_000))) {
    const few = thinned(part);
    used += columns(few);
    if (used > width) return mark + glyphs.more;
    kept += few;
    if (used <= width - 1) mark = kept;
  }
  return kept;
}

/** As {@link cutText}, but cut in the middle: names often differ where they end. */
export function cutMiddle(text: string, width: number, glyphs: Glyphs): string {
  return middleCut(isPlain(text) ? text : graphemes(text).map(thinned).join(''), width, glyphs.more);
}

/** `text` in lines of at most `width` columns, which begin like the first; a word that is too long stays whole. */
export function wrapText(text: string, width: number): readonly string[] {
  return wrapped(text, width, { measure: columns });
}

/** `text` in exactly `width` columns. */
export function padText(text: string, width: number, glyphs: Glyphs): string {
  const cut = cutText(text, width, glyphs);
  return cut + ' '.repeat(Math.max(0, width - columns(cut)));
}

/** The row in at most `width` columns, cut where it must be. */
export function fitRow(row: TextRow, width: number, glyphs: Glyphs): TextRow {
  const fitted: Span[] = [];
  let left = width;
  for (const part of row) {
    const text = cutText(part.text, left, glyphs);
    if (text !== '') fitted.push({ ...part, text });
    if (text !== part.text) break;
    left -= columns(text);
  }
  return fitted;
}

/** Joins parts with `gap`, leaving out the least important parts until the row fits. */
export function fitParts(parts: readonly RowPart[], gap: string, width: number): readonly RowPart[] {
  let kept = parts.filter((part) => part.text !== '');
  const wide = (): number =>
    kept.reduce((sum, part) => sum + columns(part.text), 0) + gap.length * (kept.length - 1);
  while (kept.length > 1 && wide() > width) {
    const worst = Math.max(...kept.map((part) => part.drop));
    const at = kept.findLastIndex((part) => part.drop === worst);
    kept = kept.filter((_part, index) => index !== at);
  }
  return kept;
}

/** The parts with gaps between them, as a row. */
export function joinParts(parts: readonly RowPart[], gap: string): TextRow {
  return parts.flatMap(({ text, tone }, at) =>
    at === 0 ? [span(text, tone)] : [span(gap), span(text, tone)],
  );
}

// A letter may have thousands of combining marks: more than three mean nothing and cost time.
function thinned(grapheme: string): string {
  return grapheme.length < 8 ? grapheme : grapheme.replace(/(\p{M}{3})\p{M}+/gu, '$1');
}

function isPlain(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text);
}
