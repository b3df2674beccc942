// What all full-screen views share: what they receive, what they return, and their last row.
// The rule: pure; the last row is never wider than the window.
import type { View } from '../../shell/session/view.ts';
import type { ViewName } from '../../shell/session/view-keys.ts';
import type { Keypress } from '../keys.ts';
import type { MouseAct } from '../mouse.ts';
import {
  fitParts,
  fitRow,
  joinParts,
  span,
  type Glyphs,
  type RowPart,
  type TextRow,
} from '../text/layout.ts';
import type { Size } from './packets/ladder.ts';

export interface ViewerPorts {
  readonly size: () => Size;
  readonly color: boolean;
  readonly ascii: () => boolean;
  readonly now: () => number;
  readonly after: (milliseconds: number, then: () => void) => { cancel(): void };
  readonly redraw: () => void;
  readonly suspend: () => void;
}

export interface ViewState {
  readonly rows: readonly TextRow[];
  readonly color: boolean;
}

/** What a screen gets: the ports of its view, and a way to put a screen over itself. */
export interface ScreenPorts extends ViewerPorts {
  /** Shows a screen over this one until it is hidden. */
  readonly show: (screen: Screen) => void;
  readonly hide: (screen: Screen) => void;
}

/** What the interface draws, and what it passes on. */
export interface Drawn {
  readonly subscribe: (listener: () => void) => () => void;
  readonly state: () => ViewState;
  /** The size changed. */
  changed(): void;
  /** More may have come. */
  refresh(): void;
  press(character: string | undefined, key: Keypress): void;
  paste(text: string): void;
  point(act: MouseAct): void;
}

/** One screen of a view while it is open. */
export interface Screen extends Drawn {
  /** Names its keys. */
  readonly name: ViewName;
  /** Whether keys are text now. */
  readonly isTyping: boolean;
  /** Goes back to the screen below, or to the shell. */
  leave(): void;
}

/** A view while it is open. */
export interface FullScreen extends Drawn {
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
