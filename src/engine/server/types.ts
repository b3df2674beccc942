// Settings, events and status of a server.
import type { MalformedReason } from '../../wire/packet.ts';
import type { Tid } from '../../wire/tid.ts';
import type { Untrusted } from '../../wire/text.ts';
import type { Failure } from '../../transfer/failure.ts';
import type { Copying } from '../../files/file.ts';
import type { DropReason } from './drops.ts';
import type { Progress } from '../transfer.ts';

/** Settings of a server. Each comment says the default. */
export interface ServerSettings {
  /** Numeric addresses to listen on, one socket each; `['127.0.0.1']`. */
  readonly hosts?: readonly string[];
  /** Listen on every address of this machine, one socket each, and follow the interfaces; false. `hosts` is ignored. */
  readonly lan?: boolean;
  /** Bound sockets inherited from the process that started us, instead of `hosts` and `port`. */
  readonly sockets?: readonly InheritedSocket[];
  /** UDP port; 6969. 0 draws a free one. */
  readonly port?: number;
  /**
   * Answer everything from the listening port; false. Beyond loopback it needs `allow`. Addresses that only `any` allows
   * get a window of one block and 64 KiB a second.
   */
  readonly singlePort?: boolean;
  /** Range of the local ports of transfers; any. */
  readonly ports?: { readonly from: number; readonly to: number };
  /** Transfers at a time; 512. */
  readonly maxTransfers?: number;
  /** Uploads at a time; 8. One address gets at most half of them. */
  readonly maxUploads?: number;
  /** Address blocks that may use the server, such as `192.0.2.0/24`, or `any`; all. See {@link ServerSettings.singlePort}. */
  readonly allow?: readonly string[];
  /** Address blocks that may not, even if `allow` has them; none. */
  readonly deny?: readonly string[];
  /** Requests a second from one address (an IPv6 /64 counts as one); 200. Bursts may be twice as large. */
  readonly rate?: number;
  /** Largest blksize granted; 65464. */
  readonly blksize?: number;
  /** Largest windowsize granted; 64. */
  readonly windowsize?: number;
  /** Accept options; true. */
  readonly options?: boolean;
  /** Accept tftp-hpa's extensions (utimeout, rollover, blksize2) and multicast (RFC 2090); false. */
  readonly extensions?: boolean;
  /** Milliseconds without an answer after which a transfer fails; 25,000. */
  readonly timeout?: number;
  /** First retransmission interval in milliseconds; 1,000. */
  readonly rexmt?: number;
  readonly rollover?: 0 | 1;
  /** Octets in a second that a transfer sends at most, 1,024 or more; no limit. Blocks and windows are small enough for that. */
  readonly sendRate?: number;
  /** Milliseconds between two DATA packets of a transfer; 0. */
  readonly sendGap?: number;
  /** Let the system take and give several datagrams joined; true. See `PortPlace.offload`. */
  readonly offload?: boolean;
  /** Refuse an upload whose octets are not as many as its tsize announced; false: it is stored. */
  readonly exactSize?: boolean;
  /** Milliseconds that running transfers may continue when the server is closed; 5,000. */
  readonly grace?: number;
}

/** An open UDP socket by its descriptor. */
export interface InheritedSocket {
  readonly fd: number;
  /** Address family; 4. */
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
  /** The request was answered with ERROR. `message` is printable; `copying` is set if the file is still being copied. */
  | {
      readonly type: 'refused';
      /** Its number in the trace. */
      readonly number: number;
      readonly op: 'RRQ' | 'WRQ';
      readonly file: Untrusted;
      readonly peer: Tid;
      readonly code: number;
      readonly message: string;
      readonly copying?: Copying | undefined;
    }
  /**
   * `count` datagrams started no transfer. The first of a reason is reported at once, with what it asked for as far as it
   * can be read; those after it once a second together, with the peer and the size of the last one.
   */
  | {
      readonly type: 'dropped';
      readonly reason: DropReason;
      readonly peer: Tid;
      /** Octets of the datagram. */
      readonly octets: number;
      readonly count: number;
      readonly op?: 'RRQ' | 'WRQ';
      readonly file?: Untrusted;
      readonly malformed?: MalformedReason;
    }
  | {
      readonly type: 'complete';
      readonly progress: Progress;
      /** Where the file is on the local disk, if it is on it. */
      readonly path?: string;
      readonly confirmed: boolean;
      /** True: nothing tells that the source was not cut: a web server announced no size. */
      readonly hasUncertainEnd?: boolean;
      readonly copying?: Copying | undefined;
    }
  /** The client asked for the size and then declined, as boot ROMs do. */
  | { readonly type: 'probe'; readonly progress: Progress }
  | {
      readonly type: 'failed';
      readonly progress: Progress;
      readonly failure: Failure;
      readonly copying?: Copying | undefined;
    }
  /** A listening socket failed for good, or its address no longer exists. */
  | { readonly type: 'broken'; readonly local: Tid; readonly message: string }
  | { readonly type: 'closed' };

export interface ServerStatus {
  readonly listening: readonly Tid[];
  readonly active: readonly Progress[];
  readonly done: number;
  readonly failed: number;
  readonly probes: number;
  readonly refused: number;
  /** Datagrams dropped on the listening port: not a request, or over a limit. */
  readonly dropped: number;
  /** Requests dropped because their address may not use the server. */
  readonly denied: number;
  /** Octets of files sent and received since the start. */
  readonly octets: number;
  /** Milliseconds since the start. */
  readonly uptime: number;
}
