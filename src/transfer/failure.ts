// How a transfer ends badly, by whose doing: data, not exceptions. Imports wire.
import type { ErrorCode } from '../wire/codes.ts';
import type { Untrusted } from '../wire/text.ts';

export type Failure =
  /** They sent ERROR: never answer it (RFC 1350 §7). `code` may be any 16-bit number. `first`: it was their first packet. */
  | { readonly by: 'peer'; readonly code: number; readonly message: Untrusted; readonly first: boolean }
  /** We gave up and said so with an ERROR packet, where the peer was known. */
  | { readonly by: 'local'; readonly code: ErrorCode; readonly message: string }
  /** No answer: `sends` datagrams were sent since the last valid one came; `heard` tells whether any ever came. */
  | { readonly by: 'silence'; readonly sends: number; readonly heard: boolean }
  /** The socket itself failed, or the host said that nothing listens there. */
  | { readonly by: 'network'; readonly message: string };
