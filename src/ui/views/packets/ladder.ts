// The ladder as a screen: the visible rows, the selected row, and the head and the pane around them.
// The rule: pure; only visible rows become text, however many there are.
import { ladderHead, ladderLine, numberColumns } from '../../../trace/ladder/text.ts';
import {
  ladder as ladderOf,
  rowWords,
  type Ladder,
  type LadderRow as Rung,
} from '../../../trace/ladder/ladder.ts';
import { anatomyOf } from '../../../trace/anatomy/anatomy.ts';
import { explainRecord, explanationText } from '../../../trace/explain/explain.ts';
import { durationText, grouped } from '../../../trace/text/quantities.ts';
import { filterRows } from '../../../shell/packets/packet-filter.ts';
import type { TransferView } from '../../../shell/packets/transfer-view.ts';
import type { NamedFilter } from '../../../shell/session/view.ts';
import {
  asciiGlyphs,
  fitRow,
  padText,
  rowText,
  span,
  wrapText,
  type Glyphs,
  type TextRow,
  type Tone,
} from '../../text/layout.ts';
import { scrollWithin, selectWithin, type Extent } from '../scroll.ts';

/** From this width on there is room for a pane beside the ladder. */
export const paneFrom = 120;
const paneWidth = 42;
/** The title and the names of the ends. */
const headRows = 2;
/** Rows above and below the ladder itself. */
const around = headRows + 1;

export interface LadderState {
  readonly ladder: Ladder;
  /** Rows that pass the filter. */
  readonly rows: readonly Rung[];
  readonly selected: number;
  readonly top: number;
  /** The row that times are measured from. */
  readonly mark: Rung | undefined;
  /** The last row stays in view as packets come. */
  readonly follow: boolean;
  readonly filter: NamedFilter | undefined;
  /** Times are since the row before, not since the first packet. */
  readonly isDelta: boolean;
  /** What is missing, in words. */
  readonly lacks: string | undefined;
}

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** The ladder of a transfer from its first row on. */
export function ladderState(transfer: TransferView, filter: NamedFilter | undefined): LadderState {
  const ladder = ladderOf(transfer.log);
  const rows = filterRows(ladder.rows, filter?.filter, transfer.log);
  const at = rows.findIndex(({ packet }) => packet !== undefined && packet === transfer.packet);
  const start = { selected: Math.max(0, at), top: 0, mark: undefined, follow: false, isDelta: false };
  // Where the screen leads to all packets, none is missing.
  const lacks = transfer.around === undefined ? transfer.lacks : undefined;
  return { ...start, ladder, rows, filter, lacks };
}

/** The same place in a ladder that has grown or has another filter. */
export function renewed(
  state: LadderState,
  transfer: TransferView,
  filter: NamedFilter | undefined,
): LadderState {
  const { ladder, rows, lacks } = ladderState(transfer, filter);
  const before = state.rows[state.selected];
  const same = rows.findIndex(
    ({ packet, since, kind }) => kind === before?.kind && packet === before.packet && since === before.since,
  );
  const selected = state.follow
    ? rows.length - 1
    : same < 0
      ? Math.min(state.selected, rows.length - 1)
      : same;
  return { ...state, ladder, rows, filter, lacks, selected: Math.max(0, selected) };
}

/** Rows of the ladder that a screen shows. */
export function visible({ rows }: Size, { lacks }: Pick<LadderState, 'lacks'>): number {
  return Math.max(1, rows - 1 - around - (lacks === undefined ? 0 : 1));
}

/** Another row is selected; the window moves as little as it must. */
export function select(state: LadderState, to: number, size: Size): LadderState {
  return { ...state, ...selectWithin(state, to, extent(state, size)) };
}

/** The window moves by so many rows. */
export function scrollRows(state: LadderState, by: number, size: Size): LadderState {
  return { ...state, ...scrollWithin(state, by, extent(state, size)) };
}

/** The row of the ladder that a row of the screen shows; undefined: none. */
export function rowAt(state: LadderState, row: number, size: Size): number | undefined {
  const at = row - (state.lacks === undefined ? headRows : headRows + 1);
  const index = state.top + at;
  return at >= 0 && at < visible(size, state) && index < state.rows.length ? index : undefined;
}

function extent(state: LadderState, size: Size): Extent {
  return { count: state.rows.length, height: visible(size, state) };
}

/** The packet of the selected row. */
export function packetAt({ rows, selected }: LadderState): number | undefined {
  return rows[selected]?.packet;
}

