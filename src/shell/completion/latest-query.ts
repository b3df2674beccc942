// A look at something that may be slow: whoever waits is answered soon, if only that it takes longer.
// Rule: a look that nobody wants any more is told so; what came too late is kept a while for the same question.
import type { Clock, Timer } from '../../network/clock.ts';

/** Milliseconds that somebody at a prompt waits. */
const patience = 300;
/** Milliseconds that a late answer is worth keeping. */
const fresh = 10_000;

/** Asked now and then whether the answer is still wanted. */
export type Stopped = () => boolean;

interface Look<T> {
  readonly key: string;
  readonly done: Promise<T>;
  /** When it was done; undefined: it goes on. */
  at: number | undefined;
  stopped: boolean;
}

/** One question at a time. */
export class LatestQuery<T> {
  readonly #clock: Clock;
  #look: Look<T> | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** What `work` finds; undefined: it takes longer, and the same question again may find it answered. */
  async ask(key: string, work: (stopped: Stopped) => Promise<T>): Promise<T | undefined> {
    const look = this.#kept(key) ?? this.#begin(key, work);
    let timer: Timer | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = this.#clock.after(patience, () => resolve(undefined), false);
    });
    try {
      return await Promise.race([look.done, late]);
    } finally {
      timer?.cancel();
      // What was answered is not told again: the next look is a new one.
      if (look.at !== undefined && this.#look === look) this.#look = undefined;
    }
  }

  #kept(key: string): Look<T> | undefined {
    const look = this.#look;
    if (look?.key !== key) return undefined;
    return look.at === undefined || this.#clock.now() - look.at < fresh ? look : undefined;
  }

  #begin(key: string, work: (stopped: Stopped) => Promise<T>): Look<T> {
    if (this.#look !== undefined) this.#look.stopped = true;
    const look: { -readonly [K in keyof Look<T>]?: Look<T>[K] } = { key, at: undefined, stopped: false };
    look.done = work(() => look.stopped === true).finally(() => (look.at = this.#clock.now()));
    // A failure is for who waits; where nobody does, it is nobody's.
    look.done.catch(() => undefined);
    return (this.#look = look as Look<T>);
  }
}
