// Reads numbers from captured octets, in either byte order.
// Rule: octets beyond the end read as zero; callers check lengths where that matters.

/** 16 bits in network order. */
export function word(octets: Uint8Array, at: number): number {
  return ((octets[at] ?? 0) << 8) | (octets[at + 1] ?? 0);
}

/** 16 bits in the byte order that a file has chosen. */
export function word16(octets: Uint8Array, at: number, little: boolean): number {
  return little ? ((octets[at + 1] ?? 0) << 8) | (octets[at] ?? 0) : word(octets, at);
}

/** 32 bits in the byte order that a file has chosen; never negative. */
export function word32(octets: Uint8Array, at: number, little: boolean): number {
  const high = word16(octets, little ? at + 2 : at, little);
  return high * 0x10000 + word16(octets, little ? at : at + 2, little);
}
