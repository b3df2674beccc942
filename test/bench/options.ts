// Arguments of `npm run bench -- …`. Reads nothing but what it is given.

export interface BenchOptions {
  /** Octets of the file that moves. */
  readonly size: number;
  /** Runs of each contestant; odd, so that the median is one of them. */
  readonly runs: number;
  /** Contests whose name contains this. */
  readonly only: string;
  readonly json: boolean;
  /** Octets of the large file of the memory contest. */
  readonly sparse: number;
  /** Write the document to test/bench/results.json, which `npm run docs` puts into the manual. */
  readonly save: boolean;
  /** End with status 1 where a goal was missed. */
  readonly check: boolean;
}

export const usage = `npm run bench -- [options]
  --quick       16 MiB, 3 runs, 512 MiB for memory
  --only NAME   contests whose name contains NAME
  --size MIB    size of the file that moves (64)
  --runs N      runs of each contestant (5)
  --json        one JSON document on stdout
  --save        the same document in test/bench/results.json; then "npm run docs" renders src/manual/performance.md
  --check       exit 1 where a goal was missed
Contests take turns within a run; what counts is the ratio, never the time.`;

const switches = new Set(['--quick', '--json', '--save', '--check']);
const mebi = 1024 * 1024;

/** @returns the options, or undefined where `args` make no sense or ask for help. */
export function readOptions(args: readonly string[]): BenchOptions | undefined {
  const quick = args.includes('--quick');
  const options = {
    size: (quick ? 16 : 64) * mebi,
    runs: quick ? 3 : 5,
    only: '',
    json: args.includes('--json'),
    sparse: (quick ? 512 : 5 * 1024) * mebi,
    save: args.includes('--save'),
    check: args.includes('--check'),
  };
  for (let at = 0; at < args.length; at++) {
    const word = args[at];
    if (switches.has(word ?? '')) continue;
    const value = args[++at];
    if (value === undefined) return undefined;
    if (word === '--only') options.only = value;
    else if (!/^[1-9]\d*$/.test(value)) return undefined;
    else if (word === '--size') options.size = Number(value) * mebi;
    else if (word === '--runs') options.runs = Number(value);
    else return undefined;
  }
  return options;
}
