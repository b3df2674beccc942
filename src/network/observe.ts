// The outermost wrapper of a network: tells the bus and its recorder what our engine sent and was handed.
// Rule: with nobody listening and no recorder it costs three comparisons a datagram; for a recorder no event is built.
// Never imported here: sockets, the engine.
import type { Bus, TappedDatagram } from '../trace/record/bus.ts';
import type { Lane } from '../trace/record/recorder.ts';
import { decode } from '../wire/decode.ts';
import type { Malformed, Packet } from '../wire/packet.ts';
import type { Tid } from '../wire/tid.ts';
import type { Clock } from './clock.ts';
import type { Network, Port, PortOptions } from './network.ts';

/** `network` with each datagram shown to `bus`: `sent` before it leaves, `received` before its owner sees it. */
export function observe(network: Network, bus: Bus, clock: Clock): Network {
  return {
    async open(options) {
      const { events, tag } = options;
      const opened: { port?: ObservedPort } = {};
      const observed: PortOptions['events'] = {
        datagram(octets, from, id) {
          const number = opened.port?.came(octets, from, id) ?? id;
          events.datagram(octets, from, number);
        },
        unreachable: (peer) => events.unreachable(peer),
        tooLarge: () => events.tooLarge?.(),
        failed: (message) => events.failed(message),
      };
      opened.port = new ObservedPort(await network.open({ ...options, events: observed }), {
        bus,
        clock,
        tag,
      });
      return opened.port;
    },
  };
}

interface Observer {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly tag: PortOptions['tag'];
}

class ObservedPort implements Port {
  readonly local: Tid;
  readonly #inner: Port;
  readonly #observer: Observer;
  readonly #lane: Lane | undefined;

  constructor(inner: Port, observer: Observer) {
    this.local = inner.local;
    this.#inner = inner;
    this.#observer = observer;
    this.#lane = observer.bus.recorder?.lane(observer.tag, inner.local);
  }

  send(to: Tid, head: Uint8Array, tail?: Uint8Array, id?: number): void {
    const { bus, clock, tag } = this.#observer;
    if (this.#lane === undefined && !bus.watched && !bus.tapped) {
      this.#inner.send(to, head, tail, id);
      return;
    }
    const number = id ?? bus.nextId();
    const at = clock.now();
    this.#lane?.stamp(number, at);
    this.#lane?.sent(to, head, tail);
    if (bus.tapped || bus.watched)
      this.#show({ type: 'sent', id: number, at, tag, local: this.local, peer: to, head, tail });
    this.#inner.send(to, head, tail, number);
  }

  /** A datagram came, and is about to be handed to its owner. @returns its id, if anybody listens. */
  came(octets: Uint8Array, from: Tid, id: number | undefined): number | undefined {
    const { bus, clock, tag } = this.#observer;
    if (this.#lane === undefined && !bus.watched && !bus.tapped) return id;
    const number = id ?? bus.nextId();
    const at = clock.now();
    this.#lane?.stamp(number, at);
    this.#lane?.received(from, octets);
    if (bus.tapped || bus.watched)
      this.#show({
        type: 'received',
        id: number,
        at,
        tag,
        local: this.local,
        peer: from,
        head: octets,
        tail: undefined,
      });
    return number;
  }

  // Field by field: an object spread into another costs more than all the rest of being seen.
  #show(datagram: TappedDatagram): void {
    const { bus } = this.#observer;
    if (bus.tapped) bus.show(datagram);
    if (!bus.watched) return;
    const { type, id, at, tag, local, peer, head, tail } = datagram;
    const length = head.length + (tail === undefined ? 0 : tail.length);
    bus.emit({ type, id, at, tag, local, peer, packet: packetOf(head, tail), length });
  }

  pin(peer: Tid): void {
    this.#inner.pin(peer);
  }

  unref(): void {
    this.#inner.unref();
  }

  close(): void {
    this.#inner.close();
  }
}

/** The packet in a datagram given as head and tail, without joining the two where it is DATA. */
export function packetOf(head: Uint8Array, tail: Uint8Array | undefined): Packet | Malformed {
  if (tail === undefined || tail.length === 0) return decode(head);
  const packet = head.length === 4 ? decode(head) : undefined;
  if (packet?.op === 'DATA') return { op: 'DATA', block: packet.block, data: tail };
  return decode(joined(head, tail));
}

/** Head and tail as one datagram of its own. */
export function joined(head: Uint8Array, tail: Uint8Array | undefined): Uint8Array {
  const whole = new Uint8Array(head.length + (tail?.length ?? 0));
  whole.set(head);
  if (tail !== undefined) whole.set(tail, head.length);
  return whole;
}
