// What a machine noticed, as data: the words for `trace` remarks, `explain` and `stats` come from here,
// so that no view has to guess from packets what the machine knew. Imports wire.
import type { Malformed } from '../wire/packet.ts';
import type { Tid } from '../wire/tid.ts';
import type { Untrusted } from '../wire/text.ts';
import type { Terms } from './terms.ts';

export type Note =
  /** The terms that hold from here on. `refused`: options asked for that the server left out. */
  | { readonly type: 'negotiated'; readonly terms: Terms; readonly refused: readonly string[] }
  /** The peer's TID is known now (RFC 1350 §4). */
  | { readonly type: 'pinned'; readonly peer: Tid }
  /** Nothing came in time: attempt 1 is the first repetition. `interval` is the wait that ended. */
  | { readonly type: 'timed-out'; readonly attempt: number; readonly interval: number }
  /** A DATA or ACK that we had already: `answered` tells whether it drew a packet from us. */
  | {
      readonly type: 'duplicate';
      readonly op: 'DATA' | 'ACK';
      readonly index: number;
      readonly answered: boolean;
    }
  /** DATA beyond the one expected (RFC 7440 §4). */
  | { readonly type: 'gap'; readonly expected: number; readonly got: number }
  /** An ACK inside the window: what follows it was lost, the window starts again behind it (RFC 7440 §4). */
  | { readonly type: 'rollback'; readonly to: number; readonly cause: 'ack' | 'repeated-ack' }
  /** An ACK or DATA outside the window: ignored. */
  | { readonly type: 'outside'; readonly op: 'DATA' | 'ACK'; readonly block: number }
  /** A packet from another TID (RFC 1350 §4): `answered` with ERROR 5 or not. */
  | { readonly type: 'stranger'; readonly from: Tid; readonly answered: boolean }
  /** No packet, or one that has no business here: dropped. */
  | { readonly type: 'ignored'; readonly what: Malformed['reason'] | 'unexpected'; readonly op: string }
  /** Options failed (ERROR 8, or ERROR 4 as first answer): the request goes out once more without them. */
  | { readonly type: 'fallback'; readonly code: number; readonly message: Untrusted }
  /** `octets` of the last block were delivered and published; the final ACK may follow repeated DATA until the end. */
  | { readonly type: 'dallying'; readonly until: number }
  /** A round-trip time was measured on a packet that was sent once (Karn's rule), in milliseconds. */
  | { readonly type: 'round-trip'; readonly rtt: number; readonly interval: number };
