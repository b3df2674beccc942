// What views see: one state and a stream of transcript lines, handed out in batches. Nothing ticks while nothing happens.
// Rule: every text is Printable before it comes here.
import { refreshInterval } from '../../trace/text/refresh.ts';
import type { Clock, Timer } from '../../network/clock.ts';
import type { ShellEvent } from '../report/events.ts';
import type { Line, ShellState } from './state.ts';
import { printable } from '../../wire/text.ts';

/** Enough lines for one batch: a slow reader gets them in pieces of this size. */
const largestBatch = 2000;

/** A shell to begin with. */
export const emptyState: ShellState = {
  prompt: printable('tftp> '),
  transfers: [],
  server: undefined,
  question: undefined,
  foreground: false,
  leaving: undefined,
};

export class Store {
  readonly #clock: Clock;
  readonly #stateListeners = new Set<() => void>();
  readonly #lineListeners = new Set<(lines: readonly Line[]) => void>();
  readonly #eventListeners = new Set<(event: ShellEvent) => void>();
  #state: ShellState;
  #pending: Line[] = [];
  #flushedAt = -Infinity;
  #timer: Timer | undefined;

  constructor(clock: Clock, state: ShellState) {
    this.#clock = clock;
    this.#state = state;
  }

  get state(): ShellState {
    return this.#state;
  }

  /** Replaces parts of the state and tells the views at once. Figures that change all the time come ten times a second. */
  update(change: Partial<ShellState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#stateListeners) listener();
  }

  subscribe(listener: () => void): () => void {
    this.#stateListeners.add(listener);
    return () => this.#stateListeners.delete(listener);
  }

  onLines(listener: (lines: readonly Line[]) => void): () => void {
    this.#lineListeners.add(listener);
    // What was said before anybody looked.
    this.flush();
    return () => this.#lineListeners.delete(listener);
  }

  onEvent(listener: (event: ShellEvent) => void): () => void {
    this.#eventListeners.add(listener);
    return () => this.#eventListeners.delete(listener);
  }

  /** Whether anybody reads events: build none for every packet otherwise. */
  get hasEventListeners(): boolean {
    return this.#eventListeners.size > 0;
  }

  emit(event: ShellEvent): void {
    for (const listener of this.#eventListeners) listener(event);
  }

  /** Appends to the transcript: at once when it was quiet, otherwise with the next batch. */
  print(lines: readonly Line[]): void {
    if (lines.length === 0) return;
    for (const line of lines) this.#pending.push(line);
    const wait = this.#flushedAt + refreshInterval - this.#clock.now();
    if (wait <= 0 || this.#pending.length >= largestBatch) this.flush();
    else this.#timer ??= this.#clock.after(wait, () => this.flush());
  }

  /** Hands out what is pending. */
  flush(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#pending.length === 0) return;
    if (this.#lineListeners.size === 0) {
      this.#pending = this.#pending.slice(-largestBatch);
      return;
    }
    const lines = this.#pending;
    this.#pending = [];
    this.#flushedAt = this.#clock.now();
    for (const listener of this.#lineListeners) listener(lines);
  }
}
