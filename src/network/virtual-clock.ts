// Time that moves only when told to: a whole client and server run on it, as fast as the machine allows.
// Rule: timers fire in the order of their time, then of their making; between two, all promises settle.
// Never imported here: real timers. The turns of the real event loop come from clock.ts.
import { dateAt, turn, type Clock, type Timer } from './clock.ts';

export interface VirtualClockOptions {
  /** What `wall()` says at the start; the Unix epoch by default. */
  readonly start?: Date;
  /** Whether work outside, such as a file read, is still under way: time stands still meanwhile. Default: never. */
  readonly busy?: () => boolean;
}

interface Entry {
  readonly due: number;
  readonly order: number;
  readonly keepAlive: boolean;
  /** Missing once fired or cancelled. */
  action: (() => void) | undefined;
}

// A longer delay would fire at once on the real clock, which clamps it likewise.
const longest = 2 ** 31 - 1;

/** A clock that stands still until `advance` or `run`. */
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

  /** Fires what is due within the next `duration` milliseconds; then it is that much later. */
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
   * Fires timers until `until` holds, or without it until none is left that keeps a process alive.
   * @returns whether `until` holds: false means that nothing more can happen.
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

  /** Lets promises, and the work that `busy` reports, come to rest without any time passing. */
  async settle(): Promise<void> {
    // One turn empties the queues of promises and ticks. The second lets what an immediate started do so too.
    await turn();
    await turn();
    while (this.#busy()) {
      await turn();
      if (!this.#busy()) await turn(); // its callback may have begun more
    }
  }

  /** When the next timer is due; drops cancelled ones on the way. */
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
