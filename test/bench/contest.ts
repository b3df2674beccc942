// How contestants are run against each other: taking turns within one run, so that a busy machine slows all of them.
// Knows nothing of TFTP: a contestant is a name and a function that moves the file once and tells its milliseconds.

export interface Contestant {
  readonly name: string;
  /** Moves the file once; resolves with the milliseconds that it took. */
  readonly once: () => Promise<number>;
}

export interface Contest {
  readonly name: string;
  /** What is compared, for the reader. */
  readonly what: string;
  readonly ours: Contestant;
  /** Others; the fastest of them is the measure. */
  readonly theirs: readonly Contestant[];
  /** Run and shown, but no measure: the bare loop. */
  readonly yardsticks: readonly Contestant[];
  /** Our speed ÷ the best of theirs must reach this. */
  readonly goal: number;
}

export interface Timing {
  readonly name: string;
  /** Milliseconds. */
  readonly median: number;
  readonly fastest: number;
  readonly slowest: number;
  /** Our speed ÷ its speed. */
  readonly ratio: number;
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

/** One warm-up of each, then `runs` rounds; who begins moves on by one each round. */
export async function hold(contest: Contest, runs: number): Promise<Verdict> {
  const all = [contest.ours, ...contest.theirs, ...contest.yardsticks];
  const times = new Map<Contestant, number[]>(all.map((contestant) => [contestant, []]));
  const failures = new Map<Contestant, string>();
  for (let round = -1; round < runs; round++) {
    const turn = Math.max(round, 0) % all.length;
    for (const contestant of [...all.slice(turn), ...all.slice(0, turn)]) {
      if (failures.has(contestant)) continue;
      try {
        const elapsed = await contestant.once();
        if (round >= 0) times.get(contestant)!.push(elapsed);
      } catch (error) {
        failures.set(contestant, error instanceof Error ? error.message : String(error));
      }
    }
  }
  const ourMedian = median(times.get(contest.ours)!);
  const timing = (contestant: Contestant): Timing => {
    const taken = times.get(contestant)!;
    const failed = failures.get(contestant);
    return {
      name: contestant.name,
      median: median(taken),
      fastest: Math.min(...taken),
      slowest: Math.max(...taken),
      ratio: median(taken) / ourMedian,
      failed,
    };
  };
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
