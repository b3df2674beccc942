// Our signs in ASCII, for terminals without Unicode. The one table of them.
import { columnsOf } from './columns.ts';
import type { Printable } from '../../wire/text.ts';

/** Each sign as text, and as one character where the columns must stay the same. */
const signs: Readonly<Record<string, readonly [text: string, cell: string]>> = {
  '✔': ['ok', '+'],
  '✗': ['x', 'x'],
  '…': ['...', '~'],
  '⋮': [':', ':'],
  '·': ['-', '-'],
  '•': ['*', '*'],
  '–': ['-', '-'],
  '—': ['-', '-'],
  '×': ['x', 'x'],
  '→': ['->', '>'],
  '←': ['<-', '<'],
  '↑': ['Up', '^'],
  '↓': ['Down', 'v'],
  '⌊': ['', ' '],
  '⌋': ['', ' '],
  '≥': ['>=', '>'],
  '≤': ['<=', '<'],
  '’': ["'", "'"],
  '“': ['"', '"'],
  '”': ['"', '"'],
  '§': ['section ', 'S'],
  '│': ['|', '|'],
  '─': ['-', '-'],
  '═': ['=', '='],
  '█': ['#', '#'],
  '░': ['-', '-'],
};

// Line feeds and carriage returns are handled by the code that writes the text.
const beyond = /[^\x20-\x7e\n\r]/gu;

/** `text` in printable ASCII: our signs by the table, other characters as `\u{e9}`. Line feeds stay. */
export function toAscii(text: Printable): Printable {
  // Only printable ASCII can come out.
  return text.replace(
    beyond,
    (character) => signs[character]?.[0] ?? `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  ) as Printable;
}

/** `text` in ASCII and as many columns: our signs by the table, `?` for other characters. */
export function toAsciiCells(text: string): string {
  return text.replace(beyond, (character) => signs[character]?.[1] ?? '?'.repeat(columnsOf(character)));
}
