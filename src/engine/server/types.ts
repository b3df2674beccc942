// What a server is told, what it tells, and what it looks like at a moment. Types only.
// Imports transfer and wire (types).
import type { Tid } from '../../wire/tid.ts';
import type { Untrusted } from '../../wire/text.ts';
import type { Failure } from '../../transfer/failure.ts';
import type { Progress } from '../transfer.ts';

/** Limits and manners; what is missing has the default of the README's table. */
export interface ServerSettings {
  /** Numeric addresses to listen on, one socket each; `['127.0.0.1']`. */
  readonly hosts?: readonly string[];
  /** Listen on every address of this machine, one socket each, as interfaces come and go; false. `hosts` is left aside. */
  readonly lan?: boolean;
  /** Sockets inherited from whoever started us, in place of `hosts` and `port`: bound already, by more privileged hands. */
  readonly sockets?: readonly InheritedSocket[];
  /** 6969; 0 draws a free one. */
  readonly port?: number;
  /** Answer everything from the listening port; false. */
  readonly singlePort?: boolean;
  /** Local ports of the transfers' own sockets. */
  readonly ports?: { readonly from: number; readonly to: number };
  /** 512. */
  readonly maxTransfers?: number;
  /** Addresses that may ask, as `192.0.2.0/24`; all. */
  readonly allow?: readonly string[];
  /** Addresses that may not, whatever `allow` says; none. */
  readonly deny?: readonly string[];
  /** Requests a second from one address (an IPv6 /64 counts as one), twice as many at once; 200. */
  readonly rate?: number;
  /** Largest blksize granted; 65464. */
  readonly blksize?: number;
  /** Largest windowsize granted; 64. */
  readonly windowsize?: number;
  /** Accept options at all; true. */
  readonly options?: boolean;
  /** Accept tftp-hpa's extensions (utimeout, rollover, blksize2); false. */
  readonly extensions?: boolean;
  /** Milliseconds of silence after which a transfer ends; 25,000. */
  readonly timeout?: number;
  /** First retransmission interval, ms; 1,000. */
  readonly rexmt?: number;
  readonly rollover?: 0 | 1;
  /** Milliseconds that running transfers get when the server is closed; 5,000. */
  readonly grace?: number;
}

/** An open UDP socket by its descriptor. */
export interface InheritedSocket {
  readonly fd: number;
  /** 4. */
  readonly family?: 4 | 6;
}

export type ServerEvent =
  | { readonly type: 'listening'; readonly local: Tid }
  | {
      readonly type: 'accepted';
      readonly number: number;
      readonly op: 'RRQ' | 'WRQ';
      readonly file: Untrusted;
      readonly peer: Tid;
    }
  /** The request was answered with ERROR. `message` is printable. */
  | {
      readonly type: 'refused';
      readonly op: 'RRQ' | 'WRQ';
      readonly file: Untrusted;
      readonly peer: Tid;
      readonly code: number;
      readonly message: string;
    }
  | { readonly type: 'complete'; readonly progress: Progress; readonly confirmed: boolean }
  /** The client asked for the size and declined: normal for boot ROMs. */
  | { readonly type: 'probe'; readonly progress: Progress }
  | { readonly type: 'failed'; readonly progress: Progress; readonly failure: Failure }
  /** A listening socket failed for good, or its address has gone. */
  | { readonly type: 'broken'; readonly local: Tid; readonly message: string }
  | { readonly type: 'closed' };

export interface ServerStatus {
  readonly listening: readonly Tid[];
  readonly active: readonly Progress[];
  readonly done: number;
  readonly failed: number;
  readonly probes: number;
  readonly refused: number;
  /** Datagrams on the listening port that were no request, or one too many: dropped. */
  readonly dropped: number;
  /** Requests from addresses that may not ask: dropped as silently. */
  readonly denied: number;
  /** Octets of files served and received since the start. */
  readonly octets: number;
  /** Milliseconds since the start. */
  readonly uptime: number;
}
