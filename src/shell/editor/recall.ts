// The line and its history: ↑ ↓ with the draft kept, Ctrl-R, and the grey suggestion.
// The rule: the history itself is never changed here.
import type { Action, Edited, EditorState, Snapshot } from './state.ts';
import { remembered } from './state.ts';
import { cleanText, graphemes } from './text.ts';

/** ↑ (−1) and ↓ (+1). The draft waits below the newest line. */
export function recall(state: EditorState, step: -1 | 1): Edited {
  const draft = state.recall?.draft ?? state.text;
  const index = (state.recall?.index ?? state.history.length) + step;
  const line = state.history[index];
  if (line !== undefined) return { state: show(state, line, { index, draft }), effects: [] };
  if (step === 1 && state.recall !== undefined) return { state: show(state, draft, undefined), effects: [] };
  return { state, effects: [{ type: 'bell' }] };
}

function show(state: EditorState, line: string, at: EditorState['recall']): EditorState {
  const undo = remembered(state);
  return { ...state, text: line, cursor: line.length, undo, recall: at, last: 'other', overflow: false };
}

/** What the latest fitting line of the history would add after the cursor; empty where nothing fits. */
export function suggestion(state: EditorState): string {
  if (state.text === '' || state.cursor !== state.text.length) return '';
  if (state.menu !== undefined || state.search !== undefined || state.pasted !== undefined) return '';
  const line = state.history.findLast(
    (past) => past.length > state.text.length && past.startsWith(state.text),
  );
  return line?.slice(state.text.length) ?? '';
}

/** What a search does with a key; undefined when the key ends it and means something else. */
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
  // Nothing older fits: what was found stays, if it still does.
  const kept = state.search?.found;
  const found = kept !== undefined && state.history[kept]?.includes(query) === true ? kept : undefined;
  return { state: { ...state, search: { query, found, saved } }, effects: [{ type: 'bell' }] };
}

/** The found line becomes the line. */
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
