// What all full-screen views share: what they receive, what they return, and their last row.
// The rule: pure; the last row is never wider than the window.
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
