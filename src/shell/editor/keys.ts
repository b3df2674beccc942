// The keys of the prompt and what they do. The rule: one table, read by the interface and by `help keys`.
import type { Action, Motion } from './state.ts';

/** What a key asks for: an action of the editor, a command, or to quit at once. */
export type Intent = Action | { readonly type: 'command'; readonly line: string } | { readonly type: 'quit' };

/** A key of the prompt. */
export interface KeyRow {
  /** As keys are written: `Ctrl-A`. */
  readonly keys: string;
  readonly does: string;
  /** `C-`, `M-` (Alt) or `S-`, then Node's name of the key. */
  readonly ids: readonly string[];
  readonly intent: Intent;
}

const move = (to: Motion): Action => ({ type: 'move', to });
const erase = (to: Motion): Action => ({ type: 'erase', to });
const kill = (to: Motion): Action => ({ type: 'kill', to });

/** Every key of the prompt except plain text. */
export const keyTable: readonly KeyRow[] = [
  { keys: 'Enter', does: 'run the line', ids: ['return', 'enter', 'M-return'], intent: { type: 'enter' } },
  {
    keys: 'Tab',
    does: 'complete; press it again for the next choice',
    ids: ['tab'],
    intent: { type: 'complete', step: 1 },
  },
  { keys: 'Shift-Tab', does: 'the previous choice', ids: ['S-tab'], intent: { type: 'complete', step: -1 } },
  {
    keys: 'Up, Ctrl-P',
    does: 'earlier line that begins with what was typed, also from earlier runs',
    ids: ['up', 'C-p'],
    intent: { type: 'recall', step: -1 },
  },
  { keys: 'Down, Ctrl-N', does: 'later line', ids: ['down', 'C-n'], intent: { type: 'recall', step: 1 } },
  { keys: 'Ctrl-R', does: 'search earlier lines', ids: ['C-r'], intent: { type: 'search' } },
  { keys: 'Left, Ctrl-B', does: 'one character left', ids: ['left', 'C-b'], intent: move('left') },
  {
    keys: 'Right, Ctrl-F',
    does: 'one character right; at the end: take the grey suggestion',
    ids: ['right', 'C-f'],
    intent: move('right'),
  },
  { keys: 'Home, Ctrl-A', does: 'start of the line', ids: ['home', 'C-a'], intent: move('home') },
  {
    keys: 'End, Ctrl-E',
    does: 'end of the line; take the grey suggestion',
    ids: ['end', 'C-e'],
    intent: move('end'),
  },
  { keys: 'Alt-B', does: 'one word back', ids: ['M-b', 'M-left', 'C-left'], intent: move('word-left') },
  { keys: 'Alt-F', does: 'one word forward', ids: ['M-f', 'M-right', 'C-right'], intent: move('word-right') },
  {
    keys: 'Backspace',
    does: 'delete the character before',
    ids: ['backspace', 'C-h'],
    intent: erase('left'),
  },
  { keys: 'Delete', does: 'delete the character after', ids: ['delete'], intent: erase('right') },
  { keys: 'Ctrl-W', does: 'cut back to the blank', ids: ['C-w'], intent: kill('blank-left') },
  {
    keys: 'Alt-Backspace',
    does: 'cut the word before',
    ids: ['M-backspace', 'C-backspace'],
    intent: kill('word-left'),
  },
  {
    keys: 'Alt-D',
    does: 'cut the word after',
    ids: ['M-d', 'C-delete', 'M-delete'],
    intent: kill('word-right'),
  },
  { keys: 'Ctrl-K', does: 'cut to the end', ids: ['C-k'], intent: kill('end') },
  { keys: 'Ctrl-U', does: 'cut to the start', ids: ['C-u'], intent: kill('home') },
  { keys: 'Ctrl-Y', does: 'insert what was cut', ids: ['C-y'], intent: { type: 'yank' } },
  {
    keys: 'Alt-.',
    does: 'insert the last word of the line before; again: of an earlier one',
    ids: ['M-.'],
    intent: { type: 'last-word' },
  },
  { keys: 'Alt-U', does: 'upper case to the end of the word', ids: ['M-u'], intent: { type: 'upper' } },
  { keys: 'Ctrl-T', does: 'swap the two characters', ids: ['C-t'], intent: { type: 'transpose' } },
  { keys: 'Ctrl-_', does: 'undo', ids: ['C-_'], intent: { type: 'undo' } },
  {
    keys: 'Esc, Ctrl-G',
    does: 'close a menu or a search',
    ids: ['M-escape', 'escape', 'C-g'],
    intent: { type: 'escape' },
  },
  {
    keys: 'Ctrl-C',
    does: 'abort the transfer, or drop the line; press it twice in two seconds to quit',
    ids: ['C-c'],
    intent: { type: 'interrupt', busy: false },
  },
  { keys: 'Ctrl-D', does: 'quit, on an empty line', ids: ['C-d'], intent: { type: 'eof' } },
  { keys: 'Ctrl-\\', does: 'quit at once, with status 131', ids: ['C-\\'], intent: { type: 'quit' } },
  { keys: 'Ctrl-L', does: 'clear the screen', ids: ['C-l'], intent: { type: 'clear' } },
  { keys: 'Ctrl-Z', does: 'suspend; "fg" in your shell resumes', ids: ['C-z'], intent: { type: 'suspend' } },
  { keys: 'F1', does: 'help', ids: ['f1'], intent: { type: 'command', line: 'help' } },
  {
    keys: 'F2',
    does: 'show or hide packets: "trace"',
    ids: ['f2'],
    intent: { type: 'command', line: 'trace' },
  },
];
