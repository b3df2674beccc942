// The outermost wrapper of a network: turns packets into datagrams and back, and shows each to the bus and its recorder.
// Rule: where nothing is traced it costs three comparisons a datagram; for a recorder no event is built.
import type { Bus } from '../trace/record/bus.ts';
import type { Tag } from '../trace/record/event.ts';
import type { Lane } from '../trace/record/recorder.ts';
import { decode } from '../wire/decode.ts';
import { encode, headLength, writeDataHead } from '../wire/encode.ts';
import type { Malformed, Packet } from '../wire/packet.ts';
import type { Tid } from '../wire/tid.ts';
import type { Clock } from './clock.ts';
import type { Network, Port, PortEvents } from './network.ts';
import {
  ReceivedDatagram,
  type PacketNetwork,
  type PacketPort,
  type PacketPortOptions,
} from './packet-network.ts';

/** A port that can also pass on what another port received, octet by octet. */
export interface ForwardingPort extends PacketPort {
  /** Sends these octets, which need not be a packet. They must stay unchanged as the tail in {@link Port.send} must. */
  forward(to: Tid, octets: Uint8Array): void;
}

export interface ForwardingNetwork extends PacketNetwork {
  open(options: PacketPortOptions): Promise<ForwardingPort>;
}

/** `network` for packets. The bus sees a datagram as `sent` before it leaves, as `received` before its owner does. */
export function observe(network: Network, bus: Bus, clock: Clock): ForwardingNetwork {
  return {
    async open({ events, ...place }) {
      const opened: { port?: ObservedPort } = {};
      const inner: PortEvents = {
        datagram(octets, from, id) {
          events.received(opened.port?.receive(octets, from, id) ?? new ReceivedDatagram(octets, from, id));
        },
        unreachable: (peer) => events.unreachable(peer),
        tooLarge: () => events.tooLarge?.(),
        failed: (message) => events.failed(message),
      };
      const port = await network.open({ ...place, events: inner });
      opened.port = new ObservedPort(port, { bus, clock, tag: place.tag });
      return opened.port;
    },
  };
}

interface Observer {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly tag: Tag;
}

class ObservedPort implements ForwardingPort {
  readonly local: Tid;
  readonly addressFor: Port['addressFor'];
  readonly #inner: Port;
  readonly #observer: Observer;
  readonly #lane: Lane | undefined;
  /** The head of the DATA packet that is being sent: one for all of them. */
  readonly #head = new Uint8Array(headLength);

  constructor(inner: Port, observer: Observer) {
    this.local = inner.local;
    this.addressFor = inner.addressFor;
    this.#inner = inner;
    this.#observer = observer;
    this.#lane = observer.bus.recorder?.lane(observer.tag, inner.local);
  }

  send(to: Tid, packet: Packet): void {
    if (packet.op === 'DATA') {
      writeDataHead(this.#head, packet.block);
      this.#send(to, packet, this.#head, packet.data);
    } else this.#send(to, packet, encode(packet), undefined);
  }

  forward(to: Tid, octets: Uint8Array): void {
    this.#send(to, decode(octets), octets, undefined);
  }

  #send(to: Tid, packet: Packet | Malformed, head: Uint8Array, tail: Uint8Array | undefined): void {
    const { bus, clock, tag } = this.#observer;
    if (this.#lane === undefined && !bus.watched && !bus.tapped) {
      this.#inner.send(to, head, tail);
      return;
    }
    const id = bus.nextId();
    const at = clock.now();
    this.#lane?.stamp(id, at);
    this.#lane?.sent(to, head, tail);
    if (bus.tapped) bus.show({ type: 'sent', id, at, tag, local: this.local, peer: to, head, tail });
    const length = head.length + (tail === undefined ? 0 : tail.length);
    if (bus.watched) bus.emit({ type: 'sent', id, at, tag, local: this.local, peer: to, packet, length });
    this.#inner.send(to, head, tail, id);
  }

  /** A datagram arrived, and its owner has not seen it yet. */
  receive(octets: Uint8Array, from: Tid, given: number | undefined): ReceivedDatagram {
    const { bus, clock, tag } = this.#observer;
    if (this.#lane === undefined && !bus.watched && !bus.tapped)
      return new ReceivedDatagram(octets, from, given);
    const id = given ?? bus.nextId();
    const datagram = new ReceivedDatagram(octets, from, id);
    const at = clock.now();
    this.#lane?.stamp(id, at);
    this.#lane?.received(from, octets);
    if (bus.tapped)
      bus.show({
        type: 'received',
        id,
        at,
        tag,
        local: this.local,
        peer: from,
        head: octets,
        tail: undefined,
      });
    if (bus.watched) {
      const { packet } = datagram;
      bus.emit({
        type: 'received',
        id,
        at,
        tag,
        local: this.local,
        peer: from,
        packet,
        length: octets.length,
      });
    }
    return datagram;
  }

  flush(): void {
    this.#inner.flush();
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
