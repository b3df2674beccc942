// A loop of mutations: an input that leads to something new joins the corpus, and the next ones are made of it.
// Rule: everything follows from the seed; a failing input is printed and made smaller.
import { seeded } from '../../src/network/random.ts';
import type { Target } from './targets.ts';

export interface Fuzzed {
  readonly inputs: number;
  /** Inputs that led to something new, beyond those to begin from. */
  readonly found: readonly Uint8Array[];
  readonly failure: { readonly input: Uint8Array; readonly error: Error } | undefined;
}

export interface FuzzOptions {
  readonly inputs: number;
  readonly seed: number;
  readonly watch: (input: Uint8Array) => void;
  /** How many branches of the code were taken so far; where the build does not count them, the answers of targets guide. */
  readonly reached?: () => number;
}

/** Octets of an input at most. */
const longest = 2048;
/** Inputs that are kept at most, and milliseconds that one may take. */
const mostKept = 3000;
const slow = 2000;
const telling = [0, 1, 2, 3, 4, 5, 6, 8, 10, 13, 0x1b, 0x20, 0x2e, 0x2f, 0x3a, 0x5c, 0x7f, 0x80, 0xff];

type Chance = (below: number) => number;

/** Plays the corpus, then `inputs` mutations. `watch` sees each input before it is played. */
export function fuzz(
  target: Target,
  corpus: readonly Uint8Array[],
  { inputs, seed, watch, reached = () => 0 }: FuzzOptions,
): Fuzzed {
  const random = seeded(seed);
  const chance: Chance = (below) => Math.floor(random() * below);
  const kept = [...target.seeds, ...corpus];
  const seen = new Set<string>();
  const known = kept.length;
  let before = reached();
  for (let count = 0; count < known + inputs; count++) {
    const input = count < known ? (kept[count] ?? nothing) : mutated(kept, chance);
    watch(input);
    const { error, behaviour } = played(target, input);
    if (error !== undefined)
      return {
        inputs: count + 1,
        found: kept.slice(known),
        failure: { input: smallest(target, input), error },
      };
    const branches = reached();
    if (behaviour === undefined || (seen.has(behaviour) && branches === before)) continue;
    before = branches;
    seen.add(behaviour);
    if (count >= known && kept.length < mostKept) kept.push(input);
  }
  return { inputs: known + inputs, found: kept.slice(known), failure: undefined };
}

const nothing = new Uint8Array(0);

function played(target: Target, input: Uint8Array): { error?: Error; behaviour?: string } {
  const began = performance.now();
  try {
    const behaviour = target.play(input);
    const took = performance.now() - began;
    return took < slow ? { behaviour } : { error: new Error(`it took ${took.toFixed(0)} ms`) };
  } catch (error) {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }
}

/** Leaves parts out as long as the input still fails. */
function smallest(target: Target, input: Uint8Array): Uint8Array {
  let current: Uint8Array = input;
  for (let size = Math.ceil(current.length / 2); size > 0; size = size === 1 ? 0 : Math.ceil(size / 2))
    for (let at = 0; at < current.length;) {
      const next = Buffer.concat([current.subarray(0, at), current.subarray(at + size)]);
      if (played(target, next).error === undefined) at += size;
      else current = next;
    }
  return current;
}

function mutated(corpus: readonly Uint8Array[], chance: Chance): Uint8Array {
  // The newest inputs led to something new last: one in two is made of them.
  const from = chance(2) === 0 ? Math.max(0, corpus.length - 20) : 0;
  let octets: Uint8Array = corpus[from + chance(corpus.length - from)]?.slice() ?? nothing;
  for (let times = 1 + chance(4); times > 0; times--) octets = changed(octets, corpus, chance);
  return octets.subarray(0, longest);
}

function changed(octets: Uint8Array, corpus: readonly Uint8Array[], chance: Chance): Uint8Array {
  const at = chance(octets.length + 1);
  const to = at + chance(Math.min(16, octets.length - at) + 1);
  const kind = chance(9);
  if (kind < 4 && at < octets.length) {
    const old = octets[at] ?? 0;
    octets[at] =
      [old ^ (1 << chance(8)), chance(256), telling[chance(telling.length)] ?? 0, old + chance(3) - 1][
        kind
      ] ?? 0;
    return octets;
  }
  const [before, after] = [octets.subarray(0, at), octets.subarray(to)];
  if (kind === 4) return before.slice();
  if (kind === 5) return Buffer.concat([before, after]);
  if (kind === 6) return Buffer.concat([before, octets.subarray(at, to), octets.subarray(at)]);
  if (kind === 7) {
    const some = Uint8Array.from({ length: 1 + chance(6) }, () => telling[chance(telling.length)] ?? 0);
    return Buffer.concat([before, some, octets.subarray(at)]);
  }
  const other = corpus[chance(corpus.length)] ?? nothing;
  const start = chance(other.length + 1);
  return Buffer.concat([before, other.subarray(start, start + 1 + chance(40)), after]);
}
