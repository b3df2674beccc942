// Keys and what they do. The rule: one table, from which help can be rendered too; a key that is not in it
// and is no text does nothing. Must never import Ink or React: Ink's own parser knows too few keys.
import { EventEmitter } from 'node:events';
import { emitKeypressEvents } from 'node:readline';
import { StringDecoder } from 'node:string_decoder';
import type { Action, Motion } from '../shell/editor/state.ts';
import { Splitter } from './input.ts';

/** What a key asks of the interface: an action of the editor, a command, or what depends on the moment. */
export type Intent = Action | { readonly type: 'command'; readonly line: string } | { readonly type: 'quit' };

export interface KeyHelp {
  /** As keys are written: `Ctrl-A`. */
  readonly keys: string;
  readonly does: string;
  /** `C-`, `M-`, `S-` and the name that Node gives the key. */
  readonly ids: readonly string[];
  readonly intent: Intent;
}

const move = (to: Motion): Action => ({ type: 'move', to });
const erase = (to: Motion): Action => ({ type: 'erase', to });
const kill = (to: Motion): Action => ({ type: 'kill', to });

/** Every key but plain text. */
export const keyTable: readonly KeyHelp[] = [
  { keys: 'Enter', does: 'runs the line', ids: ['return', 'enter', 'M-return'], intent: { type: 'enter' } },
  { keys: 'Tab', does: 'completes, then cycles', ids: ['tab'], intent: { type: 'complete', step: 1 } },
  { keys: 'Shift-Tab', does: 'cycles back', ids: ['S-tab'], intent: { type: 'complete', step: -1 } },
  { keys: 'Up, Ctrl-P', does: 'earlier line', ids: ['up', 'C-p'], intent: { type: 'recall', step: -1 } },
  { keys: 'Down, Ctrl-N', does: 'later line', ids: ['down', 'C-n'], intent: { type: 'recall', step: 1 } },
  { keys: 'Ctrl-R', does: 'searches the history', ids: ['C-r'], intent: { type: 'search' } },
  { keys: 'Left, Ctrl-B', does: 'one character left', ids: ['left', 'C-b'], intent: move('left') },
  {
    keys: 'Right, Ctrl-F',
    does: 'one character right; at the end takes the suggestion',
    ids: ['right', 'C-f'],
    intent: move('right'),
  },
  { keys: 'Home, Ctrl-A', does: 'start of the line', ids: ['home', 'C-a'], intent: move('home') },
  {
    keys: 'End, Ctrl-E',
    does: 'end of the line; takes the suggestion',
    ids: ['end', 'C-e'],
    intent: move('end'),
  },
  { keys: 'Alt-B', does: 'a word left', ids: ['M-b', 'M-left', 'C-left'], intent: move('word-left') },
  { keys: 'Alt-F', does: 'a word right', ids: ['M-f', 'M-right', 'C-right'], intent: move('word-right') },
  { keys: 'Backspace', does: 'deletes to the left', ids: ['backspace', 'C-h'], intent: erase('left') },
  { keys: 'Delete', does: 'deletes to the right', ids: ['delete'], intent: erase('right') },
  { keys: 'Ctrl-W', does: 'kills to the blank', ids: ['C-w'], intent: kill('blank-left') },
  {
    keys: 'Alt-Backspace',
    does: 'kills the word',
    ids: ['M-backspace', 'C-backspace'],
    intent: kill('word-left'),
  },
  {
    keys: 'Alt-D',
    does: 'kills the word to the right',
    ids: ['M-d', 'C-delete', 'M-delete'],
    intent: kill('word-right'),
  },
  { keys: 'Ctrl-K', does: 'kills to the end', ids: ['C-k'], intent: kill('end') },
  { keys: 'Ctrl-U', does: 'kills to the start', ids: ['C-u'], intent: kill('home') },
  { keys: 'Ctrl-Y', does: 'brings back what was killed', ids: ['C-y'], intent: { type: 'yank' } },
  { keys: 'Ctrl-_', does: 'undoes', ids: ['C-_'], intent: { type: 'undo' } },
  {
    keys: 'Esc, Ctrl-G',
    does: 'closes a menu or a search',
    ids: ['M-escape', 'escape', 'C-g'],
    intent: { type: 'escape' },
  },
  {
    keys: 'Ctrl-C',
    does: 'aborts what runs, or the line',
    ids: ['C-c'],
    intent: { type: 'interrupt', busy: false },
  },
  { keys: 'Ctrl-D', does: 'leaves, on an empty line', ids: ['C-d'], intent: { type: 'eof' } },
  { keys: 'Ctrl-\\', does: 'leaves at once', ids: ['C-\\'], intent: { type: 'quit' } },
  { keys: 'Ctrl-L', does: 'clears the screen', ids: ['C-l'], intent: { type: 'clear' } },
  { keys: 'Ctrl-Z', does: 'suspends', ids: ['C-z'], intent: { type: 'suspend' } },
  { keys: 'F1', does: 'help', ids: ['f1'], intent: { type: 'command', line: 'help' } },
  { keys: 'F2', does: 'packet lines on and off', ids: ['f2'], intent: { type: 'command', line: 'trace' } },
];

