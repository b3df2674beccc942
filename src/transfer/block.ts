// Block numbers: 16 bits on the wire, an index without bound inside. The only conversion between the two.
// An index counts from 1 and is exact to 2^53: no bit operator may touch it. Imports nothing.

/** How many blocks pass before a number comes back: block 0 is skipped where 65535 is followed by 1. */
function cycle(rollover: 0 | 1): number {
  return rollover === 0 ? 65536 : 65535;
}

/** The 16-bit number that block `index` has on the wire (RFC 1350 §5; the RFCs are silent on what follows 65535). */
export function wireBlock(index: number, rollover: 0 | 1): number {
  if (rollover === 0 || index === 0) return index % 65536;
  return ((index - 1) % 65535) + 1;
}

/**
 * The index nearest to `near` that has the number `block` on the wire. It may be negative: a block from before
 * the transfer. With rollover 1 the number 0 stands for index 0 alone.
 */
export function unwrap(block: number, near: number, rollover: 0 | 1): number {
  if (rollover === 1 && block === 0) return 0;
  const length = cycle(rollover);
  const ahead = (((block - near) % length) + length) % length;
  return ahead < length / 2 ? near + ahead : near + ahead - length;
}

/**
 * The point to {@link unwrap} around when `acked` blocks are done and up to `windowsize` may be in flight: the
 * middle of the window, so that even a window of 65535 blocks is told apart (RFC 7440 §4).
 */
export function middle(acked: number, windowsize: number): number {
  return acked + Math.ceil(windowsize / 2);
}
