// Text that came from the net or the disk, and the one way to make it printable.
// Untrusted is opaque to the compiler on purpose: it cannot be put into a template or a frame by accident.
// Only this file makes a Printable: `printable` and `quoted` escape, `say`, `join` and `pad` put safe parts together.
// Imports nothing.

declare const untrustedBrand: unique symbol;
declare const printableBrand: unique symbol;

/** Text that somebody else chose: a file name, an error message, an option. At run time a string. */
export interface Untrusted {
  readonly [untrustedBrand]: true;
}

/** Text that cannot move a cursor, change a title or forge a line: output of {@link printable}. */
export type Printable = string & { readonly [printableBrand]: true };

/** Marks `text` as somebody else's. */
export function untrusted(text: string): Untrusted {
  return text as unknown as Untrusted;
}

/** The characters as they came: for the wire, the disk and comparisons, never for a screen or a log. */
export function raw(text: Untrusted): string {
  return text as unknown as string;
}

/**
 * `text` as one line that a terminal shows and does not obey. Escaped as `\n`, `\x1b` or `\u{202e}` are control
 * and format characters (bidi, zero-width and tag characters among them), line separators, lone surrogates,
 * private and unassigned characters, whatever Unicode lets a font ignore, and combining marks without a base
 * or beyond four on one. A backslash is doubled only in a text where it could be taken for an escape.
 *
 * @param limit - Most characters of output; a longer text ends in `…`, never inside an escape. Default 256.
 */
export function printable(text: Untrusted | string, limit = 256): Printable {
  const shown = head(text as string, limit);
  const doubled = isHazardous(shown);
  if (!doubled && shown.length <= limit) return shown as Printable;
  return escaped(shown, limit, doubled ? /\\/ : undefined) as Printable;
}

/**
 * {@link printable} between double quotes; quotes inside are `\"`, so that the end of the text is certain.
 * `limit` counts what is between the quotes.
 */
export function quoted(text: Untrusted | string, limit = 256): Printable {
  const shown = head(text as string, limit);
  const doubled = isHazardous(shown) || /"|\\$/.test(shown);
  return `"${escaped(shown, limit, doubled ? /[\\"]/ : undefined)}"` as Printable;
}

/** Template tag: the program's own words with safe parts between them, as in ``say`${count} blocks of ${name}` ``. */
export function say(words: TemplateStringsArray, ...holes: readonly (Printable | number)[]): Printable {
  return String.raw({ raw: words }, ...holes) as Printable;
}

/** The parts in one line, `separator` between them. */
export function join(parts: readonly Printable[], separator: Printable): Printable {
  return parts.join(separator) as Printable;
}

/** `text` with spaces after it up to `width` characters; a longer text stays as it is. */
export function pad(text: Printable | number, width: number): Printable {
  return String(text).padEnd(width) as Printable;
}

// C is all of control, format, surrogate, private and unassigned; DI is what renderers are told to leave out.
const unsafe = /[\p{C}\p{Zl}\p{Zp}\p{DI}]/u;
const mark = /\p{M}/u;
// With none of these a text is its own printable form, and a backslash in it starts nothing.
const hazard = /[\p{C}\p{Zl}\p{Zp}\p{DI}\p{M}]|\\[\\nrtxu]/u;
// Most texts are of these alone, and the tables behind the patterns above take a start 2 ms to open.
const harmless = /^[ -[\]-~\u00a1-\u00ac\u00ae-\u00ff\u2010-\u2027\u2190-\u23ff\u2500-\u27bf]*$/;
const marksAllowed = 4;

function isHazardous(text: string): boolean {
  return !harmless.test(text) && hazard.test(text);
}

/** Enough of the text to fill `limit` characters of output and to know that there was more. */
function head(text: string, limit: number): string {
  return text.slice(0, 2 * limit + 2);
}

function escaped(text: string, limit: number, backslashed: RegExp | undefined): string {
  let out = '';
  let count = 0;
  let cut = 0;
  let marks = marksAllowed; // a mark that comes first would sit on our own words
  for (const character of text) {
    const isMark = mark.test(character);
    const isEscaped = unsafe.test(character) || (isMark && marks >= marksAllowed);
    marks = isEscaped ? marksAllowed : isMark ? marks + 1 : 0;
    const before = backslashed?.test(character) ? '\\' : '';
    const piece = isEscaped ? escape(character) : before + character;
    count += isEscaped ? piece.length : before.length + 1;
    if (count > limit) return `${out.slice(0, cut)}…`;
    out += piece;
    if (count < limit) cut = out.length;
  }
  return out;
}

function escape(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code === 10) return '\\n';
  if (code === 13) return '\\r';
  if (code === 9) return '\\t';
  const hex = code.toString(16);
  return code < 256 ? `\\x${hex.padStart(2, '0')}` : `\\u{${hex}}`;
}
