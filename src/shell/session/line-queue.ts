// Runs entered lines in order. Rule: a line waits until the one before it is done or has a transfer running, so that
// the user can go on working during a transfer.
import type { Shell } from './shell.ts';

/** Lines that were entered together. */
interface Batch {
  readonly lines: readonly string[];
  /** The transfers that were running when the batch started. */
  readonly earlier: ReadonlySet<number>;
}

export interface QueueEvents {
  /** A line has ended, or the waiting lines have changed. */
  readonly changed: () => void;
  /** A line of a paste failed, so the `skipped` lines after it do not run. */
  readonly stopped: (skipped: number) => void;
}

export class LineQueue {
  readonly #shell: Pick<Shell, 'state' | 'submit'>;
  readonly #events: QueueEvents;
  #waiting: (readonly string[])[] = [];
  /** The batches that have not ended, oldest first. */
  readonly #running = new Set<Batch>();

  constructor(shell: Pick<Shell, 'state' | 'submit'>, events: QueueEvents) {
    this.#shell = shell;
    this.#events = events;
  }

  /** The waiting lines, in order. */
  get waiting(): readonly string[] {
    return this.#waiting.flat();
  }

  /** Whether a line runs. */
  get isRunning(): boolean {
    return this.#running.size > 0;
  }

  /** Adds lines that were entered together: they stop at the first that fails. */
  add(lines: readonly string[]): void {
    this.#waiting.push(lines);
    this.startNext();
  }

  /** Forgets the waiting lines. */
  drop(): void {
    this.#waiting = [];
  }

  /** Starts the next lines if they may start. Must be called after each change of the shell's state. */
  startNext(): void {
    while (this.#mayStart()) {
      const lines = this.#waiting.shift();
      if (lines === undefined) return;
      const earlier = new Set(this.#shell.state.transfers.map((each) => each.number));
      const batch: Batch = { lines, earlier };
      this.#running.add(batch);
      void this.#run(batch).then(() => {
        this.#running.delete(batch);
        this.startNext();
        this.#events.changed();
      });
    }
  }

  #mayStart(): boolean {
    const { transfers, question } = this.#shell.state;
    const newest = [...this.#running].at(-1);
    if (newest === undefined) return true;
    return question === undefined && transfers.some((each) => !newest.earlier.has(each.number));
  }

  async #run({ lines }: Batch): Promise<void> {
    for (const [at, line] of lines.entries()) {
      const status = await this.#shell.submit(line);
      this.#events.changed();
      const skipped = lines.length - at - 1;
      if (this.#shell.state.leaving !== undefined) return;
      if (status === 0 || skipped === 0) continue;
      this.#events.stopped(skipped);
      return;
    }
  }
}
