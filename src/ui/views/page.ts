// A page of text as a screen, and scrolling in it. Pure.
import type { Page, PageLine } from '../../shell/session/view.ts';
import { fitRow, span, type Glyphs, type TextRow } from '../text/layout.ts';
import type { Size } from './packets/ladder.ts';
import { topWithin } from './scroll.ts';

export interface PageState {
  readonly title: Page['title'];
  readonly lines: readonly PageLine[];
  readonly top: number;
}

/** The title, a blank row, and the last row. */
const around = 3;

/** Lines that a screen shows. */
export function pageHeight({ rows }: Size): number {
  return Math.max(1, rows - 1 - around);
}

/** Scrolled to this line, as far as there is something to see below it. */
export function showLine(state: PageState, line: number, size: Size): PageState {
  return { ...state, top: topWithin(line, { count: state.lines.length, height: pageHeight(size) }) };
}

/** Everything but the last row; rows with the searched text stand out. */
export function pageRows(
  { title, lines, top }: PageState,
  size: Size,
  glyphs: Glyphs,
  wanted = '',
): readonly TextRow[] {
  const isFound = (text: string): boolean =>
    wanted !== '' && text.toLowerCase().includes(wanted.toLowerCase());
  const shown = lines.slice(top, top + pageHeight(size)).map(({ text, isUnusual }): TextRow => {
    const tone = isUnusual === true ? 'warn' : 'plain';
    return [span(text === '' ? ' ' : text, isFound(text) ? 'strong' : tone)];
  });
  while (shown.length < pageHeight(size)) shown.push([span(' ')]);
  const rows: readonly TextRow[] = [[span(title, 'strong')], [span(' ')], ...shown];
  return rows.map((row) => fitRow(row, Math.max(40, size.columns), glyphs));
}
