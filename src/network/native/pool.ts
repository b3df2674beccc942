// The threads of the pool in which Node's file calls run: some things of the kernel, such as a confinement, belong to one
// thread, so they must be done on each. Rule: nothing waits for ever; whatever fails, all threads go on.
import { turn, realClock } from '../clock.ts';
import { bindFunctions, type ForeignFunction, type Obstacle } from './libc.ts';

const declarations = {
  pipe2: 'int pipe2(void *ends, int flags)',
  read: 'intptr_t read(int fd, void *octets, size_t length)',
  write: 'intptr_t write(int fd, void *octets, size_t length)',
  close: 'int close(int fd)',
  gettid: 'int gettid()',
} as const;

const closeOnExec = 0o2000000;
/** Milliseconds in which a thread that is free takes work, usually and at most. */
const usualPickUp = 20;
const longestPickUp = 1000;
/** Rounds until every thread must have been reached. */
const mostRounds = 50;

/** Does some work on one thread of the pool. @returns the result of the function. */
export function onPool(call: ForeignFunction, ...values: readonly unknown[]): Promise<number> {
  return new Promise((resolve, reject) => {
    call.async(...values, (error: Error | null, result: number) => {
      if (error === null) resolve(result);
      else reject(error);
    });
  });
}

export class ThreadPool {
  readonly #libc: Readonly<Record<keyof typeof declarations, ForeignFunction>>;
  readonly #size: number;

  private constructor(libc: Readonly<Record<keyof typeof declarations, ForeignFunction>>, size: number) {
    this.#libc = libc;
    this.#size = size;
  }

  /** `size`: the threads of the pool. */
  static of(size: number): ThreadPool | Obstacle {
    const libc = bindFunctions(declarations);
    return typeof libc === 'string' ? libc : new ThreadPool(libc, size);
  }

  /** Whether the pool can be reached and has exactly the expected threads: with all of them busy more work waits, and goes on with the first that is free. */
  async isComplete(): Promise<boolean> {
    let isExact = false;
    const isReached = await this.#whileBlocked(async (release) => {
      const more = onPool(this.#libc.gettid).then(() => true);
      const isLarger = await within(usualPickUp, more);
      release();
      isExact = !isLarger && (await within(longestPickUp, more));
    });
    return isReached && isExact;
  }

  /** Runs `work` once for each thread, on which all of its {@link onPool} calls run. Rejects where a thread was not reached. */
  async each(work: (thread: number) => Promise<void>): Promise<void> {
    const done = new Set<number>();
    let isReached = true;
    for (let round = 0; isReached && round < mostRounds && done.size < this.#size; round += 1)
      isReached = await this.#whileBlocked(async (release, block) => {
        for (let count = 0; count < this.#size; count += 1) {
          // One thread is free now, and no other.
          release();
          const thread = await onPool(this.#libc.gettid);
          if (!done.has(thread)) await work(thread);
          done.add(thread);
          block();
          await turn();
        }
      });
    if (done.size < this.#size) throw new Error('a thread of the pool was not reached');
  }

  /**
   * All threads wait while `work` runs, except those that it releases and does not block again. @returns false where no
   * descriptors are left: then nothing ran.
   */
  async #whileBlocked(work: (release: () => void, block: () => void) => Promise<void>): Promise<boolean> {
    const first = this.#pipe();
    const second = this.#pipe();
    if (first === undefined || second === undefined) {
      for (const fd of Object.values(first ?? second ?? {})) this.#libc.close(fd);
      return false;
    }
    const waiting: Promise<number>[] = [];
    const block = ({ from }: Pipe): void =>
      void waiting.push(onPool(this.#libc.read, from, new Uint8Array(1), 1));
    for (let count = 0; count < this.#size; count += 1) block(first);
    try {
      await work(
        () => void this.#libc.write(first.to, new Uint8Array(1), 1),
        () => block(second),
      );
    } finally {
      // A pipe that nobody can write to any more ends every read.
      for (const { to } of [first, second]) this.#libc.close(to);
      await Promise.allSettled(waiting);
      for (const { from } of [first, second]) this.#libc.close(from);
    }
    return true;
  }

  #pipe(): Pipe | undefined {
    const ends = new Int32Array(2);
    if (this.#libc.pipe2(ends, closeOnExec) !== 0) return undefined;
    const [from = -1, to = -1] = ends;
    return { from, to };
  }
}

/** Whether `work` is done in that many milliseconds. */
function within(milliseconds: number, work: Promise<boolean>): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const timer = realClock.after(milliseconds, () => resolve(false));
    work.then(resolve, reject).finally(() => timer.cancel());
  });
}

interface Pipe {
  readonly from: number;
  readonly to: number;
}
