// The outermost wrapper of a network: tells the bus what our engine sent and was handed.
// Rule: with nobody listening it costs one comparison a datagram; no event is built.
// Never imported here: sockets, the engine.
import type { Bus } from '../trace/bus.ts';
import type { DatagramEvent } from '../trace/event.ts';
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
      const opened: { port?: Port } = {};
      const show = (type: DatagramEvent['type'], seen: Seen): void => {
        const local = opened.port?.local;
        if (local !== undefined) bus.emit({ type, at: clock.now(), tag, local, ...seen });
      };
      const observed: PortOptions['events'] = {
        datagram(octets, from, id) {
          if (bus.active) {
            const { length } = octets;
            show('received', { id: id ?? bus.nextId(), peer: from, packet: decode(octets), length });
          }
          events.datagram(octets, from, id);
        },
        unreachable: (peer) => events.unreachable(peer),
        failed: (message) => events.failed(message),
      };
      opened.port = await network.open({ ...options, events: observed });
      return new ObservedPort(opened.port, bus, show);
    },
  };
}

type Seen = Pick<DatagramEvent, 'id' | 'peer' | 'packet' | 'length'>;

class ObservedPort implements Port {
  readonly local: Tid;
  readonly #inner: Port;
  readonly #bus: Bus;
  readonly #show: (type: 'sent', seen: Seen) => void;

  constructor(inner: Port, bus: Bus, show: (type: 'sent', seen: Seen) => void) {
    this.local = inner.local;
    this.#inner = inner;
    this.#bus = bus;
    this.#show = show;
  }

  send(to: Tid, head: Uint8Array, tail?: Uint8Array, id?: number): void {
    if (!this.#bus.active) {
      this.#inner.send(to, head, tail, id);
      return;
    }
    const number = id ?? this.#bus.nextId();
    const length = head.length + (tail?.length ?? 0);
    this.#show('sent', { id: number, peer: to, packet: packetOf(head, tail), length });
    this.#inner.send(to, head, tail, number);
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
