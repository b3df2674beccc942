// Running transfers as rows: one with its details, or several with one row each.
// The rule: no percentage, bar or forecast without a size that the peer has named.
import { columns } from '../../shell/editor/text.ts';
import { abortWord, shortPath, type TransferRow } from '../../shell/session/state.ts';
import {
  clockText,
  durationText,
  grouped,
  octetsOfText,
  octetsText,
  ordinalText,
  rateText,
} from '../../trace/text/quantities.ts';
import { fitParts, fitRow, joinParts, padText, span } from './layout.ts';
import type { Glyphs, RowPart, TextRow } from './layout.ts';

const barLimit = 24;
const barLeast = 6;
/** Columns of a row of several: where many wider rows wrap at once, a terminal that is made narrower loses its place. */
const widestOfSeveral = 79;

/** Rows for all of them, at most `limit`; what does not fit is counted. */
export function transferRows(
  transfers: readonly TransferRow[],
  room: { readonly width: number; readonly limit: number },
  glyphs: Glyphs,
): readonly TextRow[] {
  const [only, second] = transfers;
  if (only === undefined || room.limit <= 0) return [];
  if (second === undefined && room.limit >= 2 && only.state !== 'queued') {
    const details = detailRow(only, room.width, glyphs);
    return [transferRow(only, { ...room, detailed: true, names: [only] }, glyphs), details];
  }
  const width = Math.min(room.width, widestOfSeveral);
  const all = transfers.length <= room.limit;
  const names = transfers.slice(0, all ? room.limit : room.limit - 1);
  const rows = names.map((each) => transferRow(each, { ...room, width, detailed: false, names }, glyphs));
  if (all) return rows;
  const more = `${glyphs.more} and ${grouped(transfers.length - names.length)} more transfers`;
  return [...rows, fitRow([span(more, 'dim')], room.width, glyphs)];
}

interface RowRoom {
  readonly width: number;
  /** The row below shows resent packets. */
  readonly detailed: boolean;
  /** The transfers whose names share a column. */
  readonly names: readonly TransferRow[];
}

function transferRow(transfer: TransferRow, room: RowRoom, glyphs: Glyphs): TextRow {
  const arrow = transfer.kind === 'get' ? glyphs.get : glyphs.put;
  const most = Math.max(8, Math.floor(room.width * 0.3));
  const titled = (each: TransferRow): string => titleOf(each, most, room.names.length > 1, glyphs);
  const longest = Math.max(...room.names.map((each) => columns(titled(each))));
  const title = titled(transfer);
  const name: RowPart = {
    text: `${arrow} ${padText(title, longest, glyphs)}`,
    tone: 'strong',
    drop: 0,
  };
  const kept = fitParts([name, ...figures(transfer, room.detailed)], '  ', room.width);
  return fitRow(withBar(transfer, kept, room.width, glyphs), room.width, glyphs);
}

/** `fw.bin → copy.bin`; with the word for `abort` before it if there are several. */
function titleOf(transfer: TransferRow, width: number, isOneOfSeveral: boolean, glyphs: Glyphs): string {
  const word = isOneOfSeveral ? `${abortWord(transfer)} ` : '';
  const signs = { arrow: glyphs.to, more: glyphs.more };
  return `${word}${shortPath(transfer, width - columns(word), signs)}`;
}

function figures(transfer: TransferRow, detailed: boolean): readonly RowPart[] {
  const resent: RowPart = {
    text: detailed || transfer.resent === 0 ? '' : `${grouped(transfer.resent)} resent`,
    tone: 'warn',
    drop: 3,
  };
  switch (transfer.state) {
    case 'starting':
      return [{ text: 'starting', tone: 'dim', drop: 1 }];
    case 'asking':
      return [{ text: 'asked, no answer yet', tone: 'dim', drop: 1 }, { ...resent }];
    case 'queued':
      return [{ text: `queued, ${ordinalText(transfer.place ?? 1)}`, tone: 'dim', drop: 1 }];
    case 'finishing':
      return [...moved(transfer), { text: 'finishing', tone: 'dim', drop: 2 }, resent];
    case 'moving':
      return [...moved(transfer), ...pace(transfer), resent];
  }
}

