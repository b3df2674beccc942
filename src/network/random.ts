// The only door for chance: a seed gives the same run again.

/** A stream of numbers in [0, 1). */
export type Random = () => number;

/** Mulberry32: small, fast, and good enough to lose packets by. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Chance that nobody can repeat. */
export const realRandom: Random = () => Math.random();
