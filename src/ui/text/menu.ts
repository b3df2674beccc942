// The completion menu: at most five rows below the prompt, the choice in view.
// The rule: pure. Notes take a row each; bare names share rows.
import { columns } from '../../shell/editor/text.ts';
import type { Menu } from '../../shell/editor/state.ts';
import type { Completion } from '../../shell/session/state.ts';
import { grouped } from '../../trace/text/quantities.ts';
import { cutMiddle, fitRow, padText, span } from './layout.ts';
import type { Glyphs, TextRow, Span } from './layout.ts';

const rowLimit = 5;

/** The rows of the menu, at most `limit` and never more than five. */
export function menuRows(
  menu: Menu,
  room: { readonly width: number; readonly limit: number },
  glyphs: Glyphs,
): readonly TextRow[] {
  const limit = Math.min(rowLimit, room.limit);
  if (limit <= 0) return [];
  const noted = menu.items.some((item) => item.note !== undefined);
  // A long name must not have the rows to itself where many others want to be seen.
  const few = !noted && menu.items.length <= limit;
  const cell = cellWidth(menu.items, few ? room.width - 3 : Math.floor(room.width / 2) - 4);
  const perRow = noted ? 1 : Math.max(1, Math.floor((room.width - 1) / (cell + 3)));
  const total = Math.ceil(menu.items.length / perRow);
  const fits = total <= limit;
  const visible = fits || limit === 1 ? Math.min(total, limit) : limit - 1;
  const chosen = Math.floor((menu.selected ?? 0) / perRow);
  const first = Math.max(0, Math.min(chosen - visible + 1, total - visible));
  const rows: TextRow[] = [];
  for (let at = first; at < first + visible; at += 1)
    rows.push(menuRow(menu, at * perRow, { cell, perRow }, glyphs));
  if (!fits && limit > 1) rows.push([span(`  ${tally(menu)}`, 'dim')]);
  return rows.map((row) => fitRow(row, room.width, glyphs));
}

/** `3 of 1,234 choices`; what is left out comes with more letters. */
function tally({ items, beyond, selected }: Menu): string {
  const place = selected === undefined ? '' : `${grouped(selected + 1)} of `;
  if (beyond === 0) return `${place}${grouped(items.length)} choices`;
  const all = beyond === Infinity ? `more than ${grouped(items.length)}` : grouped(items.length + beyond);
  return `${place}${all} choices; ${grouped(items.length)} are shown here, more letters narrow them`;
}

function menuRow(
  menu: Menu,
  start: number,
  { cell, perRow }: { readonly cell: number; readonly perRow: number },
  glyphs: Glyphs,
): TextRow {
  return menu.items.slice(start, start + perRow).flatMap((item, at): Span[] => {
    const selected = start + at === menu.selected;
    const mark = selected ? `${glyphs.pointer} ` : '  ';
    const label = span(
      mark + padText(cutMiddle(item.label, cell, glyphs), cell, glyphs),
      selected ? 'selected' : 'plain',
    );
    return item.note === undefined ? [label, span(' ')] : [label, span('  '), span(item.note, 'dim')];
  });
}

function cellWidth(items: readonly Completion[], most: number): number {
  const widest = Math.max(1, ...items.map(({ label }) => columns(label)));
  return Math.min(widest, Math.max(4, most));
}
