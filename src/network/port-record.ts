// Shows the datagrams of one port to the bus and its recorder.
// Rule: where nothing is traced it costs three comparisons a datagram; for a recorder no event is built.
import type { Bus } from '../trace/record/bus.ts';
import type { Tag } from '../trace/record/event.ts';
import type { Lane } from '../trace/record/recorder.ts';
import type { Malformed, Packet } from '../wire/packet.ts';
import type { Tid } from '../wire/tid.ts';
import type { Clock } from './clock.ts';
import { ReceivedDatagram } from './packet-network.ts';

export interface Observer {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly tag: Tag;
}

/** The record of the port `local`. */
export class PortRecord {
  readonly #observer: Observer;
  readonly #local: Tid;
  readonly #lane: Lane | undefined;

  constructor(observer: Observer, local: Tid) {
    this.#observer = observer;
    this.#local = local;
    this.#lane = observer.bus.recorder?.lane(observer.tag, local);
  }

  /** A datagram is about to leave, given whole or as head and tail. @returns its number; undefined: nothing is traced. */
  sent(to: Tid, packet: Packet | Malformed, head: Uint8Array, tail?: Uint8Array): number | undefined {
    const { bus, clock, tag } = this.#observer;
    if (this.#lane === undefined && !bus.watched && !bus.tapped) return undefined;
    const local = this.#local;
    const id = bus.nextId();
    const at = clock.now();
    this.#lane?.stamp(id, at);
    this.#lane?.sent(to, head, tail);
    if (bus.tapped) bus.show({ type: 'sent', id, at, tag, local, peer: to, head, tail });
    const length = head.length + (tail === undefined ? 0 : tail.length);
    if (bus.watched) bus.emit({ type: 'sent', id, at, tag, local, peer: to, packet, length });
    return id;
  }

  /** A datagram arrived, and its owner has not seen it yet. `given`: the number that it has already. */
  received(octets: Uint8Array, from: Tid, given: number | undefined): ReceivedDatagram {
    const { bus, clock, tag } = this.#observer;
    if (this.#lane === undefined && !bus.watched && !bus.tapped)
      return new ReceivedDatagram(octets, from, given);
    const local = this.#local;
    const id = given ?? bus.nextId();
    const at = clock.now();
    const datagram = new ReceivedDatagram(octets, from, id, at);
    this.#lane?.stamp(id, at);
    this.#lane?.received(from, octets);
    if (bus.tapped)
      bus.show({ type: 'received', id, at, tag, local, peer: from, head: octets, tail: undefined });
    if (bus.watched) {
      const { packet } = datagram;
      bus.emit({ type: 'received', id, at, tag, local, peer: from, packet, length: octets.length });
    }
    return datagram;
  }
}
