// Our server as rows: its running transfers above, its log below with the newest line first, one selection for both. What
// the transfers leave free shows facts and clients: the log stays in its place when transfers come and go.
// The rule: pure; only visible transfers and lines are laid out, however many there are.
import {
  servedColumns,
  type LogRow,
  type ServedColumn,
  type ServedRow,
  type ServerView,
} from '../../../shell/session/view.ts';
import { columns as columnsOf } from '../../../shell/editor/text.ts';
import { counted, grouped } from '../../../trace/text/quantities.ts';
import {
  cutMiddle,
  fitParts,
  fitRow,
  joinParts,
  padText,
  span,
  type Glyphs,
  type TextRow,
} from '../../text/layout.ts';
import type { Size } from '../packets/ladder.ts';
import { selectWithin } from '../scroll.ts';
import { factRows } from './server-facts.ts';

/** What the rows are made of. */
export interface ServerItems {
  readonly running: readonly ServedRow[];
  /** Newest first. */
  readonly log: readonly LogRow[];
}

export interface ServerState {
  /** What is selected: stays with its item while others come and go. Undefined: the first item, whatever it is. */
  readonly key: string | undefined;
  readonly selected: number;
  /** The first visible transfer and line. */
  readonly top: { readonly running: number; readonly log: number };
  /** Only what contains it is shown. */
  readonly only: string;
}

export const firstState: ServerState = { key: undefined, selected: 0, top: { running: 0, log: 0 }, only: '' };

/** Title, counters, heads of the columns; and between the two lists the head of the log. */
const headRows = 3;
const between = 1;

const heads: Readonly<Record<ServedColumn, string>> = {
  ...{
    peer: 'PEER',
    op: 'OP',
    file: 'FILE',
    done: 'DONE',
    block: 'BLOCK',
    rate: 'RATE',
    rtt: 'RTT',
    resent: 'RESENT',
  },
};
const words: ReadonlySet<ServedColumn> = new Set(['peer', 'op', 'file']);
/** Left out first where it is narrow. */
const dispensable: readonly ServedColumn[] = ['rtt', 'resent', 'block', 'op', 'rate'];
const narrowFile = 14;
const widestPeer = 30;

/** The transfers and lines that contain the text. */
export function itemsOf(view: Pick<ServerView, 'running' | 'log'>, only: string): ServerItems {
  const wanted = only.toLowerCase();
  const has = (text: string): boolean => text.toLowerCase().includes(wanted);
  const running = view.running();
  const log = [...view.log()].reverse();
  if (wanted === '') return { running, log };
  return {
    running: running.filter(({ cells }) => has(servedColumns.map((name) => cells[name]).join(' '))),
    log: log.filter(({ text }) => has(text)),
  };
}

export function countOf({ running, log }: ServerItems): number {
  return running.length + log.length;
}

/** The item in the place `index`: a transfer, or a line of the log. */
export function itemAt(items: ServerItems, index: number): ServedRow | LogRow | undefined {
  const { running, log } = items;
  return index < running.length ? running[index] : log[index - running.length];
}

/** The transfer or the refused request that the item is about. */
export function transferOf(item: ServedRow | LogRow | undefined): number | undefined {
  if (item === undefined) return undefined;
  return 'cells' in item ? item.number : item.transfer;
}

function keyOf(item: ServedRow | LogRow | undefined): string | undefined {
  if (item === undefined) return undefined;
  return 'cells' in item ? `transfer ${item.number}` : `line ${item.id}`;
}

/** Visible transfers and lines. */
export function heights({ rows }: Size): { readonly running: number; readonly log: number } {
  const room = Math.max(2, rows - 1 - headRows - between);
  const running = Math.max(1, Math.floor(room / 2));
  return { running, log: room - running };
}

/** Another item is selected; the list that it is in scrolls as little as it must. */
export function selectItem(state: ServerState, items: ServerItems, to: number, size: Size): ServerState {
  const selected = Math.max(0, Math.min(countOf(items) - 1, to));
  const key = selected === 0 ? undefined : keyOf(itemAt(items, selected));
  return placed({ ...state, selected, key }, items, size);
}

/** The same item among those that are there now. A transfer that has ended is found in the log. */
export function renewed(state: ServerState, items: ServerItems, size: Size): ServerState {
  const { key, selected } = state;
  if (key === undefined) return selectItem(state, items, 0, size);
  const all = [...items.running, ...items.log];
  const same = all.findIndex((item) => keyOf(item) === key);
  const ended = same >= 0 ? same : all.findIndex((item) => `transfer ${transferOf(item) ?? ''}` === key);
  if (ended < 0) return selectItem(state, items, selected, size);
  return placed({ ...state, selected: ended, key: keyOf(all[ended]) }, items, size);
}

