// The line editor: (state, action) → state and effects. It draws nothing, waits for nothing, never throws.
// The rule: one key is one action; anything outside the line (run, complete, quit) is an effect.
import { answerCompletions, cycleMenu, restoreMenu } from './menu.ts';
import { insertLastWord, transpose, upperWord } from './rewrite.ts';
import { acceptSearch, cancelSearch, recall, searchKey, suggestion } from './recall.ts';
import { emptyEditor, lineLimit, remembered } from './state.ts';
import type { Action, Edited, EditorState, Effect, Motion } from './state.ts';
import { cleanText, snap, target } from './text.ts';
import { grouped } from '../../trace/text/quantities.ts';

/** Takes one action. Every state is valid for every action. */
export function edit(state: EditorState, action: Action): Edited {
  if (action.type === 'history') return quiet({ ...state, history: usable(action.lines) });
  const fresh = state.notice === undefined ? state : { ...state, notice: undefined };
  if (fresh.pasted !== undefined) return answerPaste(fresh, fresh.pasted, action);
  if (fresh.search !== undefined) {
    const searched = searchKey(fresh, action);
    if (searched !== undefined) return searched;
    if (action.type === 'interrupt') return quiet(cancelSearch(fresh));
    return act(acceptSearch(fresh), action);
  }
  return act(fresh, action);
}

function act(state: EditorState, action: Exclude<Action, { type: 'history' }>): Edited {
  const closed = state.menu === undefined ? state : { ...state, menu: undefined };
  switch (action.type) {
    case 'insert':
      return insert(closed, cleanText(action.text), 'letter');
    case 'paste':
      return paste(closed, action.text);
    case 'move':
      return quiet(move(closed, action.to));
    case 'erase':
    case 'kill':
      return cut(closed, action.to, action.type === 'kill');
    case 'yank':
      return closed.killed === '' ? bell(closed) : insert(closed, closed.killed, 'other');
    case 'last-word':
    case 'upper':
    case 'transpose':
      return rewritten(closed, rewrites[action.type](closed));
    case 'undo':
      return undo(closed);
    case 'recall':
      return recallOrCycle(state, action.step);
    case 'search':
      return searchKey(closed, action) ?? bell(closed);
    case 'complete':
      if (state.menu !== undefined) return cycleMenu(state, state.menu, action.step);
      return effect(state, { type: 'complete', text: state.text, cursor: state.cursor });
    case 'completions':
      return answerCompletions(closed, action.completions);
    case 'escape':
      return quiet(restoreMenu(state));
    case 'enter':
    case 'interrupt':
    case 'eof':
      return finish(closed, action);
    case 'clear':
    case 'suspend':
      return effect(state, { type: action.type });
  }
}

/** ↑ and ↓ belong to the menu while it is open. */
function recallOrCycle(state: EditorState, step: -1 | 1): Edited {
  return state.menu === undefined ? recall(state, step) : cycleMenu(state, state.menu, step);
}

const rewrites = { 'last-word': insertLastWord, upper: upperWord, transpose } as const;

function rewritten(state: EditorState, next: EditorState | undefined): Edited {
  return next === undefined || next.text.length > lineLimit ? bell(state) : quiet(next);
}

function finish(
  state: EditorState,
  action: Extract<Action, { type: 'enter' | 'interrupt' | 'eof' }>,
): Edited {
  const empty = { ...emptyEditor(state.history), killed: state.killed };
  switch (action.type) {
    case 'enter':
      if (state.overflow) return bell({ ...empty, notice: tooLong('the line was not run') });
      return effect(empty, { type: 'submit', lines: [state.text] });
    case 'interrupt':
      if (action.busy || state.text === '') return effect(state, { type: 'interrupt' });
      return effect(empty, { type: 'discard', text: state.text });
    case 'eof':
      return state.text === '' ? effect(state, { type: 'eof' }) : cut(state, 'right', false);
  }
}

function insert(state: EditorState, text: string, kind: 'letter' | 'other'): Edited {
  if (text === '') return quiet(state);
  if (state.text.length + text.length > lineLimit) {
    const full = {
      ...state,
      overflow: kind === 'letter',
      notice: tooLong('no more characters are accepted'),
    };
    return state.overflow ? quiet(full) : bell(full);
  }
  const whole = state.text.slice(0, state.cursor) + text + state.text.slice(state.cursor);
  // A letter after a letter joins its undo step; a blank begins a new one.
  const joins = kind === 'letter' && state.last === 'letter' && text !== ' ';
  const next = changed(state, whole, snap(whole, state.cursor + text.length));
  return quiet({ ...next, undo: joins ? state.undo : next.undo, last: kind });
}

