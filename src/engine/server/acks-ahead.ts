// Finds acknowledgements that nobody can have sent who receives the file: those of blocks that have not left yet.
// Rule: where no secret port exists (single-port mode) only the order of events tells a forger from a receiver.
import type { Malformed, Packet } from '../../wire/packet.ts';
import { middle, unwrap } from '../../transfer/block.ts';
import type { Terms } from '../../transfer/terms.ts';

/** Such ACKs that a transfer survives: late ones of an earlier transfer may look like it. */
const mostAhead = 2;

/** What a transfer has sent so far. */
export interface Sent {
  /** Index of the last block acknowledged. */
  readonly block: number;
  readonly terms: Terms | undefined;
  /** The next block has not left yet. */
  readonly isWaiting: boolean;
}

export class AcksAhead {
  #count = 0;

  /** Counts `packet` if it is such an ACK. @returns true where there are too many. */
  count(packet: Packet | Malformed, sent: Sent): boolean {
    if (packet.op !== 'ACK' || sent.terms === undefined) return false;
    const { windowsize, rollover } = sent.terms;
    const index = unwrap(packet.block, middle(sent.block, windowsize), rollover);
    if (index > sent.block + (sent.isWaiting ? 0 : windowsize)) this.#count += 1;
    return this.#count > mostAhead;
  }
}
