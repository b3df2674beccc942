// The part of a long transfer that the screens over it show, and the way to other parts. Of a transfer that runs faster than
// it can be read, only the newest packets are shown.
// The rule: a part may take its time to come. A newer wish replaces it, and Esc ends the waiting.
import type { Sought, TransferView } from '../../../shell/packets/transfer-view.ts';

export class Walk {
  #transfer: TransferView;
  /** Shown instead, while a screen follows a fast transfer. */
  #newest: TransferView | undefined;
  #waiting: AbortController | undefined;
  #text = '';

  constructor(transfer: TransferView) {
    this.#transfer = transfer;
  }

  get transfer(): TransferView {
    return this.#newest ?? this.#transfer;
  }

  /** New packets may have come. If too many have, a screen that does not follow stays as it is. @returns whether it changes. */
  refresh(follows: boolean): boolean {
    if (this.#transfer.isBehind !== true) return this.#transfer.refresh();
    const newest = follows ? this.#transfer.latest?.() : undefined;
    if (newest === undefined || newest.log.total === this.#newest?.log.total) return false;
    this.#newest = newest;
    return true;
  }

  /** Reads all packets where only some are shown. @returns whether that was so. */
  readAll(): boolean {
    if (this.#transfer.isBehind !== true) return false;
    this.#newest = undefined;
    return this.#transfer.refresh();
  }

  /** Whether there are packets before or after those that are here. */
  get isPart(): boolean {
    return this.#transfer.around !== undefined;
  }

  /** The number of the first and the last packet that is here. */
  get ends(): { readonly first: number; readonly last: number } {
    const { first, packets } = this.#transfer.log;
    return { first, last: first + packets.length - 1 };
  }

  /** What is waited for, in words; undefined: nothing. */
  get waitsFor(): string | undefined {
    return this.#waiting === undefined ? undefined : this.#text;
  }

  /** Goes to the part around `packet`; then calls `came` with whether it is there now, or with why not. */
  go(packet: number, came: (problem: string | undefined) => void): void {
    const { transfer } = this;
    this.#wait('reading the capture', came, async (signal) => {
      const found = await transfer.around?.(packet, signal);
      return found && { transfer: found, packet };
    });
  }

  /** Goes to the next packet that is wanted; then calls `came` with its number, or with why there is none. */
  seek(
    sought: Sought,
    {
      changed,
      came,
    }: { readonly changed: () => void; readonly came: (found: number | string | undefined) => void },
  ): void {
    const { transfer } = this;
    let packet: number | undefined;
    this.#wait(
      'searching',
      (problem) => came(problem ?? packet),
      async (signal) => {
        const progress = (done: number): void => {
          const text = `searching: ${Math.floor(100 * done)} %`;
          if (signal.aborted || text === this.#text) return;
          this.#text = text;
          changed();
        };
        const found = await transfer.seek?.(sought, { signal, progress });
        packet = found?.packet;
        return found;
      },
    );
  }

  /** Ends the waiting. @returns whether anything was waited for. */
  stop(): boolean {
    const isWaiting = this.#waiting !== undefined;
    this.#waiting?.abort();
    this.#waiting = undefined;
    return isWaiting;
  }

  #wait(
    text: string,
    came: (problem: string | undefined) => void,
    work: (signal: AbortSignal) => Promise<{ readonly transfer: TransferView } | undefined>,
  ): void {
    this.stop();
    const waiting = new AbortController();
    this.#waiting = waiting;
    this.#text = text;
    const end = (problem?: string): void => {
      if (this.#waiting !== waiting) return;
      this.#waiting = undefined;
      came(problem);
    };
    void work(waiting.signal).then(
      (found) => {
        if (this.#waiting === waiting && found !== undefined) this.#transfer = found.transfer;
        end();
      },
      (error: unknown) => end(error instanceof Error ? error.message : 'The capture cannot be read.'),
    );
  }
}
