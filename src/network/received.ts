// Counts received octets, so that the memory of datagrams is freed in time.

// Node gives each datagram memory of its own. V8 frees such memory by itself only after 32 MiB.
const collectAfter = 8 * 1024 * 1024;

/** Counts the octets that all ports receive, and calls `collect` after every 8 MiB. */
export function counter(collect: (() => void) | undefined): (octets: number) => void {
  let uncollected = 0;
  return (octets) => {
    uncollected += octets;
    if (uncollected < collectAfter) return;
    uncollected = 0;
    collect?.();
  };
}