function paste(state: EditorState, pasted: string): Edited {
  const lines = pasted.split(/\r\n|\r|\n/).map(cleanText);
  const full = lines.filter((line) => line.trim() !== '');
  if (full.length <= 1) return pasteOne(state, full[0] ?? lines.join(''));
  // The text before the cursor begins the first line, the text after it ends the last one.
  const head = state.text.slice(0, state.cursor);
  const tail = state.text.slice(state.cursor);
  const all = full.map((line, at) => (at === 0 ? head + line : line));
  if (tail !== '') all.push((all.pop() ?? '') + tail);
  if (all.some((line) => line.length > lineLimit))
    return bell({ ...state, notice: tooLong('nothing was pasted') });
  return quiet({ ...state, pasted: all });
}

function pasteOne(state: EditorState, line: string): Edited {
  // Part of a command could do harm: a paste that does not fit is dropped whole.
  if (state.text.length + line.length > lineLimit)
    return bell({ ...state, notice: tooLong('nothing was pasted') });
  return insert(state, line, 'other');
}

function answerPaste(state: EditorState, lines: readonly string[], action: Action): Edited {
  const without = { ...state, pasted: undefined };
  if (action.type === 'insert' && action.text.toLowerCase() === 'y')
    return effect({ ...emptyEditor(state.history), killed: state.killed }, { type: 'submit', lines });
  if (action.type === 'insert' && action.text.toLowerCase() === 'n') return quiet(without);
  if (action.type === 'escape' || action.type === 'interrupt') return quiet(without);
  if (action.type === 'clear' || action.type === 'suspend') return effect(state, { type: action.type });
  return bell(state);
}

function move(state: EditorState, to: Motion): EditorState {
  const suggested = suggestion(state);
  const forward = to === 'right' || to === 'end' || to === 'word-right';
  if (forward && suggested !== '' && state.cursor === state.text.length) {
    const whole = state.text + suggested;
    return changed(
      state,
      whole,
      whole.length,
      to === 'word-right' ? target(whole, state.cursor, to) : undefined,
    );
  }
  return { ...state, cursor: target(state.text, state.cursor, to), last: 'other' };
}

function cut(state: EditorState, to: Motion, kills: boolean): Edited {
  const end = target(state.text, state.cursor, to);
  const [low, high] = end < state.cursor ? [end, state.cursor] : [state.cursor, end];
  if (low === high) return bell({ ...state, overflow: false });
  const whole = state.text.slice(0, low) + state.text.slice(high);
  const next = { ...changed(state, whole, snap(whole, low)), overflow: false };
  if (!kills) return quiet(next);
  const piece = state.text.slice(low, high);
  const before = state.last === 'kill' ? state.killed : '';
  const killed = end < state.cursor ? piece + before : before + piece;
  return quiet({ ...next, killed, last: 'kill' });
}

function undo(state: EditorState): Edited {
  const earlier = state.undo.at(-1);
  if (earlier === undefined) return bell(state);
  return quiet({ ...state, ...earlier, undo: state.undo.slice(0, -1), last: 'other', overflow: false });
}

function changed(state: EditorState, text: string, cursor: number, cutAt?: number): EditorState {
  const kept = cutAt === undefined ? text : text.slice(0, cutAt);
  return { ...state, text: kept, cursor: cutAt ?? cursor, undo: remembered(state), last: 'other' };
}

// The history comes from a file: it may contain characters that the editor does not accept.
function usable(lines: readonly string[]): readonly string[] {
  return lines.map(cleanText).filter((line) => line !== '' && line.length <= lineLimit);
}

function tooLong(consequence: string): string {
  return `Line too long (at most ${grouped(lineLimit)} characters): ${consequence}.`;
}

function quiet(state: EditorState): Edited {
  return { state, effects: [] };
}

function effect(state: EditorState, ...effects: readonly Effect[]): Edited {
  return { state, effects };
}

function bell(state: EditorState): Edited {
  return { state, effects: [{ type: 'bell' }] };
}
