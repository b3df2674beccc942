// The half of a port that is connected to the peer: it hears nobody else, and learns when nothing listens there.
// Contract, and the implementation over node:dgram's sockets (udp.ts makes them).
import type { Tid } from '../wire/tid.ts';

/** What a half tells the port that it belongs to. */
export interface HalfEvents {
  /** The octets belong to the receiver from now on. */
  datagram(octets: Uint8Array, from: Tid): void;
  /** The host answered that nothing listens there. */
  refused(peer: Tid): void;
  /** Datagrams did not leave. `tooLarge`: because of their length. */
  unsent(count: number, tooLarge: boolean): void;
  /** The socket failed for good. */
  failed(message: string): void;
}

export interface Half {
  readonly peer: Tid;
  /** Connects to another port of the peer's host. If it answers false, or is missing, a new half is needed. */
  turnTo?(peer: Tid): boolean;
  /** As the port's own `send`. */
  send(head: Uint8Array, tail: Uint8Array | undefined, heed: boolean): void;
  /** As the port's own `flush`. */
  flush(): void;
  unref(): void;
  close(): void;
}
