// The only file that draws random numbers. A seed repeats a run.

/** A stream of numbers in [0, 1). */
export type Random = () => number;

/** Numbers from a seed, by Mulberry32: small, fast, and good enough to choose ports and lost packets. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Numbers that cannot be repeated. */
export const realRandom: Random = () => Math.random();
