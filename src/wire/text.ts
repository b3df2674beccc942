// Text from the network or the disk, and the only way to make it printable.
// The compiler cannot look into Untrusted, on purpose: nobody puts it into a template or a frame by accident.
// Only this file makes a Printable: `printable`, `quoted`, `typed` and `dollarQuoted` escape; `say`, `join` and `pad`
// combine safe parts.
import { escapedOctet } from './names.ts';

declare const untrustedBrand: unique symbol;
declare const printableBrand: unique symbol;

/** Text that a peer or another user chose: a file name, an error message, an option. At run time it is a string. */
export interface Untrusted {
  readonly [untrustedBrand]: true;
}

/** Text that cannot move a cursor, change a title or forge a line: output of {@link printable}. */
export type Printable = string & { readonly [printableBrand]: true };

/** Marks `text` as untrusted. */
export function untrusted(text: string): Untrusted {
  return text as unknown as Untrusted;
}

/** The characters as received: for the wire, the disk and comparisons, never for a screen or a log. */
export function raw(text: Untrusted): string {
  return text as unknown as string;
}

/**
 * `text` as one line that a terminal shows and does not obey. `\xff` is always an octet, `\u{ff}` a character. These are
 * escaped as `\n`, `\x1b`, `\xff` or `\u{202e}`: octets of a name that are not part of a character (see names.ts), control
 * and format characters (including bidi, zero-width and tag characters), line separators, lone surrogates, private and
 * unassigned characters, characters that Unicode lets a font ignore, combining marks without a base, and more than four
 * marks on one base. A backslash is doubled only in a text where it could look like an escape.
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
 * {@link printable} between double quotes. Quotes inside become `\"`, so that the end of the text is certain.
 * `limit` counts the characters between the quotes.
 */
export function quoted(text: Untrusted | string, limit = 256): Printable {
  const shown = head(text as string, limit);
  const doubled = isHazardous(shown) || /"|\\$/.test(shown);
  return `"${escaped(shown, limit, doubled ? /[\\"]/ : undefined)}"` as Printable;
}

/**
 * A line that our own user typed. It is {@link printable}, but no backslash is doubled: the reader compares the line with
 * what was typed.
 */
export function typed(line: string, limit: number): Printable {
  if (line.length <= limit && harmless.test(line.replaceAll('\\', ''))) return line as Printable;
  return escaped(line, limit, undefined) as Printable;
}

/**
 * {@link printable} as `$'…'`: the shell's language, bash and zsh read it as `text` again. Octets that are not part of a
 * character must be written in this way.
 */
export function dollarQuoted(text: Untrusted | string): Printable {
  return `$'${escaped(text as string, Infinity, /[\\']/)}'` as Printable;
}

/** Template tag: the program's own words with safe parts between them, as in ``say`${count} blocks of ${name}` ``. */
export function say(words: TemplateStringsArray, ...holes: readonly (Printable | number)[]): Printable {
  return String.raw({ raw: words }, ...holes) as Printable;
}

/** The parts as one text, with `separator` between them. */
export function join(parts: readonly Printable[], separator: Printable): Printable {
  return parts.join(separator) as Printable;
}

/** `text` with spaces after it up to `width` characters; a longer text stays as it is. */
export function pad(text: Printable | number, width: number): Printable {
  return String(text).padEnd(width) as Printable;
}

// C: control, format, surrogate, private and unassigned characters. DI: characters that renderers may leave out.
const unsafe = /[\p{C}\p{Zl}\p{Zp}\p{DI}]/u;
const mark = /\p{M}/u;
// A text without these is its own printable form, and no backslash in it looks like an escape.
const hazard = /[\p{C}\p{Zl}\p{Zp}\p{DI}\p{M}]|\\[\\nrtxu]/u;
// Most texts have only these characters. The Unicode patterns above cost 2 ms at the first use, so they come second.
const harmless = /^[ -[\]-~\u00a1-\u00ac\u00ae-\u00ff\u2010-\u2027\u2190-\u23ff\u2500-\u27bf]*$/;
const marksAllowed = 4;

function isHazardous(text: string): boolean {
  return !harmless.test(text) && hazard.test(text);
}

/** As much of the text as fills `limit` characters of output and shows whether there is more. */
function head(text: string, limit: number): string {
  return text.slice(0, 2 * limit + 2);
}

function escaped(text: string, limit: number, backslashed: RegExp | undefined): string {
  let out = '';
  let count = 0;
  let cut = 0;
  let marks = marksAllowed; // a mark at the start would combine with our own text
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
  const code = escapedOctet(character) ?? character.codePointAt(0) ?? 0;
  if (code === 10) return '\\n';
  if (code === 13) return '\\r';
  if (code === 9) return '\\t';
  const hex = code.toString(16);
  const isOctet = code < 128 || escapedOctet(character) !== undefined;
  return isOctet ? `\\x${hex.padStart(2, '0')}` : `\\u{${hex}}`;
}
