// How contestants are run against each other: taking turns within one run, so that a busy machine slows all of them.
// Knows nothing of TFTP: a contestant is a name and a function that moves the file once and tells its milliseconds.

export interface Contestant {
  readonly name: string;
  /** Moves a file of `octets` once; resolves with the milliseconds that it took. */
  readonly once: (octets: number) => Promise<number>;
}

export interface Contest {
  readonly name: string;
  /** What is compared, for the reader. */
  readonly what: string;
  readonly ours: Contestant;
  /** Others; the fastest of them is the measure. */
  readonly theirs: readonly Contestant[];
  /** Run and shown, but no measure: the bare loops. */
  readonly yardsticks: readonly Contestant[];
  /** Our speed ÷ the best of theirs must reach this. */
  readonly goal: number;
  /**
   * Octets of the file, or of a small and a large one: then the time that the large one takes more is what counts, so that
   * starting a program does not.
   */
  readonly sizes: readonly [number] | readonly [small: number, large: number];
}

export interface Timing {
  readonly name: string;
  /** Milliseconds: the median; of two sizes, the difference of their medians. */
  readonly median: number;
  /** Octets a second, by that median. */
  readonly rate: number;
  /** Our speed ÷ its speed. */
  readonly ratio: number;
  /** The lowest and the highest ratio of one round. */
  readonly spread: readonly [number, number];
  readonly failed: string | undefined;
}

export interface Verdict {
  readonly contest: string;
  readonly what: string;
  readonly goal: number;
  /** Our speed ÷ the best other's; undefined where one side has no result. */
  readonly ratio: number | undefined;
  readonly ours: Timing;
  readonly others: readonly Timing[];
  readonly yardsticks: readonly Timing[];
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Milliseconds of each round, by size. */
type Rounds = readonly number[][];

/** One warm-up of each, then `runs` rounds; who begins moves on by one each round. */
export async function hold(contest: Contest, runs: number): Promise<Verdict> {
  const all = [contest.ours, ...contest.theirs, ...contest.yardsticks];
  const times = new Map<Contestant, Rounds>(all.map((one) => [one, contest.sizes.map(() => [])]));
  const failures = new Map<Contestant, string>();
  for (let round = -1; round < runs; round++) {
    const turn = Math.max(round, 0) % all.length;
    for (const contestant of [...all.slice(turn), ...all.slice(0, turn)]) {
      if (failures.has(contestant)) continue;
      try {
        for (const [at, octets] of contest.sizes.entries()) {
          const elapsed = await contestant.once(octets);
          if (round >= 0) times.get(contestant)![at]!.push(elapsed);
        }
      } catch (error) {
        failures.set(contestant, error instanceof Error ? error.message : String(error));
      }
    }
  }
  const timing = (one: Contestant): Timing =>
    compared(one.name, contest, { ours: times.get(contest.ours)!, its: times.get(one)! }, failures.get(one));
  const others = contest.theirs.map(timing);
  const ratios = others.filter(({ failed }) => failed === undefined).map(({ ratio }) => ratio);
  return {
    contest: contest.name,
    what: contest.what,
    goal: contest.goal,
    ratio: ratios.length === 0 || failures.has(contest.ours) ? undefined : Math.min(...ratios),
    ours: timing(contest.ours),
    others,
    yardsticks: contest.yardsticks.map(timing),
  };
}

function compared(
  name: string,
  { sizes }: Contest,
  { ours, its }: { readonly ours: Rounds; readonly its: Rounds },
  failed: string | undefined,
): Timing {
  const spent = costOf(its.map(median));
  const ratios = its[0]!.map(
    (_, round) => costOf(its.map((times) => times[round]!)) / costOf(ours.map((times) => times[round]!)),
  );
  return {
    name,
    median: spent,
    rate: (costOf(sizes) / spent) * 1000,
    ratio: spent / costOf(ours.map(median)),
    spread: [Math.min(...ratios), Math.max(...ratios)],
    failed,
  };
}

/** One value as it is; of two, how much the second is more. */
function costOf([first = Number.NaN, second]: readonly number[]): number {
  return second === undefined ? first : second - first;
}
