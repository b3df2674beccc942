// The history in the editor: ↑ ↓, which keep the draft, search with Ctrl-R, and the grey suggestion.
// The rule: nothing here changes the history.
import type { Action, Edited, EditorState, Snapshot } from './state.ts';
import { remembered } from './state.ts';
import { graphemes } from './graphemes.ts';
import { cleanText } from './text.ts';

/** ↑ (−1) and ↓ (+1) through the lines that begin with the draft. The draft itself comes after the newest line. */
export function recall(state: EditorState, step: -1 | 1): Edited {
  const draft = state.recall?.draft ?? state.text;
  const start = (state.recall?.index ?? state.history.length) + step;
  for (let index = start; index >= 0 && index < state.history.length; index += step) {
    const line = state.history[index] ?? '';
    if (line.startsWith(draft) && line !== state.text)
      return { state: show(state, line, { index, draft }), effects: [] };
  }
  if (step === 1 && state.recall !== undefined) return { state: show(state, draft, undefined), effects: [] };
  return { state, effects: [{ type: 'bell' }] };
}

function show(state: EditorState, line: string, at: EditorState['recall']): EditorState {
  const undo = remembered(state);
  return { ...state, text: line, cursor: line.length, undo, recall: at, last: 'other', overflow: false };
}

/** What the newest line of the history that begins with this text would add; empty if no line does. */
export function suggestion(state: EditorState): string {
  if (state.text === '' || state.cursor !== state.text.length) return '';
  if (state.menu !== undefined || state.search !== undefined || state.pasted !== undefined) return '';
  const line = state.history.findLast(
    (past) => past.length > state.text.length && past.startsWith(state.text),
  );
  return line?.slice(state.text.length) ?? '';
}

/** Applies an action to the search; undefined if the action ends the search and has its usual meaning. */
export function searchKey(state: EditorState, action: Action): Edited | undefined {
  const search = state.search;
  const saved: Snapshot = search?.saved ?? { text: state.text, cursor: state.cursor };
  if (action.type === 'search') {
    if (search === undefined) return find(state, '', state.history.length, saved);
    return find(state, search.query, (search.found ?? state.history.length) - 1, saved);
  }
  if (search === undefined) return undefined;
  if (action.type === 'insert' || action.type === 'paste')
    return find(
      state,
      search.query + cleanText(action.text),
      search.found ?? state.history.length - 1,
      saved,
    );
  if (action.type === 'erase' && action.to === 'left')
    return find(state, graphemes(search.query).slice(0, -1).join(''), state.history.length - 1, saved);
  if (action.type === 'escape') return { state: cancelSearch(state), effects: [] };
  return undefined;
}

function find(state: EditorState, query: string, from: number, saved: Snapshot): Edited {
  if (query === '') return { state: { ...state, search: { query, found: undefined, saved } }, effects: [] };
  for (let index = Math.min(from, state.history.length - 1); index >= 0; index -= 1)
    if (state.history[index]?.includes(query) === true)
      return { state: { ...state, search: { query, found: index, saved } }, effects: [] };
  // No older line fits: the line that was found stays if it fits the new query.
  const before = state.search?.found;
  const found = before !== undefined && state.history[before]?.includes(query) === true ? before : undefined;
  return { state: { ...state, search: { query, found, saved } }, effects: [{ type: 'bell' }] };
}

/** Puts the found line on the prompt. */
export function acceptSearch(state: EditorState): EditorState {
  const found = state.search?.found;
  const line = found === undefined ? undefined : state.history[found];
  const without = { ...state, search: undefined };
  return line === undefined ? without : show(without, line, undefined);
}

/** The line as it was before Ctrl-R. */
export function cancelSearch(state: EditorState): EditorState {
  return { ...state, ...state.search?.saved, search: undefined };
}
