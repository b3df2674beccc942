// What tune found, as a heat map, as sentences, and as data. Pure.
import { interval, type Cell, type Tuned } from '../../engine/exam/tune/tune.ts';
import { rateText } from '../../trace/text/quantities.ts';
import { join, printable, say, type Printable } from '../../wire/text.ts';

interface Grid {
  readonly blksizes: readonly number[];
  readonly windowsizes: readonly number[];
}

const columnWidth = 9;
const firstWidth = 8;

/** The heat map, the fastest cells with their intervals, and the recommendation. */
export function tunedLines(
  tuned: Tuned,
  { blksizes, windowsizes }: Grid,
  ascii: boolean,
): readonly Printable[] {
  const { cells, best } = tuned;
  const most = Math.max(...cells.map(meanOf));
  const head = windowsizes.map((size) => String(size).padStart(columnWidth - 1)).join(' ');
  const rows = blksizes.map((blksize) =>
    join(
      [
        printable(String(blksize).padStart(firstWidth)),
        ...cells.filter((cell) => cell.blksize === blksize).map((cell) => cellText(cell, most, ascii)),
      ],
      say``,
    ),
  );
  if (best === undefined) return [say`No setting worked.`];
  return [
    say`octets a second; windowsize across, blksize down`,
    printable(`${' '.repeat(firstWidth)}${head}`, 200),
    ...rows,
    ...fastest(cells).map(intervalLine),
    say`best: blksize ${best.blksize}, windowsize ${best.windowsize}${comparison(cells, best)}`,
    ...(fastest(cells)[0] === best || best.rates.length < 2
      ? []
      : [say`  No setting is certainly faster, and of such settings it is the simplest.`]),
  ];
}

/** From slow to fast. */
const shades = { unicode: [' ', '░', '▒', '▓', '█'], ascii: [' ', '.', ':', 'o', '#'] } as const;

/** `1.1 MB░`, `same`, `failed`. */
function cellText(cell: Cell, most: number, ascii: boolean): Printable {
  const marks = shades[ascii ? 'ascii' : 'unicode'];
  const text = cell.state === 'measured' ? rateText(meanOf(cell)).replace('/s', '') : words[cell.state];
  const shade =
    cell.state === 'measured' ? (marks[Math.min(4, Math.floor((meanOf(cell) / most) * 5))] ?? ' ') : ' ';
  return printable(`${text.padStart(columnWidth - 1)}${shade}`);
}

const words = { measured: '', same: 'same', failed: 'failed', left: '-' } as const;

function meanOf({ rates }: Cell): number {
  return rates.length === 0 ? 0 : interval(rates).mean;
}

/** The three fastest cells that were measured more than once. */
function fastest(cells: readonly Cell[]): readonly Cell[] {
  return cells
    .filter(({ rates }) => rates.length > 1)
    .sort((a, b) => meanOf(b) - meanOf(a))
    .slice(0, 3);
}

/** `1468 × 16: 11.2 MB/s, between 10.9 and 11.5 (95 %, 5 transfers)`. */
function intervalLine({ blksize, windowsize, rates }: Cell): Printable {
  const { mean, low, high } = interval(rates);
  return say`${blksize} × ${windowsize}: ${rateText(mean)}, between ${rateText(low)} and ${rateText(high)} (95 %, ${rates.length} transfers)`;
}

/** `; 12.3 × as fast as RFC 1350`. */
function comparison(cells: readonly Cell[], best: Cell): Printable {
  const plain = cells.find(({ blksize, windowsize }) => blksize === 512 && windowsize === 1);
  if (plain === undefined || plain === best || meanOf(plain) === 0) return say``;
  return say`; ${printable((meanOf(best) / meanOf(plain)).toFixed(1))} × as fast as RFC 1350 without options`;
}

/** For JSON: each cell with its rate in octets a second, and its interval where it has one. */
export function tunedCells({ cells }: Tuned): readonly object[] {
  return cells.map(({ blksize, windowsize, state, rates }) => {
    const { mean, low, high } = interval(rates);
    return {
      ...{ blksize, windowsize, state, transfers: rates.length },
      ...(rates.length > 0 && { rate: Math.round(mean) }),
      ...(rates.length > 1 && { low: Math.round(low), high: Math.round(high) }),
    };
  });
}
