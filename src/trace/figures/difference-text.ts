// Two compared transfers as lines of text at a width, side by side: `|` marks packets that differ, `<` and `>` those that
// only one of them has. Runs of packets that are alike are folded.
import { join, printable, say, type Printable } from '../../wire/text.ts';
import { losses } from '../ladder/crossing-text.ts';
import { labelOf, ladder } from '../ladder/ladder.ts';
import { arrow } from '../lines/line.ts';
import type { PacketLog } from '../record/packet-log.ts';
import type { PacketRec } from '../record/side-log.ts';
import { columns as columnsOf, cut, fill, fit } from '../text/columns.ts';
import { counted, durationText, grouped, instantText } from '../text/quantities.ts';
import { wrapped } from '../text/wrap.ts';
import { sinceStart, type ComparedRow, type Difference } from './difference.ts';

/** A transfer that is compared, and its number. */
export interface Compared {
  readonly number: number;
  readonly log: PacketLog;
}

export interface DifferenceStyle {
  /** Columns of a line, at least 60. */
  readonly columns: number;
  readonly ascii: boolean;
}

/** A line of the comparison. */
export interface DifferenceLine {
  readonly text: Printable;
  /** It shows a difference. */
  readonly isUnusual: boolean;
}

/** Rows that stay visible before and after what is unusual. */
const context = 2;
/** A fold takes a row itself: fewer rows than this are not folded. */
const leastFolded = 3;
/** From this width on each packet has its own time too. */
const timesFrom = 110;
const timeColumns = 10;
const deltaColumns = 11;
/** ` | ` between the two sides. */
const gutter = 3;
/** Lines that the words of one packet may take. */
const mostLines = 6;

/** How the transfers differ, in sentences. */
export function differenceSentences(found: Difference): readonly Printable[] {
  const { rows, later, slowest } = found;
  const changed = rows.filter(({ one, two, isAlike }) => !isAlike && one !== undefined && two !== undefined);
  const [first, second] = [rows.filter(({ two }) => !two), rows.filter(({ one }) => !one)];
  const parts = [
    ...(changed.length === 0
      ? []
      : [say`${counted(changed.length, 'packet')} differ${changed.length === 1 ? say`s` : say``}`]),
    ...(first.length === 0 ? [] : [say`${grouped(first.length)} only in the first`]),
    ...(second.length === 0 ? [] : [say`${grouped(second.length)} only in the second`]),
  ];
  const alike = rows.filter(({ isAlike }) => isAlike).length;
  const lines = [
    parts.length === 0
      ? say`No packet differs: ${counted(alike, 'packet')} alike.`
      : say`${join(parts, say`, `)}; ${grouped(alike)} alike.`,
  ];
  if (alike + changed.length > 1) {
    const than = later < 0 ? say`less` : say`more`;
    lines.push(say`The second took ${durationText(Math.abs(later))} ${than}.`);
  }
  if (slowest?.two !== undefined && (slowest.delta ?? 0) >= 1)
    lines.push(
      say`The largest delay is ${durationText(slowest.delta ?? 0)}, before packet ${slowest.two.number} of the second.`,
    );
  return lines;
}

/** The names of both transfers, then their packets side by side. */
export function differenceLines(
  found: Difference,
  sides: readonly [Compared, Compared],
  style: DifferenceStyle,
): readonly DifferenceLine[] {
  const layout = layoutOf(sides, style);
  const head = sides.map(({ number, log }) => say`${number} ${ladder(log).title}`);
  const title = bothHalves(head, layout, say` `);
  const lines: DifferenceLine[] = [
    { text: say`${title}  ${style.ascii ? say`delta s` : say`    Δ s`}`, isUnusual: false },
  ];
  for (const part of folded(found))
    if (part.type === 'fold') lines.push(foldLine(part.rows, layout));
    else lines.push(...rowLines(part.row, sides, layout));
  return lines;
}

interface Layout extends DifferenceStyle {
  /** Columns of each half. */
  readonly half: number;
  readonly numbers: number;
  readonly hasTimes: boolean;
}

function layoutOf(sides: readonly [Compared, Compared], style: DifferenceStyle): Layout {
  const numbers = Math.max(...sides.map(({ log }) => String(log.total).length));
  const half = Math.floor((style.columns - gutter - deltaColumns) / 2);
  return { ...style, half, numbers, hasTimes: style.columns >= timesFrom };
}

