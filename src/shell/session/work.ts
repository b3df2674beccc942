// Work that commands start: one piece in the foreground, which Ctrl-C ends, and any number in the background.
import type { Store } from './store.ts';

export class Work {
  readonly #store: Pick<Store, 'flush'>;
  readonly #background = new Set<Promise<number>>();
  #foreground: AbortController | undefined;
  #status = 0;

  constructor(store: Pick<Store, 'flush'>) {
    this.#store = store;
  }

  /** Runs `work` in the foreground; {@link Work.abort} ends it by its signal. */
  async inForeground<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const own = (this.#foreground = new AbortController());
    return work(own.signal).finally(() => {
      if (this.#foreground === own) this.#foreground = undefined;
    });
  }

  /** Lets `work` run in the background. It must resolve with an exit status and never reject. */
  inBackground(work: Promise<number>): void {
    this.#background.add(work);
    void work.then((status) => {
      this.#background.delete(work);
      this.#status ||= status;
      this.#store.flush();
    });
  }

  /** Aborts the work in the foreground. @returns whether there was any. */
  abort(): boolean {
    this.#foreground?.abort();
    return this.#foreground !== undefined;
  }

  /** Waits for the work in the background. @returns the exit status of the first that failed, or 0. */
  async idle(): Promise<number> {
    while (this.#background.size > 0) await Promise.all(this.#background);
    return this.#status;
  }
}