const intents: ReadonlyMap<string, Intent> = new Map(
  keyTable.flatMap(({ ids, intent }) => ids.map((id): [string, Intent] => [id, intent])),
);

/** A key as `readline.emitKeypressEvents` tells it. */
export interface Keypress {
  readonly sequence?: string | undefined;
  readonly name?: string | undefined;
  readonly ctrl?: boolean | undefined;
  readonly meta?: boolean | undefined;
  readonly shift?: boolean | undefined;
}

/** What a key means; undefined when it means nothing. */
export function intentOf(character: string | undefined, key: Keypress): Intent | undefined {
  const named = intents.get(keyId(key));
  if (named !== undefined) return named;
  if (character === undefined || key.ctrl === true || key.meta === true) return undefined;
  return isControl(character) ? undefined : { type: 'insert', text: character };
}

/** A key as the table writes it: `C-`, `M-` and its name. */
export function keyId({ sequence, name = '', ctrl, meta, shift }: Keypress): string {
  if (sequence === '\u001f') return 'C-_';
  if (sequence === '\u001c') return 'C-\\';
  // Shift matters for Tab alone: elsewhere it is a letter's own business.
  const held = shift === true && name === 'tab' ? 'S-' : '';
  return `${ctrl === true ? 'C-' : ''}${meta === true ? 'M-' : ''}${held}${name}`;
}

function isControl(character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  return code < 0x20 || (code >= 0x7f && code < 0xa0);
}

/** What listening needs of a terminal's input. */
export interface KeySource {
  on(event: 'data', listener: (chunk: Buffer | string) => void): unknown;
  off(event: 'data', listener: (chunk: Buffer | string) => void): unknown;
}

/** Gets keys before they become intents; true: it has used the key. */
export type KeyTaker = (character: string | undefined, key: Keypress) => boolean;

/**
 * Listens for keys and pastes. Several keys in one read are several intents, in order.
 * `taker` may use a key for something else; `onReply` gets what is no key: the terminal's answers.
 * @returns a function that ends it.
 */
export function listenKeys(
  source: KeySource,
  onIntent: (intent: Intent) => void,
  taker: KeyTaker = () => false,
  onReply: (reply: string) => void = () => undefined,
): () => void {
  const splitter = new Splitter(onReply);
  const decoder = new StringDecoder('utf8');
  const keys = keypresses(onIntent, taker);
  let lone: EventEmitter | undefined;
  const onData = (chunk: Buffer | string): void => {
    lone?.removeAllListeners();
    for (const piece of splitter.push(typeof chunk === 'string' ? chunk : decoder.write(chunk)))
      if (piece.type === 'paste') onIntent(piece);
      else keys.emit('data', piece.text);
    if (!splitter.holdsEscape) return;
    // It may be the Escape key, or the first octet of more: nothing but time can tell, and readline has the timer.
    const release = (character: string | undefined, key: Keypress): boolean => {
      splitter.release();
      return taker(character, key);
    };
    lone = keypresses(onIntent, release);
    lone.emit('data', '\u001b');
  };
  source.on('data', onData);
  return () => {
    source.off('data', onData);
    keys.removeAllListeners();
    lone?.removeAllListeners();
  };
}

function keypresses(onIntent: (intent: Intent) => void, taker: KeyTaker): EventEmitter {
  const pipe = new EventEmitter();
  pipe.on('keypress', (character: string | undefined, key: Keypress) => {
    if (taker(character, key)) return;
    const intent = intentOf(character, key);
    if (intent !== undefined) onIntent(intent);
  });
  // The types want a whole readline.Interface; readline reads this one field of it.
  const options = { escapeCodeTimeout: 50 } as unknown as Parameters<typeof emitKeypressEvents>[1];
  emitKeypressEvents(pipe as unknown as NodeJS.ReadableStream, options);
  return pipe;
}
