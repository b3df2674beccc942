// When each transfer began, for the times of `trace`: both of our ends share the time of the client's request.
// Rule: bounded. A port that a client uses again, as boot loaders do, begins again with each transfer.
import { endKey, type DatagramEvent, type FateEvent, type Tag } from '../../trace/record/event.ts';
import { isMulticast } from '../../wire/multicast.ts';
import { formatTid, type Tid } from '../../wire/tid.ts';

const remembered = 1000;

interface Start {
  /** When the request was sent, or came. */
  at: number;
  /** The transfer of our server, once it has a number. */
  transfer: number | undefined;
}

export class TransferTimes {
  /** By the port of our client. */
  readonly #own = new Map<number, number>();
  /** Requests of our client that our server has not received yet, by port. */
  readonly #underway = new Map<number, number>();
  /** By the TID of the client, as our server sees it. */
  readonly #served = new Map<string, Start>();
  readonly #lastRequest = new Map<string, number>();
  /** By transfer number: for packets that go to a multicast group instead of a peer. */
  readonly #byTransfer = new Map<string, number>();

  /** When the transfer of this datagram began. `begins`: it is a first request. */
  of({ tag, local, peer, at, packet }: DatagramEvent | FateEvent, begins: boolean): number {
    if (isMulticast(local.address) || isMulticast(peer.address))
      return this.#byTransfer.get(endKey(tag)) ?? at;
    if (tag.side === 'client') {
      const known = this.#own.get(local.port);
      if (known !== undefined && !begins) return known;
      keep(this.#byTransfer, endKey(tag), at);
      keep(this.#own, local.port, at);
      keep(this.#underway, local.port, at);
      return at;
    }
    const key = formatTid(peer);
    const isRequest = packet.op === 'RRQ' || packet.op === 'WRQ';
    if (isRequest) keep(this.#lastRequest, key, at);
    const sent = isRequest ? this.#underway.get(peer.port) : undefined;
    if (sent === undefined) return this.#served.get(key)?.at ?? this.#begin(key, at);
    this.#underway.delete(peer.port);
    return this.#begin(key, sent);
  }

  /** Our server accepted a request of `peer`. @returns its time where the port had another transfer before. */
  accepted(tag: Tag, peer: Tid): number | undefined {
    const { transfer } = tag;
    const key = formatTid(peer);
    const start = this.#served.get(key);
    if (start === undefined) return undefined;
    keep(this.#byTransfer, endKey(tag), this.#lastRequest.get(key) ?? start.at);
    const isAnother = start.transfer !== undefined && start.transfer !== transfer;
    start.transfer = transfer;
    if (!isAnother) return undefined;
    start.at = this.#lastRequest.get(key) ?? start.at;
    return start.at;
  }

  #begin(key: string, at: number): number {
    keep(this.#served, key, { at, transfer: undefined });
    return at;
  }
}

function keep<K, V>(map: Map<K, V>, key: K, value: V): void {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > remembered && oldest !== undefined) map.delete(oldest);
}
