// One figure of a benchmark with its goal, the same for every contest: what is shown, saved and put into the manual.
import type { ConcurrentVerdict } from './concurrent.ts';
import type { Timing, Verdict } from './contest.ts';
import type { LinesVerdict } from './cost.ts';
import type { MemoryVerdict } from './memory.ts';
import type { EchoVerdict, IdleVerdict } from './shell.ts';
import type { StartVerdict } from './startup.ts';

export interface Figure {
  readonly contest: string;
  readonly what: string;
  /** Undefined where one side has no result. */
  readonly value: number | undefined;
  /** `×`: a ratio. */
  readonly unit: '×' | 'ms' | 'MiB' | 'ticks';
  readonly goal: number;
  /** The goal is the least or the most that the value may be. */
  readonly bound: 'least' | 'most';
  /** Lowest and highest value of one round. */
  readonly spread?: readonly [number, number];
  /** Lines for who wants to know more. */
  readonly details: readonly string[];
}

export function isReached({ value, goal, bound }: Figure): boolean {
  return value !== undefined && (bound === 'least' ? value >= goal : value <= goal);
}

/** A figure as one line, and its details below it. */
export function lines(figure: Figure): readonly string[] {
  const { contest, what, value, unit, goal, details } = figure;
  const shown = value === undefined ? 'no result' : `${rounded(value, unit)} ${unit}`;
  const missed = isReached(figure) ? '' : ', MISSED';
  return [`${contest}: ${shown} (goal ${goal}${missed})`, `  ${what}`, ...details.map((one) => `    ${one}`)];
}

export function rounded(value: number, unit: Figure['unit']): string {
  return value.toFixed(unit === '×' ? 2 : unit === 'ms' ? 1 : 0);
}

export function ofContest({ contest, what, ratio, goal, ours, others, yardsticks }: Verdict): Figure {
  const best = others.find((other) => other.failed === undefined && other.ratio === ratio);
  return {
    ...{ contest, what, value: ratio, unit: '×', goal, bound: 'least' },
    ...(best !== undefined && { spread: best.spread }),
    details: [ours, ...others, ...yardsticks].map(row),
  };
}

function row({ name, median, rate, ratio, spread, failed }: Timing): string {
  if (failed !== undefined) return `${name.padEnd(28)} failed: ${failed}`;
  const numbers = `${median.toFixed(0).padStart(7)} ms ${(rate / 1e6).toFixed(0).padStart(6)} MB/s`;
  return `${name.padEnd(28)} ${numbers}  × ${ratio.toFixed(2)} (${spread.map((one) => one.toFixed(2)).join('…')})`;
}

export function ofMemory({ client, server, growth, goal }: MemoryVerdict, large: number): Figure {
  const both = [['client', client] as const, ['server', server] as const];
  return {
    ...{ contest: 'memory', unit: 'MiB', goal, bound: 'most', value: growth },
    what: `peak memory, a file of ${large / 1024 / 1024} MiB more than one of 1 MiB`,
    details: both.map(
      ([name, [little, much]]) => `${name.padEnd(28)} ${little.toFixed(1)} → ${much.toFixed(1)} MiB`,
    ),
  };
}

export function ofStart({ what, cpu, wall, ratio, goal }: StartVerdict): Figure {
  return {
    ...{ contest: 'start', what: `${what} ÷ node -e 0`, value: ratio, unit: '×', goal, bound: 'most' },
    details: [`${cpu.toFixed(0)} ms of processor, ${wall.toFixed(0)} ms by the clock`],
  };
}

export function ofEcho({ busy, quiet, goal }: EchoVerdict): Figure {
  return {
    ...{ contest: 'echo', value: busy.p95, unit: 'ms', goal, bound: 'most' },
    what: 'echo of a key while a transfer runs, 95 of 100',
    details: [
      `p50 ${busy.p50.toFixed(1)} ms; without a transfer p50 ${quiet.p50.toFixed(1)}, p95 ${quiet.p95.toFixed(1)} ms`,
    ],
  };
}

export function ofIdle({ ticks, goal }: IdleVerdict): Figure {
  return {
    ...{ contest: 'idle', value: ticks, unit: 'ticks', goal, bound: 'most', details: [] },
    what: 'ticks of 10 ms in 3 s: the prompt at a terminal, its server listening',
  };
}

export function ofLines({ fewer, more, peaks, growth, goal }: LinesVerdict): Figure {
  return {
    ...{ contest: 'trace-lines', value: growth, unit: 'MiB', goal, bound: 'most' },
    what: `peak memory after ${more} packet lines more than after ${fewer}`,
    details: [`${peaks[0].toFixed(1)} → ${peaks[1].toFixed(1)} MiB`],
  };
}

export function ofConcurrent(verdict: ConcurrentVerdict): readonly Figure[] {
  const { reads, peak, later, limit, ratio, goal } = verdict;
  return [
    {
      ...{ contest: 'concurrent', value: ratio, unit: '×', goal, bound: 'least', details: [] },
      what: `speed of ${reads} reads of 1 MiB at a time ÷ one after the other`,
    },
    {
      ...{ contest: 'concurrent', value: peak, unit: 'MiB', goal: limit, bound: 'most' },
      what: `peak memory of the server with ${reads} reads at a time`,
      details: [`${later.toFixed(0)} MiB ten seconds later`],
    },
  ];
}
