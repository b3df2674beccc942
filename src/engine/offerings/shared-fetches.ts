// The running fetches of an offering by name: clients that ask for one file at the same time share one.
// Rule: a fetch is shared until the other server answers, and shortly after: nobody can keep an old version alive.
import type { Source } from '../../files/file.ts';
import { SharedFetch, type Held, type OpenThere } from './shared-fetch.ts';

/** Milliseconds after the answer of the other server in which others may join a fetch. */
const young = 5000;

export class SharedFetches {
  readonly #now: () => number;
  readonly #running = new Map<string, SharedFetch>();
  readonly #held: Held = { octets: 0 };

  constructor(now: () => number) {
    this.#now = now;
  }

  /**
   * The file `name` from the beginning: of a running fetch if one can be shared, otherwise of a new one by `open`.
   * `signal`: this client no longer waits; when no client waits, the signal of `open` is aborted. Rejects with FileError.
   */
  open(name: string, open: OpenThere, signal: AbortSignal | undefined): Promise<Source> {
    const running = this.#running.get(name);
    const answeredAt = running?.answeredAt ?? this.#now();
    if (running?.isWhole === true && this.#now() - answeredAt < young) return running.join(signal);
    const fetch = new SharedFetch(open, {
      ...{ held: this.#held, now: this.#now },
      onIdle: () => this.#remove(name, fetch),
    });
    this.#running.set(name, fetch);
    return fetch.join(signal);
  }

  #remove(name: string, fetch: SharedFetch): void {
    if (this.#running.get(name) === fetch) this.#running.delete(name);
  }
}
