// Transfer rows as strings, at the widths that people have.
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import stringWidth from 'string-width';
import type { TransferRow } from '../../../src/shell/session/state.ts';
import { asciiGlyphs, rowText, unicodeGlyphs } from '../../../src/ui/text/layout.ts';
import { progressBar, transferRows } from '../../../src/ui/text/transfers.ts';
import { text, transfer } from '../fake-shell.ts';

function rows(transfers: readonly TransferRow[], width = 79, glyphs = unicodeGlyphs): string[] {
  return transferRows(transfers, { width, limit: 12 }, glyphs).map(rowText);
}
const without: Partial<TransferRow> = { size: undefined, left: undefined };

describe('one transfer', () => {
  it('at 80 columns', () => {
    expect(rows([transfer])).toEqual([
      '↓ fw-2.4.1.bin   62% █████████████░░░░░░░░   9.1/14.7 MB   11.2 MB/s  0:01 left',
      '  octet  blksize=1468 windowsize=16  block 6,390  rtt 0.42 ms  0 resent',
    ]);
  });
  it('at 120 columns', () => {
    expect(rows([transfer], 119)[0]).toBe(
      '↓ fw-2.4.1.bin   62% ██████████████▉░░░░░░░░░   9.1/14.7 MB   11.2 MB/s  0:01 left',
    );
  });
  it('at 20 columns', () => {
    expect(rows([transfer], 19)).toEqual(['↓ fw-2…bin   62%', '  0 resent']);
  });
  it('in ASCII', () => {
    const [first = ''] = rows([transfer], 79, asciiGlyphs);
    expect(first).toBe('get fw-2.4.1.bin   62% ###########--------   9.1/14.7 MB   11.2 MB/s  0:01 left');
  });
  it('without tsize: octets and nothing invented', () => {
    const [first = ''] = rows([{ ...transfer, ...without }]);
    expect(first).toBe('↓ fw-2.4.1.bin    9.1 MB   11.2 MB/s');
  });
  it('a size that turned out wrong is not a size', () => {
    const [first = ''] = rows([{ ...transfer, size: 5_000_000 }]);
    expect(first).not.toMatch(/%|left|█/);
  });
  it('100 % means all of it', () => {
    expect(rows([{ ...transfer, octets: 14_699_999 }])[0]).toContain(' 99%');
    expect(rows([{ ...transfer, octets: 14_700_000 }])[0]).toContain('100%');
    expect(rows([{ ...transfer, octets: 0, size: 0 }])[0]).toContain('100%');
  });
  test.each([
    ['starting', '↓ fw-2.4.1.bin  starting'],
    ['asking', '↓ fw-2.4.1.bin  asked, no answer yet'],
    ['queued', '↓ fw-2.4.1.bin  queued, 1st'],
  ] as const)('%s', (state, row) => {
    expect(rows([{ ...transfer, state }])[0]).toBe(row);
  });
  it('T06: wide and piled-up names are cut to cells', () => {
    const piled = 'a' + '\u0301'.repeat(10_000);
    for (const name of ['固件固件固件固件固件固件固件固件固件固件', piled, '👨‍👩‍👧'.repeat(40)])
      for (const width of [19, 79, 199])
        for (const row of rows([{ ...transfer, name: text(name) }], width)) {
          expect(stringWidth(row)).toBeLessThanOrEqual(width);
          expect(row.length).toBeLessThan(400);
        }
  });
});

it.each([79, 119])('at %s columns a long name is cut in the middle, and its figures stay', (width) => {
  const long = { ...transfer, name: text(`begin-${'固件'.repeat(40)}-end.bin`) };
  for (const [to, shape] of [
    [long.name, /^↓ begin-.*….*-end\.bin +62%/],
    [text('copy.bin'), /^↓ .*….* → copy\.bin +62%/],
  ] as const) {
    const [first = ''] = rows([{ ...long, to }], width);
    expect(first).toMatch(shape);
    expect(first).toContain('0:01 left');
    expect(stringWidth(first)).toBeLessThanOrEqual(width);
  }
});

describe('several', () => {
  const several = [
    transfer,
    {
      ...transfer,
      number: 2,
      name: text('boot.cfg'),
      to: text('b.cfg'),
      octets: 300,
      size: 4102,
      rate: 900,
      left: 61_000,
      resent: 3,
    },
    { ...transfer, number: 3, kind: 'put' as const, name: text('a.log'), to: text('a.log'), ...without },
    {
      ...transfer,
      number: 4,
      name: text('next.bin'),
      to: text('next.bin'),
      state: 'queued' as const,
      place: 2,
    },
  ];
  it('have one row each, the names in one column', () => {
    expect(rows(several)).toEqual([
      '↓ 1 fw-2.4.1.bin       62% █████████▎░░░░░   9.1/14.7 MB   11.2 MB/s  0:01 left',
      '↓ 2 boot.cfg → b.cfg    7%    300/4,102 B     900 B/s  1:01 left  3 resent',
      '↑ 3 a.log               9.1 MB   11.2 MB/s',
      '↓ q2 next.bin         queued, 2nd',
    ]);
  });
  it('what does not fit is counted', () => {
    const all = transferRows(several, { width: 79, limit: 2 }, unicodeGlyphs).map(rowText);
    expect(all[1]).toBe('… and 3 more transfers');
    expect(transferRows(several, { width: 79, limit: 0 }, unicodeGlyphs)).toEqual([]);
  });
});

it('no row is ever wider than it may be, and the bar has exactly its width', () => {
  const row = fc.record({
    ...Object.fromEntries(Object.entries(transfer).map(([key, value]) => [key, fc.constant(value)])),
    name: fc.string({ unit: 'grapheme', maxLength: 40 }).map(text),
    octets: fc.nat({ max: 2 ** 40 }),
    size: fc.option(fc.nat({ max: 2 ** 40 }), { nil: undefined }),
    rate: fc.option(fc.nat({ max: 2 ** 32 }), { nil: undefined }),
    left: fc.option(fc.nat(), { nil: undefined }),
    resent: fc.nat(),
    state: fc.constantFrom('starting', 'asking', 'moving', 'finishing', 'queued'),
  }) as unknown as fc.Arbitrary<TransferRow>;
  fc.assert(
    fc.property(
      fc.array(row, { maxLength: 5 }),
      fc.integer({ min: 1, max: 140 }),
      fc.boolean(),
      (all, width, ascii) => {
        for (const line of rows(all, width, ascii ? asciiGlyphs : unicodeGlyphs))
          expect(stringWidth(line)).toBeLessThanOrEqual(width);
      },
    ),
  );
  fc.assert(
    fc.property(fc.double({ noNaN: true }), fc.integer({ min: 1, max: 60 }), (share, width) => {
      expect(stringWidth(progressBar(share, width, unicodeGlyphs))).toBe(width);
    }),
  );
});
