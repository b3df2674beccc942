// One packet as a screen: figure, fields, octets and reasons, and the way to its neighbours.
// The rule: pure; what does not fit is scrolled to. Must never import Ink or React.
import { anatomyOf } from '../../trace/anatomy.ts';
import { anatomyLines } from '../../trace/anatomy-text.ts';
import { explainRecord, explanationText } from '../../trace/explain.ts';
import { formatTime, packetTitle } from './title.ts';
import type { Seen } from '../../shell/records.ts';
import { fitRow, span, type Glyphs, type Row } from '../text/layout.ts';
import { wrapWords } from '../text/wrap.ts';
import type { Size } from './ladder.ts';

export interface PacketState {
  readonly number: number;
  readonly top: number;
}

/** Rows above and below the packet itself. */
const around = 3;

/** The packet's neighbour, or itself where there is none. */
export function step(state: PacketState, by: number, seen: Seen): PacketState {
  const number = Math.max(1, Math.min(seen.transcript.packets.length, state.number + by));
  return { number, top: number === state.number ? state.top : 0 };
}

/** Scrolled as far as there is something to see. */
export function scroll(state: PacketState, by: number, seen: Seen, size: Size): PacketState {
  const most = Math.max(0, packetText(state, seen, size, false).length - (size.rows - 1 - around));
  return { ...state, top: Math.max(0, Math.min(most, state.top + by)) };
}

/** Title and visible rows; the footer is the caller's. */
export function packetRows(state: PacketState, seen: Seen, size: Size, glyphs: Glyphs): readonly Row[] {
  const ascii = glyphs.more === '~';
  const rec = seen.transcript.packet(state.number);
  const height = Math.max(1, size.rows - 1 - around);
  const title = rec === undefined ? '' : packetTitle(rec, seen);
  const time = rec === undefined ? '' : formatTime(rec, seen);
  const body = packetText(state, seen, size, ascii)
    .slice(state.top, state.top + height)
    .map((text): Row => [span(text === '' ? ' ' : text)]);
  while (body.length < height) body.push([span(' ')]);
  const head: readonly Row[] = [[span(title, 'strong')], [span(time === '' ? ' ' : time, 'dim')]];
  return [...head, ...body].map((row) => fitRow(row, size.columns, glyphs));
}

function packetText({ number }: PacketState, seen: Seen, size: Size, ascii: boolean): readonly string[] {
  const rec = seen.transcript.packet(number);
  if (rec === undefined) return [`There is no packet ${number}.`];
  const columns = Math.max(40, size.columns);
  const anatomy = anatomyOf(rec, seen.transcript.reader.began?.mode);
  const reasons = explainRecord(rec, seen.transcript).map(explanationText);
  return [
    ...reasons.flatMap((text) => wrapWords(`  ${text}`, columns)),
    ...(reasons.length === 0 ? [] : ['']),
    ...anatomyLines(anatomy, { columns, ascii }),
  ];
}