function moved({ octets, size }: TransferRow): readonly RowPart[] {
  const percent = percentOf(octets, size);
  if (size === undefined || percent === undefined)
    return [{ text: octetsText(octets).padStart(8), tone: 'plain', drop: 1 }];
  return [
    { text: `${percent}%`.padStart(4), tone: 'plain', drop: 1 },
    { text: octetsOfText(octets, size), tone: 'plain', drop: 2 },
  ];
}

/** Whole percent, rounded down: 100 means all of it. Undefined where the size is unknown or was wrong. */
function percentOf(octets: number, size: number | undefined): number | undefined {
  if (size === undefined || octets > size) return undefined;
  return size === 0 ? 100 : Math.floor((octets / size) * 100);
}

/** Seconds: four days. Beyond that a forecast means nothing. */
const longestForecast = 345_600;

function timeLeft({ left = Infinity }: TransferRow): string {
  const seconds = Math.ceil(left / 1000);
  return seconds >= 0 && seconds < longestForecast ? clockText(seconds) : '';
}

function pace(transfer: TransferRow): readonly RowPart[] {
  const left = timeLeft(transfer);
  const known = transfer.size !== undefined && transfer.octets <= transfer.size;
  return [
    { text: transfer.rate === undefined ? '' : rateText(transfer.rate).padStart(10), tone: 'plain', drop: 4 },
    { text: known && left !== '' ? `${left} left` : '', tone: 'plain', drop: 5 },
  ];
}

// The bar gets the remaining columns, after the percentage.
function withBar(transfer: TransferRow, parts: readonly RowPart[], width: number, glyphs: Glyphs): TextRow {
  const at = parts.findIndex((part) => part.text.endsWith('%'));
  const used = parts.reduce((sum, part) => sum + columns(part.text), 0) + 2 * (parts.length - 1);
  const room = Math.min(barLimit, width - used - 1);
  if (at < 0 || transfer.size === undefined || room < barLeast) return joinParts(parts, '  ');
  const bar = progressBar(transfer.size === 0 ? 1 : transfer.octets / transfer.size, room, glyphs);
  const before = joinParts(parts.slice(0, at + 1), '  ');
  const after = joinParts(parts.slice(at + 1), '  ');
  return [...before, span(' '), span(bar, 'bar'), ...(after.length > 0 ? [span('  '), ...after] : [])];
}

/** A bar of exactly `width` columns. */
export function progressBar(share: number, width: number, glyphs: Glyphs): string {
  const steps = glyphs.eighths.length + 1;
  const filled = Math.floor(Math.min(1, Math.max(0, share)) * width * steps);
  const whole = Math.floor(filled / steps);
  const part = glyphs.eighths[(filled % steps) - 1] ?? '';
  return glyphs.full.repeat(whole) + part + glyphs.empty.repeat(width - whole - part.length);
}

function detailRow(transfer: TransferRow, width: number, glyphs: Glyphs): TextRow {
  const { blksize, windowsize, rtt, resent } = transfer;
  const terms = [
    blksize === undefined ? '' : `blksize=${blksize}`,
    windowsize === undefined ? '' : `windowsize=${windowsize}`,
  ];
  const parts: readonly RowPart[] = [
    { text: transfer.mode, tone: 'dim', drop: 3 },
    { text: terms.join(' ').trim(), tone: 'dim', drop: 2 },
    { text: `block ${grouped(transfer.block)}`, tone: 'dim', drop: 1 },
    { text: rtt === undefined ? '' : `rtt ${durationText(rtt).padStart(7)}`, tone: 'dim', drop: 4 },
    { text: `${grouped(resent)} resent`, tone: resent === 0 ? 'dim' : 'warn', drop: 0 },
  ];
  const kept = fitParts(parts, '  ', width - 2);
  return fitRow([span('  '), ...joinParts(kept, '  ')], width, glyphs);
}
