// Passes conversations on in the order of their numbers, though they end in another order.
// Rule: bounded. Where too many wait for one that goes on, they go first.
import type { ConversationSummary } from '../../trace/capture/record.ts';

/** Conversations that wait for one with a lower number. */
const mostWaiting = 20_000;

export class InOrder {
  readonly #pass: (summary: ConversationSummary) => void;
  readonly #most: number;
  readonly #waiting = new Map<number, ConversationSummary>();
  #next = 1;

  constructor(pass: (summary: ConversationSummary) => void, most = mostWaiting) {
    this.#pass = pass;
    this.#most = most;
  }

  /** A conversation has ended. */
  push(summary: ConversationSummary): void {
    this.#waiting.set(summary.transfer, summary);
    if (summary.transfer < this.#next) this.#go(summary.transfer);
    while (this.#waiting.has(this.#next)) this.#go(this.#next);
    if (this.#waiting.size > this.#most) this.#drain(this.#most >> 1);
  }

  /** No more come. */
  end(): void {
    this.#drain(0);
  }

  /** Passes the lowest numbers on, until `left` wait. */
  #drain(left: number): void {
    for (const number of [...this.#waiting.keys()].sort((a, b) => a - b)) {
      if (this.#waiting.size <= left) return;
      this.#go(number);
    }
  }

  #go(number: number): void {
    const summary = this.#waiting.get(number);
    this.#waiting.delete(number);
    this.#next = Math.max(this.#next, number + 1);
    if (summary !== undefined) this.#pass(summary);
  }
}
