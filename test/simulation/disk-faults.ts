// What a plan does to the calls of the simulated disk.
import type { Clock } from '../../src/network/clock.ts';
import type { Random } from '../../src/network/random.ts';
import { systemError } from './disk/disk.ts';
import type { DiskFaults } from './plan.ts';

/** Calls that a fault may hit: the others cannot fail where the code that calls them could do anything about it. */
const fallible = new Set([
  'open',
  'read',
  'writev',
  'fsync',
  'fdatasync',
  'close',
  'link',
  'rename',
  'fstat',
  'lstat',
  'stat',
]);

export class FaultyCalls {
  /** Faults begin once the server runs. */
  isOn = false;
  /** Calls that failed, by their name. */
  readonly failed = new Map<string, number>();
  readonly #faults: DiskFaults;
  readonly #random: Random;
  readonly #clock: Clock;
  #isOnceDone = false;

  constructor(faults: DiskFaults, random: Random, clock: Clock) {
    this.#faults = faults;
    this.#random = random;
    this.#clock = clock;
  }

  /** Waits or rejects as the plan says. */
  before(call: string, owner: string): Promise<void> | undefined {
    if (!this.isOn) return undefined;
    const { slow = 0 } = this.#faults;
    const code = this.#code(call, owner);
    if (slow === 0 && code === undefined) return undefined;
    return this.#late(slow, call, code);
  }

  async #late(slow: number, call: string, code: string | undefined): Promise<void> {
    if (slow > 0) {
      const delay = this.#random() * slow;
      await new Promise<void>((resolve) => this.#clock.after(delay, resolve));
    }
    if (code === undefined) return;
    this.failed.set(call, (this.failed.get(call) ?? 0) + 1);
    throw systemError(code);
  }

  #code(call: string, owner: string): string | undefined {
    const { once, failing } = this.#faults;
    if (once?.call === call && !this.#isOnceDone && owner === 'srv') {
      this.#isOnceDone = true;
      return once.code;
    }
    if (failing === undefined || !fallible.has(call) || this.#random() >= failing.share) return undefined;
    return failing.codes[Math.floor(this.#random() * failing.codes.length)];
  }

  shortest(length: number): number {
    return this.isOn && this.#faults.short === true && length > 1
      ? 1 + Math.floor(this.#random() * length)
      : length;
  }
}
