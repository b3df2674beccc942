// The state that a full-screen view shows: immutable, replaced as a whole. Also typed filters.
// It is outside React, so that it outlives every mount.
import { parseFilter } from '../../shell/packets/packet-filter.ts';
import type { NamedFilter } from '../../shell/session/view.ts';
import type { ViewerPorts, ViewState } from './view-types.ts';

/** New frames may take at most one part in this many of the time. */
const patience = 10;
/** Milliseconds that the drawing of a frame delays the next one, at most: the turns of a busy transfer are measured with it. */
const longestDelay = 400;

/** The state of a view, and its subscribers. */
export class ViewStore {
  readonly #look: () => ViewState;
  readonly #ports: Pick<ViewerPorts, 'now' | 'after'>;
  readonly #listeners = new Set<() => void>();
  #state: ViewState | undefined;
  #renewAt = 0;
  #isWaiting = false;

  constructor(look: () => ViewState, ports: Pick<ViewerPorts, 'now' | 'after'>) {
    this.#look = look;
    this.#ports = ports;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly state = (): ViewState => (this.#state ??= this.#look());

  /** Something has changed. */
  changed(): void {
    this.#state = this.#look();
    for (const listener of this.#listeners) listener();
  }

  /**
   * New packets may have come: `renew` looks for them, and answers whether there were any. It is called as often as its share
   * of time allows. What comes too early is looked for a little later, so that the last packets are shown too.
   */
  refresh(renew: () => boolean): void {
    if (this.#isWaiting) return;
    const before = this.#ports.now();
    if (before < this.#renewAt) return this.#refreshLater(this.#renewAt - before, renew);
    if (!renew()) return;
    this.changed();
    const renewed = this.#ports.now();
    this.#renewAt = renewed + (renewed - before) * patience;
    // The frame is drawn later in this turn of the event loop.
    this.#ports.after(0, () => {
      const drawn = this.#ports.now();
      const delay = Math.min((drawn - renewed) * patience, longestDelay);
      this.#renewAt = Math.max(this.#renewAt, drawn + delay);
    });
  }

  #refreshLater(milliseconds: number, renew: () => boolean): void {
    this.#isWaiting = true;
    this.#ports.after(milliseconds, () => {
      this.#isWaiting = false;
      this.refresh(renew);
    });
  }
}

/** The typed filter; undefined for an empty line; a text says what is wrong. */
export function typedFilter(text: string): { readonly filter: NamedFilter | undefined } | string {
  const parsed = parseFilter(text);
  if (!parsed.ok) return parsed.message;
  return { filter: text.trim() === '' ? undefined : { text, filter: parsed.filter } };
}
