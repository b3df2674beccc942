// The only file that reads real time and sets real timers. Everything else gets a Clock.

/** A timer that can be cancelled. Cancelling it again, or after it fired, does nothing. */
export interface Timer {
  cancel(): void;
}

/** Monotonic time and timers. */
export interface Clock {
  /** Milliseconds since an arbitrary start. Never goes back. */
  now(): number;
  /**
   * Calls `action` once after `delay` milliseconds (clamped to 0…2³¹−1). With `keepAlive` false the timer does not keep
   * the process running; default true.
   */
  after(delay: number, action: () => void, keepAlive?: boolean): Timer;
  /** Wall-clock time, for log lines and captures only. */
  wall(): Date;
}

/** The time that a text such as `Sun, 06 Nov 1994 08:49:37 GMT` says, in milliseconds since 1970; NaN if it says none. */
export function parseTime(text: string): number {
  return Date.parse(text);
}

// Node fires a timer of more than 2³¹ − 1 ms at once.
const longest = 2 ** 31 - 1;

// Looked up once: the global is a getter.
const { performance } = globalThis;

/** The system's monotonic clock. */
export const realClock: Clock = {
  now: () => performance.now(),
  after(delay, action, keepAlive = true) {
    const timer = setTimeout(action, Math.min(Math.max(delay, 0), longest));
    if (!keepAlive) timer.unref();
    return { cancel: () => clearTimeout(timer) };
  },
  wall: () => new Date(),
};

/** A date from milliseconds since the Unix epoch, for clocks that are not the system's. */
export function dateAt(milliseconds: number): Date {
  return new Date(milliseconds);
}

/** Resolves after one turn of the real event loop: promises have settled, finished file work has been reported. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Calls `action` after one turn of the event loop. */
export function soon(action: () => void): void {
  setImmediate(action);
}