type Part =
  | { readonly type: 'row'; readonly row: ComparedRow }
  | { readonly type: 'fold'; readonly rows: readonly ComparedRow[] };

/** The rows; runs without anything unusual become folds. */
function folded({ rows, slowest }: Difference): readonly Part[] {
  const isPlain = (row: ComparedRow | undefined): boolean =>
    row === undefined || (row.isAlike && row !== slowest);
  // A row stays if something unusual is near it, and the first rows stay.
  const stays = rows.map(
    (_, at) =>
      at < context || rows.slice(Math.max(0, at - context), at + context + 1).some((row) => !isPlain(row)),
  );
  const parts: Part[] = [];
  const push = (some: readonly ComparedRow[]): void => {
    for (const row of some) parts.push({ type: 'row', row });
  };
  for (let at = 0; at < rows.length;) {
    const next = stays[at] === true ? at : stays.indexOf(true, at);
    const end = next < 0 ? rows.length : next;
    const run = rows.slice(at, end);
    if (run.length >= leastFolded) parts.push({ type: 'fold', rows: run });
    else push(run);
    push(rows.slice(end, end + 1));
    at = end + 1;
  }
  return parts;
}

function foldLine(run: readonly ComparedRow[], layout: Layout): DifferenceLine {
  const sign = layout.ascii ? say`:` : say`⋮`;
  const words = say`${fill(say` `, layout.numbers + 1)}${sign} ${counted(run.length, 'packet')} alike`;
  const delta = run.reduce((sum, row) => sum + (row.delta ?? 0), 0);
  return { text: withDelta(fit(words, 2 * layout.half + gutter), delta), isUnusual: false };
}

/** A row in as many lines as its words need: what differs is never cut. */
function rowLines(
  row: ComparedRow,
  [first, second]: readonly [Compared, Compared],
  layout: Layout,
): readonly DifferenceLine[] {
  const mark =
    row.one === undefined ? say`>` : row.two === undefined ? say`<` : row.isAlike ? say` ` : say`|`;
  const [left, right] = [cellLines(row.one, first, row, layout), cellLines(row.two, second, row, layout)];
  const count = Math.max(left.length, right.length);
  return Array.from({ length: count }, (_, at): DifferenceLine => {
    const text = bothHalves([left[at] ?? say``, right[at] ?? say``], layout, mark);
    const delta = at === 0 ? row.delta : undefined;
    return {
      text: delta === undefined ? (text.trimEnd() as Printable) : withDelta(text, delta),
      isUnusual: !row.isAlike,
    };
  });
}

/** `12 0.001702 → DATA 3  1,468 B`, and lines for the words that do not fit. */
function cellLines(
  rec: PacketRec | undefined,
  { log }: Compared,
  { isAlike }: ComparedRow,
  { half, numbers, hasTimes, ascii }: Layout,
): readonly Printable[] {
  if (rec === undefined) return [];
  const number = printable(String(rec.number).padStart(numbers));
  const time = hasTimes ? printable(instantText(sinceStart(rec, log)).padStart(timeColumns)) : say``;
  const start = say`${number}${time} ${arrow(rec.direction, ascii)} `;
  const loss = losses[rec.lost];
  const words = loss === '' ? labelOf(rec) : say`${labelOf(rec)}  ${loss}`;
  const room = half - columnsOf(start);
  if (isAlike || columnsOf(words) <= room) return [say`${start}${cut(words, room, ascii)}`];
  const lines = wrapped(words, room, { longWords: 'break' }).slice(0, mostLines);
  return lines.map((line, at) =>
    at === 0 ? say`${start}${line}` : say`${fill(say` `, columnsOf(start))}${line}`,
  );
}

function bothHalves(texts: readonly Printable[], { half, ascii }: Layout, mark: Printable): Printable {
  const [left = say``, right = say``] = texts;
  return say`${fit(left, half, ascii)} ${mark} ${fit(right, half, ascii)}`;
}

/** `+0.000379`: how many seconds longer the step took in the second transfer. */
function withDelta(text: Printable, delta: number): Printable {
  const sign = Math.abs(delta) < 0.0005 ? say` ` : delta < 0 ? say`-` : say`+`;
  return say`${text} ${printable(`${sign}${instantText(Math.abs(delta))}`.padStart(deltaColumns - 1))}`;
}
