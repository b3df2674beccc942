// Tab: the common beginning first, then one choice after another, with a menu to look at.
// The rule: the line shows what would run; the menu never changes it behind the reader's back.
import type { Edited, EditorState, Menu, Snapshot } from './state.ts';
import { lineLimit, remembered } from './state.ts';
import { cleanText, snap } from './text.ts';
import type { Completions } from '../session/state.ts';

/** Puts the answer to `complete` to use. */
export function answerCompletions(state: EditorState, completions: Completions): Edited {
  const { from, items, beyond = 0, grown, notice } = completions;
  const told = { ...state, notice };
  const first = items[0];
  if (first === undefined || from > state.cursor || from < 0)
    return { state: told, effects: [{ type: 'bell' }] };
  const base: Snapshot = { text: state.text, cursor: state.cursor };
  if (items.length + beyond === 1)
    return { state: put(told, base, from, finished(first.value, base)), effects: [] };
  const next = grown === undefined ? told : put(told, base, from, grown);
  const { text, cursor } = next;
  const menu: Menu = { items, beyond, from, selected: undefined, base: { text, cursor } };
  return { state: { ...next, menu }, effects: [] };
}

/** The next or previous choice, on the line and in the menu. */
export function cycleMenu(state: EditorState, menu: Menu, step: -1 | 1): Edited {
  const count = menu.items.length;
  const start = menu.selected ?? (step === 1 ? -1 : count);
  const selected = (start + step + count) % count;
  const value = menu.items[selected]?.value ?? '';
  // Only the first choice is an undo step: undoing gives the word back as it was typed.
  const undo = menu.selected === undefined ? undefined : state.undo;
  const next = put(state, menu.base, menu.from, value);
  return { state: { ...next, undo: undo ?? next.undo, menu: { ...menu, selected } }, effects: [] };
}

/** Esc: the menu goes, and the line is as it was before the first choice. */
export function restoreMenu(state: EditorState): EditorState {
  if (state.menu === undefined) return state;
  return { ...state, ...state.menu.base, menu: undefined };
}

function put(state: EditorState, base: Snapshot, from: number, value: string): EditorState {
  const rest = base.text.slice(base.cursor);
  const head = base.text.slice(0, from) + cleanText(rest.startsWith(' ') ? value.trimEnd() : value);
  const text = head + rest;
  if (text.length > lineLimit) return state;
  return { ...state, text, cursor: snap(text, head.length), undo: remembered(state), last: 'other' };
}

// The only choice is taken for good: one blank follows, unless more of the same word may.
function finished(value: string, base: Snapshot): string {
  const rest = base.text.slice(base.cursor);
  return /[/:= ]$/.test(value) || rest !== '' ? value : `${value} `;
}
