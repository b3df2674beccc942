// The transfers of a session as lines: those of our client, past, running and queued, and those of our server. Pure.
// Rule: a line for a terminal is folded between its parts; a line for a pipe is never folded.
import { wrapped } from '../../trace/text/wrap.ts';
import {
  counted,
  durationText,
  grouped,
  octetsText,
  ordinalText,
  rateText,
} from '../../trace/text/quantities.ts';
import { cutMiddle, leastName } from '../editor/graphemes.ts';
import { columns } from '../editor/text.ts';
import { join, printable, raw, say, type Printable } from '../../wire/text.ts';
import { formatTid } from '../../wire/tid.ts';
import type { Progress } from '../../engine/transfer.ts';
import { timeOfDay } from '../report/time-of-day.ts';
import { failureText } from '../server/log/log-lines.ts';
import type { ServedTransfer } from '../server/served-transfers.ts';
import { abortWord, pathText, shortPath, type TransferRow } from '../session/state.ts';
import type { PastExam, PastTransfer } from './transfers.ts';

/** All transfers that `transfers` lists. */
export interface AllTransfers {
  readonly past: readonly PastTransfer[];
  readonly exams: readonly PastExam[];
  readonly rows: readonly TransferRow[];
  readonly served: readonly ServedTransfer[];
}

export interface TransferListStyle {
  /** `→` or `->`. */
  readonly arrow: Printable;
  /** `…` or `~`, where a name is cut. */
  readonly more: Printable;
  /** The columns of the terminal; undefined: a pipe. */
  readonly width: number | undefined;
}

/** Lines that are shown at most. */
const mostListed = 100;
const gap = say`   `;
/** The number, the time, and the blanks around them. */
const headWidth = 14;

/** One transfer in one line, or in several where the terminal is narrow; in the order of their numbers, queued ones last. */
export function transferLines(
  { past, exams, rows, served }: AllTransfers,
  style: TransferListStyle,
): readonly Printable[] {
  const { width } = style;
  const path = (one: Named): Printable => pathIn(one, style);
  const started = [
    ...past.map((one) => ({ ...one, parts: pastParts(one, path) })),
    ...exams.map((one) => ({ ...one, parts: examParts(one) })),
    ...served.map((one) => ({
      number: one.progress.number,
      began: one.began,
      parts: servedParts(one, style),
    })),
    ...rows.filter(({ place }) => place === undefined).map((row) => ({ ...row, parts: rowParts(row, path) })),
  ].sort((a, b) => a.number - b.number);
  const queued = rows
    .filter(({ place }) => place !== undefined)
    .map((row) => ({ word: abortWord(row), began: row.began, parts: rowParts(row, path) }));
  return [
    ...started.slice(-mostListed).map(({ number, ...one }) => ({ word: String(number), ...one })),
    ...queued,
  ].flatMap((one) => folded(one, width));
}

type Named = Pick<PastTransfer, 'kind' | 'name' | 'to'>;

/** The names of a transfer. On a terminal they are cut so that they take one row. */
function pathIn(one: Named, { arrow, more, width }: TransferListStyle): Printable {
  if (width === undefined) return pathText(one, arrow);
  return shortPath(one, width - headWidth - one.kind.length - 1, { arrow, more });
}

/** `get boot.cfg`, `4,102 B in 12 ms (342 kB/s)`, `9 blocks, 3 resent`. */
export function pastParts(past: PastTransfer, path: (past: PastTransfer) => Printable): readonly Printable[] {
  const { kind, outcome } = past;
  const what = say`${printable(kind)} ${path(past)}`;
  // The engine's texts are printable already.
  if (!outcome.ok) return [what, say`failed: ${outcome.error.shortMessage as Printable}`];
  return [what, ...(outcome.result === undefined ? [sizeText(outcome.size)] : movedParts(outcome.result))];
}

/** `probe 10.0.0.5:69`, `28 questions, ladders 3 to 30`. */
function examParts({ number, last, count, name }: PastExam): readonly Printable[] {
  const ladders = count === 1 ? say`ladder ${number}` : say`ladders ${number} to ${last}`;
  return [name, say`${counted(count, 'question')}, ${ladders}`];
}

