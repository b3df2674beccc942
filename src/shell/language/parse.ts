// One line of the shell's language, split into words: blanks separate, "…", '…' and \ quote, $'…' has escapes, # comments,
// a last & runs it in the background, a first ! runs a local command. Rule: every string gives an answer; nothing throws.
import { grouped } from '../../trace/text/quantities.ts';
import { settled } from '../../wire/names.ts';
import { dollarQuoted } from '../../wire/text.ts';
import { readDollarQuoted, untypable } from './escapes.ts';

/** A word with its place in the line, in UTF-16 units: for carets and completion. */
export interface Word {
  readonly text: string;
  readonly from: number;
  /** The place after its last character or closing quote. */
  readonly to: number;
  /** Where a wildcard (`*`, `?`, `[`) stands outside of quotes: the word with a backslash before each ordinary one. */
  readonly pattern?: string;
}

export type Parsed =
  | { readonly type: 'command'; readonly words: readonly Word[]; readonly background: boolean }
  | { readonly type: 'empty' }
  | { readonly type: 'local'; readonly command: string }
  | { readonly type: 'refused'; readonly message: string; readonly from: number; readonly to: number };

/** The longest line that is accepted, in UTF-16 units. */
export const longestLine = 4096;

/** Splits one line. Never throws; a wrong line is `refused`, with the place for a caret. */
export function parse(line: string): Parsed {
  if (line.length > longestLine)
    return {
      type: 'refused',
      message: `line too long: ${grouped(line.length)} characters, at most ${grouped(longestLine)}`,
      from: longestLine,
      to: longestLine + 1,
    };
  const nul = line.indexOf('\0');
  if (nul >= 0) return { type: 'refused', message: 'NUL character in the line', from: nul, to: nul + 1 };
  const start = skipBlanks(line, 0);
  if (line[start] === '!') return { type: 'local', command: line.slice(start + 1).trim() };
  return splitWords(line);
}

function splitWords(line: string): Parsed {
  const words: Word[] = [];
  let background = false;
  let at = skipBlanks(line, 0);
  while (at < line.length && line[at] !== '#') {
    if (line[at] === '&' && isLast(line, at)) {
      background = true;
      break;
    }
    const word = readWord(line, at);
    if ('type' in word) return word;
    words.push(word);
    at = skipBlanks(line, word.to);
  }
  if (words.length > 0) return { type: 'command', words, background };
  return background
    ? { type: 'refused', message: 'no command before "&"', from: at, to: at + 1 }
    : { type: 'empty' };
}

/** Reads the word that starts at `from`. Quoted and unquoted pieces may follow each other without a blank. */
function readWord(line: string, from: number): Word | (Parsed & { readonly type: 'refused' }) {
  const pieces: Piece[] = [];
  let at = from;
  while (at < line.length) {
    const c = line.charAt(at);
    if (isBlank(c) || (c === '&' && isLast(line, at))) break;
    const typographic = typographicAt(line, at, at === from);
    if (typographic !== undefined) return typographic;
    if (c === '\n' || c === '\r')
      return { type: 'refused', message: 'one line at a time', from: at, to: at + 1 };
    if (c === '"' || c === "'") {
      const piece = readQuoted(line, at, c);
      if (piece === undefined)
        return { type: 'refused', message: `unclosed quote ${c}`, from: at, to: at + 1 };
      pieces.push({ text: piece.text, isQuoted: true });
      at = piece.to;
    } else if (c === '$' && line[at + 1] === "'") {
      const piece = readDollarQuoted(line, at);
      if ('message' in piece) return { type: 'refused', ...piece };
      pieces.push({ text: piece.text, isQuoted: true });
      at = piece.to;
    } else if (c === '\\' && isSpecial(line.charAt(at + 1))) {
      pieces.push({ text: line.charAt(at + 1), isQuoted: true });
      at += 2;
    } else {
      pieces.push({ text: c, isQuoted: false });
      at++;
    }
  }
  return wordOf(pieces, from, at);
}

/** Characters of a word that stand together. */
interface Piece {
  readonly text: string;
  readonly isQuoted: boolean;
}

