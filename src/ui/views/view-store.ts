// The state that a full-screen view shows: immutable, replaced as a whole. Also typed filters.
// It is outside React, so that it outlives every mount.
import { parseFilter } from '../../shell/packets/packet-filter.ts';
import type { NamedFilter } from '../../shell/session/view.ts';
import type { ViewState } from './view-types.ts';

/** Renewing may take at most one part in this many of the time. */
const patience = 10;

/** The state of a view, and its subscribers. */
export class ViewStore {
  readonly #look: () => ViewState;
  readonly #now: () => number;
  readonly #listeners = new Set<() => void>();
  #state: ViewState | undefined;
  #renewAt = 0;

  constructor(look: () => ViewState, now: () => number) {
    this.#look = look;
    this.#now = now;
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

  /** New packets may have come: `renew` looks for them, as often as its share of time allows, and answers whether there were any. */
  refresh(renew: () => boolean): void {
    const before = this.#now();
    if (before < this.#renewAt || !renew()) return;
    this.#renewAt = this.#now() + (this.#now() - before) * patience;
    this.changed();
  }
}

/** The typed filter; undefined for an empty line; a text says what is wrong. */
export function typedFilter(text: string): { readonly filter: NamedFilter | undefined } | string {
  const parsed = parseFilter(text);
  if (!parsed.ok) return parsed.message;
  return { filter: text.trim() === '' ? undefined : { text, filter: parsed.filter } };
}
