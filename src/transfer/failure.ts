// How a transfer fails, as data: who ended it and why. Nobody has to search a message for the reason.
import type { ErrorCode } from '../wire/codes.ts';
import type { Untrusted } from '../wire/text.ts';

/** Why the network failed. */
export type NetworkReason =
  /** The peer's host answered that nothing listens on the port (ICMP port unreachable). */
  | 'port-unreachable'
  /** The same after the peer had answered: it closed the port of the transfer. */
  | 'transfer-port-closed'
  /** The system refuses to send datagrams of the agreed block size. */
  | 'message-too-long'
  /** No local port could be opened. */
  | 'no-local-port'
  /** The socket failed for good; the message is the system's. */
  | 'socket-failed';

/**
 * No progress in time. `sends`: datagrams sent since the last progress. `heard`: whether the peer ever sent a valid one.
 * `came`: valid packets of the peer since then, none of which moved the transfer; absent where none came.
 */
export interface Silence {
  readonly by: 'silence';
  readonly sends: number;
  readonly heard: boolean;
  readonly came?: number;
}

export type Failure =
  /** The peer sent ERROR, which is never answered (RFC 1350 §7). `code` may be any 16-bit number. `first`: it was the peer's first packet. */
  | { readonly by: 'peer'; readonly code: number; readonly message: Untrusted; readonly first: boolean }
  /** We gave up and sent the peer an ERROR packet, if the peer was known. */
  | { readonly by: 'local'; readonly code: ErrorCode; readonly message: string }
  | Silence
  /** The network refused to carry the transfer. */
  | { readonly by: 'network'; readonly reason: NetworkReason; readonly message: string };
