// What the line editor knows, what it can be told and what it asks for: plain data.
// The rule: positions are UTF-16 offsets into `text` and always lie between two graphemes.
// Must never import Ink, React, or anything that runs.
import type { Completion, Completions } from '../session/state.ts';

/** The longest line the shell reads, in UTF-16 units. */
export const lineLimit = 4096;
const undoLimit = 500;

export interface Snapshot {
  readonly text: string;
  readonly cursor: number;
}

/** Ctrl-R under way: `found` is the index in the history that is shown, undefined where nothing fits. */
export interface Search {
  readonly query: string;
  readonly found: number | undefined;
  readonly saved: Snapshot;
}

/** The completion menu: `text` is the line with the word as it was before the first choice. */
export interface Menu {
  readonly items: readonly Completion[];
  /** Choices that are not among them. */
  readonly beyond: number;
  readonly from: number;
  readonly selected: number | undefined;
  readonly base: Snapshot;
}

export interface EditorState {
  readonly text: string;
  readonly cursor: number;
  /** What Ctrl-Y brings back. */
  readonly killed: string;
  readonly undo: readonly Snapshot[];
  /** What kind of change came last: runs of letters are one undo step, runs of kills one yank. */
  readonly last: 'letter' | 'kill' | 'other';
  /** Earlier lines, oldest first. */
  readonly history: readonly string[];
  /** The history entry on the line, and the draft that ↓ gives back. */
  readonly recall: { readonly index: number; readonly draft: string } | undefined;
  readonly search: Search | undefined;
  readonly menu: Menu | undefined;
  /** Several pasted lines that wait for a yes. */
  readonly pasted: readonly string[] | undefined;
  /** Characters beyond the limit were dropped: this line must not be run as it stands. */
  readonly overflow: boolean;
  /** One sentence for below the prompt; gone with the next key. */
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
  | { readonly type: 'undo' }
  | { readonly type: 'recall'; readonly step: -1 | 1 }
  | { readonly type: 'search' }
  | { readonly type: 'complete'; readonly step: -1 | 1 }
  | { readonly type: 'completions'; readonly completions: Completions }
  | { readonly type: 'enter' }
  | { readonly type: 'escape' }
  /** Ctrl-C. `busy`: something runs in the foreground, and it is that which is meant, not the line. */
  | { readonly type: 'interrupt'; readonly busy: boolean }
  /** Ctrl-D: leaves on an empty line, else deletes. */
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
  /** A line given up with Ctrl-C: worth a trace in the transcript. */
  | { readonly type: 'discard'; readonly text: string }
  | { readonly type: 'interrupt' | 'eof' | 'clear' | 'suspend' | 'bell' };

export interface Edited {
  readonly state: EditorState;
  readonly effects: readonly Effect[];
}

/** The undo steps of `state`, and `state` itself as the newest. */
export function remembered(state: EditorState): readonly Snapshot[] {
  return [...state.undo, { text: state.text, cursor: state.cursor }].slice(-undoLimit);
}

/** An empty line over a history. */
export function emptyEditor(history: readonly string[] = []): EditorState {
  return {
    text: '',
    cursor: 0,
    killed: '',
    undo: [],
    last: 'other',
    history,
    recall: undefined,
    search: undefined,
    menu: undefined,
    pasted: undefined,
    overflow: false,
    notice: undefined,
  };
}
