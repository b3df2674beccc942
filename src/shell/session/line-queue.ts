// Lines that were entered, run in the order they were entered. The rule: a line waits for the one before it, unless
// that one has a transfer under way: beside a transfer one can go on working.
import type { Shell } from './shell.ts';

interface Batch {
  readonly lines: readonly string[];
  /** Transfers that ran before it began. */
  readonly earlier: ReadonlySet<number>;
}

export interface QueueEvents {
  /** Something waits that did not, or the reverse; a line was run and is history. */
  readonly changed: () => void;
  /** A line of a paste failed, and so many after it were not run. */
  readonly stopped: (left: number) => void;
}

export class LineQueue {
  readonly #shell: Pick<Shell, 'state' | 'submit'>;
  readonly #events: QueueEvents;
  #waiting: (readonly string[])[] = [];
  #current: Batch | undefined;

  constructor(shell: Pick<Shell, 'state' | 'submit'>, events: QueueEvents) {
    this.#shell = shell;
    this.#events = events;
  }

  /** The lines that wait, in order. */
  get waiting(): readonly string[] {
    return this.#waiting.flat();
  }

  /** Several lines at once stop at the first that fails. */
  add(lines: readonly string[]): void {
    this.#waiting.push(lines);
    this.startNext();
  }

  /** Forgets what waits. */
  drop(): void {
    this.#waiting = [];
  }

  /** Starts what may start: to be called whenever the shell's state has changed. */
  startNext(): void {
    while (this.#mayStart()) {
      const lines = this.#waiting.shift();
      if (lines === undefined) return;
      const before = new Set(this.#shell.state.transfers.map((each) => each.number));
      const job: Batch = { lines, earlier: before };
      this.#current = job;
      void this.#run(job).then(() => {
        if (this.#current === job) this.#current = undefined;
        this.startNext();
        this.#events.changed();
      });
    }
  }

  #mayStart(): boolean {
    const { transfers, question } = this.#shell.state;
    const job = this.#current;
    if (job === undefined) return true;
    return question === undefined && transfers.some((each) => !job.earlier.has(each.number));
  }

  async #run({ lines }: Batch): Promise<void> {
    for (const [at, line] of lines.entries()) {
      const status = await this.#shell.submit(line);
      this.#events.changed();
      const left = lines.length - at - 1;
      if (this.#shell.state.leaving !== undefined) return;
      if (status === 0 || left === 0) continue;
      this.#events.stopped(left);
      return;
    }
  }
}
