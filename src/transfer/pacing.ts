// Sending a window in bursts once whole windows keep losing blocks (RFC 7440 §6). The window itself stays: the
// receiver acknowledges every windowsize-th block, so holding blocks back for an ACK would only wait for its timer.
// Spreading them over time is what gives a short receive buffer room. Imports nothing.

const lossyRounds = 2;
const cleanRounds = 8;

/** How many blocks may go out at once, and how long to wait before the next ones. */
export class Pacing {
  /** Blocks in one burst; the whole window as long as rounds are clean. */
  burst = Infinity;
  #lossy = 0;
  #clean = 0;

  /** A round lost blocks: two in a row halve the burst, never below one block. */
  lose(windowsize: number): void {
    this.#clean = 0;
    this.#lossy += 1;
    if (this.#lossy < lossyRounds) return;
    this.#lossy = 0;
    this.burst = Math.max(1, Math.floor(Math.min(this.burst, windowsize) / 2));
  }

  /** A whole window was acknowledged: eight in a row double the burst. */
  keep(): void {
    this.#lossy = 0;
    this.#clean += 1;
    if (this.#clean < cleanRounds) return;
    this.#clean = 0;
    this.burst *= 2;
  }

  /** The pause between two bursts: a window takes one round trip longer, and at least 1 ms a burst. */
  pause(windowsize: number, roundTrip: number | undefined): number {
    return Math.max(1, ((roundTrip ?? 0) * this.burst) / windowsize);
  }
}
