// Graphemes and columns that are told without Unicode's tables are those that the tables tell.
import fc from 'fast-check';
import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import { LateSegmenter, stringWidth as ours } from '../../../src/shell/editor/graphemes.ts';

const real = new Intl.Segmenter();
const late = new LateSegmenter();
const bmp = Array.from({ length: 0x10000 }, (_, code) => String.fromCharCode(code));

/** Whatever stands in names and lines, plain and not, and colours. */
const piece = fc.oneof(
  fc.string({ unit: 'binary-ascii', maxLength: 6 }),
  fc.string({ unit: 'grapheme', maxLength: 4 }),
  fc.string({ unit: 'binary', maxLength: 3 }),
  fc.constantFrom(
    '…→│█▊✔✗⋮◀▶',
    '\r\n',
    '\u200d',
    '\ufe0f',
    '◽',
    '⌚',
    '👩‍🚀',
    '\u001b[90m',
    '\u001b[0;1m',
    '\u001b[12345m',
  ),
);
const text = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(''));

describe('LateSegmenter', () => {
  test('parts any text as the real one does', () => {
    fc.assert(
      fc.property(text, (input) => {
        expect([...late.segment(input)]).toEqual([...real.segment(input)]);
      }),
    );
  });

  test('takes no unit for a grapheme that joins with a neighbour', () => {
    const kind: unknown = Object.getPrototypeOf(real.segment(''));
    const plain = bmp.filter((unit) => Object.getPrototypeOf(late.segment(unit)) !== kind);
    expect(plain.length).toBeGreaterThan(1000);
    // Twenty at a time: the real one keeps a copy of its text with every segment.
    for (let at = 0; at < plain.length; at += 20) {
      const some = plain.slice(at, at + 20);
      for (const units of [some, some.toReversed(), some.flatMap((unit) => ['a', unit, unit])])
        expect([...real.segment(units.join(''))].map(({ segment }) => segment)).toEqual(units);
    }
  });

  test.each([0, 1, 3, 3.7, 4, -1, Number.NaN])('finds the segment that contains %d', (at) => {
    for (const input of ['boot', 'né→x', 'e\u0301👩‍🚀'])
      expect(late.segment(input).containing(at)).toEqual(real.segment(input).containing(at));
  });

  test('leaves words to the real one', () => {
    const words = new LateSegmenter('en', { granularity: 'word' });
    expect([...words.segment('get boot.cfg')].map(({ segment }) => segment)).toEqual([
      'get',
      ' ',
      'boot.cfg',
    ]);
  });
});

describe('stringWidth', () => {
  test('is that of string-width for every unit', () => {
    expect(bmp.filter((unit) => ours(unit) !== stringWidth(unit))).toEqual([]);
  });

  test('is that of string-width for any text', () => {
    fc.assert(
      fc.property(text, (input) => {
        expect(ours(input)).toBe(stringWidth(input));
        expect(ours(input, { ambiguousIsNarrow: false })).toBe(
          stringWidth(input, { ambiguousIsNarrow: false }),
        );
      }),
    );
  });
});
