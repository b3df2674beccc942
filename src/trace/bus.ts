// One stream of events for every view. With nobody listening no event is built: ask `active` first.
// Imports only this room.
import type { TraceEvent } from './event.ts';

export type TraceListener = (event: TraceEvent) => void;

/** Hands each event to every listener, in the order of subscription. */
export class Bus {
  #listeners: readonly TraceListener[] = [];
  #lastId = 0;

  /** Whether anybody listens: build no event otherwise. */
  get active(): boolean {
    return this.#listeners.length > 0;
  }

  /** Numbers a datagram: who observes it and who changes its fate share one stream of numbers. */
  nextId(): number {
    return ++this.#lastId;
  }

  emit(event: TraceEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  /** @returns a function that ends the subscription. */
  subscribe(listener: TraceListener): () => void {
    this.#listeners = [...this.#listeners, listener];
    return () => {
      this.#listeners = this.#listeners.filter((other) => other !== listener);
    };
  }
}
