// Finds the blksize and windowsize with the highest goodput: a grid, measured in rounds, without what is hopeless.
// Rule: rounds go over all cells that may still be the best, so that a change of the network touches all of them alike.

/** A cell of the grid. */
export interface Setting {
  readonly blksize: number;
  readonly windowsize: number;
}

/** What one transfer with a setting gave. */
export interface Measured {
  /** Octets of the file that arrived, and the milliseconds that they took. */
  readonly octets: number;
  readonly ms: number;
  /** What the server agreed to. */
  readonly agreed: Setting;
}

/** Transfers once. Undefined: the transfer failed. */
export type Measure = (setting: Setting) => Promise<Measured | undefined>;

export interface Cell extends Setting {
  /** Octets a second of each transfer. */
  readonly rates: readonly number[];
  /** `same`: the server lowers it to another cell. `failed`: it did not arrive. `left`: there was no time for it. */
  readonly state: 'measured' | 'same' | 'failed' | 'left';
}

/** A mean with its 95 % confidence interval, in octets a second. */
export interface Interval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

export interface Tuned {
  readonly cells: readonly Cell[];
  /** The simplest setting that is not slower than the fastest one, as far as the measurements tell; undefined: none worked. */
  readonly best: Cell | undefined;
}

export interface TuneOptions {
  readonly blksizes: readonly number[];
  readonly windowsizes: readonly number[];
  /** How often the cells that may be the best are measured. */
  readonly rounds: number;
  /** Whether there is no time left. */
  readonly isOver: () => boolean;
  /** Called after each transfer, with how many were made and how many cells are still in the race. */
  readonly onMeasured?: (made: number, racing: number) => void;
}

type Draft = Setting & { rates: number[]; state: Cell['state'] };

/** A cell that reached less than this part of the best after one round is not measured again. */
const hopeless = 0.5;
/** Blocks up to this size need no fragments on Ethernet. */
const ethernetBlock = 1468;

export async function tune(measure: Measure, options: TuneOptions): Promise<Tuned> {
  const { blksizes, windowsizes, rounds, isOver, onMeasured } = options;
  const cells = blksizes.flatMap((blksize) =>
    windowsizes.map((windowsize): Draft => ({ blksize, windowsize, rates: [], state: 'left' })),
  );
  let made = 0;
  const take = async (cell: Draft): Promise<void> => {
    const measured = await measure(cell);
    place(cells, cell, measured);
    onMeasured?.((made += 1), race(cells).length);
  };
  for (const cell of cells) {
    if (isOver()) break;
    if (isHopeless(cells, cell)) cell.state = 'failed';
    else await take(cell);
  }
  for (let round = 1; round < rounds; round += 1)
    for (const cell of race(cells)) {
      if (isOver()) break;
      await take(cell);
    }
  return { cells, best: simplest(cells) };
}

function place(cells: readonly Draft[], cell: Draft, measured: Measured | undefined): void {
  if (measured === undefined || measured.ms <= 0) {
    cell.state = 'failed';
    return;
  }
  const { agreed } = measured;
  const isLowered = agreed.blksize !== cell.blksize || agreed.windowsize !== cell.windowsize;
  const other = cells.find((one) => one.blksize === agreed.blksize && one.windowsize === agreed.windowsize);
  const owner = isLowered ? other : cell;
  if (isLowered) cell.state = 'same';
  if (owner === undefined) return;
  owner.rates.push((measured.octets / measured.ms) * 1000);
  owner.state = 'measured';
}

/** Where a window of blocks does not arrive, a larger one of the same or larger blocks does not either. */
function isHopeless(cells: readonly Draft[], { blksize, windowsize }: Draft): boolean {
  return cells.some(
    (one) => one.state === 'failed' && one.blksize <= blksize && one.windowsize <= windowsize,
  );
}

/** The cells that may be the best: those that are not certainly slower than another one. */
function race(cells: readonly Draft[]): readonly Draft[] {
  const measured = cells.filter(({ state }) => state === 'measured');
  const most = Math.max(...measured.map(({ rates }) => mean(rates)));
  const floor = Math.max(...measured.map(({ rates }) => interval(rates).low));
  return measured.filter(({ rates }) =>
    rates.length === 1 ? mean(rates) >= hopeless * most : interval(rates).high >= floor,
  );
}

/** Of the cells that may be the best: without fragments first, then the smaller window, then the smaller block. */
function simplest(cells: readonly Draft[]): Cell | undefined {
  const candidates = race(cells).filter(
    ({ rates }, _at, all) => rates.length > 1 || all.every((one) => one.rates.length === 1),
  );
  const cost = ({ blksize, windowsize }: Setting): readonly number[] => [
    blksize > ethernetBlock ? 1 : 0,
    windowsize,
    blksize,
  ];
  return [...candidates].sort((a, b) => compare(cost(a), cost(b)))[0];
}

function compare(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, index) => value !== b[index]);
  return at < 0 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
}

function mean(rates: readonly number[]): number {
  return rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
}

/** Student's t for 95 %, two-sided, by degrees of freedom from 1 on. */
const studentT = [12.71, 4.3, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26];

/** The 95 % confidence interval of the mean. Of one value nothing is known but the value. */
export function interval(rates: readonly number[]): Interval {
  const middle = mean(rates);
  const degrees = rates.length - 1;
  if (degrees < 1) return { mean: middle, low: 0, high: Infinity };
  const variance = rates.reduce((sum, rate) => sum + (rate - middle) ** 2, 0) / degrees;
  const half = (studentT[degrees - 1] ?? 2) * Math.sqrt(variance / rates.length);
  return { mean: middle, low: Math.max(0, middle - half), high: middle + half };
}
