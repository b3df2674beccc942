// Completion with Tab: first the common prefix, then one choice after another, shown in a menu.
// The rule: the line always shows what Enter runs.
import type { Edited, EditorState, Menu, Snapshot } from './state.ts';
import { lineLimit, remembered } from './state.ts';
import { cleanText, snap } from './text.ts';
import type { Completions } from '../session/state.ts';

/** Applies the answer to a `complete` effect. */
export function answerCompletions(state: EditorState, completions: Completions): Edited {
  const { from, items, beyond = 0, grown, notice } = completions;
  const noticed = { ...state, notice };
  const first = items[0];
  if (first === undefined || from > state.cursor || from < 0)
    return { state: noticed, effects: [{ type: 'bell' }] };
  const base: Snapshot = { text: state.text, cursor: state.cursor };
  if (items.length + beyond === 1) return { state: put(noticed, base, from, first.value), effects: [] };
  const next = grown === undefined ? noticed : put(noticed, base, from, grown);
  const { text, cursor } = next;
  const menu: Menu = { items, beyond, from, selected: undefined, base: { text, cursor } };
  return { state: { ...next, menu }, effects: [] };
}

/** Selects the next or previous choice, on the line and in the menu. */
export function cycleMenu(state: EditorState, menu: Menu, step: -1 | 1): Edited {
  const count = menu.items.length;
  const start = menu.selected ?? (step === 1 ? -1 : count);
  const selected = (start + step + count) % count;
  const value = menu.items[selected]?.value ?? '';
  // Only the first choice is an undo step: undo restores the word as it was typed.
  const undo = menu.selected === undefined ? undefined : state.undo;
  const next = put(state, menu.base, menu.from, value);
  return { state: { ...next, undo: undo ?? next.undo, menu: { ...menu, selected } }, effects: [] };
}

/** Esc: closes the menu and restores the line from before the first choice. */
export function restoreMenu(state: EditorState): EditorState {
  if (state.menu === undefined) return state;
  return { ...state, ...state.menu.base, menu: undefined };
}

function put(state: EditorState, base: Snapshot, from: number, value: string): EditorState {
  const tail = base.text.slice(base.cursor);
  const head = base.text.slice(0, from) + cleanText(tail.startsWith(' ') ? value.trimEnd() : value);
  const text = head + tail;
  if (text.length > lineLimit) return state;
  return { ...state, text, cursor: snap(text, head.length), undo: remembered(state), last: 'other' };
}
