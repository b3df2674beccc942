// The memory in which a server's transfers read ahead, bounded for all of them.
// Rule: each transfer has its smallest pieces without asking; what is more comes from here and goes back at its end.

/** Octets that all transfers of a server may hold beyond their smallest pieces. */
const most = 4 * 1024 * 1024;

export class ReadAhead {
  readonly #most: number;
  #held = 0;

  constructor(octets = most) {
    this.#most = octets;
  }

  /** Octets that transfers hold now. */
  get held(): number {
    return this.#held;
  }

  /** @returns false where `octets` more would be too many; then nothing is taken. */
  take(octets: number): boolean {
    if (this.#held + octets > this.#most) return false;
    this.#held += octets;
    return true;
  }

  giveBack(octets: number): void {
    this.#held -= octets;
  }
}
