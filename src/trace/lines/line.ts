// A packet as one line of text: seconds since the request, arrow, packet, remark, octets at the right edge.
import { counted, grouped, instantText } from '../text/quantities.ts';
import { ackSummary, dataSummary } from '../../wire/summary.ts';
import { pad, printable, say } from '../../wire/text.ts';
import type { Printable } from '../../wire/text.ts';
import { formatTid, type Tid } from '../../wire/tid.ts';
import { columns } from '../text/columns.ts';
import { wrapped } from '../text/wrap.ts';
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
  /** The remark tells of trouble: the line has the colour of it. */
  readonly isTrouble: boolean;
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
  /** Name the transfer of the packet by its number: several run at the same time. */
  readonly numbers: boolean;
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

/** Columns of a time, with the blanks after it. */
export const timeColumns = 11;

/** Lines that the words of one packet may take; what a peer writes has no other bound. */
const mostLines = 6;

/**
 * ` 0.003499  ← DATA  4      596 B  out of order: expected 3     600 B`. Where words and remark do not fit, they go on in
 * lines below: no word is broken, and no option is cut.
 */
export function packetLines(row: PacketRow, style: LineStyle): readonly TraceLine[] {
  const { direction, remark, since, length, classic } = row;
  const origin = originOf(row, style);
  const kind = row.isTrouble || isBad(row) ? 'unusual' : direction;
  if (classic !== undefined) return [{ kind: direction, text: say`${origin}${classic}` }];
  const time = instantText(since).padStart(timeColumns - 2) as Printable;
  const start = say`${time}  ${origin}${arrow(direction, style.ascii)} `;
  const right = say`  ${grouped(length)} B`;
  const room = style.columns - columns(start) - right.length;
  const [first = say``, ...others] = wordsIn(row, remark, room);
  const left = pad(say`${start}${first}`, style.columns - right.length);
  const margin = ' '.repeat(columns(start)) as Printable;
  return [say`${left}${right}`, ...others.map((line) => say`${margin}${line}`)].map((text) => ({
    kind,
    text,
  }));
}

/** Words and remark in lines of at most `room` columns: the remark beside the words, or below them. */
function wordsIn(row: PacketRow, remark: Printable | undefined, room: number): readonly Printable[] {
  const words = wordsOf(row);
  const both = remark === undefined ? words : say`${words}  ${remark}`;
  if (columns(both) <= room) return [both];
  const wrap = (text: Printable): readonly Printable[] =>
    wrapped(text, room, { indent: 2, longWords: 'break' }).slice(0, mostLines);
  return remark === undefined ? wrap(words) : [...wrap(words), ...wrap(say`  ${remark}`)];
}

/** Packets that mean trouble by themselves. */
function isBad({ op, remark }: PacketRow): boolean {
  // An ERROR with a remark that is no trouble ends a probe.
  return op === 'malformed' || (op === 'ERROR' && remark === undefined);
}

/** `#3 client `: the transfer and the side, if lines of several are shown. At the listening port the client. */
export function originOf(
  { tag, peer }: Pick<PacketRow, 'tag' | 'peer'>,
  { sides, numbers }: LineStyle,
): Printable {
  const whose = tag.transfer === 0 ? printable(formatTid(peer)) : say`#${tag.transfer}`;
  const number = numbers ? say`${whose} ` : say``;
  return sides ? say`${number}${sideWord(tag.side)}` : number;
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
  if (rest > 0)
    lines.push({ kind: 'hint', isResult: true, text: say`             … ${counted(rest, 'more octet')}` });
  return lines;
}
