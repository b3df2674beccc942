// Where datagrams come from and go to: the contract that udp, memory and the wrappers share.
// Nothing here knows what a transfer does. Imports wire and types of trace.
import type { Tid } from '../wire/tid.ts';
import type { Tag } from '../trace/record/event.ts';

/** What a port tells its owner. Called on the event loop, never from inside `send` or `open`. */
export interface PortEvents {
  /**
   * `octets` belong to the receiver from now on. `id` is the datagram's number on the bus. The first wrapper that
   * reports the datagram draws it, and wrappers further out pass it on. Undefined: nobody listens.
   */
  datagram(octets: Uint8Array, from: Tid, id?: number): void;
  /** The host answered that nothing listens there (ICMP port unreachable). */
  unreachable(peer: Tid): void;
  /** The system refused to send a datagram because of its length: it is lost. */
  tooLarge?(): void;
  /** The socket failed for good. */
  failed(message: string): void;
}

export interface PortOptions {
  /** Numeric local address: `0.0.0.0`, `::`, `127.0.0.1`, `fe80::1%eth0`. */
  readonly address: string;
  /** Local port; 0 for any; a range to draw a free one from. */
  readonly port: number | { readonly from: number; readonly to: number };
  /** An open socket of the family of `address` to take over, bound already: address and port are then its own. */
  readonly fd?: number;
  /** `listen`: nobody else may share the port. `transfer`: a paired connected socket may (house rule of `pin`). */
  readonly role: 'listen' | 'transfer';
  readonly tag: Tag;
  readonly events: PortEvents;
}

/** An open UDP port. Sends never throw and never report: a datagram that was not sent is a lost datagram. */
export interface Port {
  readonly local: Tid;
  /**
   * Sends one datagram, given whole or as head and tail.
   * The head may be reused when `send` returns; the tail must stay unchanged until the next event.
   * Wrappers number the datagram for the trace and pass the `id` on; owners of a port give none.
   */
  send(to: Tid, head: Uint8Array, tail?: Uint8Array, id?: number): void;
  /**
   * Hint that `peer` is the other side from now on: the port may use a connected socket for it.
   * Datagrams of strangers still arrive. Calling it again moves the pin.
   */
  pin(peer: Tid): void;
  /** From now on the port alone does not keep the process running (dallying). */
  unref(): void;
  close(): void;
}

/** Opens ports. Rejects with an `Error` whose `code` is the system's (`EADDRINUSE`, `EACCES`, `EMFILE`…). */
export interface Network {
  open(options: PortOptions): Promise<Port>;
}
