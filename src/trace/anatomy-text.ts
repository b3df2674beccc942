// The anatomy of a packet as lines at a width: figure, table of fields, octets. Pure; imports wire's words.
import { printable, say, type Printable } from '../wire/text.ts';
import type { Anatomy, Field } from './anatomy.ts';
import { cut, fit, grouped, toAscii } from './columns.ts';

export interface AnatomyStyle {
  readonly columns: number;
  readonly ascii: boolean;
}

const octetsInField = 5;
const valueWidth = 18;

/** Everything there is to say of a packet. */
export function anatomyLines(of: Anatomy, style: AnatomyStyle): readonly Printable[] {
  const figure = of.figure === undefined ? [] : [...of.figure.lines, say`${of.figure.source}`, say``];
  const head = say`  offset  octets           field       ${fit(say`value`, valueWidth)} meaning`;
  const lines = [
    ...figure,
    head,
    ...of.fields.map((field) => fieldLine(field, of.octets)),
    say``,
    ...hexDump(of),
  ];
  return lines.map((line) => {
    const text = style.ascii ? toAscii(line.replace(/…/g, '~') as Printable) : line;
    return cut(text.trimEnd() as Printable, style.columns, style.ascii);
  });
}

function fieldLine({ offset, length, name, value, meaning }: Field, octets: Uint8Array): Printable {
  const part = octets.subarray(offset, Math.min(offset + length, offset + octetsInField));
  const hex = [...part].map((octet) => octet.toString(16).padStart(2, '0')).join(' ');
  const shown = length > part.length ? say`${printable(hex)}…` : printable(hex);
  return say`  ${fit(grouped(offset), 6)}  ${fit(shown, 16)} ${fit(name, 11)} ${fit(value, valueWidth)} ${meaning}`;
}

/** Rows of sixteen octets: offset, hexadecimal, characters; what was not kept is counted. */
export function hexDump(
  { octets, length }: Pick<Anatomy, 'octets' | 'length'>,
  most = 512,
): readonly Printable[] {
  const lines: Printable[] = [];
  const shown = Math.min(octets.length, most);
  for (let at = 0; at < shown; at += 16) {
    const part = octets.subarray(at, Math.min(at + 16, shown));
    const hex = [...part].map((octet) => octet.toString(16).padStart(2, '0')).join(' ');
    // ASCII that shows as one sign: safe as it stands, a backslash too.
    const text = [...part]
      .map((octet) => (octet >= 0x20 && octet < 0x7f ? String.fromCharCode(octet) : '.'))
      .join('');
    const offset = printable(at.toString(16).padStart(4, '0'));
    lines.push(say`  ${offset}  ${fit(printable(hex), 47)}  ${text as Printable}`);
  }
  if (octets.length > shown) lines.push(say`        ${grouped(octets.length - shown)} octets more`);
  if (length > octets.length)
    lines.push(say`        ${grouped(length - octets.length)} octets were not kept`);
  return lines;
}
