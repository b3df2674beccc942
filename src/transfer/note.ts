// What a machine notices, as data. The remarks of `trace`, `explain` and `stats` come from notes, so that no view has
// to guess from packets what the machine knew.
import type { Malformed } from '../wire/packet.ts';
import type { Tid } from '../wire/tid.ts';
import type { Untrusted } from '../wire/text.ts';
import type { Failure } from './failure.ts';
import type { Terms } from './terms.ts';

/**
 * `master`: it asks for the blocks from now on. `passed-over`: it fell silent, and the next one asks. `done`, `left` and
 * `lost` end its transfer: it has the file, it failed or was sent away, it is silent for good.
 */
export type MemberChange = 'joined' | 'master' | 'passed-over' | 'done' | 'left' | 'lost';

export type Note =
  /**
   * The terms from here on. `refused`: options that were asked for and that the server left out. `isPlainRequest`: the
   * client had asked without options too, because nothing answered requests with options.
   */
  | {
      readonly type: 'negotiated';
      readonly terms: Terms;
      readonly refused: readonly string[];
      readonly isPlainRequest?: boolean;
    }
  /** The peer's TID is known now (RFC 1350 §4). */
  | { readonly type: 'pinned'; readonly peer: Tid }
  /** No progress in time. Attempt 1 is the first repetition. `interval`: how long the machine waited. */
  | { readonly type: 'timed-out'; readonly attempt: number; readonly interval: number }
  /** A DATA or ACK that came before. `answered`: whether we sent a packet in reply. */
  | {
      readonly type: 'duplicate';
      readonly op: 'DATA' | 'ACK';
      readonly index: number;
      readonly answered: boolean;
    }
  /** DATA with a higher number than expected (RFC 7440 §4). */
  | { readonly type: 'gap'; readonly expected: number; readonly got: number }
  /** An ACK inside the window: the blocks after it were lost, and the next window starts after it (RFC 7440 §4). */
  | { readonly type: 'rollback'; readonly to: number; readonly cause: 'ack' | 'repeated-ack' }
  /** An ACK or DATA outside the window; it is ignored. */
  | { readonly type: 'outside'; readonly op: 'DATA' | 'ACK'; readonly block: number }
  /** A packet from another TID (RFC 1350 §4). `answered`: whether we sent ERROR 5. */
  | { readonly type: 'stranger'; readonly from: Tid; readonly answered: boolean }
  /** A malformed datagram, or a packet that does not fit here; it is dropped. */
  | { readonly type: 'ignored'; readonly what: Malformed['reason'] | 'unexpected'; readonly op: string }
  /** The server refused the options (ERROR 8, or ERROR 4 as its first answer). The request is sent once more without them. */
  | { readonly type: 'fallback'; readonly code: number; readonly message: Untrusted }
  /** The server put this client into a multicast group, or changed its role there (RFC 2090). */
  | { readonly type: 'group'; readonly group: Tid; readonly isMaster: boolean }
  /** What happened to a client of a multicast group, as its server sees it. `clients`: how many the group has now. */
  | {
      readonly type: 'member';
      readonly change: MemberChange;
      readonly client: Tid;
      readonly clients: number;
      /** Set if its transfer failed. */
      readonly failure?: Failure;
    }
  /** The file is complete and published. Until `until` (an instant) a repeated last DATA gets the final ACK again. */
  | { readonly type: 'dallying'; readonly until: number }
  /** A round-trip time in milliseconds, measured on a packet that was sent once (Karn's rule). */
  | { readonly type: 'round-trip'; readonly rtt: number; readonly interval: number };
