// What all full-screen views share: what they receive, what they return, and their last row.
// The rule: pure; the last row is never wider than the window.
import { commonPrefix, graphemes } from '../../shell/editor/text.ts';
import { filterFields } from '../../shell/packets/packet-filter.ts';
import type { View } from '../../shell/session/view.ts';
import type { ViewName } from '../../shell/session/view-keys.ts';
import type { Keypress } from '../keys.ts';
import {
  fitParts,
  fitRow,
  joinParts,
  span,
  type Glyphs,
  type RowPart,
  type TextRow,
} from '../text/layout.ts';
import type { Size } from './ladder.ts';

export interface ViewerPorts {
  readonly size: () => Size;
  readonly color: boolean;
  readonly ascii: () => boolean;
  readonly now: () => number;
  readonly redraw: () => void;
  readonly suspend: () => void;
}

export interface ViewState {
  readonly rows: readonly TextRow[];
  readonly color: boolean;
}

/** One screen of a view while it is open. */
export interface Screen {
  /** Names its keys. */
  readonly name: ViewName;
  /** Whether keys are text now. */
  readonly isTyping: boolean;
  readonly subscribe: (listener: () => void) => () => void;
  readonly state: () => ViewState;
  /** The size changed. */
  readonly changed: () => void;
  /** More may have come. */
  readonly refresh: () => void;
  readonly press: (character: string | undefined, key: Keypress) => void;
  readonly paste: (text: string) => void;
}

/** A view while it is open. */
export interface FullScreen extends Screen {
  readonly view: View;
}

/** A line that is being typed into the last row. */
export interface Entry<Asks extends string> {
  readonly asks: Asks;
  readonly text: string;
}

/** The entry after a key. */
export type Typed<Asks extends string> = Entry<Asks> | 'entered' | 'cancelled';

export function typeInto<Asks extends string>(
  entry: Entry<Asks>,
  character: string | undefined,
  key: Keypress,
): Typed<Asks> {
  const isControl = key.ctrl === true;
  if (key.name === 'escape' || (isControl && key.name === 'c')) return 'cancelled';
  if (key.name === 'return' || key.name === 'enter') return 'entered';
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

/** Text that was pasted into it, as one line. */
export function pasteInto<Asks extends string>(entry: Entry<Asks>, text: string): Entry<Asks> {
  return { ...entry, text: entry.text + text.replace(/\p{C}/gu, ' ') };
}

/** The last row: the typed line, a message, or the key hints. */
export interface Foot {
  /** What the entry is for, and the typed text. */
  readonly entry: { readonly name: string; readonly text: string } | undefined;
  readonly message: string;
  readonly hints: readonly RowPart[];
}

export function footRow({ entry, message, hints }: Foot, width: number, glyphs: Glyphs): TextRow {
  if (entry !== undefined) {
    const said = message === '' ? '' : `   ${message}`;
    return fitRow(
      [span(`${entry.name}: `, 'prompt'), span(entry.text), span(' ', 'selected'), span(said, 'warn')],
      width,
      glyphs,
    );
  }
  if (message !== '') return fitRow([span(message, 'warn')], width, glyphs);
  const gap = ` ${glyphs.dot} `;
  return fitRow(joinParts(fitParts(hints, gap, width), gap), width, glyphs);
}
