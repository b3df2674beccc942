// Graphemes, words and columns of one line. The rule: pure functions of a string and an offset. A returned offset always
// lies between two graphemes, so that no key can split an emoji.
import { typed } from '../../wire/text.ts';
import type { Printable } from '../../wire/text.ts';
import { untypable } from '../language/escapes.ts';
import { lineLimit } from './state.ts';
import type { Motion } from './state.ts';
import { graphemes, segmenter, stringWidth } from './graphemes.ts';

const wordPattern = /[\p{L}\p{N}\p{M}_]/u;

/** `text` without the characters that a line does not accept; a tab becomes a blank. */
export function cleanText(text: string): string {
  return text.replaceAll('\t', ' ').replace(untypable, '');
}

/** A line with its prompt, printable for the transcript. */
export function shown(line: string): Printable {
  return typed(line, lineLimit + 256);
}

/** Columns that `text` takes in a terminal. */
export function columns(text: string): number {
  return stringWidth(text);
}

/** The grapheme boundary at or after `offset`. */
export function snap(text: string, offset: number): number {
  if (offset <= 0) return 0;
  if (offset >= text.length) return text.length;
  if (isPlain(text.slice(offset - 1, offset + 1))) return offset;
  const part = segmenter.segment(text).containing(offset);
  return part === undefined || part.index === offset ? offset : part.index + part.segment.length;
}

function before(text: string, offset: number): number {
  if (offset <= 0) return 0;
  if (offset >= 2 && isPlain(text.slice(offset - 2, offset))) return offset - 1;
  return segmenter.segment(text).containing(offset - 1)?.index ?? 0;
}

function after(text: string, offset: number): number {
  return offset >= text.length ? text.length : snap(text, offset + 1);
}

function wordLeft(text: string, offset: number): number {
  const isWord = (at: number): boolean => wordPattern.test(text.slice(before(text, at), at));
  let at = offset;
  while (at > 0 && !isWord(at)) at = before(text, at);
  while (at > 0 && isWord(at)) at = before(text, at);
  return at;
}

function wordRight(text: string, offset: number): number {
  const isWord = (at: number): boolean => wordPattern.test(text.slice(at, after(text, at)));
  let at = offset;
  while (at < text.length && !isWord(at)) at = after(text, at);
  while (at < text.length && isWord(at)) at = after(text, at);
  return at;
}

function blankLeft(text: string, offset: number): number {
  let at = offset;
  while (at > 0 && text[at - 1] === ' ') at -= 1;
  while (at > 0 && text[at - 1] !== ' ') at -= 1;
  return at;
}

/** The offset at which a motion from `offset` ends. */
export function target(text: string, offset: number, motion: Motion): number {
  switch (motion) {
    case 'left':
      return before(text, offset);
    case 'right':
      return after(text, offset);
    case 'word-left':
      return wordLeft(text, offset);
    case 'word-right':
      return wordRight(text, offset);
    case 'blank-left':
      return blankLeft(text, offset);
    case 'home':
      return 0;
    case 'end':
      return text.length;
  }
}

/** The longest common prefix, cut between graphemes. */
export function commonPrefix(values: readonly string[]): string {
  const [first = '', ...rest] = values;
  let length = first.length;
  for (const value of rest) {
    let same = 0;
    while (same < length && first[same] === value[same]) same += 1;
    length = same;
  }
  let end = 0;
  for (const part of graphemes(first)) {
    if (end + part.length > length) break;
    end += part.length;
  }
  return first.slice(0, end);
}

// Printable ASCII: one unit, one grapheme, one column. Most lines contain nothing else.
function isPlain(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text);
}
