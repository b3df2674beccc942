// The lines that run, and the work that commands start: one piece in the foreground, which Ctrl-C ends, and any number in
// the background.
import { TftpError } from '../../engine/tftp-error.ts';
import type { Clock } from '../../network/clock.ts';
import { refreshInterval } from '../../trace/text/refresh.ts';
import { say, type Printable } from '../../wire/text.ts';
import { exitStatus } from '../report/exit-status.ts';
import type { LongWork } from './state.ts';
import type { Store } from './store.ts';

/** What work that reads a file gets. */
export interface ReadingJob {
  readonly signal: AbortSignal;
  /** Shows the share of the work that is done, 0…1. */
  readonly progress: (done: number) => void;
}

export class Work {
  readonly #store: Pick<Store, 'flush' | 'update'>;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #background = new Set<Promise<number>>();
  #foreground: AbortController | undefined;
  #status = 0;
  /** How many lines run: a script and each of its lines count. */
  #lines = 0;
  #isInterrupted = false;

  constructor(store: Pick<Store, 'flush' | 'update'>, clock: Pick<Clock, 'now'>) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Runs a line, which resolves with its exit status. If {@link interrupt} came, that is never 0. */
  async line(run: () => Promise<number>): Promise<number> {
    this.#lines++;
    try {
      const status = await run();
      return this.#isInterrupted ? status || exitStatus.interrupted : status;
    } finally {
      if (--this.#lines === 0) this.#isInterrupted = false;
    }
  }

  /**
   * Interrupts the lines that run: the next part of their work does not start.
   * @returns whether there was such a line that was not interrupted before.
   */
  interrupt(): boolean {
    const isNew = this.#lines > 0 && !this.#isInterrupted;
    this.#isInterrupted ||= isNew;
    return isNew;
  }

  /** Whether the lines that run are interrupted. */
  get isInterrupted(): boolean {
    return this.#isInterrupted;
  }

  /** To be called before each part of a command's work. Throws TftpError if the line is interrupted. */
  throwIfInterrupted(): void {
    if (this.#isInterrupted) throw interrupted();
  }

  /** Runs `work` in the foreground; {@link Work.abort} ends it by its signal. Rejects if the line is interrupted. */
  async inForeground<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    this.throwIfInterrupted();
    const own = (this.#foreground = new AbortController());
    return work(own.signal).finally(() => {
      if (this.#foreground === own) this.#foreground = undefined;
    });
  }

  /** As {@link Work.showing}; rejects with TftpError where {@link Work.abort} ended it. */
  reading<T>(name: Printable, work: (job: ReadingJob) => Promise<T>): Promise<T> {
    return this.showing(name, async (job) => {
      const result = await work(job);
      if (job.signal.aborted) throw interrupted();
      return result;
    });
  }

  /** Runs `work`, which reads the file `name`, in the foreground. If it takes long, its share is in the state. */
  showing<T>(name: Printable, work: (job: ReadingJob) => Promise<T>): Promise<T> {
    return this.telling('reading', ({ signal, tell }) => {
      const progress = (done: number): void =>
        tell(say`reading ${name}: ${Math.floor(100 * Math.min(1, done))} %`);
      return work({ signal, progress });
    });
  }

  /** Runs `work` in the foreground. If it takes long, the text that it gave last is in the state. */
  async telling<T>(
    kind: LongWork['kind'],
    work: (job: { readonly signal: AbortSignal; readonly tell: (text: Printable) => void }) => Promise<T>,
  ): Promise<T> {
    // Short work shows nothing.
    let shownAt = this.#clock.now();
    let shown: Printable | undefined;
    const tell = (text: Printable): void => {
      const now = this.#clock.now();
      if (now - shownAt < refreshInterval) return;
      shownAt = now;
      if (text !== shown) this.#store.update({ longWork: { kind, text } });
      shown = text;
    };
    try {
      return await this.inForeground((signal) => work({ signal, tell }));
    } finally {
      if (shown !== undefined) this.#store.update({ longWork: undefined });
    }
  }

  /** Lets `work` run in the background. It must resolve with an exit status and never reject. */
  inBackground(work: Promise<number>): void {
    this.#background.add(work);
    void work.then((status) => {
      this.#background.delete(work);
      this.#status ||= status;
      this.#store.flush();
    });
  }

  /** Aborts the work in the foreground. @returns whether there was any. */
  abort(): boolean {
    this.#foreground?.abort();
    return this.#foreground !== undefined;
  }

  /** Waits for the work in the background. @returns the exit status of the first that failed, or 0. */
  async idle(): Promise<number> {
    while (this.#background.size > 0) await Promise.all(this.#background);
    return this.#status;
  }
}

/** How work fails that {@link Work.abort} or {@link Work.interrupt} ends. */
export function interrupted(): TftpError {
  return new TftpError('interrupted', { by: 'abort', message: 'interrupted' });
}
