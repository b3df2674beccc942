// The conversations of a capture as a screen: a table of the visible ones, and details of the selected one.
// The rule: pure; only visible conversations become text, however many there are.
import {
  listColumns,
  type ListColumn,
  type ListRow,
  type ListView,
  type NamedFilter,
} from '../../shell/session/view.ts';
import { columns as columnsOf } from '../../shell/editor/text.ts';
import { counted, grouped } from '../../trace/text/quantities.ts';
import { cutText, fitRow, padText, span, type Glyphs, type TextRow } from '../text/layout.ts';
import type { Size } from './packets/ladder.ts';
import { scrollWithin, selectWithin, type Extent } from './scroll.ts';

type Summaries = ReturnType<ListView['all']>;
type Widths = Readonly<Record<ListColumn, number>>;

/** The column that the rows are ordered by. */
export interface ListOrder {
  readonly column: ListColumn;
  /** The largest comes first. */
  readonly isDown: boolean;
}

const byNumber: ListOrder = { column: 'number', isDown: false };

export interface ListState {
  /** Those that pass the filter. */
  readonly rows: Summaries;
  readonly selected: number;
  readonly top: number;
  readonly order: ListOrder;
  /** The newest one stays selected. */
  readonly follow: boolean;
  readonly filter: NamedFilter | undefined;
  /** The widest visible cell of each column until now: columns that move are hard to read. */
  readonly widths: Widths;
}

/** The title and the heads of the columns. */
const headRows = 2;
/** With two lines of detail and the last row below. */
const around = headRows + 3;

const heads: Readonly<Record<ListColumn, string>> = {
  number: '#',
  start: 'START',
  op: 'OP',
  file: 'FILE',
  client: 'CLIENT',
  server: 'SERVER',
  outcome: 'OUTCOME',
  octets: 'OCTETS',
  resent: 'RESENT',
  time: 'TIME',
};
const numeric: ReadonlySet<ListColumn> = new Set(['number', 'start', 'octets', 'resent', 'time']);
/** The columns that are left out first where it is narrow; the details of the selected row still have them. */
const dispensable: readonly ListColumn[] = ['server', 'resent', 'time', 'client', 'start', 'octets', 'op'];
const narrowFile = 14;

export function listState(view: ListView): ListState {
  const { filter, grows } = view;
  const none: Widths = Object.fromEntries(listColumns.map((name) => [name, heads[name].length])) as Record<
    ListColumn,
    number
  >;
  const rows = rowsOf(view, filter, byNumber);
  return { rows, selected: 0, top: 0, order: byNumber, follow: grows, filter, widths: none };
}

function rowsOf(view: ListView, filter: NamedFilter | undefined, { column, isDown }: ListOrder): Summaries {
  const rows =
    filter === undefined || filter.filter.type === 'all' ? view.all() : view.passing(filter.filter);
  if (column === 'number') return isDown ? [...rows].reverse() : rows;
  const keyed = rows.map((row) => ({ row, key: keyOf(row, column, view) }));
  const sign = isDown ? -1 : 1;
  return keyed.sort((a, b) => (a.key === b.key ? 0 : a.key < b.key ? -sign : sign)).map(({ row }) => row);
}

type Summary = Summaries[number];

/** Figures are compared as numbers, all else as it is shown. */
function keyOf(row: Summary, column: ListColumn, view: ListView): number | string {
  const figures: Partial<Record<ListColumn, number>> = {
    octets: row.octets,
    resent: row.resent,
    time: row.duration,
  };
  return figures[column] ?? view.row(row).cells[column].toLowerCase();
}

/** The next column to order by. Of figures the largest comes first. */
export function nextOrder({ column }: ListOrder): ListOrder {
  const next = listColumns[(listColumns.indexOf(column) + 1) % listColumns.length] ?? 'number';
  return { column: next, isDown: numeric.has(next) && next !== 'number' };
}

/** `octets, the largest first`. */
export function orderText({ column, isDown }: ListOrder): string {
  const name = column === 'number' ? 'number' : heads[column].toLowerCase();
  return isDown ? `${name}, the largest first` : name;
}

/** All words of a row, for a search. */
export function textOf(row: ListRow | undefined): string {
  return row === undefined ? '' : [...Object.values(row.cells), ...row.detail].join(' ');
}

/** The same place in a list that has grown or has another filter. */
export function renewedList(state: ListState, view: ListView, filter: NamedFilter | undefined): ListState {
  const rows = rowsOf(view, filter, state.order);
  const before = state.rows[state.selected]?.transfer ?? 0;
  const last = rows.length - 1;
  const isByNumber = state.order.column === 'number' && !state.order.isDown;
  const isSame = ({ transfer }: Summary): boolean => (isByNumber ? transfer >= before : transfer === before);
  const at = state.follow ? last : rows.findIndex(isSame);
  // Rows that disappear above must not move the rows below.
  const moved = at - state.selected;
  const top = state.follow ? state.top : Math.max(0, state.top + (at < 0 ? 0 : moved));
  return { ...state, rows, filter, top, selected: at < 0 ? Math.max(0, last) : at };
}

