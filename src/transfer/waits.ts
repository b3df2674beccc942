// What a machine waits for, as data: step mode and tests read it.

export type Waits =
  /** For the first answer to its request. */
  | { readonly for: 'answer'; readonly op: 'RRQ' | 'WRQ' }
  /** For a block, by its index. */
  | { readonly for: 'DATA'; readonly index: number }
  /** For the ACK of `to`, or of a block from `from` on (RFC 7440 §4); 0 answers an OACK. */
  | { readonly for: 'ACK'; readonly from: number; readonly to: number }
  /** For its own file. */
  | { readonly for: 'file' }
  /** It is over, and a repeated last DATA gets the last ACK again (RFC 1350 §6). */
  | { readonly for: 'repetition' }
  /** It is over. */
  | { readonly for: 'nothing' };
