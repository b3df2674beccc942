// The state and the transcript lines that views read. Lines are passed on in batches; without news no timer runs.
// Rule: every text is Printable before it comes here.
import { refreshInterval } from '../../trace/text/refresh.ts';
import type { Clock, Timer } from '../../network/clock.ts';
import type { ShellEvent } from '../report/events.ts';
import type { Line, ShellState } from './state.ts';
import { printable } from '../../wire/text.ts';

/** The largest number of lines in a batch. */
const largestBatch = 2000;

/** The state of a shell that has just started. */
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

  /** Replaces parts of the state and notifies the views at once. Callers limit fast figures to ten changes a second. */
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
    // Passes on lines that were printed before the first listener.
    this.flush();
    return () => this.#lineListeners.delete(listener);
  }

  onEvent(listener: (event: ShellEvent) => void): () => void {
    this.#eventListeners.add(listener);
    return () => this.#eventListeners.delete(listener);
  }

  /** Whether anyone reads events. If not, no event is built for each packet. */
  get hasEventListeners(): boolean {
    return this.#eventListeners.size > 0;
  }

  emit(event: ShellEvent): void {
    for (const listener of this.#eventListeners) listener(event);
  }

  /** Appends lines to the transcript: at once after a pause, otherwise with the next batch. */
  print(lines: readonly Line[]): void {
    if (lines.length === 0) return;
    for (const line of lines) this.#pending.push(line);
    const wait = this.#flushedAt + refreshInterval - this.#clock.now();
    if (wait <= 0 || this.#pending.length >= largestBatch) this.flush();
    else this.#timer ??= this.#clock.after(wait, () => this.flush());
  }

  /** Passes on the pending lines. */
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
