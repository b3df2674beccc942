// The running transfers of a server, by peer: one for each TID. Half-open and dallying ones are bounded.
import type { Tid } from '../../wire/tid.ts';
import type { GroupOf } from './admission/places.ts';
import type { ServerTransfer } from './server-transfer.ts';

/** Most transfers whose peer has not answered yet. */
const mostHalfOpen = 256;

export class TransferRegistry {
  readonly #byPeer = new Map<string, ServerTransfer>();
  readonly #all = new Set<ServerTransfer>();
  readonly #dallying = new Set<ServerTransfer>();
  readonly #mostDallying: number;

  readonly #groupOf: GroupOf;

  constructor(mostDallying: number, groupOf: GroupOf) {
    this.#mostDallying = mostDallying;
    this.#groupOf = groupOf;
  }

  find(peer: Tid): ServerTransfer | undefined {
    return this.#byPeer.get(key(peer));
  }

  /** Transfers that run or still hold a file; without dallying ones. */
  active(): readonly ServerTransfer[] {
    return [...this.#all];
  }

  add(transfer: ServerTransfer): void {
    this.#byPeer.set(key(transfer.peer), transfer);
    this.#all.add(transfer);
  }

  /** The transfer is over and its file is closed, but it may dally. The oldest dallying ones are released. */
  ended(transfer: ServerTransfer): void {
    this.#all.delete(transfer);
    // A sender does not dally: it was released before its file was closed.
    if (this.find(transfer.peer) !== transfer) return;
    this.#dallying.add(transfer);
    const [oldest] = this.#dallying;
    if (this.#dallying.size > this.#mostDallying) oldest?.release();
  }

  /** Whether a transfer is over with its file closed, and only repeats its last ACK. */
  dallies(transfer: ServerTransfer): boolean {
    return this.#dallying.has(transfer);
  }

  /** Closes the port of the transfer that dallies longest. @returns false where none dallies. */
  releaseDallying(): boolean {
    const [oldest] = this.#dallying;
    oldest?.release();
    return oldest !== undefined;
  }

  /** The port is closed. Until the file is closed too, the transfer counts as active. */
  remove(transfer: ServerTransfer): void {
    this.#dallying.delete(transfer);
    if (this.find(transfer.peer) === transfer) this.#byPeer.delete(key(transfer.peer));
  }

  releaseAll(): void {
    for (const transfer of [...this.#all, ...this.#dallying]) transfer.release();
  }

  /**
   * Makes room for one more half-open transfer: where there are too many, ends the oldest one of the busiest address.
   * @returns false where that is the address of `forPeer` and its client has had no time to answer: clients that all ask
   * at once are served one after the other, since they repeat their requests.
   */
  makeRoom(forPeer: Tid, now: number): boolean {
    if (this.#all.size < mostHalfOpen) return true;
    // A dismissed transfer may still be closing its file: it must not be counted again.
    const halfOpen = this.active().filter(
      (transfer) => !transfer.heard && this.find(transfer.peer) === transfer,
    );
    if (halfOpen.length < mostHalfOpen) return true;
    const own = this.#groupOf(forPeer.address);
    const counts = new Map<string, number>([[own, 1]]);
    for (const { peer } of halfOpen) {
      const group = this.#groupOf(peer.address);
      counts.set(group, (counts.get(group) ?? 0) + 1);
    }
    const most = Math.max(...counts.values());
    const oldest = halfOpen.find(({ peer }) => counts.get(this.#groupOf(peer.address)) === most);
    if (oldest === undefined) return true;
    if (this.#groupOf(oldest.peer.address) === own && oldest.isNew(now)) return false;
    oldest.dismiss('evicted: the client never answered');
    return true;
  }
}

function key({ address, port }: Tid): string {
  return `${address}|${port}`;
}
