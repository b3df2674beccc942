// The contract of a network that carries datagrams: udp, memory and the wrappers between them keep it.
// Rule: nothing here knows packets; packet-network.ts is the contract above it.
import type { Tid } from '../wire/tid.ts';
import type { Tag } from '../trace/record/event.ts';

/** What a port reports to its owner. Called on the event loop, never from inside `send` or `open`. */
export interface PortEvents {
  /**
   * A datagram arrived. A port may receive several at once: then it calls this for each of them, in their order, within
   * one turn of the event loop. `octets` belong to the receiver from now on, and the port never writes to them again;
   * they may be a view of memory that other datagrams share. `id` is the datagram's number in the trace: the first
   * wrapper that reports the datagram draws it, and wrappers above pass it on. Undefined while nothing is traced.
   */
  datagram(octets: Uint8Array, from: Tid, id?: number): void;
  /** The host answered that nothing listens on that port (ICMP port unreachable). */
  unreachable(peer: Tid): void;
  /** The system refused to send a datagram because of its length: the datagram is lost. */
  tooLarge?(): void;
  /** The socket failed for good. */
  failed(message: string): void;
}

/** All addresses of a family. */
export type Wildcard = '0.0.0.0' | '::';

export function isWildcard(address: string): address is Wildcard {
  return address === '0.0.0.0' || address === '::';
}

/** Which port to open, and for which purpose. */
export interface PortPlace {
  /** Numeric local address: `0.0.0.0`, `::`, `127.0.0.1`, `fe80::1%eth0`. */
  readonly address: string;
  /** Local port; 0 for any; a range to draw a free one from. */
  readonly port: number | { readonly from: number; readonly to: number };
  /** An open, bound socket of the family of `address` to take over: address and port are then the socket's own. */
  readonly fd?: number;
  /**
   * For IPv4 multicast, on the interface that has the address `via`. `receive`: address and port are those of a group, and
   * the port gets what is sent there; other sockets may get the same. `send`: the port also sends to groups. No router
   * passes that on: the time to live is 1.
   */
  readonly multicast?: { readonly way: 'receive' | 'send'; readonly via: string };
  /** `listen`: no other socket may share the port. `transfer`: a second, connected socket may (see {@link Port.pin}). */
  readonly role: 'listen' | 'transfer';
  /**
   * Datagrams may pass the system several at a time, joined (UDP_SEGMENT, UDP_GRO); true. A capture of the loopback
   * interface shows those as one large datagram.
   */
  readonly offload?: boolean;
  /** Whose port it is, for the trace. */
  readonly tag: Tag;
}

export interface PortOptions extends PortPlace {
  readonly events: PortEvents;
}

/** What every open port has, whether it carries datagrams or packets. */
export interface PortControl {
  readonly local: Tid;
  /** Our address that `peer` sent its last datagram to. Undefined: the system does not say, or the port has one address. */
  readonly addressFor?: ((peer: Tid) => string) | undefined;
  /**
   * A hint: `peer` is the other side from now on, so the port may use a connected socket for it.
   * Datagrams of strangers still arrive. A second call moves the pin.
   */
  pin(peer: Tid): void;
  /** Sends what the port has gathered. The owner calls it after the last of the sends that belong together. */
  flush(): void;
  /** From now on the port alone does not keep the process running (dallying). */
  unref(): void;
  /** Closes the port after what was sent has left. Nothing is reported any more. */
  close(): void;
}

/** An open UDP port. Sends never throw and report nothing: a datagram that was not sent is a lost datagram. */
export interface Port extends PortControl {
  /**
   * Sends one datagram, given whole or as head and tail. A port may gather datagrams and let them leave together, in
   * their order, at the latest with {@link flush}. The caller may reuse the head when `send` returns; the tail must stay
   * unchanged until the next event of the port. `id` is the datagram's number in the
   * trace, which a wrapper gives to those below it.
   */
  send(to: Tid, head: Uint8Array, tail?: Uint8Array, id?: number): void;
}

/** Opens ports. Rejects with an `Error` whose `code` is the system's (`EADDRINUSE`, `EACCES`, `EMFILE`…). */
export interface Network {
  open(options: PortOptions): Promise<Port>;
}
