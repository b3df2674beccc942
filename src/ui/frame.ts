// The live region on the terminal: draws Ink's layout over the previous frame; the transcript is printed above it.
// The rule: the cursor is on one of the region's first rows, since a terminal tracks only the cursor when it wraps anew.
// What is above the region is never erased, and no row of a frame can wrap.
import { stripVTControlCharacters } from 'node:util';
import { graphemes } from '../shell/editor/graphemes.ts';
import { columns } from '../shell/editor/text.ts';

/** A place in the frame, in cells from its first. */
export interface Cell {
  readonly x: number;
  readonly y: number;
}

/**
 * What a terminal does to lines that are wider than the window has become. `wraps`: all of them, and the cursor stays
 * with its letter. `drifts`: from the last upwards, and with each one the cursor sinks, wherever that line is; the line
 * it has come to then stays as it is. `unknown`: it may cut them, and nothing may be taken for granted.
 */
export type Wrapping = 'wraps' | 'drifts' | 'unknown';

// Synchronised output, where the terminal has it: a frame appears as a whole.
const begin = '\u001b[?2026h\u001b[?25l';
const end = '\u001b[?2026l';
// Without wrapping, a window that has become narrower cuts the frame, and the frame keeps its height.
const wrapOff = '\u001b[?7l';
const wrapOn = '\u001b[?7h';
const eraseBelow = '\u001b[J';
const cursorOn = '\u001b[?25h';

/** One live region, from its first {@link Frame.draw} to {@link Frame.erase} or {@link Frame.forget}. */
export class Frame {
  readonly #write: (text: string) => void;
  /** The frame as it was drawn, and as it was given. */
  #text: string | undefined;
  #given: string | undefined;
  /** Where the cursor belongs in the next frame. */
  #wanted: Cell | undefined;
  #cursor: Cell | undefined;
  /** Rows from the region's first row to the cursor's row. */
  #depth = 0;
  /** Lines and frames that wait while the place of the region is unknown. */
  #held: { lines: string; frame: string | undefined } | undefined;

  /** @param write gets each change in one piece. */
  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  /** Sets the place of the cursor in the next frame; undefined hides it. */
  place(cursor: Cell | undefined): void {
    this.#wanted = cursor;
  }

  /** Draws a frame in the place of the one before. */
  draw(text: string): void {
    if (this.#held !== undefined) this.#held.frame = text;
    else if (text !== this.#given || !samePlace(this.#cursor, this.#wanted)) this.#redraw('', text);
  }

  /** Whole lines above the region. */
  print(lines: string): void {
    if (this.#held !== undefined) this.#held.lines += lines;
    else if (this.#text === undefined) this.#write(lines);
    else this.#redraw(lines, this.#given ?? '');
  }

  /** Whether a row is wider than a window of `width` columns. */
  isWider(width: number): boolean {
    return this.#cursor !== undefined && this.#rows().some((row) => columns(row) > width);
  }

  /** The window changes: nothing is drawn until {@link Frame.resized} is called. */
  hold(): void {
    if (this.#text !== undefined) this.#held ??= { lines: '', frame: undefined };
  }

  /** The window has `width` columns now, and the terminal has wrapped the frame. Draws what waited. */
  resized(width: number, wrapping: Wrapping): void {
    if (this.#text === undefined) return;
    this.#depth = this.#sunk(width, wrapping);
    const { lines, frame } = this.#held ?? { lines: '', frame: undefined };
    this.#held = undefined;
    // Drawn even if it is the same: the terminal may have moved, wrapped and cut it.
    this.#redraw(lines, frame ?? this.#given ?? '');
  }

  /** The rows from the region's first to the cursor's, as the terminal has wrapped them. */
  #sunk(width: number, wrapping: Wrapping): number {
    const cursor = this.#cursor;
    if (cursor === undefined || wrapping === 'unknown') return this.#depth;
    const more = this.#rows().map((row) => wrappedRows(row, width) - 1);
    if (wrapping === 'drifts')
      return more.reduceRight((at, rows, i) => (i === at ? at : at + rows), cursor.y);
    const above = more.slice(0, cursor.y).reduce((sum, rows) => sum + 1 + rows, 0);
    return above + Math.max(0, Math.ceil(cursor.x / width) - 1);
  }

  #rows(): readonly string[] {
    return stripVTControlCharacters(this.#text ?? '').split('\n');
  }

  /** Erases the region; the cursor is then where it began. */
  erase(): void {
    const lines = this.#held?.lines ?? '';
    if (this.#text !== undefined) this.#write(this.#top() + eraseBelow + lines + cursorOn);
    this.forget();
  }

  /** Leaves the drawn region alone: the next frame begins at the cursor. */
  forget(): void {
    this.#text = undefined;
    this.#given = undefined;
    this.#cursor = undefined;
    this.#depth = 0;
    this.#held = undefined;
  }

  #redraw(lines: string, text: string): void {
    this.#write(begin + this.#top() + eraseBelow + lines + this.#drawn(text) + end);
  }

  #top(): string {
    return up(this.#depth) + '\r';
  }

  /** A frame from its first cell, and the cursor to its place. */
  #drawn(given: string): string {
    const cursor = this.#wanted;
    const rows = given.split('\n');
    const last = rows.length - 1;
    const text = rows.map((row, y) => (y === cursor?.y ? reaching(row, cursor.x) : row)).join('\n');
    this.#given = given;
    this.#text = text;
    this.#cursor = cursor;
    this.#depth = cursor === undefined ? last : Math.min(cursor.y, last);
    const placed = cursor === undefined ? '' : `${up(last - this.#depth)}\u001b[${cursor.x + 1}G${cursorOn}`;
    return wrapOff + text + wrapOn + placed;
  }
}

/** `row` with its blanks up to column `x`: programs that drive ours wait for the prompt with its blank. Ink cuts them. */
function reaching(row: string, x: number): string {
  return row + ' '.repeat(Math.max(0, x - columns(stripVTControlCharacters(row))));
}

function up(rows: number): string {
  return rows > 0 ? `\u001b[${rows}A` : '';
}

/** Rows that a line takes in `width` columns: a wide character is not split. */
function wrappedRows(row: string, width: number): number {
  let rows = 1;
  let used = 0;
  for (const part of graphemes(row)) {
    const wide = Math.min(columns(part), width);
    if (used + wide > width) {
      rows += 1;
      used = 0;
    }
    used += wide;
  }
  return rows;
}

function samePlace(one: Cell | undefined, other: Cell | undefined): boolean {
  return one?.x === other?.x && one?.y === other?.y;
}