/** Conversations that a screen shows. */
export function listHeight({ rows }: Size): number {
  return Math.max(1, rows - 1 - around);
}

/** Another row is selected; the window moves as little as it must. */
export function selectRow(state: ListState, to: number, size: Size, view: ListView): ListState {
  return widened({ ...state, ...selectWithin(state, to, extent(state, size)) }, size, view);
}

/** The window moves by so many rows. */
export function scrollList(state: ListState, by: number, size: Size, view: ListView): ListState {
  return widened({ ...state, ...scrollWithin(state, by, extent(state, size)) }, size, view);
}

/** The row of the list that a row of the screen shows; undefined: none. */
export function listRowAt(state: ListState, row: number, size: Size): number | undefined {
  const at = row - headRows;
  const index = state.top + at;
  return at >= 0 && at < listHeight(size) && index < state.rows.length ? index : undefined;
}

function extent(state: ListState, size: Size): Extent {
  return { count: state.rows.length, height: listHeight(size) };
}

/** Columns as wide as the widest cell that was visible until now. */
function widened(state: ListState, size: Size, view: ListView): ListState {
  const widths: Record<ListColumn, number> = { ...state.widths };
  for (const summary of state.rows.slice(state.top, state.top + listHeight(size))) {
    const { cells } = view.row(summary);
    for (const name of listColumns) widths[name] = Math.max(widths[name], columnsOf(cells[name]));
  }
  return { ...state, widths };
}

/** Everything but the last row. */
export function listRows(state: ListState, view: ListView, size: Size, glyphs: Glyphs): readonly TextRow[] {
  const width = Math.max(40, size.columns);
  const widths = fitted(state.widths, width - 2);
  const height = listHeight(size);
  const shown = state.rows.slice(state.top, state.top + height).map((summary, at): TextRow => {
    const row = view.row(summary);
    const isSelected = state.top + at === state.selected;
    const tone = isSelected ? 'selected' : row.unusual ? 'warn' : 'plain';
    const line = lineOf((name) => row.cells[name], widths, glyphs);
    return [span(`${isSelected ? glyphs.pointer : ' '} ${line}`, tone)];
  });
  if (shown.length === 0) shown.push([span(`  ${emptyWords(state, view)}`, 'dim')]);
  while (shown.length < height) shown.push([span(' ')]);
  const head = lineOf((name) => heads[name], widths, glyphs);
  return [
    [span(title(state, view, glyphs), 'strong')],
    [span(`  ${head}`, 'dim')],
    ...shown,
    ...details(selectedRow(state, view)),
  ].map((row) => fitRow(row, width, glyphs));
}

export function selectedRow(state: ListState, view: ListView): ListRow | undefined {
  const summary = state.rows[state.selected];
  return summary === undefined ? undefined : view.row(summary);
}

/** The place in the list, and its filter. */
export function listNotes({ rows, selected, filter, follow }: ListState): readonly string[] {
  const place = `${grouped(rows.length === 0 ? 0 : selected + 1)}/${grouped(rows.length)}`;
  return [place, ...(filter === undefined ? [] : [filter.text]), ...(follow ? ['following'] : [])];
}

function title({ rows, filter }: ListState, view: ListView, glyphs: Glyphs): string {
  const all = view.all().length;
  const transfers = counted(all, 'transfer');
  const pass = filter === undefined ? [] : [`${grouped(rows.length)} shown`];
  return `OPEN ${view.name}   ${[transfers, ...pass, ...view.standing()].join(` ${glyphs.dot} `)}`;
}

function emptyWords({ filter }: ListState, view: ListView): string {
  if (filter !== undefined && view.all().length > 0) return 'No transfer passes the filter.';
  return view.grows ? 'No TFTP packets yet.' : 'No TFTP packets in it.';
}

function details(row: ListRow | undefined): readonly TextRow[] {
  const [first, second] = row?.detail ?? [];
  return [first, second].map((text): TextRow => [
    span(text === undefined || text === '' ? ' ' : `  ${text}`, 'dim'),
  ]);
}

function lineOf(cell: (name: ListColumn) => string, widths: Partial<Widths>, glyphs: Glyphs): string {
  const cells = listColumns.flatMap((name) => {
    const width = widths[name];
    if (width === undefined) return [];
    const text = cutText(cell(name), width, glyphs);
    return [
      numeric.has(name) ? `${' '.repeat(width - columnsOf(text))}${text}` : padText(text, width, glyphs),
    ];
  });
  return cells.join(' ');
}

/** Widths that fit: first the file column becomes narrower, then whole columns are left out. */
function fitted(widths: Widths, room: number): Partial<Widths> {
  const kept = new Set<ListColumn>(listColumns);
  const rest = (): number => {
    const others = [...kept].filter((name) => name !== 'file');
    return room - others.reduce((sum, name) => sum + widths[name] + 1, 0);
  };
  for (const name of dispensable) {
    if (rest() >= Math.min(widths.file, narrowFile)) break;
    kept.delete(name);
  }
  const file = Math.max(1, Math.min(widths.file, rest()));
  return Object.fromEntries([...kept].map((name) => [name, name === 'file' ? file : widths[name]]));
}
