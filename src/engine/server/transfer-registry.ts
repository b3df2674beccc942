// The transfers that a server has under way, by peer: one for each TID, half-open ones bounded. Imports wire.
import type { Tid } from '../../wire/tid.ts';
import { group } from './admission.ts';
import type { ServerTransfer } from './server-transfer.ts';

/** Transfers whose peer has not answered yet. */
const mostHalfOpen = 256;

export class TransferRegistry {
  readonly #byPeer = new Map<string, ServerTransfer>();
  readonly #all = new Set<ServerTransfer>();
  readonly #dallying = new Set<ServerTransfer>();
  readonly #mostDallying: number;

  constructor(mostDallying: number) {
    this.#mostDallying = mostDallying;
  }

  find(peer: Tid): ServerTransfer | undefined {
    return this.#byPeer.get(key(peer));
  }

  /** Those that move octets or still hold a file; dallying ones are not among them. */
  active(): readonly ServerTransfer[] {
    return [...this.#all];
  }

  add(transfer: ServerTransfer): void {
    this.#byPeer.set(key(transfer.peer), transfer);
    this.#all.add(transfer);
  }

  /** It is over and its file closed, but it may dally: of those the oldest give way. */
  ended(transfer: ServerTransfer): void {
    this.#all.delete(transfer);
    // A sender has nothing to dally for: it was released before its file was closed.
    if (this.find(transfer.peer) !== transfer) return;
    this.#dallying.add(transfer);
    const [oldest] = this.#dallying;
    if (this.#dallying.size > this.#mostDallying) oldest?.release();
  }

  /** Its port is closed. While its file is not, it still counts among the active ones. */
  remove(transfer: ServerTransfer): void {
    this.#dallying.delete(transfer);
    if (this.find(transfer.peer) === transfer) this.#byPeer.delete(key(transfer.peer));
  }

  releaseAll(): void {
    for (const transfer of [...this.#all, ...this.#dallying]) transfer.release();
  }

  /** Before one more half-open transfer: where there are too many, the oldest of the busiest address goes. */
  makeRoom(forPeer: Tid): void {
    if (this.#all.size < mostHalfOpen) return;
    // One that was dismissed may still close its file: it makes no room twice.
    const halfOpen = this.active().filter(
      (transfer) => !transfer.heard && this.find(transfer.peer) === transfer,
    );
    if (halfOpen.length < mostHalfOpen) return;
    const counts = new Map<string, number>([[group(forPeer.address), 1]]);
    for (const { peer } of halfOpen)
      counts.set(group(peer.address), (counts.get(group(peer.address)) ?? 0) + 1);
    const most = Math.max(...counts.values());
    halfOpen
      .find(({ peer }) => counts.get(group(peer.address)) === most)
      ?.dismiss('evicted: the client never answered');
  }
}

function key({ address, port }: Tid): string {
  return `${address}|${port}`;
}
