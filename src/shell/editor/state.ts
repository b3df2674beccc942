// The state, the actions and the effects of the line editor: plain data.
// The rule: positions are UTF-16 offsets into `text` and always lie between two graphemes.
import type { Completion, Completions } from '../session/state.ts';

/** The longest line the shell reads, in UTF-16 units. */
export const lineLimit = 4096;
const undoLimit = 500;

export interface Snapshot {
  readonly text: string;
  readonly cursor: number;
}

/** A search with Ctrl-R. `found` is the index of the shown line in the history, undefined if none fits. */
export interface Search {
  readonly query: string;
  readonly found: number | undefined;
  readonly saved: Snapshot;
}

/** The completion menu. `base` is the line before the first choice. */
export interface Menu {
  readonly items: readonly Completion[];
  /** Number of choices that are not in `items`. */
  readonly beyond: number;
  readonly from: number;
  readonly selected: number | undefined;
  readonly base: Snapshot;
}

export interface EditorState {
  readonly text: string;
  readonly cursor: number;
  /** The text that Ctrl-Y inserts. */
  readonly killed: string;
  readonly undo: readonly Snapshot[];
  /** Kind of the last change: a run of letters is one undo step, a run of kills is one yank. */
  readonly last: 'letter' | 'kill' | 'argument' | 'other';
  /** What Alt-. inserted last: the line that it is from, and its place here. */
  readonly argument: { readonly index: number; readonly from: number } | undefined;
  /** Earlier lines, oldest first. */
  readonly history: readonly string[];
  /** The history entry on the line, and the draft that ↓ restores. */
  readonly recall: { readonly index: number; readonly draft: string } | undefined;
  readonly search: Search | undefined;
  readonly menu: Menu | undefined;
  /** Several pasted lines that wait for a confirmation. */
  readonly pasted: readonly string[] | undefined;
  /** Characters beyond the limit were dropped: this line must not run. */
  readonly overflow: boolean;
  /** One sentence below the prompt, until the next key. */
  readonly notice: string | undefined;
}

export type Motion = 'left' | 'right' | 'word-left' | 'word-right' | 'blank-left' | 'home' | 'end';

export type Action =
  | { readonly type: 'insert'; readonly text: string }
  | { readonly type: 'paste'; readonly text: string }
  | { readonly type: 'move'; readonly to: Motion }
  | { readonly type: 'erase'; readonly to: Motion }
  | { readonly type: 'kill'; readonly to: Motion }
  | { readonly type: 'yank' }
  | { readonly type: 'last-word' }
  | { readonly type: 'upper' }
  | { readonly type: 'transpose' }
  | { readonly type: 'undo' }
  | { readonly type: 'recall'; readonly step: -1 | 1 }
  | { readonly type: 'search' }
  | { readonly type: 'complete'; readonly step: -1 | 1 }
  | { readonly type: 'completions'; readonly completions: Completions }
  | { readonly type: 'enter' }
  | { readonly type: 'escape' }
  /** Ctrl-C. `busy`: a command runs in the foreground; the key interrupts it, not the line. */
  | { readonly type: 'interrupt'; readonly busy: boolean }
  /** Ctrl-D: quits on an empty line, else deletes. */
  | { readonly type: 'eof' }
  | { readonly type: 'clear' }
  | { readonly type: 'suspend' }
  /** The history as it is now. */
  | { readonly type: 'history'; readonly lines: readonly string[] };

export type Effect =
  /** Run these lines, one after another. */
  | { readonly type: 'submit'; readonly lines: readonly string[] }
  /** Answer with a `completions` action. */
  | { readonly type: 'complete'; readonly text: string; readonly cursor: number }
  /** A line that Ctrl-C discarded: it is shown in the transcript. */
  | { readonly type: 'discard'; readonly text: string }
  | { readonly type: 'interrupt' | 'eof' | 'clear' | 'suspend' | 'bell' };

export interface Edited {
  readonly state: EditorState;
  readonly effects: readonly Effect[];
}

/** The undo steps of `state`, with `state` itself as the newest. */
export function remembered(state: EditorState): readonly Snapshot[] {
  return [...state.undo, { text: state.text, cursor: state.cursor }].slice(-undoLimit);
}

/** An empty line with a history. */
export function emptyEditor(history: readonly string[] = []): EditorState {
  return {
    text: '',
    cursor: 0,
    killed: '',
    undo: [],
    last: 'other',
    history,
    argument: undefined,
    recall: undefined,
    search: undefined,
    menu: undefined,
    pasted: undefined,
    overflow: false,
    notice: undefined,
  };
}
