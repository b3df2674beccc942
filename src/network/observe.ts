// The outermost wrapper of a network: turns packets into datagrams and back, and shows each to the bus and its recorder.
import type { Bus } from '../trace/record/bus.ts';
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
import { PortRecord, type Observer } from './port-record.ts';

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
          events.received(
            opened.port?.record.received(octets, from, id) ?? new ReceivedDatagram(octets, from, id),
          );
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

class ObservedPort implements ForwardingPort {
  readonly local: Tid;
  readonly addressFor: Port['addressFor'];
  readonly record: PortRecord;
  readonly #inner: Port;
  /** The head of the DATA packet that is being sent: one for all of them. */
  readonly #head = new Uint8Array(headLength);

  constructor(inner: Port, observer: Observer) {
    this.local = inner.local;
    this.addressFor = inner.addressFor;
    this.record = new PortRecord(observer, inner.local);
    this.#inner = inner;
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
    this.#inner.send(to, head, tail, this.record.sent(to, packet, head, tail));
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