/** Head, visible rows and pane; the footer is the caller's. */
export function ladderRows(
  state: LadderState,
  transfer: TransferView,
  size: Size,
  glyphs: Glyphs,
): readonly TextRow[] {
  const ascii = glyphs.more === '~';
  const width = Math.max(40, size.columns);
  const hasPane = width >= paneFrom;
  const numbers = numberColumns(transfer.log.total);
  const style = { columns: (hasPane ? width - paneWidth - 3 : width) - 2, ascii, numbers };
  const head: TextRow[] = ladderHead(state.ladder, style).map((text, at) => [
    span(`  ${text}`, at === 0 ? 'strong' : 'dim'),
  ]);
  if (state.lacks !== undefined) head.push(fitRow([span(`  ${state.lacks}`, 'warn')], width, glyphs));
  const height = visible(size, state);
  const shown = state.rows.slice(state.top, state.top + height).map((rung, at): TextRow => {
    const isSelected = state.top + at === state.selected;
    const sign = isSelected ? glyphs.pointer : rung === state.mark ? '*' : ' ';
    const tone = isSelected ? 'selected' : toneOf(rung);
    const before = state.isDelta ? state.rows[state.top + at - 1] : undefined;
    return [span(`${sign} ${ladderLine(rung, style, state.isDelta ? { before } : undefined)}`, tone)];
  });
  if (state.rows.length === 0) shown.push([span('  No packet passes the filter.', 'dim')]);
  while (shown.length < height) shown.push([span(' ')]);
  if (!hasPane) return [...head, ...shown];
  return [...head, ...besidePane(shown, paneLines(state, transfer), width, glyphs)];
}

/** The tones of a trace: trouble, what we sent, what we received. */
function toneOf({ unusual, direction }: Rung): Tone {
  return unusual ? 'warn' : direction === 'sent' ? 'sent' : 'plain';
}

/** The rows with the pane beside them. */
function besidePane(
  shown: readonly TextRow[],
  pane: TextRow,
  width: number,
  glyphs: Glyphs,
): readonly TextRow[] {
  const left = width - paneWidth - 3;
  const rail = glyphs === asciiGlyphs ? '|' : '│';
  return shown.map((row, at): TextRow => {
    const [first = span('')] = row;
    const text = padText(rowText(row), left, glyphs);
    return [
      { ...first, text },
      span(` ${rail} `, 'dim'),
      ...fitRow([pane[at] ?? span('')], paneWidth, glyphs),
    ];
  });
}

/** The selected packet decoded, as far as it fits beside the ladder. */
function paneLines(state: LadderState, transfer: TransferView): TextRow {
  const number = packetAt(state);
  const rec = number === undefined ? undefined : transfer.log.packet(number);
  if (rec === undefined) {
    const rung = state.rows[state.selected];
    return rung === undefined ? [] : wrapText(rowWords(rung), paneWidth).map((text) => span(text));
  }
  const anatomy = anatomyOf(rec, transfer.log);
  const reasons = explainRecord(rec, transfer.log).map(explanationText);
  return [
    span(`packet ${rec.number}  ${rec.packet.op}  ${grouped(rec.length)} B`, 'strong'),
    span(`${rec.direction === 'sent' ? 'to' : 'from'} ${rec.peer.address}:${rec.peer.port}`, 'dim'),
    span(''),
    ...anatomy.fields.flatMap(({ name, value, meaning }) => [
      span(`${name.padEnd(11)} ${value}`),
      ...wrapText(`  ${meaning}`, paneWidth).map((text) => span(text, 'dim')),
    ]),
    span(''),
    ...reasons.flatMap((text) => wrapText(text, paneWidth).map((line) => span(line))),
  ];
}

/** Notes for the footer: the place, the measured time, the filter, following. */
export function ladderNotes(state: LadderState, transfer: TransferView): readonly string[] {
  const { mark, rows, selected, filter, follow, ladder } = state;
  const here = rows[selected];
  const notes = [placeOf(state, transfer)];
  if (mark?.since !== undefined && here?.since !== undefined && here !== mark)
    notes.push(
      `${here.since < mark.since ? '-' : ''}${durationText(Math.abs(here.since - mark.since))} from *`,
    );
  const isPart = transfer.around !== undefined;
  if (filter !== undefined)
    notes.push(isPart ? filter.text : `${rows.length} of ${ladder.rows.length}: ${filter.text}`);
  if (follow) notes.push('following');
  return notes;
}

/** The row of all rows; in a part of a long transfer, the packet of all packets. */
function placeOf({ rows, selected }: LadderState, { log }: TransferView): string {
  if (log.packets.length === log.total) return `${rows.length === 0 ? 0 : selected + 1}/${rows.length}`;
  const packet = rows.slice(0, selected + 1).findLast((row) => row.packet !== undefined)?.packet;
  return `${packet === undefined ? '' : `${grouped(packet)} of `}${grouped(log.total)}`;
}

/** Whether the row is a packet that is unusual. */
export function isUnusual(row: Rung | undefined): boolean {
  return row?.unusual === true && row.packet !== undefined;
}

/** All words of a row, for a search. */
export function wordsOf(row: Rung | undefined): string {
  return row === undefined ? '' : `${row.label} ${row.side.join(' ')} ${rowWords(row)}`;
}
