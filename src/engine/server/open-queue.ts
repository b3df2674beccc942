// Limits how many files are opened at once: a slow disk or a slow upstream server must not gather work without bound.
// Rule: first come, first served; work that nobody waits for any more never starts.

/** Files that are opened at once. */
const mostOpens = 64;

export class OpenQueue {
  readonly #most: number;
  readonly #waiting = new Set<() => void>();
  #running = 0;

  constructor(most = mostOpens) {
    this.#most = most;
  }

  /** Runs `work` when it is its turn. Rejects with the reason of `signal` where that is aborted before. */
  async run<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#most) await this.#turn(signal);
    else this.#running += 1;
    try {
      signal.throwIfAborted();
      return await work();
    } finally {
      this.#next();
    }
  }

  /** Resolves with a turn: the one that has ended hands it over. */
  #turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.#waiting.delete(begin);
        reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
      };
      const begin = (): void => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      this.#waiting.add(begin);
      signal.addEventListener('abort', leave, { once: true });
    });
  }

  #next(): void {
    const [begin] = this.#waiting;
    if (begin === undefined) {
      this.#running -= 1;
      return;
    }
    this.#waiting.delete(begin);
    begin();
  }
}
