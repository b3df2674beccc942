// One packet as a screen: figure, fields, octets and reasons, and the steps to its neighbours.
// The rule: pure; the screen scrolls to what does not fit.
import { anatomyOf } from '../../../trace/anatomy/anatomy.ts';
import { anatomyLines, type AnatomyLine } from '../../../trace/anatomy/text.ts';
import { explainRecord, explanationText } from '../../../trace/explain/explain.ts';
import { formatTime, packetTitle } from '../title.ts';
import { fitRow, span, wrapText, type Glyphs, type TextRow, type Tone } from '../../text/layout.ts';
import type { TransferView } from '../../../shell/packets/transfer-view.ts';
import type { Size } from './ladder.ts';
import { topWithin } from '../scroll.ts';

export interface PacketState {
  readonly number: number;
  readonly top: number;
}

/** Rows above and below the packet itself. */
const around = 3;

/** The next or previous packet; the same packet at either end. */
export function step(state: PacketState, by: number, transfer: TransferView): PacketState {
  const { first, packets } = transfer.log;
  const number = Math.max(first, Math.min(first + packets.length - 1, state.number + by));
  return { number, top: number === state.number ? state.top : 0 };
}

/** Scrolled as far as there is something to see. */
export function scroll(state: PacketState, by: number, transfer: TransferView, size: Size): PacketState {
  const count = packetText(state, transfer, size, false).length;
  return { ...state, top: topWithin(state.top + by, { count, height: packetHeight(size) }) };
}

/** Lines of the packet that a screen shows. */
export function packetHeight({ rows }: Size): number {
  return Math.max(1, rows - 1 - around);
}

/** Title and visible rows; the footer is the caller's. */
export function packetRows(
  state: PacketState,
  transfer: TransferView,
  size: Size,
  glyphs: Glyphs,
): readonly TextRow[] {
  const ascii = glyphs.more === '~';
  const rec = transfer.log.packet(state.number);
  const height = packetHeight(size);
  const title = rec === undefined ? '' : packetTitle(rec, transfer);
  const time = rec === undefined ? '' : formatTime(rec, transfer);
  const body = packetText(state, transfer, size, ascii)
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

/** The text also calls a fault a fault. */
const tones: Readonly<Record<AnatomyLine['kind'], Tone>> = {
  figure: 'plain',
  head: 'dim',
  field: 'plain',
  fault: 'warn',
  octets: 'plain',
};

function packetText(
  { number }: PacketState,
  transfer: TransferView,
  size: Size,
  ascii: boolean,
): readonly PacketLine[] {
  const rec = transfer.log.packet(number);
  if (rec === undefined) return [{ text: `There is no packet ${number}.`, tone: 'plain' }];
  const columns = Math.max(40, size.columns);
  const reasons = explainRecord(rec, transfer.log).map(explanationText);
  const why = reasons.flatMap((text) => wrapText(`  ${text}`, columns));
  const anatomy = anatomyLines(anatomyOf(rec, transfer.log), { columns, ascii });
  return [
    ...[...why, ...(why.length === 0 ? [] : [''])].map((text): PacketLine => ({ text, tone: 'plain' })),
    ...anatomy.map(({ kind, text }): PacketLine => ({ text, tone: tones[kind] })),
  ];
}
