// Keys that rewrite words of the line: Alt-. (the last word of an earlier line), Alt-U, Ctrl-T, as in bash.
import { remembered } from './state.ts';
import type { EditorState } from './state.ts';
import { graphemes } from './graphemes.ts';
import { target } from './text.ts';

// A quoted blank does not end a word.
const lastWord = /(?:[^\s"']|"[^"]*"|'[^']*')+$/;

/** Inserts the last word of the newest line; again at once: replaces it by that of the line before. Undefined: none left. */
export function insertLastWord(state: EditorState): EditorState | undefined {
  const again = state.last === 'argument' ? state.argument : undefined;
  const from = again?.from ?? state.cursor;
  for (let index = (again?.index ?? state.history.length) - 1; index >= 0; index -= 1) {
    const word = lastWord.exec(state.history[index]?.trimEnd() ?? '')?.[0];
    if (word === undefined) continue;
    const text = state.text.slice(0, from) + word + state.text.slice(state.cursor);
    // All of them together are one undo step.
    const undo = again === undefined ? remembered(state) : state.undo;
    return { ...state, text, cursor: from + word.length, undo, last: 'argument', argument: { index, from } };
  }
  return undefined;
}

/** Capitals from the cursor to the end of the word. */
export function upperWord(state: EditorState): EditorState | undefined {
  const end = target(state.text, state.cursor, 'word-right');
  if (end === state.cursor) return undefined;
  const head = state.text.slice(0, state.cursor) + state.text.slice(state.cursor, end).toUpperCase();
  const text = head + state.text.slice(end);
  return { ...state, text, cursor: head.length, undo: remembered(state), last: 'other' };
}

/** Swaps the characters around the cursor; at the end of the line, the last two. */
export function transpose(state: EditorState): EditorState | undefined {
  const before = graphemes(state.text.slice(0, state.cursor));
  const after = graphemes(state.text.slice(state.cursor));
  if (after.length === 0) after.push(...before.splice(-1));
  const [left, right] = [before.pop(), after.shift()];
  if (left === undefined || right === undefined) return undefined;
  const head = [...before, right, left].join('');
  return {
    ...state,
    text: head + after.join(''),
    cursor: head.length,
    undo: remembered(state),
    last: 'other',
  };
}
