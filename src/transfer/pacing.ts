// Sends a window in bursts if windows keep losing blocks (RFC 7440 §6). The window keeps its size: the receiver
// acknowledges only whole windows, so a sender that holds blocks back for an ACK would wait for the receiver's timer.
// Pauses between bursts give a short receive buffer time to empty.

const lossyRounds = 2;
const cleanRounds = 8;

/** How many blocks are sent at once, and how long to wait before the next ones. */
export class Pacing {
  /** Blocks in one burst; without losses the whole window. */
  burst = Infinity;
  #lossy = 0;
  #clean = 0;

  /** A window lost blocks. Two in a row halve the burst, down to one block. */
  onLoss(windowsize: number): void {
    this.#clean = 0;
    this.#lossy += 1;
    if (this.#lossy < lossyRounds) return;
    this.#lossy = 0;
    this.burst = Math.max(1, Math.floor(Math.min(this.burst, windowsize) / 2));
  }

  /** A whole window was acknowledged. Eight in a row double the burst. */
  onCleanRound(): void {
    this.#lossy = 0;
    this.#clean += 1;
    if (this.#clean < cleanRounds) return;
    this.#clean = 0;
    this.burst *= 2;
  }

  /** The pause between two bursts, in milliseconds: one round trip spread over the window, at least 1 ms. */
  pause(windowsize: number, roundTrip: number | undefined): number {
    return Math.max(1, ((roundTrip ?? 0) * this.burst) / windowsize);
  }
}
