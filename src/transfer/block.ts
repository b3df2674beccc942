// Converts block numbers: 16 bits on the wire, an unbounded index inside. No other file does it.
// An index counts from 1 and is exact to 2^53, so bit operators must not be used on it.

/** After how many blocks a number comes again. With rollover 1 the number 0 is skipped. */
function cycle(rollover: 0 | 1): number {
  return rollover === 0 ? 65536 : 65535;
}

/** The 16-bit number that block `index` has on the wire (RFC 1350 §5). The RFCs do not say what follows 65535. */
export function wireBlock(index: number, rollover: 0 | 1): number {
  if (rollover === 0 || index === 0) return index % 65536;
  return ((index - 1) % 65535) + 1;
}

/**
 * The index nearest to `near` that has the number `block` on the wire. A negative index is a block from before the
 * transfer. With rollover 1 the number 0 is only index 0.
 */
export function unwrap(block: number, near: number, rollover: 0 | 1): number {
  if (rollover === 1 && block === 0) return 0;
  const length = cycle(rollover);
  const ahead = (((block - near) % length) + length) % length;
  return ahead < length / 2 ? near + ahead : near + ahead - length;
}

/**
 * The `near` for {@link unwrap} when `acked` blocks are acknowledged and up to `windowsize` are in flight: the middle of
 * the window, so that the numbers are unambiguous even in a window of 65535 blocks (RFC 7440 §4).
 */
export function middle(acked: number, windowsize: number): number {
  return acked + Math.ceil(windowsize / 2);
}
