// The server that sends an OACK, the client that checks it and a view that shows it read the same terms.
// The tests try every row of the table of options.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { knownOptions, option, termOptions } from '../../src/wire/options.ts';
import { acceptOptions, confirmOptions, offerOptions, type Offer } from '../../src/transfer/negotiate.ts';
import { classicTerms, termsOf } from '../../src/transfer/terms.ts';
import { options, request } from '../support/script.ts';

const grant = { blksize: 65464, windowsize: 64, options: true, extensions: true, size: 5000 };

describe('every option of a term', () => {
  test.each(termOptions.map((row) => [row.name, row] as const))(
    '%s: what the server accepts is what the client confirms',
    (_, { name, term, limits }) => {
      fc.assert(
        fc.property(fc.integer(limits), (value) => {
          const offer: Offer = { [term]: value };
          const { terms, oack, refused } = acceptOptions(request('RRQ', offer), grant);
          expect({ refused, names: oack.length }).toEqual({ refused: [], names: 1 });
          expect(confirmOptions(offer, { op: 'OACK', options: oack, ignored: 0 }, false, 'RRQ')).toEqual({
            ...{ ok: true, terms, refused: [] },
          });
          expect(termsOf(oack)).toEqual(terms);
          expect(offerOptions(offer)).toEqual([option(name, value)]);
        }),
      );
    },
  );
});

describe('the terms of an OACK', () => {
  test('an invalid value counts as if its option were missing', () => {
    for (const { name } of knownOptions)
      expect(termsOf(options(`${name} -1`))).toEqual({ ...classicTerms, negotiated: true });
  });

  test('a term without an option keeps its value', () => {
    const base = { ...classicTerms, rollover: 1, blksize: 1024 } as const;
    expect(termsOf(options('windowsize 4'), base)).toEqual({ ...base, windowsize: 4, negotiated: true });
    expect(termsOf([], base)).toEqual(base);
  });

  test('an extension sets the same term; the option of the RFC takes precedence', () => {
    expect(termsOf(options('blksize2 1024', 'utimeout 1500000'))).toMatchObject({
      blksize: 1024,
      timeout: 1.5,
    });
    expect(termsOf(options('blksize2 1024', 'blksize 600'))).toMatchObject({ blksize: 600 });
    expect(termsOf(options('timeout 3', 'utimeout 1500000'))).toMatchObject({ timeout: 3 });
  });
});
