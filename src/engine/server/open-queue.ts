// Limits how many files are opened at once: a slow disk or a slow upstream server must not gather work without bound.
// Rule: the newest request goes first, because the client of an old one may have left; clients repeat their requests.
// While a request waits, an open that takes long gives way: one of the address that has the most of them.
import type { Clock, Timer } from '../../network/clock.ts';

/** Files that are opened at once. */
const mostOpens = 64;
/** Milliseconds in which a file is open, unless its disk or server has trouble. */
export const openTime = 2000;

/** Whoever opens a file. */
interface Opener {
  /** What its address counts as. */
  readonly group: string;
  /** Ends the work: others wait for its turn. */
  readonly giveWay: () => void;
}

interface Turn extends Opener {
  readonly since: number;
  isLeaving: boolean;
}

interface Waiting extends Opener {
  readonly begin: () => void;
}

/** The queue as one transfer sees it. */
export interface Opens {
  /** Runs `work` when it is its turn. Rejects with the reason of `signal` where that is aborted before. */
  run<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T>;
}

export class OpenQueue {
  readonly #clock: Pick<Clock, 'now' | 'after'>;
  readonly #most: number;
  /** The oldest first. */
  readonly #running = new Set<Turn>();
  readonly #waiting = new Set<Waiting>();
  #timer: Timer | undefined;

  constructor(clock: Pick<Clock, 'now' | 'after'>, most = mostOpens) {
    this.#clock = clock;
    this.#most = most;
  }

  /** For a transfer of an address that counts as `group`. `giveWay` aborts its signal. */
  of(group: string, giveWay: () => void): Opens {
    return { run: (signal, work) => this.#run({ group, giveWay }, signal, work) };
  }

  async #run<T>(opener: Opener, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const isFree = this.#running.size < this.#most;
    const turn = isFree ? this.#begin(opener) : await this.#wait(opener, signal);
    try {
      signal.throwIfAborted();
      return await work();
    } finally {
      this.#running.delete(turn);
      this.#next();
    }
  }

  #begin(opener: Opener): Turn {
    const turn = { ...opener, since: this.#clock.now(), isLeaving: false };
    this.#running.add(turn);
    return turn;
  }

  #wait(opener: Opener, signal: AbortSignal): Promise<Turn> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.#waiting.delete(waiting);
        this.#makeWay();
        reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
      };
      const begin = (): void => {
        this.#waiting.delete(waiting);
        signal.removeEventListener('abort', leave);
        resolve(this.#begin(opener));
      };
      const waiting = { ...opener, begin };
      this.#waiting.add(waiting);
      signal.addEventListener('abort', leave, { once: true });
      this.#makeWay();
    });
  }

  /** The newest request of the address that has the fewest turns. */
  #next(): void {
    const turns = counts(this.#running);
    let best: Waiting | undefined;
    for (const one of this.#waiting)
      if (best === undefined || (turns.get(one.group) ?? 0) <= (turns.get(best.group) ?? 0)) best = one;
    best?.begin();
    this.#makeWay();
  }

  /** As many that take long give way as others wait. */
  #makeWay(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    let leaving = 0;
    for (const { isLeaving } of this.#running) if (isLeaving) leaving += 1;
    for (; leaving < this.#waiting.size; leaving++) {
      const slow = this.#slowest();
      if (slow === undefined) return;
      slow.isLeaving = true;
      slow.giveWay();
    }
  }

  /** The oldest of the busiest address among those that take long. Without one, looks again when there will be one. */
  #slowest(): Turn | undefined {
    const turns = counts(this.#running);
    const now = this.#clock.now();
    let slowest: Turn | undefined;
    for (const turn of this.#running) {
      if (turn.isLeaving) continue;
      const left = turn.since + openTime - now;
      if (left > 0) {
        if (slowest === undefined) this.#timer = this.#clock.after(left, () => this.#makeWay(), false);
        break;
      }
      if (slowest === undefined || (turns.get(turn.group) ?? 0) > (turns.get(slowest.group) ?? 0))
        slowest = turn;
    }
    return slowest;
  }
}

function counts(turns: Iterable<{ readonly group: string }>): ReadonlyMap<string, number> {
  const byGroup = new Map<string, number>();
  for (const { group } of turns) byGroup.set(group, (byGroup.get(group) ?? 0) + 1);
  return byGroup;
}
