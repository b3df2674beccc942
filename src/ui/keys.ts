// From a terminal's input to what the keys ask for. The rule: Node's readline reads the keys, since Ink's own parser
// knows too few of them; a key that is neither text nor in the table of keys does nothing.
import { EventEmitter } from 'node:events';
import { emitKeypressEvents } from 'node:readline';
import { StringDecoder } from 'node:string_decoder';
import { keyTable, type Intent } from '../shell/editor/keys.ts';
import { Splitter } from './input.ts';

const intents: ReadonlyMap<string, Intent> = new Map(
  keyTable.flatMap(({ ids, intent }) => ids.map((id): [string, Intent] => [id, intent])),
);

/** A key as `readline.emitKeypressEvents` reports it. */
export interface Keypress {
  readonly sequence?: string | undefined;
  readonly name?: string | undefined;
  readonly ctrl?: boolean | undefined;
  readonly meta?: boolean | undefined;
  readonly shift?: boolean | undefined;
}

/** What a key asks for; undefined where it has no meaning. */
export function intentOf(character: string | undefined, key: Keypress): Intent | undefined {
  const named = intents.get(keyId(key));
  if (named !== undefined) return named;
  if (character === undefined || key.ctrl === true || key.meta === true) return undefined;
  return isControl(character) ? undefined : { type: 'insert', text: character };
}

/** A key as the table writes it: `C-`, `M-` and its name. */
export function keyId({ sequence = '', name = signOf(sequence), ctrl, meta, shift }: Keypress): string {
  if (sequence === '\u001f') return 'C-_';
  if (sequence === '\u001c') return 'C-\\';
  // Shift matters only for Tab: letters show it themselves.
  const held = shift === true && name === 'tab' ? 'S-' : '';
  return `${ctrl === true ? 'C-' : ''}${meta === true ? 'M-' : ''}${held}${name}`;
}

/** The sign that was typed with Alt: readline names letters and digits alone. */
function signOf(sequence: string): string {
  return sequence.length === 2 && sequence.startsWith('\u001b') ? sequence.slice(1) : '';
}

function isControl(character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  return code < 0x20 || (code >= 0x7f && code < 0xa0);
}

/** The part of a terminal's input that is used here. */
export interface KeySource {
  on(event: 'data', listener: (chunk: Buffer | string) => void): unknown;
  off(event: 'data', listener: (chunk: Buffer | string) => void): unknown;
}

/** Gets keys before they become intents; true: it has used the key. */
export type KeyTaker = (character: string | undefined, key: Keypress) => boolean;

/**
 * Listens for keys and pastes. Several keys in one read are several intents, in order.
 * `taker` may use a key for something else; `onReply` gets the terminal's replies, which are not keys.
 * @returns a function that ends it.
 */
export function listenKeys(
  source: KeySource,
  onIntent: (intent: Intent) => void,
  taker: KeyTaker = () => false,
  onReply: (reply: string) => void = () => undefined,
): () => void {
  const splitter = new Splitter();
  const decoder = new StringDecoder('utf8');
  const keys = keypresses(onIntent, taker);
  let lone: EventEmitter | undefined;
  const onData = (chunk: Buffer | string): void => {
    lone?.removeAllListeners();
    for (const piece of splitter.push(typeof chunk === 'string' ? chunk : decoder.write(chunk)))
      if (piece.type === 'paste') onIntent({ type: 'paste', text: piece.text });
      else if (piece.type === 'reply') onReply(piece.text);
      else keys.emit('data', piece.text);
    if (!splitter.holdsEscape) return;
    // It may be the Escape key, or the first octet of more: only time decides, and readline has the timer.
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
