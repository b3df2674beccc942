// Octets between two transfers: the writer waits while too many are held, the reader waits until some arrive.
import { problem } from '../problem.ts';
import type { FileError } from '../file.ts';

/** Octets that are held before a writer has to wait. */
const most = 256 * 1024;

/** One writer and one reader. A failure on one side is reported to the other. */
export class Pipe {
  #pieces: Uint8Array[] = [];
  #held = 0;
  #isEnded = false;
  #failure: FileError | undefined;
  #wakeReader: () => void = nothing;
  #wakeWriter: () => void = nothing;

  /** Octets that wait for the reader. */
  get held(): number {
    return this.#held;
  }

  /** Copies all parts; resolves when there is room for more. Rejects with FileError. */
  async push(parts: readonly Uint8Array[]): Promise<void> {
    this.#assertWhole();
    for (const part of parts) {
      if (part.length === 0) continue;
      this.#pieces.push(new Uint8Array(part));
      this.#held += part.length;
    }
    this.#wakeReader();
    while (this.#held >= most && !this.#hasFailed())
      await new Promise<void>((resolve) => (this.#wakeWriter = resolve));
    this.#assertWhole();
  }

  /** The next piece; undefined at the end. Rejects with FileError. */
  async next(): Promise<Uint8Array | undefined> {
    while (this.#pieces.length === 0 && !this.#isEnded && !this.#hasFailed())
      await new Promise<void>((resolve) => (this.#wakeReader = resolve));
    this.#assertWhole();
    const piece = this.#pieces.shift();
    this.#held -= piece?.length ?? 0;
    this.#wakeWriter();
    return piece;
  }

  /** No more octets follow: the reader still gets what is held. */
  end(): void {
    this.#isEnded = true;
    this.#wakeReader();
  }

  /** Both sides fail, and what is held is dropped. The first failure counts. */
  fail(failure: FileError = problem('broken-pipe')): void {
    this.#failure ??= failure;
    this.#pieces = [];
    this.#held = 0;
    this.#wakeReader();
    this.#wakeWriter();
  }

  #assertWhole(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  #hasFailed(): boolean {
    return this.#failure !== undefined;
  }
}

function nothing(): void {
  // Nobody waits.
}
