// Offer, accept and confirm (RFC 2347, 2348, 2349, 7440): contract; see the functions. Imports wire.
import type { ErrorCode } from '../wire/codes.ts';
import type { OackPacket, RequestPacket, WireOption } from '../wire/packet.ts';
import type { Terms } from './terms.ts';

/** What a client asks for: an option that is missing is not sent. */
export interface Offer {
  readonly blksize?: number;
  readonly windowsize?: number;
  /** Whole seconds, 1…255. */
  readonly timeout?: number;
  /** 0 in an RRQ, the file's size in a WRQ. */
  readonly tsize?: number;
  /** tftp-hpa's extension; what follows block 65535. */
  readonly rollover?: 0 | 1;
}

/** What a server may grant. */
export interface Grant {
  /** Largest blksize; 65464. */
  readonly blksize: number;
  /** Largest windowsize whatever the block size; 64. */
  readonly windowsize: number;
  /** Whether any option is accepted at all. */
  readonly options: boolean;
  /** Whether blksize2, utimeout and rollover are accepted too (tftp-hpa's extensions). */
  readonly extensions: boolean;
  /** The size of the file that will be read, on the wire; undefined where it is not known (netascii). */
  readonly size: number | undefined;
}

export interface Accepted {
  readonly terms: Terms;
  /** Options of the OACK in the order asked; empty: answer without an OACK. */
  readonly oack: readonly WireOption[];
  /** Printable names of known options that were asked for and left out. */
  readonly refused: readonly string[];
}

export type Confirmation =
  | { readonly ok: true; readonly terms: Terms; readonly refused: readonly string[] }
  | { readonly ok: false; readonly code: ErrorCode; readonly message: string };

export declare function offerOptions(offer: Offer): readonly WireOption[];
export declare function acceptOptions(request: RequestPacket, grant: Grant): Accepted;
export declare function confirmOptions(offer: Offer, oack: OackPacket, lenient: boolean, op: 'RRQ' | 'WRQ'): Confirmation;
/** Largest window that fits a default receive buffer: min(64, ⌊98304 / (blksize + 4)⌋), at least 1. */
export declare function windowLimit(blksize: number): number;
