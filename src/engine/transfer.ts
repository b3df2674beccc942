// A transfer as the shell and the library see it: one file between two TIDs.
// Rule: figures are asked for; a transfer never pushes them.
import type { Tid } from '../wire/tid.ts';
import type { TermName } from '../wire/options.ts';
import type { Untrusted } from '../wire/text.ts';
import type { Offer } from '../transfer/negotiate.ts';
import type { Terms } from '../transfer/terms.ts';

export type TransferState = 'starting' | 'asking' | 'moving' | 'finishing' | 'done' | 'failed';

/** Figures of a transfer at one moment. Ask ten times a second, not for each packet. */
export interface Progress {
  readonly number: number;
  readonly kind: 'get' | 'put';
  readonly side: 'client' | 'server';
  readonly state: TransferState;
  /** The name on the wire. */
  readonly remote: Untrusted;
  /** The other side; before its TID is known, the address of the request. */
  readonly peer: Tid | undefined;
  /** Octets of the file delivered (get) or acknowledged by the peer (put) so far. */
  readonly octets: number;
  /** Size of the file in octets; undefined where neither tsize nor a local file says it. */
  readonly size: number | undefined;
  readonly terms: Terms | undefined;
  /** Index (without rollover) of the last block delivered or acknowledged. */
  readonly block: number;
  /** Packets that were retransmitted. */
  readonly resent: number;
  /** Smoothed round-trip time, or undefined before the first measurement. */
  readonly rtt: number | undefined;
  /** Milliseconds since the transfer began; once it has ended, its duration. */
  readonly elapsed: number;
}

/** The result of a transfer that succeeded. */
export interface TransferResult extends Progress {
  /** Lower-case hexadecimal digest; undefined unless the caller asked for it. */
  readonly sha256: string | undefined;
  /** False where everything was sent and the final ACK never arrived. */
  readonly confirmed: boolean;
  /** The path to which a get wrote, as the caller gave it; undefined for streams and memory. */
  readonly local: string | undefined;
  /** Printable warnings for the user, such as refused options or a changed address. */
  readonly warnings: readonly string[];
}

/** A transfer of our client. */
export interface Transfer {
  readonly number: number;
  progress(): Progress;
  /** Rejects with TftpError only. */
  readonly done: Promise<TransferResult>;
  /** Resolves when dallying is over and the socket is closed. Never rejects. */
  readonly released: Promise<void>;
  /** Ends the dallying, if it dallies: the socket is closed. RFC 1350 §6 encourages dallying, and does not require it. */
  release(): void;
  /** Sends ERROR 0 to the peer and removes the incomplete file; then `done` rejects. */
  abort(message?: string): void;
}

/** Options whose value the client computes. All others are plain: asked for with the value that the user set. */
const computedTerms = ['tsize', 'blksize', 'timeout', 'windowsize'] as const;

export type PlainTerm = Exclude<TermName, (typeof computedTerms)[number]>;

/** Whether the client asks for the option with the value of the setting of the same name. */
export function isPlainTerm(term: TermName): term is PlainTerm {
  return !computedTerms.some((computed) => computed === term);
}

/** The user's settings for a transfer; a missing one has the default given here. A plain option is not asked for by default. */
export interface TransferSettings extends Pick<Offer, PlainTerm> {
  /** `octet`. */
  readonly mode?: 'octet' | 'netascii';
  /** `auto` (the default): 1468, over IPv6 1448, on loopback 65464 (macOS: 8192). `off`: not offered. */
  readonly blksize?: number | 'auto' | 'off';
  /** `auto` (the default): 16, less where blocks are large. `off`: not offered. */
  readonly windowsize?: number | 'auto' | 'off';
  /** Offer tsize and check the size; true. */
  readonly tsize?: boolean;
  /** True. False: plain RFC 1350, no option is offered. */
  readonly options?: boolean;
  /** The options that are asked for, in this order; by default all that are set, in the order of the table of options. */
  readonly asks?: readonly TermName[];
  /** First retransmission interval in milliseconds; 1,000. A value of whole seconds is also offered as timeout (RFC 2349). */
  readonly rexmt?: number;
  /** Milliseconds without an answer after which the transfer fails; 25,000. */
  readonly timeout?: number;
  /** Milliseconds to keep asking a server that does not answer yet, also through closed ports; 0: no longer than `timeout`. */
  readonly wait?: number;
  /** Octets in a second that a put sends at most, 1,024 or more; no limit. Blocks and windows are small enough for that. */
  readonly sendRate?: number;
  /** Milliseconds between two DATA packets of a put; 0. */
  readonly sendGap?: number;
  /** Ask for a multicast transfer (RFC 2090) in a get over IPv4, one block at a time; false. */
  readonly multicast?: boolean;
  /** Accept options that were not offered; false. */
  readonly lenient?: boolean;
  /** Accept an answer from another address; false. */
  readonly anyAddress?: boolean;
  readonly family?: 4 | 6;
  readonly localPorts?: { readonly from: number; readonly to: number };
  /** Let the system take and give several datagrams joined; true. See `PortPlace.offload`. */
  readonly offload?: boolean;
}
