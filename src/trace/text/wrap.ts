// Text in lines of a given width: the only word-wrapper of the program.
// The rule: lines break at blanks, and nothing is lost except the blanks at a break.
import { columns } from './columns.ts';

export interface Wrapping {
  /** What the first line begins with. Default: nothing. */
  readonly first?: string;
  /** How many blanks the other lines begin with. Default: as many as the first line. */
  readonly indent?: number;
  /** A word that is wider than a line: `keep` leaves it whole, `break` cuts it into lines. Default: `keep`. */
  readonly longWords?: 'keep' | 'break';
  /** Counts the columns of a text. Default: {@link columns}. */
  readonly measure?: (text: string) => number;
}

/** In less room than this, single words under each other are harder to read than what the terminal itself wraps. */
const narrowest = 20;

/** `text` in lines of at most `width` columns. Lines of a printable text are printable. */
export function wrapped<Text extends string>(
  text: Text,
  width: number,
  { first = '', indent, longWords = 'keep', measure = columns }: Wrapping = {},
): readonly Text[] {
  const whole = first + text;
  const margin = indent ?? /^ */.exec(whole)?.[0].length ?? 0;
  const isHopeless = longWords === 'keep' && (width < narrowest || margin > width / 2);
  if (isHopeless || measure(whole) <= width) return [whole] as string[] as Text[];
  const lines: string[] = [];
  let line = first;
  let words = 0;
  // The blanks before a word belong to it; where the word begins a line after a break, they are dropped.
  for (const word of text.match(/ *[^ ]+/g) ?? []) {
    if (words > 0 && measure(line + word) > width) {
      lines.push(line);
      [line, words] = [' '.repeat(margin), 0];
    }
    const start = words === 0 && lines.length > 0 ? word.trimStart() : word;
    const pieces = longWords === 'keep' ? [start] : broken(start, width - measure(line), measure);
    for (const piece of pieces.slice(0, -1)) {
      lines.push(line + piece);
      line = ' '.repeat(margin);
    }
    line += pieces.at(-1) ?? '';
    words += 1;
  }
  return [...lines, line] as string[] as Text[];
}

/** A word in pieces of at most `width` columns; combining marks stay with their character. */
function broken(word: string, width: number, measure: (text: string) => number): readonly string[] {
  const pieces: string[] = [];
  let piece = '';
  for (const character of word) {
    if (piece !== '' && measure(piece + character) > width) {
      pieces.push(piece);
      piece = '';
    }
    piece += character;
  }
  return [...pieces, piece];
}
