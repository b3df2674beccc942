// A query that may be slow. A waiting caller gets an answer soon, even if only "still working".
// Rule: a new key stops the previous query; a late result is kept for a while, for the same key.
import type { Clock, Timer } from '../../network/clock.ts';

/** Milliseconds that a caller waits. */
const patience = 300;
/** Milliseconds for which a late result is kept. */
const fresh = 10_000;

/** Whether the query was stopped; slow work calls it now and then. */
export type Stopped = () => boolean;

interface Run<T> {
  readonly key: string;
  readonly done: Promise<T>;
  /** When it finished; undefined while it runs. */
  at: number | undefined;
  stopped: boolean;
}

/** Runs one query at a time. */
export class LatestQuery<T> {
  readonly #clock: Clock;
  #run: Run<T> | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The result of `work`; undefined where it takes longer: call again with the same key. Rejects as `work` does. */
  async ask(key: string, work: (stopped: Stopped) => Promise<T>): Promise<T | undefined> {
    const run = this.#kept(key) ?? this.#begin(key, work);
    let timer: Timer | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = this.#clock.after(patience, () => resolve(undefined), false);
    });
    try {
      return await Promise.race([run.done, late]);
    } finally {
      timer?.cancel();
      // The caller has the result: the next call runs anew.
      if (run.at !== undefined && this.#run === run) this.#run = undefined;
    }
  }

  #kept(key: string): Run<T> | undefined {
    const run = this.#run;
    if (run?.key !== key) return undefined;
    return run.at === undefined || this.#clock.now() - run.at < fresh ? run : undefined;
  }

  #begin(key: string, work: (stopped: Stopped) => Promise<T>): Run<T> {
    if (this.#run !== undefined) this.#run.stopped = true;
    const run: { -readonly [K in keyof Run<T>]?: Run<T>[K] } = { key, at: undefined, stopped: false };
    run.done = work(() => run.stopped === true).finally(() => (run.at = this.#clock.now()));
    // Errors go to the waiting caller; without one they are dropped.
    run.done.catch(() => undefined);
    return (this.#run = run as Run<T>);
  }
}
