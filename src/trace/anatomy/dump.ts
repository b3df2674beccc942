// The octets of a packet as rows of hexadecimal and characters, and the payload of netascii as lines of text. Pure.
import { printable, say, type Printable } from '../../wire/text.ts';
import type { Anatomy } from './anatomy.ts';
import { fill } from '../text/columns.ts';
import { counted, grouped } from '../text/quantities.ts';

/** A dump of more rows than this shows its beginning and its end. */
const mostRows = 12;
const firstRows = 8;
const lastRows = 2;

export interface DumpLine {
  readonly text: Printable;
  /** It points at the fault in the row above. */
  readonly fault: boolean;
}

/** Rows of `rowLength` octets; octets that are left out or were not kept are counted. */
export function dumpLines({ octets, length, fields }: Anatomy, rowLength: number): readonly DumpLine[] {
  const rows = Math.ceil(octets.length / rowLength);
  const skipped = rows > mostRows ? rows - firstRows - lastRows : 0;
  const faults = fields.filter(({ fault }) => fault === true).map(({ offset }) => offset);
  const lines: DumpLine[] = [];
  for (let row = 0; row < rows; row += 1) {
    if (skipped > 0 && row === firstRows) {
      lines.push(plain(say`          … ${counted(skipped * rowLength, 'more octet')}`));
      row += skipped;
    }
    const start = row * rowLength;
    // A fault after the last octet belongs to the last row.
    const end = row === rows - 1 ? Infinity : start + rowLength;
    const here = faults.filter((at) => at >= start && at < end);
    lines.push(plain(dumpRow(octets, start, rowLength)), ...here.map((at) => pointer(at - start)));
  }
  if (length > octets.length)
    lines.push(plain(say`          … ${counted(length - octets.length, 'octet')} not kept`));
  return lines;
}

function plain(text: Printable): DumpLine {
  return { text, fault: false };
}

/** `      16  69 7a 65 00 …  ize.0.blksize.14`: offsets count as those of the fields do. */
function dumpRow(octets: Uint8Array, at: number, rowLength: number): Printable {
  const part = [...octets.subarray(at, at + rowLength)];
  const hex = part.map((octet) => octet.toString(16).padStart(2, '0')).join(' ');
  // Printable ASCII only: safe without escaping, a backslash too.
  const text = part
    .map((octet) => (octet >= 0x20 && octet < 0x7f ? String.fromCharCode(octet) : '.'))
    .join('');
  return `  ${grouped(at).padStart(6)}  ${hex.padEnd(3 * rowLength - 1)}  ${text}` as Printable;
}

/** `^^` below the octet where the fault is; after the last octet it points at what is missing. */
function pointer(column: number): DumpLine {
  return { text: say`${fill(say` `, 10 + 3 * column)}^^ fault`, fault: true };
}

const [nul, lf, cr] = [0, 10, 13];
const mostTextLines = 12;
const firstTextLines = 8;
const lastTextLines = 2;
/** How much of a text without line ends is shown. */
const mostOfText = 200;

export interface TextLine {
  /** Empty for what is left out. */
  readonly offset: Printable;
  readonly text: Printable;
}

/** The payload of DATA in netascii as lines, each with the sign that ends it (RFC 764). */
export function netasciiLines({ octets, length, blksize }: Anatomy): readonly TextLine[] {
  // RFC 1350 §6: no block follows a short one, so a CR at its end has no continuation.
  const goesOn = octets.length === length && (blksize === undefined || length - 4 >= blksize);
  const lines: TextLine[] = [];
  for (let at = 4; at < octets.length;) {
    const end = lineEnd(octets, at);
    lines.push({
      offset: grouped(at),
      text: lineText(octets.subarray(at, end), goesOn && end === octets.length),
    });
    at = end;
  }
  if (lines.length <= mostTextLines) return lines;
  const left = lines.length - firstTextLines - lastTextLines;
  return [
    ...lines.slice(0, firstTextLines),
    { offset: say``, text: say`… ${counted(left, 'more line')}` },
    ...lines.slice(-lastTextLines),
  ];
}

/** The offset after the next CR LF, or the end. */
function lineEnd(octets: Uint8Array, from: number): number {
  for (let at = octets.indexOf(lf, from); at >= 0; at = octets.indexOf(lf, at + 1))
    if (at > from && octets[at - 1] === cr) return at + 1;
  return octets.length;
}

/** `hello [CR LF]`; the next block gives a CR at the end of a block its meaning. */
function lineText(octets: Uint8Array, goesOn: boolean): Printable {
  const parts: string[] = [];
  let from = 0;
  const text = (end: number): void => {
    if (end > from) parts.push(printable(new TextDecoder().decode(octets.subarray(from, end)), mostOfText));
  };
  for (let at = 0; at < octets.length; at += 1) {
    const sign = signAt(octets, at, goesOn);
    if (sign === undefined) continue;
    text(at);
    parts.push(sign.words);
    from = at + sign.length;
    at = from - 1;
  }
  text(octets.length);
  return parts.join('') as Printable;
}

interface Sign {
  readonly words: Printable;
  readonly length: number;
}

function signAt(octets: Uint8Array, at: number, goesOn: boolean): Sign | undefined {
  if (octets[at] === lf) return { words: say`[LF]`, length: 1 };
  if (octets[at] !== cr) return undefined;
  if (octets[at + 1] === lf) return { words: say`[CR LF]`, length: 2 };
  if (octets[at + 1] === nul) return { words: say`[CR NUL]`, length: 2 };
  const open = at + 1 === octets.length && goesOn;
  return { words: open ? say`[CR, continues in the next block]` : say`[CR]`, length: 1 };
}
