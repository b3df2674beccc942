// Takes the blocks of a multicast transfer, which come in any order, and passes them on in the order of the file.
// Rule: what comes too early waits on a shelf, so that checks, conversion, sink and publishing work as for every file.
import type { Shelf } from '../../files/streams/shelf.ts';
import type { Drain } from './drain.ts';
import type { Deliveries } from './drive.ts';

/** Octets that are taken from the shelf at once, where they follow each other. */
const piece = 256 * 1024;

export interface ScatteredDrainOptions {
  readonly shelf: Shelf;
  /** Makes the drain for octets in order; it calls `stored` for deliveries that had to wait. */
  readonly drain: (stored: () => void) => Drain;
  /** A delivery that had to wait is stored now. */
  readonly stored: () => void;
  /** Octets from `at` on, up to `end`, arrived: throws what forbids them. */
  readonly check: (end: number) => void;
  readonly failed: (error: unknown) => void;
}

export class ScatteredDrain implements Deliveries {
  readonly #options: ScatteredDrainOptions;
  readonly #drain: Drain;
  /** Who waits for the drain, in the order of the deliveries. */
  readonly #waiting: (() => void)[] = [];
  /** Octets on the shelf, by the offset where they begin. */
  readonly #kept = new Map<number, number>();
  #keptOctets = 0;
  /** Where the next octets of the drain begin. */
  #next = 0;
  #work: Promise<void> = Promise.resolve();
  #jobs = 0;

  constructor(options: ScatteredDrainOptions) {
    this.#options = options;
    this.#drain = options.drain(() => this.#waiting.shift()?.());
  }

  /** Octets that wait for those before them. */
  get keptOctets(): number {
    return this.#keptOctets;
  }

  accept(octets: Uint8Array, last: boolean, at = this.#next): boolean {
    const end = at + octets.length;
    if (this.#jobs === 0 && at === this.#next && !this.#kept.has(end)) {
      this.#next = end;
      const isStored = this.#drain.accept(octets, last);
      if (!isStored) this.#waiting.push(this.#options.stored);
      return isStored;
    }
    this.#jobs += 1;
    this.#work = this.#work.then(() => this.#take(octets, last, at)).catch(this.#options.failed);
    return false;
  }

  write(isAnswered: boolean): void {
    this.#drain.write(isAnswered);
  }

  async #take(octets: Uint8Array, last: boolean, at: number): Promise<void> {
    this.#options.check(at + octets.length);
    if (at === this.#next) {
      await this.#pass(octets, last && this.#kept.size === 0);
      for (let length = this.#readyLength(); length > 0; length = this.#readyLength())
        await this.#pass(await this.#options.shelf.take(this.#next, length), last && this.#kept.size === 0);
    } else if (octets.length > 0) {
      await this.#options.shelf.put(at, octets);
      this.#kept.set(at, octets.length);
      this.#keptOctets += octets.length;
    }
    this.#jobs -= 1;
    this.#options.stored();
  }

  /** Takes the octets on the shelf that come next out of the account. @returns how many they are. */
  #readyLength(): number {
    let length = 0;
    for (let more = this.#kept.get(this.#next); more !== undefined && length < piece;) {
      this.#kept.delete(this.#next + length);
      length += more;
      more = this.#kept.get(this.#next + length);
    }
    this.#keptOctets -= length;
    return length;
  }

  async #pass(octets: Uint8Array, last: boolean): Promise<void> {
    this.#next += octets.length;
    const isStored = this.#drain.accept(octets, last);
    this.#drain.write(true);
    if (isStored) return;
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
}
