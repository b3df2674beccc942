// All small cases: tiny files and windows, each single fault on each packet, and each pair of faults.
import { describe, expect, test } from 'vitest';
import { Pair, type Fate, type PairOptions } from '../support/pair.ts';
import { pattern } from '../support/script.ts';

const fates: readonly Fate[] = ['drop', 'double', 'late'];
const sizes = [0, 1, 7, 8, 9, 24];
/** A little more than the number of packets of the longest of these transfers. */
const packets = 12;

interface Fault {
  readonly count: number;
  readonly fate: Fate;
}

const faults: readonly Fault[] = Array.from({ length: packets }, (_, count) =>
  fates.map((fate) => ({ count, fate })),
).flat();

function scenarios(): PairOptions[] {
  return (['get', 'put'] as const).flatMap((kind) =>
    sizes.flatMap((size) =>
      [0, 1, 2, 3].map((windowsize) => ({
        kind,
        file: pattern(size),
        ...(windowsize === 0 ? {} : { offer: { blksize: 8, windowsize } }),
      })),
    ),
  );
}

/** What went wrong in a transfer that should survive the chosen faults; empty if nothing. */
function harm(options: PairOptions, chosen: readonly Fault[]): string {
  const fate: PairOptions['fate'] = ({ count }) =>
    chosen.find((fault) => fault.count === count)?.fate ?? 'pass';
  const pair = new Pair({ ...options, fate }).run();
  const { outcome } = pair.client;
  const right = pair.published !== undefined && Buffer.compare(pair.published, options.file) === 0;
  if (outcome?.ok === true && outcome.confirmed && right && pair.broken.length === 0) return '';
  const { kind, file, offer } = options;
  return JSON.stringify({
    kind,
    size: file.length,
    offer,
    chosen,
    outcome,
    broken: pair.broken,
    trace: pair.trace,
  });
}

describe('small transfers with faults on any packets', () => {
  test('all succeed with one fault', () => {
    for (const options of scenarios()) for (const fault of faults) expect(harm(options, [fault])).toBe('');
  });

  test('all succeed with two faults', () => {
    for (const options of scenarios())
      for (const first of faults)
        for (const second of faults)
          if (first.count < second.count) {
            const harmed = harm(options, [first, second]);
            if (harmed !== '') expect(harmed).toBe('');
          }
  }, 120_000);
});
