// How much was received, for the sake of the memory that it came in.

// Node hands out each datagram in memory of its own, which V8 by itself frees only when 32 MiB have piled up.
const collectAfter = 8 * 1024 * 1024;

/** Counts octets received by all ports, and calls `collect` where enough came together. */
export function counter(collect: (() => void) | undefined): (octets: number) => void {
  let uncollected = 0;
  return (octets) => {
    uncollected += octets;
    if (uncollected < collectAfter) return;
    uncollected = 0;
    collect?.();
  };
}
