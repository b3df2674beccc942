// The escapes of a word in $'…', as bash and zsh have them: `\xff` and `\377` are octets, `\n` and the like are controls.
// Also which characters a line cannot have, so that a name with one of them must be written in this way. Pure.
import { octetInName } from '../../wire/names.ts';

/**
 * Characters that a line does not accept: controls (C0, C1, DEL), line separators, marks that reorder text (they make a
 * line look like another one), the byte order mark, tags, and lone surrogates.
 */
export const untypable =
  // eslint-disable-next-line no-control-regex -- the pattern searches for controls
  /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]|[\u{e0000}-\u{e007f}]|\p{Cs}/gu;

const escape =
  /\\(?:x([\da-fA-F]{1,2})|([0-7]{1,3})|u\{([\da-fA-F]{1,6})\}|u([\da-fA-F]{1,4})|([abeEfnrtv\\'"?]))/uy;

/** The controls that letters stand for. */
const controls: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  e: '\u001b',
  E: '\u001b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** A part of a line in $'…', or why it cannot be read; `to` is the place after it. */
export type DollarQuoted =
  | { readonly text: string; readonly to: number }
  | { readonly message: string; readonly from: number; readonly to: number };

/** Reads the part that begins with `$'` at `from`. Octets in it are as in a name (wire/names.ts), not joined yet. */
export function readDollarQuoted(line: string, from: number): DollarQuoted {
  let text = '';
  let at = from + 2;
  while (at < line.length) {
    const c = line.charAt(at);
    if (c === "'") return { text, to: at + 1 };
    if (c !== '\\') {
      text += c;
      at += 1;
      continue;
    }
    escape.lastIndex = at;
    const found = escape.exec(line);
    const meaning = found === null ? undefined : meaningOf(found);
    if (found === null || meaning === undefined)
      return { message: String.raw`unknown escape; write \\ for a backslash`, from: at, to: at + 2 };
    if (meaning === '\0') return { message: 'a word cannot contain NUL', from: at, to: at + found[0].length };
    text += meaning;
    at += found[0].length;
  }
  return { message: "unclosed quote $'", from, to: from + 2 };
}

function meaningOf([, hex, octal, braced, short, letter = '']: RegExpExecArray): string | undefined {
  const octet = hex === undefined ? Number.parseInt(octal ?? '', 8) : Number.parseInt(hex, 16);
  if (!Number.isNaN(octet)) return octet > 0xff ? undefined : octetInName(octet);
  const digits = braced ?? short;
  if (digits === undefined) return controls[letter] ?? letter;
  const code = Number.parseInt(digits, 16);
  const isCharacter = code < 0xd800 || (code > 0xdfff && code <= 0x10ffff);
  return isCharacter ? String.fromCodePoint(code) : undefined;
}
