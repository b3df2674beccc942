// The anatomy of a packet as lines of a given width: figure, table of fields, octets.
// The rule: pure; text is wrapped and never cut.
import { say, type Printable } from '../../wire/text.ts';
import type { Anatomy } from './anatomy.ts';
import { dumpLines, netasciiLines } from './dump.ts';
import type { Field } from './fields.ts';
import { toAscii } from '../text/ascii.ts';
import { columns, cut, fill, fit } from '../text/columns.ts';
import { grouped } from '../text/quantities.ts';
import { wrapped } from '../text/wrap.ts';

export interface AnatomyStyle {
  readonly columns: number;
  readonly ascii: boolean;
}

export interface AnatomyLine {
  readonly kind: 'figure' | 'head' | 'field' | 'fault' | 'octets';
  readonly text: Printable;
}

/** Everything there is to say of a packet. */
export function anatomyLines(of: Anatomy, style: AnatomyStyle): readonly AnatomyLine[] {
  const dump = dumpLines(of, style.columns >= roomy ? 16 : 8);
  const lines: readonly AnatomyLine[] = [
    ...figureLines(of, style.columns),
    ...fieldLines(of, style),
    ...textLines(of, style.columns),
    ...(dump.length === 0 ? [] : [line('octets', say``)]),
    ...dump.map(({ text, fault }) => line(fault ? 'fault' : 'octets', text)),
  ];
  return lines.map(({ kind, text }) => {
    const shown = style.ascii ? inAscii(text) : text;
    return { kind, text: cut(shown.trimEnd() as Printable, style.columns, style.ascii) };
  });
}

function line(kind: AnatomyLine['kind'], text: Printable): AnatomyLine {
  return { kind, text };
}

/** The figure, and what it is called beside it where there is room. */
function figureLines({ figure }: Anatomy, width: number): readonly AnatomyLine[] {
  if (figure === undefined) return [];
  const [widths = say``, boxes = say``] = figure.lines;
  const beside = say`  ${boxes}   ${figure.source}`;
  const named = columns(beside) <= width ? [beside] : [say`  ${boxes}`, say`  ${figure.source}`];
  return [say`  ${widths}`, ...named, say``].map((text) => line('figure', text));
}

/** Netascii is text: it is shown as such before its octets. */
function textLines(of: Anatomy, width: number): readonly AnatomyLine[] {
  if (of.mode !== 'netascii' || of.octets[1] !== 3 || of.octets.length <= 4) return [];
  const indent = 2 + offsetWidth + 2;
  const lines = netasciiLines(of).flatMap(({ offset, text }) =>
    wrapped(text, width - indent, { longWords: 'break' }).map(
      (part, at) => say`  ${right(at === 0 ? offset : say``)}  ${part}`,
    ),
  );
  return [say``, ...lines].map((text) => line('octets', text));
}

/** Offsets are in one column in the table and in the dump. */
function right(offset: Printable): Printable {
  return offset.padStart(offsetWidth) as Printable;
}

/** Widths of the table's columns; `octets` is 0 where there is no room for it. */
interface Widths {
  readonly octets: number;
  readonly name: number;
  readonly value: number;
  readonly meaning: number;
}

const offsetWidth = 6;
const gap = say`  `;
/** From here on a column of octets leaves enough room for words, and a dump has sixteen in a row. */
const roomy = 76;

function fieldLines(of: Anatomy, style: AnatomyStyle): readonly AnatomyLine[] {
  const many = style.columns >= 100 ? 8 : style.columns >= roomy ? 4 : 0;
  const rows = of.fields.map((field) => cellsOf(field, of.octets, many, style.ascii));
  const widths = widthsOf(rows, many, style.columns);
  const heads = [say`offset`, say`octets`, say`field`, say`value`, say`meaning`] as const;
  const [offset, octets, name, value, meaning] = heads;
  const head = rowLines({ offset, octets, name, value, meaning, fault: false }, widths);
  return [
    ...head.map((text) => line('head', text)),
    ...rows.flatMap((row) => rowLines(row, widths).map((text) => line(row.fault ? 'fault' : 'field', text))),
  ];
}

interface Cells {
  readonly offset: Printable;
  readonly octets: Printable;
  readonly name: Printable;
  readonly value: Printable;
  readonly meaning: Printable;
  readonly fault: boolean;
}

function cellsOf(field: Field, octets: Uint8Array, many: number, ascii: boolean): Cells {
  const { offset, length, name, value, meaning, fault = false } = field;
  const part = octets.subarray(offset, Math.min(offset + length, offset + many));
  const hex = [...part].map((octet) => octet.toString(16).padStart(2, '0')).join(' ') as Printable;
  const words = (text: Printable): Printable => (ascii ? inAscii(text) : text);
  const shown = length > part.length && part.length > 0 ? words(say`${hex}…`) : hex;
  return {
    offset: grouped(offset),
    octets: shown,
    fault,
    name: words(name),
    value: words(value),
    meaning: words(meaning),
  };
}

/** Each column as wide as it must be; value and meaning share what is left. */
function widthsOf(rows: readonly Cells[], many: number, width: number): Widths {
  const most = (cell: 'octets' | 'name' | 'value'): number =>
    Math.max(cell.length, ...rows.map((row) => columns(row[cell])));
  const octets = many === 0 ? 0 : most('octets');
  const name = Math.max(say`field`.length, most('name'));
  const room = width - (2 + offsetWidth + (octets === 0 ? 0 : 2 + octets) + 2 + name + 2 + 2);
  // Where it is narrow, the meaning is below the value, so that neither becomes a column of single words.
  if (many === 0) return { octets, name, value: Math.max(8, room + 2), meaning: 0 };
  const value = Math.min(most('value'), Math.max(12, Math.floor(room * 0.42)));
  return { octets, name, value, meaning: room - value };
}

function rowLines({ offset, octets, name, value, meaning }: Cells, widths: Widths): readonly Printable[] {
  const below = widths.meaning === 0;
  const values = wrapped(value, widths.value, { longWords: 'break' });
  const meanings = below ? [] : wrappedWords(meaning, widths.meaning);
  const lines = Array.from({ length: Math.max(values.length, meanings.length, 1) }, (_, at) => {
    const first = at === 0;
    const hex = widths.octets === 0 ? say`` : say`${fit(first ? octets : say``, widths.octets)}${gap}`;
    const start = say`${gap}${right(first ? offset : say``)}${gap}${hex}${fit(first ? name : say``, widths.name)}`;
    return say`${start}${gap}${fit(values[at] ?? say``, widths.value)}${gap}${meanings[at] ?? say``}`;
  });
  if (!below || meaning === '') return lines;
  const indent = fill(say` `, 4 + offsetWidth);
  const room = widths.name + 2 + widths.value;
  return [...lines, ...wrappedWords(meaning, room).map((text) => say`${indent}${text}`)];
}

/** A reference is not broken between RFC, number and section. */
function wrappedWords(text: Printable, width: number): readonly Printable[] {
  const glued = text.replace(/RFC \d+( (§|section |figure )\S+)?/g, (where) => where.replaceAll(' ', glue));
  return wrapped(glued as Printable, width, { longWords: 'break' }).map(
    (part) => part.replaceAll(glue, ' ') as Printable,
  );
}

const glue = '\u00a0';

/** ASCII has no section sign and no ellipsis of its own. */
function inAscii(text: Printable): Printable {
  return toAscii(text.replaceAll('…', '~') as Printable);
}
