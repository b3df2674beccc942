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

/** What went wrong in a transfer; empty if nothing. `mayFail`: so much was lost that it may give up, but never lie. */
function harm(options: PairOptions, chosen: readonly Fault[], mayFail = false): string {
  const fate: PairOptions['fate'] = ({ count }) =>
    chosen.find((fault) => fault.count === count)?.fate ?? 'pass';
  const pair = new Pair({ ...options, fate }).run();
  const { outcome } = pair.client;
  const right = pair.published !== undefined && Buffer.compare(pair.published, options.file) === 0;
  const isGood = outcome?.ok === true && outcome.confirmed && right;
  const gaveUp = outcome !== undefined && (!outcome.ok || !outcome.confirmed);
  if (pair.broken.length === 0 && (isGood || (mayFail && gaveUp))) return '';
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

/** The pairs of faults on two packets. */
const pairs = faults.flatMap((first, at) =>
  faults.slice(at + 1).flatMap((second) => (second.count === first.count ? [] : [[first, second] as const])),
);
const all = scenarios();

/** So many packets get every combination of fates: all orders, losses and copies at the beginning of a transfer. */
const depth = 6;
const choices: readonly Fate[] = ['pass', ...fates];
/** Packets that may be lost or late without an end of the transfer. */
const mostLost = 3;
const combinations = choices.length ** depth;
/** No block, one octet, a whole block, a whole and a rest: lockstep without options, windows of 1 and 2. */
const tiny = all.filter(
  ({ file, offer }) => [0, 1, 8, 9].includes(file.length) && (offer?.windowsize ?? 0) <= 2,
);

/** The faults of combination `number`: its digits are the fates of the packets. */
function combination(number: number): readonly Fault[] {
  return Array.from({ length: depth }, (_, count) => {
    const digit = Math.floor(number / choices.length ** count) % choices.length;
    return { count, fate: choices[digit] ?? 'pass' };
  });
}

describe('small transfers with faults on any packets', () => {
  test(`all ${all.length * faults.length} succeed with one fault`, () => {
    for (const options of all) for (const fault of faults) expect(harm(options, [fault])).toBe('');
  });

  test(`all ${all.length * pairs.length} succeed with two faults`, () => {
    for (const options of all) for (const pair of pairs) expect(harm(options, pair)).toBe('');
  });

  test(`all ${tiny.length * combinations} with every combination of fates on the first ${depth} packets succeed, or give up when more than ${mostLost} are lost`, () => {
    for (const options of tiny)
      for (let number = 0; number < combinations; number++) {
        const chosen = combination(number);
        const lost = chosen.filter((one) => one.fate === 'drop' || one.fate === 'late').length;
        const harmed = harm(options, chosen, lost > mostLost);
        if (harmed !== '') expect(harmed).toBe('');
      }
  });
});
