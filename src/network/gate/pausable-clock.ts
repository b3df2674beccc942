// A clock that can stand still: its timers wait meanwhile, and go on with what was left of them.
// Rule: a timer never fires while the clock stands still.
import { dateAt, type Clock, type Timer } from '../clock.ts';

interface Entry {
  /** On this clock. */
  readonly due: number;
  readonly keepAlive: boolean;
  readonly action: () => void;
  /** The timer of the clock below; undefined while this one stands still. */
  running: Timer | undefined;
}

/** `base`, without the time during which it was paused. */
export class PausableClock implements Clock {
  readonly base: Clock;
  /** Milliseconds of all pauses that are over. */
  #behind = 0;
  /** When the pause began, on the clock below; undefined: it runs. */
  #pausedAt: number | undefined;
  /** In the order in which they were set. */
  readonly #timers = new Set<Entry>();

  constructor(base: Clock) {
    this.base = base;
  }

  now(): number {
    return (this.#pausedAt ?? this.base.now()) - this.#behind;
  }

  wall(): Date {
    const { base } = this;
    return dateAt(base.wall().getTime() - (base.now() - this.now()));
  }

  /** Milliseconds since the pause began, on the clock below; 0 while it runs. */
  get pausedFor(): number {
    return this.#pausedAt === undefined ? 0 : this.base.now() - this.#pausedAt;
  }

  after(delay: number, action: () => void, keepAlive = true): Timer {
    const due = this.now() + Math.max(delay, 0);
    const entry: Entry = { due, keepAlive, action, running: undefined };
    this.#timers.add(entry);
    if (this.#pausedAt === undefined) this.#start(entry);
    return {
      cancel: () => {
        this.#timers.delete(entry);
        entry.running?.cancel();
      },
    };
  }

  /** Stands still from now on. Pausing again does nothing. */
  pause(): void {
    if (this.#pausedAt !== undefined) return;
    this.#pausedAt = this.base.now();
    for (const entry of this.#timers) {
      entry.running?.cancel();
      entry.running = undefined;
    }
  }

  resume(): void {
    if (this.#pausedAt === undefined) return;
    this.#behind += this.base.now() - this.#pausedAt;
    this.#pausedAt = undefined;
    for (const entry of this.#timers) this.#start(entry);
  }

  #start(entry: Entry): void {
    const fire = (): void => {
      this.#timers.delete(entry);
      entry.action();
    };
    entry.running = this.base.after(entry.due - this.now(), fire, entry.keepAlive);
  }
}
