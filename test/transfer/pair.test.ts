// Sender and receiver connected by a lossy link: any file, terms, impairment and seed.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Pair, type PairOptions } from '../support/pair.ts';
import { pattern } from '../support/script.ts';

const impaired = fc.record({
  kind: fc.constantFrom('get' as const, 'put' as const),
  blocks: fc.integer({ min: 0, max: 40 }),
  rest: fc.constantFrom(-1, 0, 1, 3),
  blksize: fc.constantFrom(8, 9, 32, 512),
  windowsize: fc.constantFrom(1, 2, 3, 4, 16, 64),
  plain: fc.boolean(),
  seed: fc.integer(),
  loss: fc.constantFrom<number>(0, 0.02, 0.1, 0.4),
  duplication: fc.constantFrom(0, 0.05, 0.2),
  delay: fc.constantFrom<readonly [number, number]>([0.1, 0.1], [1, 40], [0, 3000]),
  disk: fc.constantFrom(0, 0, 5, 700),
});

function optionsOf(drawn: typeof impaired extends fc.Arbitrary<infer T> ? T : never): PairOptions {
  const { blocks, rest, blksize, windowsize, plain, ...others } = drawn;
  const unit = plain ? 512 : blksize;
  const file = pattern(Math.max(0, blocks * unit + rest));
  return { ...others, file, ...(plain ? {} : { offer: { blksize, windowsize, tsize: 0 } }) };
}

describe('Pair: real sender, real receiver, lossy link', () => {
  test('invariants 1, 5, 7, 9, 11, 12 and 14, N15, case 93: with any impairment, equal octets or an explained failure', () => {
    fc.assert(
      fc.property(impaired, (drawn) => {
        const options = optionsOf(drawn);
        const pair = new Pair(options).run();
        expect(pair.broken).toEqual([]);
        const receiver = options.kind === 'get' ? pair.client : pair.server;
        const sender = options.kind === 'get' ? pair.server : pair.client;
        expect(pair.client.outcome).toBeDefined();
        if (receiver.outcome?.ok === true) {
          expect(Buffer.compare(pair.published!, options.file)).toBe(0);
          expect(receiver.outcome.octets).toBe(options.file.length);
        }
        if (sender.outcome?.ok === true && sender.outcome.confirmed) expect(pair.published).toBeDefined();
      }),
      { numRuns: 400 },
    );
  });

  test('with little impairment every transfer succeeds', () => {
    fc.assert(
      fc.property(impaired, (drawn) => {
        const options = optionsOf({ ...drawn, loss: Math.min(drawn.loss, 0.02), delay: [1, 40] });
        const pair = new Pair(options).run();
        expect(pair.client.outcome, pair.trace.slice(-60).join('\n')).toMatchObject({
          ok: true,
          octets: options.file.length,
        });
        expect(pair.broken).toEqual([]);
        expect(Buffer.compare(pair.published!, options.file)).toBe(0);
      }),
      { numRuns: 300 },
    );
  });
});
