// One line of the shell's language, split into words: blanks separate, "…", '…' and \ quote, # comments, a last & runs
// it in the background, a first ! runs a local command. Rule: every string gives an answer; nothing throws.
import { grouped } from '../../trace/text/quantities.ts';

/** A word with its place in the line, in UTF-16 units: for carets and completion. */
export interface Word {
  readonly text: string;
  readonly from: number;
  /** The place after its last character or closing quote. */
  readonly to: number;
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
  let text = '';
  let at = from;
  while (at < line.length) {
    const c = line.charAt(at);
    if (isBlank(c) || (c === '&' && isLast(line, at))) break;
    if (c === '\n' || c === '\r')
      return { type: 'refused', message: 'one line at a time', from: at, to: at + 1 };
    if (c === '"' || c === "'") {
      const piece = readQuoted(line, at, c);
      if (piece === undefined)
        return { type: 'refused', message: `unclosed quote ${c}`, from: at, to: at + 1 };
      text += piece.text;
      at = piece.to;
    } else if (c === '\\' && isSpecial(line.charAt(at + 1))) {
      text += line.charAt(at + 1);
      at += 2;
    } else {
      text += c;
      at++;
    }
  }
  return { text, from, to: at };
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
  if (text !== '' && !/[\s"'\\#&!]/.test(text)) return text;
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
