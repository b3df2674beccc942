// A clock that moves only on request: client and server run on it as fast as the machine allows.
// The lab runs on it. Rule: timers fire in the order of their time, then in the order in which they were set. All
// promises settle between two timers.
import { dateAt, turn, type Clock, type Timer } from './clock.ts';

export interface VirtualClockOptions {
  /** The result of `wall()` at the start. Default: the Unix epoch. */
  readonly start?: Date;
  /** Whether work outside the clock, such as reading a file, is not finished yet. Time does not move meanwhile. Default: never. */
  readonly busy?: () => boolean;
}

interface Entry {
  readonly due: number;
  readonly order: number;
  readonly keepAlive: boolean;
  /** Undefined after the timer fired or was cancelled. */
  action: (() => void) | undefined;
}

// The limit of a real timer, so that both clocks clamp alike.
const longest = 2 ** 31 - 1;

/** A clock whose time moves only during `advance` and `run`. */
export class VirtualClock implements Clock {
  #now = 0;
  #order = 0;
  #pending = 0;
  #holding = 0;
  readonly #heap: Entry[] = [];
  readonly #start: number;
  readonly #busy: () => boolean;

  constructor({ start, busy = () => false }: VirtualClockOptions = {}) {
    this.#start = start?.getTime() ?? 0;
    this.#busy = busy;
  }

  now(): number {
    return this.#now;
  }

  wall(): Date {
    return dateAt(this.#start + this.#now);
  }

  /** Timers that have neither fired nor been cancelled. */
  get pending(): number {
    return this.#pending;
  }

  after(delay: number, action: () => void, keepAlive = true): Timer {
    const due = this.#now + Math.min(Math.max(delay, 0), longest);
    const entry: Entry = { due, order: this.#order++, keepAlive, action };
    push(this.#heap, entry);
    this.#pending++;
    if (keepAlive) this.#holding++;
    return { cancel: () => void this.#take(entry) };
  }

  /** Fires the timers of the next `duration` milliseconds and moves the time to the end of them. */
  async advance(duration: number): Promise<void> {
    const end = this.#now + duration;
    await this.settle();
    while (this.#next() <= end) {
      this.#fire();
      await this.settle();
    }
    this.#now = end;
  }

  /**
   * Fires timers until `until` returns true; without `until`, as long as a timer is left that keeps a process alive.
   * @returns true if that point was reached; false if no timer is left before.
   */
  async run(until?: () => boolean): Promise<boolean> {
    for (;;) {
      await this.settle();
      if (until?.() === true) return true;
      if (until === undefined ? this.#holding === 0 : this.#pending === 0) return until === undefined;
      this.#next();
      this.#fire();
    }
  }

  /** Waits until all promises, and the work that `busy` reports, have settled. The time does not move. */
  async settle(): Promise<void> {
    // The first turn empties the queues of promises and ticks. The second does so for what an immediate started.
    await turn();
    await turn();
    while (this.#busy()) {
      await turn();
      if (!this.#busy()) await turn(); // The callback of that work may have started more.
    }
  }

  /** The time of the next timer; Infinity if no timer is left. Removes cancelled ones. */
  #next(): number {
    while (this.#heap[0] !== undefined && this.#heap[0].action === undefined) pop(this.#heap);
    return this.#heap[0]?.due ?? Infinity;
  }

  #fire(): void {
    const entry = pop(this.#heap);
    if (entry === undefined) return;
    this.#now = Math.max(this.#now, entry.due);
    this.#take(entry)?.();
  }

  #take(entry: Entry): (() => void) | undefined {
    const { action } = entry;
    if (action === undefined) return undefined;
    entry.action = undefined;
    this.#pending--;
    if (entry.keepAlive) this.#holding--;
    return action;
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.due < b.due || (a.due === b.due && a.order < b.order);
}

function push(heap: Entry[], entry: Entry): void {
  let at = heap.length;
  while (at > 0) {
    const above = (at - 1) >> 1;
    const parent = heap[above];
    if (parent === undefined || isBefore(parent, entry)) break;
    heap[at] = parent;
    at = above;
  }
  heap[at] = entry;
}

function pop(heap: Entry[]): Entry | undefined {
  const first = heap[0];
  const last = heap.pop();
  if (first === undefined || last === undefined || heap.length === 0) return first;
  let at = 0;
  for (;;) {
    const left = heap[2 * at + 1];
    const right = heap[2 * at + 2];
    if (left === undefined) break;
    const [child, index] =
      right !== undefined && isBefore(right, left) ? [right, 2 * at + 2] : [left, 2 * at + 1];
    if (isBefore(last, child)) break;
    heap[at] = child;
    at = index;
  }
  heap[at] = last;
  return first;
}