function placed(state: ServerState, { running, log }: ServerItems, size: Size): ServerState {
  const { selected, top } = state;
  const height = heights(size);
  const inLog = selected - running.length;
  const within = (at: number, from: number, count: number, rows: number): number =>
    selectWithin({ selected: at, top: from }, at, { count, height: rows }).top;
  // The list without the selection keeps its place as far as it still has one.
  const rest = (from: number, count: number, rows: number): number =>
    Math.max(0, Math.min(from, count - rows));
  return {
    ...state,
    top: {
      running:
        inLog < 0
          ? within(selected, top.running, running.length, height.running)
          : rest(top.running, running.length, height.running),
      log:
        inLog >= 0 ? within(inLog, top.log, log.length, height.log) : rest(top.log, log.length, height.log),
    },
  };
}

/** The item that a row of the screen shows; undefined: none. */
export function itemIn(
  row: number,
  { top }: ServerState,
  { running, log }: ServerItems,
  size: Size,
): number | undefined {
  const height = heights(size);
  const inRunning = row - headRows;
  if (inRunning >= 0 && inRunning < height.running) {
    const at = top.running + inRunning;
    return at < running.length ? at : undefined;
  }
  const inLog = inRunning - height.running - between;
  const at = top.log + inLog;
  return inLog >= 0 && inLog < height.log && at < log.length ? running.length + at : undefined;
}

/** Everything but the last row. */
export function serverRows(
  state: ServerState,
  items: ServerItems,
  view: ServerView,
  { size, glyphs }: { readonly size: Size; readonly glyphs: Glyphs },
): readonly TextRow[] {
  const width = Math.max(40, size.columns);
  const height = heights(size);
  const { selected, top } = state;
  const shown = items.running.slice(top.running, top.running + height.running);
  const widths = fitted(shown, width - 2);
  const pointed = (at: number, text: string, tone: 'plain' | 'bad'): TextRow => [
    span(`${at === selected ? glyphs.pointer : ' '} ${text}`, at === selected ? 'selected' : tone),
  ];
  const transfers = shown.map((row, at) =>
    pointed(
      top.running + at,
      lineOf((name) => row.cells[name], widths, glyphs),
      'plain',
    ),
  );
  const running = transfers.length === 0 ? [emptyRow(state, 'No transfer is running.')] : transfers;
  const room = { rows: height.running - running.length, width, glyphs };
  const log = items.log
    .slice(top.log, top.log + height.log)
    .map((row, at) =>
      pointed(items.running.length + top.log + at, row.text, row.isFailure ? 'bad' : 'plain'),
    );
  const parts = view.counts().map((text, drop) => ({ text, tone: 'plain' as const, drop }));
  return [
    [span(view.title(), 'strong')],
    [span(' '), ...joinParts(fitParts(parts, '   ', width - 1), '   ')],
    [span(`  ${lineOf((name) => heads[name], widths, glyphs)}`, 'dim')],
    ...filled([...running, ...factRows(view, room)], height.running),
    [span(`  ${logHead(state, items, view)}`, 'dim')],
    ...filled(log.length === 0 ? [emptyRow(state, 'Nothing was asked for yet.')] : log, height.log),
  ].map((row) => fitRow(row, width, glyphs));
}

function emptyRow({ only }: ServerState, words: string): TextRow {
  return [span(`  ${only === '' ? words : `Nothing here contains "${only}".`}`, 'dim')];
}

function filled(rows: readonly TextRow[], height: number): readonly TextRow[] {
  const shown = [...rows];
  while (shown.length < height) shown.push([span(' ')]);
  return shown;
}

function logHead({ only }: ServerState, { log }: ServerItems, view: ServerView): string {
  const lines = counted(view.log().length, 'line');
  return only === ''
    ? `LOG   ${lines}, the newest first`
    : `LOG   ${grouped(log.length)} of ${lines} with "${only}"`;
}

function lineOf(
  cell: (name: ServedColumn) => string,
  widths: Partial<Record<ServedColumn, number>>,
  glyphs: Glyphs,
): string {
  const cells = servedColumns.flatMap((name) => {
    const width = widths[name];
    if (width === undefined) return [];
    const text = cutMiddle(cell(name), width, glyphs);
    return [words.has(name) ? padText(text, width, glyphs) : `${' '.repeat(width - columnsOf(text))}${text}`];
  });
  return cells.join(' ');
}

/** Widths for the visible transfers: the file has what the others leave; where that is little, columns are left out. */
function fitted(shown: readonly ServedRow[], room: number): Partial<Record<ServedColumn, number>> {
  const least = { ...{ peer: 21, op: 3, file: narrowFile, done: 4, block: 6, rate: 9, rtt: 7, resent: 6 } };
  const widthOf = (name: ServedColumn): number => {
    const cells = shown.map(({ cells: all }) => columnsOf(all[name]));
    const widest = Math.max(least[name], heads[name].length, ...cells);
    return name === 'peer' ? Math.min(widest, widestPeer) : widest;
  };
  const kept = new Map<ServedColumn, number>(
    servedColumns.filter((name) => name !== 'file').map((name) => [name, widthOf(name)]),
  );
  const rest = (): number => room - [...kept.values()].reduce((sum, width) => sum + width + 1, 0);
  for (const name of dispensable) {
    if (rest() >= narrowFile) break;
    kept.delete(name);
  }
  return { ...Object.fromEntries(kept), file: Math.max(1, rest()) };
}
