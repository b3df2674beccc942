// One file moving between two TIDs as the shell and the library see it: asked for figures, never pushing them.
// Contract. Imports wire, transfer.
import type { Tid } from '../wire/tid.ts';
import type { TermName } from '../wire/options.ts';
import type { Untrusted } from '../wire/text.ts';
import type { Offer } from '../transfer/negotiate.ts';
import type { Terms } from '../transfer/terms.ts';

export type TransferState = 'starting' | 'asking' | 'moving' | 'finishing' | 'done' | 'failed';

/** Figures of a transfer at one moment. Cheap to take: ask ten times a second, not per packet. */
export interface Progress {
  readonly number: number;
  readonly kind: 'get' | 'put';
  readonly side: 'client' | 'server';
  readonly state: TransferState;
  /** The name on the wire. */
  readonly remote: Untrusted;
  /** The other side: where the request went until its TID is known. */
  readonly peer: Tid | undefined;
  /** Octets of the file that were delivered, or acknowledged by the peer, so far. */
  readonly octets: number;
  /** Octets in all, where known (tsize, the local file's size). */
  readonly size: number | undefined;
  readonly terms: Terms | undefined;
  /** Unbounded block index of the last block delivered or acknowledged. */
  readonly block: number;
  /** Packets that were sent again. */
  readonly resent: number;
  /** Smoothed round-trip time, or undefined before the first measurement. */
  readonly rtt: number | undefined;
  /** Milliseconds since it began, or that it took. */
  readonly elapsed: number;
}

/** How a transfer that went well ended. */
export interface TransferResult extends Progress {
  /** Lower-case hexadecimal, where it was asked for. */
  readonly sha256: string | undefined;
  /** False where all was sent and the final ACK never came. */
  readonly confirmed: boolean;
  /** Where a get was stored, as given; undefined for streams and memory. */
  readonly local: string | undefined;
  /** Remarks for the user, printable: options were refused, the address changed, netascii changed the size. */
  readonly warnings: readonly string[];
}

/** A transfer of our client. */
export interface Transfer {
  readonly number: number;
  progress(): Progress;
  /** Rejects with TftpError only. */
  readonly done: Promise<TransferResult>;
  /** Resolves when even the dallying is over and the socket is closed; never rejects. */
  readonly released: Promise<void>;
  /** Sends ERROR 0 to the peer and removes what was half written; `done` then rejects. */
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
  /** `auto`: 1468, over IPv6 1448, on loopback 65464. `off`: not asked for. */
  readonly blksize?: number | 'auto' | 'off';
  /** `auto`: 16, less where blocks are large. */
  readonly windowsize?: number | 'auto' | 'off';
  /** Ask for the size, and check it; true. */
  readonly tsize?: boolean;
  /** False: plain RFC 1350, nothing is asked for. */
  readonly options?: boolean;
  /** First retransmission interval, ms; 1,000. Set to whole seconds it is also sent as RFC 2349's option. */
  readonly rexmt?: number;
  /** Silence after which it gives up, ms; 25,000. */
  readonly timeout?: number;
  /** Accept options that were never asked for; false. */
  readonly lenient?: boolean;
  /** Accept an answer from another address; false. */
  readonly anyAddress?: boolean;
  readonly family?: 4 | 6;
  readonly localPorts?: { readonly from: number; readonly to: number };
}
