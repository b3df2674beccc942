// A small batch of the fuzzer in every run of the tests; `npm run fuzz` plays a million inputs.
import { describe, expect, test } from 'vitest';
import { readCorpus } from './corpus.ts';
import { fuzz } from './fuzz.ts';
import { targets, type Target } from './targets.ts';

const quiet = (): void => undefined;

describe('no input of others throws, hangs or breaks a promise', () => {
  test.each(targets)('$name: the corpus and 2,000 inputs made of it', (target) => {
    const { failure, inputs } = fuzz(target, readCorpus(target.name), {
      inputs: 2000,
      seed: 3,
      watch: quiet,
    });
    expect(failure).toBeUndefined();
    expect(inputs).toBeGreaterThan(2000);
  });
});

describe('the fuzzer', () => {
  /** A decoder that forgets a check, three conditions deep. */
  const mistaken: Target = {
    ...{ name: 'mistaken', seeds: [Uint8Array.of(1, 2, 3, 4, 5, 6)], share: 1 },
    play(octets) {
      const depth = [0x80, 0x2f, 0xff].findIndex((octet, at) => octets[at] !== octet);
      if (depth < 0) throw new RangeError('out of bounds');
      return `${depth}`;
    },
  };

  test('goes on from inputs that led to something new, finds the mistake, and makes the input small', () => {
    const { failure, found } = fuzz(mistaken, [], { inputs: 200_000, seed: 1, watch: quiet });
    expect(failure?.error.message).toBe('out of bounds');
    expect([...(failure?.input ?? [])]).toEqual([0x80, 0x2f, 0xff]);
    expect(found).toHaveLength(2);
  });

  test('goes on from inputs that took a branch for the first time, where their answer is not new', () => {
    const taken = new Set<string>();
    const silent: Target = {
      ...mistaken,
      play(octets) {
        taken.add(mistaken.play(octets));
        return '';
      },
    };
    const play = { inputs: 200_000, seed: 1, watch: quiet };
    const { failure, found } = fuzz(silent, [], { ...play, reached: () => taken.size });
    expect(failure?.error.message).toBe('out of bounds');
    expect(found).toHaveLength(2);
  });

  test('plays the corpus first, and the same inputs for the same seed', () => {
    const inputs = (seed: number): readonly string[] => {
      const seen: string[] = [];
      const target = { ...mistaken, play: () => '' };
      fuzz(target, [Uint8Array.of(9)], { inputs: 50, seed, watch: (input) => seen.push(String(input)) });
      return seen;
    };
    expect(inputs(1).slice(0, 2)).toEqual(['1,2,3,4,5,6', '9']);
    expect(inputs(1)).toEqual(inputs(1));
    expect(inputs(1)).not.toEqual(inputs(2));
  });
});
