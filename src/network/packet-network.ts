// The contract that the engine uses: ports that take and give packets. `observe` makes them of a network's datagrams.
// Rule: each datagram is decoded at most once, here, and what we send is never decoded.
import { decode } from '../wire/decode.ts';
import type { Malformed, Packet } from '../wire/packet.ts';
import type { Tid } from '../wire/tid.ts';
import type { PortControl, PortEvents, PortPlace } from './network.ts';

/** A datagram that arrived. Its packet travels with it: everybody who asks for it gets the same one. */
export class ReceivedDatagram {
  readonly octets: Uint8Array;
  readonly from: Tid;
  /** The number of the datagram in the trace; undefined while nothing is traced. */
  readonly id: number | undefined;
  /** When it came, on the clock of the trace; undefined while nothing is traced. */
  readonly at: number | undefined;
  #packet: Packet | Malformed | undefined;

  constructor(octets: Uint8Array, from: Tid, id: number | undefined, at?: number) {
    this.octets = octets;
    this.from = from;
    this.id = id;
    this.at = at;
  }

  /** Decoded at the first call. The data of a DATA packet is a view into `octets`. */
  get packet(): Packet | Malformed {
    return (this.#packet ??= decode(this.octets));
  }
}

/** What a packet port reports to its owner. Called on the event loop, never from inside `send` or `open`. */
export interface PacketEvents extends Omit<PortEvents, 'datagram'> {
  received(datagram: ReceivedDatagram): void;
}

export interface PacketPortOptions extends PortPlace {
  readonly events: PacketEvents;
}

/** An open UDP port that sends packets. Sends never throw and report nothing. */
export interface PacketPort extends PortControl {
  /** Sends one packet. The data of a DATA packet must stay unchanged as the tail in {@link Port.send} must. */
  send(to: Tid, packet: Packet): void;
}

/** Opens packet ports. Rejects as a {@link Network} does. */
export interface PacketNetwork {
  open(options: PacketPortOptions): Promise<PacketPort>;
}
