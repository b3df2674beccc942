// Writes what a receiver delivers. A delivery goes into memory at once and to the sink in large writes; it waits only
// while more than 2 MiB are unwritten. Publishing comes last, after every check.
// Rule: no write starts while the peer waits for an ACK. The thread that gets it may run first, on this processor.
import type { Sink } from '../../files/file.ts';
import type { Conversion } from './feed.ts';

/** Octets that are gathered before a write starts, unless the sink is eager. */
const gather = 256 * 1024;
/** Octets in memory beyond which deliveries wait. */
const most = 2 * 1024 * 1024;

export interface DrainOptions {
  readonly sink: Sink;
  readonly conversion?: Conversion | undefined;
  /** Sees the file's octets before they are written (for a digest). */
  readonly observe?: ((octets: Uint8Array) => void) | undefined;
  /** Called before publishing; throws what forbids it. */
  readonly check?: (() => void) | undefined;
  /** A delivery that had to wait is stored now. */
  readonly stored: () => void;
  /** Writing or publishing failed: nothing more is stored. */
  readonly failed: (error: unknown) => void;
}

export class Drain {
  readonly #options: DrainOptions;
  readonly #gather: number;
  #parts: Uint8Array[] = [];
  #held = 0;
  #writing = 0;
  #isBusy = false;
  #waiting = 0;
  #last = false;
  #broken = false;
  #publishing: Promise<void> | undefined;
  /** Octets of the file taken so far. */
  octets = 0;

  constructor(options: DrainOptions) {
    this.#options = options;
    this.#gather = options.sink.isEager === true ? 1 : gather;
  }

  /** True: the machine may count it as stored. False: `stored` is called for it later. */
  accept(octets: Uint8Array, last: boolean): boolean {
    this.#take(this.#options.conversion === undefined ? octets : this.#options.conversion.push(octets));
    if (last) {
      if (this.#options.conversion !== undefined) this.#take(this.#options.conversion.end());
      this.#last = true;
    }
    const room = this.#held + this.#writing < most;
    if (room && !last) return true;
    this.#waiting += 1;
    return false;
  }

  /** Starts to write what was accepted, where that is enough: twice as much while the peer waits for an answer. */
  write(isAnswered: boolean): void {
    // The last ACK may be repeated after the file is published.
    if (this.#isBusy || this.#publishing !== undefined) return;
    const enough = isAnswered || this.#waiting > 0 ? this.#gather : 2 * this.#gather;
    if (this.#last || this.#held >= enough) void this.#write();
  }

  /** The transfer failed: do not publish after the current write. Publishing that has begun cannot be stopped. */
  cancel(): void {
    this.#broken = true;
  }

  /** Whether the file is published. Where publishing has begun, waits for its end. */
  async isPublished(): Promise<boolean> {
    if (this.#publishing === undefined) return false;
    return this.#publishing.then(
      () => true,
      () => false,
    );
  }

  #take(octets: Uint8Array): void {
    if (octets.length === 0) return;
    this.#parts.push(octets);
    this.#held += octets.length;
    this.octets += octets.length;
    this.#options.observe?.(octets);
  }

  async #write(): Promise<void> {
    this.#isBusy = true;
    try {
      while (!this.#broken && (this.#held >= this.#gather || (this.#last && this.#held > 0))) {
        const parts = this.#parts;
        this.#writing = this.#held;
        this.#parts = [];
        this.#held = 0;
        await this.#options.sink.write(parts);
        this.#writing = 0;
        if (!this.#last) this.#answer();
      }
      if (!this.#last || this.#broken) return;
      this.#options.check?.();
      this.#publishing = this.#options.sink.publish();
      await this.#publishing;
      this.#answer();
    } catch (error) {
      this.#broken = true;
      this.#options.failed(error);
    } finally {
      this.#isBusy = false;
    }
  }

  #answer(): void {
    while (this.#waiting > 0) {
      this.#waiting -= 1;
      this.#options.stored();
    }
  }
}
