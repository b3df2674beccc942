// The contract of a machine: time, datagrams and file chunks go in; sends, pulls, deliveries and notes come out.
// A machine never reads a clock, opens a file or draws a random number: its inputs determine everything it does.
import type { ErrorCode } from '../wire/codes.ts';
import type { Malformed, Packet } from '../wire/packet.ts';
import type { Tid } from '../wire/tid.ts';
import type { Failure, NetworkReason } from './failure.ts';
import type { Note } from './note.ts';
import type { Waits } from './waits.ts';

/** Milliseconds on the driver's monotonic clock. Machines compare instants; they never read a clock. */
export type Instant = number;

export type Input =
  | { readonly type: 'start' }
  | { readonly type: 'datagram'; readonly packet: Packet | Malformed; readonly from: Tid }
  /** The deadline has passed. */
  | { readonly type: 'timeout' }
  /** Answers one `pull`; shorter than asked = end of file, possibly empty. The machine may keep the octets. */
  | { readonly type: 'chunk'; readonly octets: Uint8Array }
  /** Answers one `deliver`: the octets are accepted; after the last ones the file is published. */
  | { readonly type: 'stored' }
  /** Answers `join`: what is sent to the group arrives from now on. */
  | { readonly type: 'joined' }
  /**
   * The network cannot carry the transfer any more. A datagram that could not be sent is just a lost packet. With `of` it
   * ends only for this client of a group.
   */
  | {
      readonly type: 'network-failed';
      readonly reason: NetworkReason;
      readonly message: string;
      readonly of?: Tid;
    }
  /**
   * The user, the disk or a rule of the server ends the transfer. An ERROR with `code` and `message` goes to the peer.
   * With `of` it ends only for this client of a group.
   */
  | { readonly type: 'abort'; readonly code: ErrorCode; readonly message: string; readonly of?: Tid };

export type Output =
  | { readonly type: 'send'; readonly packet: Packet; readonly to: Tid; readonly repeat: boolean }
  /**
   * Asks for exactly `length` octets; the file may have fewer at its end. At most one pull is open at a time. They follow
   * those of the pull before, or begin at the octet `at`.
   */
  | { readonly type: 'pull'; readonly length: number; readonly at?: number }
  /**
   * Octets of the file: those that follow the ones before, or begin at the octet `at`. With `last` the file is complete:
   * publish it and answer `stored` only then.
   */
  | { readonly type: 'deliver'; readonly octets: Uint8Array; readonly last: boolean; readonly at?: number }
  /** Receive what is sent to the multicast group, from the peer only, and answer `joined`. */
  | { readonly type: 'join'; readonly group: Tid }
  | { readonly type: 'note'; readonly note: Note }
  | { readonly type: 'end'; readonly outcome: Outcome };

/** What ends a transfer in any state. */
export type Ending = Extract<Input, { readonly type: 'abort' | 'network-failed' }>;

/** Sans-I/O logic of one side of one transfer. */
export interface Machine {
  /** When to pass in a timeout; undefined while the machine waits only for the peer or the file. */
  readonly deadline: Instant | undefined;
  /** The peer once its TID is known (RFC 1350 §4); undefined before. */
  readonly peer: Tid | undefined;
  readonly waits: Waits;
  /** Unbounded index of the last block that was delivered in order (receiver) or acknowledged (sender); 0 before. */
  readonly index: number;
  handle(input: Input, now: Instant): readonly Output[];
}

/** How a transfer ended. `octets` counts the octets of the file as on the wire, so after any netascii conversion. */
export type Outcome =
  /** `confirmed` is false if everything was sent and the final ACK never came. */
  | { readonly ok: true; readonly octets: number; readonly confirmed: boolean }
  | { readonly ok: false; readonly failure: Failure };
