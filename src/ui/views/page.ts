// A page of text as a screen, and scrolling in it. Pure.
import type { Page } from '../../shell/session/view.ts';
import { fitRow, span, type Glyphs, type TextRow } from '../text/layout.ts';
import type { ViewAction } from '../../shell/session/view-keys.ts';
import type { Size } from './ladder.ts';

export interface PageState {
  readonly page: Page;
  readonly top: number;
}

/** The title, a blank row, and the last row. */
const around = 3;

function height({ rows }: Size): number {
  return Math.max(1, rows - 1 - around);
}

/** Scrolled as far as there is something to see; undefined: the key does nothing here. */
export function turnPage(state: PageState, action: ViewAction, size: Size): PageState | undefined {
  const page = Math.max(1, height(size) - 1);
  const by: Partial<Record<ViewAction, number>> = {
    up: -1,
    down: 1,
    'page-up': -page,
    'page-down': page,
    first: -Infinity,
    last: Infinity,
  };
  const lines = by[action];
  if (lines === undefined) return undefined;
  return showLine(state, state.top + lines, size);
}

/** Scrolled to this line, as far as there is something to see below it. */
export function showLine(state: PageState, line: number, size: Size): PageState {
  const most = Math.max(0, state.page.lines.length - height(size));
  return { ...state, top: Math.max(0, Math.min(most, line)) };
}

/** Everything but the last row; rows with the searched text stand out. */
export function pageRows(
  { page, top }: PageState,
  size: Size,
  glyphs: Glyphs,
  wanted = '',
): readonly TextRow[] {
  const isFound = (text: string): boolean =>
    wanted !== '' && text.toLowerCase().includes(wanted.toLowerCase());
  const shown = page.lines
    .slice(top, top + height(size))
    .map((text): TextRow => [span(text === '' ? ' ' : text, isFound(text) ? 'strong' : 'plain')]);
  while (shown.length < height(size)) shown.push([span(' ')]);
  const rows: readonly TextRow[] = [[span(page.title, 'strong')], [span(' ')], ...shown];
  return rows.map((row) => fitRow(row, Math.max(40, size.columns), glyphs));
}
