// A packet as one line of text: seconds since the request, arrow, packet, remark, octets at the right edge.
import { instantText } from '../text/quantities.ts';
import { ackSummary, dataSummary } from '../../wire/summary.ts';
import { pad, say } from '../../wire/text.ts';
import type { Printable } from '../../wire/text.ts';
import type { Tid } from '../../wire/tid.ts';
import { columns, cut } from '../text/columns.ts';
import type { Side, Tag } from '../record/event.ts';

/** A packet that may be shown, without its payload. Words are made when it is shown, since most rows are folded. */
export interface PacketRow {
  readonly id: number;
  readonly tag: Tag;
  readonly direction: 'sent' | 'received';
  /** Milliseconds since the request. */
  readonly since: number;
  readonly op: string;
  /** Of DATA and ACK. */
  readonly block: number | undefined;
  /** Its words, where block and length are not enough: of every packet other than DATA and ACK. */
  readonly text: Printable | undefined;
  readonly remark: Printable | undefined;
  /** Shown even where others are folded: a remark, an ERROR, a request, an OACK. */
  readonly unusual: boolean;
  readonly peer: Tid;
  readonly length: number;
  /** A filter hides it; notes about it must still find it. */
  readonly hidden: boolean;
  /** In the words of BSD's trace, where they are wanted. */
  readonly classic: Printable | undefined;
  /** The datagram, where its octets are to be shown. */
  readonly octets: Uint8Array | undefined;
}

/** How lines are drawn. */
export interface LineStyle {
  readonly columns: number;
  /** Name the side that saw the packet: both ends are in view. */
  readonly sides: boolean;
  readonly ascii: boolean;
}

/** The packet in a few words, as in `DATA  4      596 B`. */
export function wordsOf({ op, text, block = 0, length }: PacketRow): Printable {
  // RFC 1350 §5: opcode and block are four octets; the rest belongs to the file.
  return text ?? (op === 'DATA' ? dataSummary(block, length - 4) : ackSummary(block));
}

export interface TraceLine {
  readonly kind: 'sent' | 'received' | 'unusual' | 'hint';
  /** A grey line that belongs to the packets, not a message about them. */
  readonly isResult?: true;
  readonly text: Printable;
}

/** Columns of a packet's own words that are always shown. */
const leastText = 16;

/** ` 0.003499  ← DATA  4      596 B  out of order: expected 3     600 B`. */
export function packetLine(row: PacketRow, style: LineStyle): TraceLine {
  if (row.classic !== undefined) {
    const line = style.sides ? say`${sideWord(row.tag.side)}${row.classic}` : row.classic;
    return { kind: row.direction, text: line };
  }
  const { direction, remark, since, tag, length } = row;
  const time = instantText(since).padStart(9) as Printable;
  const side = style.sides ? sideWord(tag.side) : say``;
  const right = say`${length} B`;
  const start = say`${time}  ${side}${arrow(direction, style.ascii)} `;
  const after = remark === undefined ? say`` : say`  ${remark}`;
  // A long list of options is cut before a line wraps. The remark is not cut.
  const room = Math.max(leastText, style.columns - columns(start) - columns(after) - right.length - 2);
  const left = say`${start}${cut(wordsOf(row), room, style.ascii)}${after}`;
  const line = say`${pad(left, style.columns - right.length - 2)}  ${right}`;
  return { kind: remark === undefined ? direction : 'unusual', text: line };
}

/** The arrow of a direction; on ASCII terminals made of two characters. */
export function arrow(direction: 'sent' | 'received', ascii: boolean): Printable {
  if (ascii) return direction === 'sent' ? say`->` : say`<-`;
  return direction === 'sent' ? say`→` : say`←`;
}

function sideWord(side: Side): Printable {
  return side === 'client' ? say`client ` : say`server `;
}

const octetsShown = 512;
const hexMargin = 13;

/** The datagram in rows of sixteen octets, of eight where the line is short: offset, hexadecimal, characters. */
export function octetLines(octets: Uint8Array, columns: number): readonly TraceLine[] {
  const each = columns < hexMargin + 6 + 16 * 4 + 1 ? 8 : 16;
  const lines: TraceLine[] = [];
  for (let at = 0; at < Math.min(octets.length, octetsShown); at += each) {
    const part = [...octets.subarray(at, at + each)];
    const hex = part.map((octet) => octet.toString(16).padStart(2, '0')).join(' ');
    const text = part
      .map((octet) => (octet >= 0x20 && octet < 0x7f ? String.fromCharCode(octet) : '.'))
      .join('');
    // Printable by construction: a backslash here is only an octet.
    const shown = `${' '.repeat(hexMargin)}${at.toString(16).padStart(4, '0')}  ${hex.padEnd(3 * each - 1)}  ${text}`;
    lines.push({ kind: 'hint', isResult: true, text: shown as Printable });
  }
  const rest = octets.length - octetsShown;
  if (rest > 0) lines.push({ kind: 'hint', isResult: true, text: say`             … ${rest} octets more` });
  return lines;
}
