// How many columns a text takes on a terminal, and texts cut or padded to a width.
import { say, type Printable } from '../../wire/text.ts';

/** Code points that take two columns: East Asian wide and fullwidth, and emoji. First and last code point of each range. */
const wide: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0x4dbf],
  [0x4e00, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1f64f],
  [0x1f680, 0x1faff],
  [0x20000, 0x3fffd],
];

/** Columns of a printable text. */
export function columns(text: string): number {
  if (/^[\x20-\x7e─-◿]*$/.test(text)) return text.length;
  let count = 0;
  for (const character of text) count += columnsOf(character);
  return count;
}

/** Columns of one character. */
export function columnsOf(character: string): number {
  if (/\p{M}/u.test(character)) return 0;
  const code = character.codePointAt(0) ?? 0;
  return wide.some(([first, last]) => first <= code && code <= last) ? 2 : 1;
}

/** `text` in at most `width` columns; what is cut ends in `…`, or in `~` for ASCII. */
export function cut(text: Printable, width: number, ascii = false): Printable {
  if (columns(text) <= width) return text;
  if (width <= 0) return say``;
  let kept = '';
  let used = 0;
  for (const character of text) {
    used += columnsOf(character);
    if (used > width - 1) break;
    kept += character;
  }
  return say`${kept as Printable}${ascii ? say`~` : say`…`}`;
}

/** `count` times the sign; an empty text where `count` is negative. */
export function fill(sign: Printable, count: number): Printable {
  return sign.repeat(Math.max(0, count)) as Printable;
}

/** `text` in exactly `width` columns. */
export function fit(text: Printable, width: number, ascii = false): Printable {
  const short = cut(text, width, ascii);
  return say`${short}${fill(say` `, width - columns(short))}`;
}
