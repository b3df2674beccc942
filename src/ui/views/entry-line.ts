// The line that is typed into the last row of a view: a search, a filter, a file to write.
// Rule: it knows nothing of what is done with the text; a view asks, and gets the text when Enter is pressed.
import { graphemes } from '../../shell/editor/graphemes.ts';
import { commonPrefix } from '../../shell/editor/text.ts';
import { filterFields } from '../../shell/packets/packet-filter.ts';
import type { Keypress } from '../keys.ts';

export interface Entry<Asks extends string> {
  readonly asks: Asks;
  readonly text: string;
}

export class EntryLine<Asks extends string> {
  #entry: Entry<Asks> | undefined;

  /** What is being typed; undefined while keys are no text. */
  get entry(): Entry<Asks> | undefined {
    return this.#entry;
  }

  ask(asks: Asks, text = ''): void {
    this.#entry = { asks, text };
  }

  /** Text that was pasted, as one line. @returns false where nothing is being typed. */
  paste(text: string): boolean {
    if (this.#entry === undefined) return false;
    this.#entry = { ...this.#entry, text: this.#entry.text + text.replace(/\p{C}/gu, ' ') };
    return true;
  }

  /** A key. @returns the entry when Enter ends it; Escape ends it without. */
  press(character: string | undefined, key: Keypress): Entry<Asks> | undefined {
    const entry = this.#entry;
    if (entry === undefined) return undefined;
    const isEntered = key.name === 'return' || key.name === 'enter';
    const isCancelled = key.name === 'escape' || (key.ctrl === true && key.name === 'c');
    this.#entry = isEntered || isCancelled ? undefined : typeInto(entry, character, key);
    return isEntered ? entry : undefined;
  }
}

function typeInto<Asks extends string>(
  entry: Entry<Asks>,
  character: string | undefined,
  key: Keypress,
): Entry<Asks> {
  const isControl = key.ctrl === true;
  if (key.name === 'backspace' || (isControl && key.name === 'h'))
    return { ...entry, text: graphemes(entry.text).slice(0, -1).join('') };
  if (key.name === 'tab' && entry.asks === 'filter') return { ...entry, text: completedFilter(entry.text) };
  if (isControl && key.name === 'u') return { ...entry, text: '' };
  if (character === undefined || isControl || key.meta === true || /\p{C}/u.test(character)) return entry;
  return { ...entry, text: entry.text + character };
}

/** The text with its last word completed: a field that begins so, as far as all of those agree. */
function completedFilter(text: string): string {
  const word = /[a-z]*$/i.exec(text)?.[0] ?? '';
  const [first = '', ...others] = filterFields.filter((field) => field.startsWith(word.toLowerCase()));
  if (word === '' || first === '') return text;
  if (others.length === 0) return `${text.slice(0, -word.length)}${first}=`;
  const common = commonPrefix([first, ...others]);
  return `${text.slice(0, -word.length)}${common}`;
}