/** Parts of a line as one text. */
export function joined(parts: readonly Printable[]): Printable {
  return join(parts, gap);
}

/** What `stat` learned. */
export function sizeText(size: number | undefined): Printable {
  return size === undefined ? say`the server reports no size` : counted(size, 'octet');
}

function movedParts({ octets, elapsed, block, resent }: Progress): readonly Printable[] {
  const rate = elapsed > 0 && octets > 0 ? say` (${rateText((octets / elapsed) * 1000)})` : say``;
  const again = resent === 0 ? say`` : say`, ${grouped(resent)} resent`;
  return [
    say`${octetsText(octets)} in ${durationText(elapsed)}${rate}`,
    say`${counted(block, 'block')}${again}`,
  ];
}

/** What our server does in it: the words of a ladder's title. */
export function servedWord({ kind }: Pick<Progress, 'kind'>): Printable {
  return kind === 'get' ? say`serve` : say`take`;
}

/** `serve boot.cfg → 10.0.0.21:51422`, `4,102 B in 12 ms (342 kB/s)`, `9 blocks`. */
function servedParts(
  { progress, end }: ServedTransfer,
  { arrow, more, width }: TransferListStyle,
): readonly Printable[] {
  const { kind, remote, peer } = progress;
  const client = peer === undefined ? say`?` : printable(formatTid(peer));
  const way = kind === 'get' ? arrow : say`from`;
  // A malformed request may name no file.
  const file = raw(remote) === '' ? say`""` : printable(remote);
  const [before, after] = [say`${servedWord(progress)} `, say` ${way} ${client}`];
  const room = width === undefined ? Infinity : width - headWidth - columns(before) - columns(after);
  const what = say`${before}${cutMiddle(file, Math.max(leastName, room), more)}${after}`;
  switch (end.type) {
    case 'running':
      return [what, say`${printable(progress.state)}`, amountText(progress)];
    case 'complete':
      return [what, ...movedParts(progress), ...(end.confirmed ? [] : [say`no final ACK`])];
    case 'probe':
      return [what, say`only the size was asked for`];
    case 'refused':
      return [what, say`refused: ${end.message}`];
    case 'failed':
      return [what, say`failed: ${failureText(end.failure)}`];
  }
}

function rowParts(row: TransferRow, path: (row: TransferRow) => Printable): readonly Printable[] {
  const { kind, state, place } = row;
  const what = say`${printable(kind)} ${path(row)}`;
  if (place !== undefined) return [what, say`queued, ${ordinalText(place)}`];
  return [what, printable(state), amountText(row)];
}

function amountText({ octets, size }: Pick<TransferRow, 'octets' | 'size'>): Printable {
  return size === undefined ? octetsText(octets) : say`${octetsText(octets)} of ${octetsText(size)}`;
}

interface ListedTransfer {
  /** What `abort` and `ladder` take. */
  readonly word: string;
  /** When it started; undefined while it is queued. */
  readonly began: Date | undefined;
  readonly parts: readonly Printable[];
}

function folded({ word, began, parts }: ListedTransfer, width: number | undefined): readonly Printable[] {
  const time = printable(began === undefined ? ' '.repeat(8) : timeOfDay(began));
  const head = say`${printable(word.padStart(4))} ${time} `;
  if (width === undefined) return [say`${head}${joined(parts)}`];
  const lines: Printable[] = [];
  let line = head;
  for (const part of parts) {
    const isFirst = columns(line) <= headWidth;
    if (!isFirst && columns(line) + gap.length + columns(part) > width) {
      lines.push(line);
      line = say`${printable(' '.repeat(headWidth))}${part}`;
    } else line = isFirst ? say`${line}${part}` : say`${line}${gap}${part}`;
  }
  return [...lines, line].flatMap((one) =>
    wrapped(one, width, { indent: headWidth, longWords: 'break', measure: columns }),
  );
}
