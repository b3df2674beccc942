// One packet as a screen: figure, fields, octets and reasons, and the way to its neighbours.
// The rule: pure; what does not fit is scrolled to. Must never import Ink or React.
import { anatomyOf } from '../../trace/anatomy/anatomy.ts';
import { anatomyLines, type AnatomyLine } from '../../trace/anatomy/text.ts';
import { explainRecord, explanationText } from '../../trace/explain/explain.ts';
import { formatTime, packetTitle } from './title.ts';
import { fitRow, span, wrapText, type Glyphs, type TextRow, type Tone } from '../text/layout.ts';
import type { TransferView } from '../../shell/packets/transfer-view.ts';
import type { Size } from './ladder.ts';

export interface PacketState {
  readonly number: number;
  readonly top: number;
}

/** Rows above and below the packet itself. */
const around = 3;

/** The packet's neighbour, or itself where there is none. */
export function step(state: PacketState, by: number, seen: TransferView): PacketState {
  const number = Math.max(1, Math.min(seen.transcript.packets.length, state.number + by));
  return { number, top: number === state.number ? state.top : 0 };
}

/** Scrolled as far as there is something to see. */
export function scroll(state: PacketState, by: number, seen: TransferView, size: Size): PacketState {
  const most = Math.max(0, packetText(state, seen, size, false).length - (size.rows - 1 - around));
  return { ...state, top: Math.max(0, Math.min(most, state.top + by)) };
}

/** Title and visible rows; the footer is the caller's. */
export function packetRows(
  state: PacketState,
  seen: TransferView,
  size: Size,
  glyphs: Glyphs,
): readonly TextRow[] {
  const ascii = glyphs.more === '~';
  const rec = seen.transcript.packet(state.number);
  const height = Math.max(1, size.rows - 1 - around);
  const title = rec === undefined ? '' : packetTitle(rec, seen);
  const time = rec === undefined ? '' : formatTime(rec, seen);
  const body = packetText(state, seen, size, ascii)
    .slice(state.top, state.top + height)
    .map(({ text, tone }): TextRow => [span(text === '' ? ' ' : text, tone)]);
  while (body.length < height) body.push([span(' ')]);
  const head: readonly TextRow[] = [[span(title, 'strong')], [span(time === '' ? ' ' : time, 'dim')]];
  return [...head, ...body].map((row) => fitRow(row, size.columns, glyphs));
}

interface PacketLine {
  readonly text: string;
  readonly tone: Tone;
}

/** The words say it too: a fault is called one. */
const tones: Readonly<Record<AnatomyLine['kind'], Tone>> = {
  ...{ figure: 'plain', head: 'dim', field: 'plain', fault: 'warn', octets: 'plain' },
};

function packetText(
  { number }: PacketState,
  seen: TransferView,
  size: Size,
  ascii: boolean,
): readonly PacketLine[] {
  const rec = seen.transcript.packet(number);
  if (rec === undefined) return [{ text: `There is no packet ${number}.`, tone: 'plain' }];
  const columns = Math.max(40, size.columns);
  const reasons = explainRecord(rec, seen.transcript).map(explanationText);
  const why = reasons.flatMap((text) => wrapText(`  ${text}`, columns));
  const anatomy = anatomyLines(anatomyOf(rec, seen.transcript), { columns, ascii });
  return [
    ...[...why, ...(why.length === 0 ? [] : [''])].map((text): PacketLine => ({ text, tone: 'plain' })),
    ...anatomy.map(({ kind, text }): PacketLine => ({ text, tone: tones[kind] })),
  ];
}
