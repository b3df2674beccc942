// A device that died in an upload comes back on another port. Its new request takes over once the old upload has been
// silent for a few round trips. The old one ends and gives its file back first: a file never has two writers.
import type { RequestPacket } from '../../../wire/packet.ts';
import { formatTid, type Tid } from '../../../wire/tid.ts';
import type { Clock, Timer } from '../../../network/clock.ts';
import type { ServerTransfer } from '../server-transfer.ts';

export class Takeovers {
  readonly #clock: Clock;
  /** Requests that wait, by the TID of the client. */
  readonly #waiting = new Map<string, Timer>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The upload that `request` would take over, among `running`. */
  find(request: RequestPacket, from: Tid, running: readonly ServerTransfer[]): ServerTransfer | undefined {
    if (request.op !== 'WRQ') return undefined;
    return running.find((one) => one.peer.address === from.address && one.isUploadOf(request.filename));
  }

  /**
   * Waits until it is clear whether the client of `old` is still there. If it is not, ends `old` and calls `then` with
   * it; otherwise calls `then` without. A request that comes again in the meantime is the same one.
   */
  wait(old: ServerTransfer, from: Tid, then: (ended: ServerTransfer | undefined) => void): void {
    const key = formatTid(from);
    if (this.#waiting.has(key)) return;
    const { movedAt } = old;
    const decide = (): void => {
      this.#waiting.delete(key);
      const isGone = old.isWaiting && old.movedAt === movedAt;
      if (isGone) old.dismiss('replaced by a new request of the same client from another port');
      then(isGone ? old : undefined);
    };
    const left = movedAt + old.patience - this.#clock.now();
    if (left <= 0) decide();
    else this.#waiting.set(key, this.#clock.after(left, decide, false));
  }

  stop(): void {
    for (const timer of this.#waiting.values()) timer.cancel();
    this.#waiting.clear();
  }
}