function wordOf(pieces: readonly Piece[], from: number, to: number): Word {
  const text = settled(pieces.map((piece) => piece.text).join(''));
  if (!pieces.some((piece) => !piece.isQuoted && /[*?[]/.test(piece.text))) return { text, from, to };
  const ordinary = (piece: Piece): RegExp => (piece.isQuoted ? /[*?[\]\\]/g : /\\/g);
  const pattern = pieces.map((piece) => piece.text.replace(ordinary(piece), String.raw`\$&`)).join('');
  return { text, from, to, pattern: settled(pattern) };
}

/** Characters that web pages and word processors put where a line of the shell has a blank, a quote or a dash. */
const typographicSigns: readonly { readonly signs: string; readonly name: string; readonly plain: string }[] =
  [
    { signs: '\u00a0\u2007\u202f', name: 'a no-break space', plain: ' ' },
    { signs: '\u2002\u2003\u2009\u3000', name: 'a wide space', plain: ' ' },
    { signs: '\u200b\u2060\ufeff', name: 'an invisible sign', plain: '' },
    { signs: '\u2010\u2011\u2012\u2013\u2014\u2212', name: 'a typographic dash', plain: '-' },
    { signs: '\u201c\u201d\u201e', name: 'a typographic quote', plain: '"' },
    { signs: '\u2018\u2019\u201a', name: 'a typographic quote', plain: "'" },
  ];

/**
 * A refusal with the line as it should be, where such a sign is outside of quotes. An apostrophe in a word is allowed,
 * and a dash that does not begin one.
 */
function typographicAt(
  line: string,
  at: number,
  beginsWord: boolean,
): (Parsed & { readonly type: 'refused' }) | undefined {
  const sign = typographicSigns.find(({ signs }) => signs.includes(line.charAt(at)));
  if (sign === undefined) return undefined;
  if (sign.plain === '-' && !beginsWord) return undefined;
  const isInWord = /[\p{L}\p{N}]/u;
  if (sign.plain === "'" && isInWord.test(line.charAt(at - 1)) && isInWord.test(line.charAt(at + 1)))
    return undefined;
  let plain = line;
  for (const { signs, plain: replacement } of typographicSigns)
    plain = plain.replace(new RegExp(`[${signs}]`, 'g'), replacement);
  const code = line.charCodeAt(at).toString(16).toUpperCase().padStart(4, '0');
  return {
    type: 'refused',
    message: `${sign.name} (U+${code}); type: ${plain.trim()}`,
    from: at,
    to: at + 1,
  };
}

function readQuoted(line: string, from: number, quote: string): { text: string; to: number } | undefined {
  let text = '';
  for (let at = from + 1; at < line.length; at++) {
    const c = line.charAt(at);
    if (c === quote) return { text, to: at + 1 };
    const next = line.charAt(at + 1);
    // Escapes work only in double quotes, and only for \" and \\.
    if (quote === '"' && c === '\\' && (next === '"' || next === '\\')) {
      text += next;
      at++;
    } else text += c;
  }
  return undefined;
}

/** Writes `text` as one word that {@link parse} reads back unchanged. */
export function quoteWord(text: string): string {
  if (text.search(untypable) >= 0) return dollarQuoted(text);
  if (text !== '' && !/[\s"'\\#&!\u200b\u2010-\u201e\u2060\u2212]/.test(text)) return text;
  if (!text.includes("'")) return `'${text}'`;
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

function isBlank(c: string): boolean {
  return c === ' ' || c === '\t';
}

// Before any other character a backslash is an ordinary character: `put C:\images\a.bin` needs no quotes.
function isSpecial(c: string): boolean {
  return c !== '' && ' \t"\'\\#&!'.includes(c);
}

function skipBlanks(line: string, at: number): number {
  while (isBlank(line.charAt(at))) at++;
  return at;
}

/** Whether nothing but blanks and a comment follows the character at `at`. */
function isLast(line: string, at: number): boolean {
  const next = skipBlanks(line, at + 1);
  return next >= line.length || (next > at + 1 && line[next] === '#');
}
