// Folded ladders: what repeats or is uneventful is one row, what is unusual stays, and nothing is lost in the counts.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { foldLadder, GrowingFold, mostRows, withRows } from '../../../src/trace/ladder/fold.ts';
import { ladder, type Ladder, type LadderRow } from '../../../src/trace/ladder/ladder.ts';
import { ladderText } from '../../../src/trace/ladder/text.ts';
import { printable } from '../../../src/wire/text.ts';
import { pattern } from '../../support/script.ts';
import { isBlock, recordPair } from '../recorded.ts';

const empty: Ladder = {
  ...{ title: printable('get "a"'), figures: [], client: undefined, server: undefined },
  ...{ ours: 'client', both: false, rows: [] },
};

function row(label: string, more: Partial<LadderRow> = {}): LadderRow {
  return {
    ...{
      kind: 'arrow',
      packet: undefined,
      direction: 'sent',
      since: 0,
      towards: 'right',
      line: 'whole',
      loss: printable(''),
    },
    ...{
      side: [],
      bracket: { sign: 'none', label: printable('') },
      op: label.split(' ')[0] ?? '',
      unusual: false,
    },
    label: printable(label),
    ...more,
  };
}

function unusual(label: string): LadderRow {
  return row(label, { unusual: true });
}

function many<T>(count: number, one: (at: number) => T): readonly T[] {
  return Array.from({ length: count }, (_, at) => one(at));
}

function labels(rows: readonly LadderRow[]): readonly string[] {
  return foldLadder({ ...empty, rows }).rows.map(({ label }) => label);
}

describe('a long transfer', () => {
  test('R19: keeps its beginning and its end', () => {
    const { client } = recordPair({ kind: 'get', file: pattern(300_000) });
    const lines = ladderText(foldLadder(ladder(client)), { columns: 64, ascii: false });
    expect(`\n${lines.join('\n')}\n`).toMatchInlineSnapshot(`
      "
      LADDER  get "a.bin"  192.0.2.1
                 client :50000 (local)  server 192.0.2.1:40000
       0.000000 │─ RRQ "a.bin" octet ─────────────▶│ :69
       0.002000 │◀───────────────── DATA 1  512 B ─│ :40000
       0.002000 │─ ACK 1 ─────────────────────────▶│
       0.004000 │◀───────────────── DATA 2  512 B ─│
       0.004000 │─ ACK 2 ─────────────────────────▶│
       0.006000 │◀───────────────── DATA 3  512 B ─│
       0.006000 │─ ACK 3 ─────────────────────────▶│
       0.008000 │◀───────────────── DATA 4  512 B ─│
                │  ⋮ 578 blocks, nothing unusual   │
       1.166000 │◀─────────────── DATA 583  512 B ─│
       1.166000 │─ ACK 583 ───────────────────────▶│
       1.168000 │◀─────────────── DATA 584  512 B ─│
       1.168000 │─ ACK 584 ───────────────────────▶│
       1.170000 │◀─────────────── DATA 585  512 B ─│
       1.170000 │─ ACK 585 ───────────────────────▶│
       1.172000 │◀─────────────── DATA 586  480 B ─│ last
       1.172000 │─ ACK 586 ───────────────────────▶│ done
       1.172000 │══════ done: 300,000 octets ══════│
      "
    `);
  });

  test('R19: a loss in its middle stays, with what is beside it', () => {
    const options = { kind: 'get', file: pattern(300_000), offer: { windowsize: 4 } } as const;
    const { client } = recordPair({ ...options, drop: isBlock('DATA', 300) });
    const lines = ladderText(foldLadder(ladder(client)), { columns: 80, ascii: true });
    expect(`\n${lines.join('\n')}\n`).toMatchInlineSnapshot(`
      "
      LADDER  get "a.bin"  192.0.2.1   1 timeout
                 client :50000 (local)       server 192.0.2.1:40000
       0.000000 |- RRQ "a.bin" octet windowsize=4 ---------------->| :69
       0.002000 |<----------------------------- OACK windowsize=4 -| :40000
       0.002000 |- ACK 0 ----------------------------------------->|
       0.004000 |<--------------------------------- DATA 1  512 B -| \\
       0.004000 |<--------------------------------- DATA 2  512 B -| | window
       0.004000 |<--------------------------------- DATA 3  512 B -| | of 4
       0.004000 |<--------------------------------- DATA 4  512 B -| /
       0.004000 |- ACK 4 ----------------------------------------->|
                |          : 293 blocks, nothing unusual           |
       0.152000 |<------------------------------- DATA 298  512 B -|
       0.152000 |<------------------------------- DATA 299  512 B -|
       0.402000 |  no progress for 250 ms: attempt 2               |
       0.402000 |- ACK 299 --------------------------------------->|
       0.404000 |<------------------------------- DATA 300  512 B -|
                |          : 280 blocks, nothing unusual           |
       0.544000 |<------------------------------- DATA 581  512 B -|
       0.544000 |<------------------------------- DATA 582  512 B -|
       0.544000 |<------------------------------- DATA 583  512 B -|
       0.544000 |- ACK 583 --------------------------------------->|
       0.546000 |<------------------------------- DATA 584  512 B -| \\
       0.546000 |<------------------------------- DATA 585  512 B -| | window
       0.546000 |<------------------------------- DATA 586  480 B -| / of 4 | last
       0.546000 |- ACK 586 --------------------------------------->| done
       0.546000 |============== done: 300,000 octets ==============|
      "
    `);
  });

  test('a short one stays as it is', () => {
    const whole = ladder(recordPair({ kind: 'get', file: pattern(5000) }).client);
    expect(foldLadder(whole)).toBe(whole);
  });
});

describe('rows that repeat', () => {
  test('R19: 100,000 duplicates are three rows', () => {
    const rows = [row('RRQ "a" octet'), ...many(100_000, () => unusual('ACK 5 (resent)'))];
    expect(labels(rows)).toEqual([
      'RRQ "a" octet',
      'ACK 5 (resent)',
      '⋮ 99,998 more of the same',
      'ACK 5 (resent)',
    ]);
  });

  test.each([
    ['alike but for a number', many(1000, (at) => unusual(`ACK ${at}`)), 'ACK 0', '⋮ 998 more of the same'],
    [
      'two in turn',
      many(1000, (at) => unusual(at % 2 === 0 ? `DATA ${at}` : 'timeout')),
      'DATA 0',
      '⋮ 996 more of the same',
    ],
    [
      'a loss in each window',
      many(1000, (at) => (at % 10 === 3 ? unusual(`lost ${at}`) : row(`DATA ${at}`))),
      'DATA 0',
      '⋮ 980 more of the same',
    ],
  ])('%s', (_, rows, first, fold) => {
    const shown = labels(rows);
    expect(shown[0]).toBe(first);
    expect(shown).toContain(fold);
    expect(shown.length).toBeLessThan(60);
  });

  test('different ones stay, up to a limit; then the middle is left out', () => {
    const word = (at: number): string =>
      String(at).replace(/\d/g, (digit) => 'abcdefghij'[Number(digit)] ?? '');
    expect(labels(many(1500, (at) => unusual(word(at))))).toHaveLength(1500);
    const shown = labels(many(10_000, (at) => unusual(word(at))));
    expect(shown).toHaveLength(mostRows);
    expect(shown).toContain('⋮ 8,001 rows left out');
  });

  test('rows that were chosen are not folded, but limited', () => {
    const rows = many(1000, (at) => row(`DATA ${at}`));
    expect(withRows({ ...empty, rows }, rows).rows).toEqual(rows);
    expect(
      withRows(
        empty,
        many(5000, () => row('DATA 1')),
      ).rows,
    ).toHaveLength(mostRows);
  });
});

test('any ladder: every row is shown or counted, and a window has both its ends', () => {
  const options = fc.record({
    ...{ seed: fc.nat(), loss: fc.double({ min: 0, max: 0.3, noNaN: true }), size: fc.nat(200_000) },
    ...{ windowsize: fc.integer({ min: 1, max: 16 }), kind: fc.constantFrom('get' as const, 'put' as const) },
  });
  fc.assert(
    fc.property(options, ({ size, windowsize, ...rest }) => {
      const { server } = recordPair({ ...rest, file: pattern(size), offer: { windowsize } });
      const whole = ladder(server);
      const { rows } = foldLadder(whole);
      expect(rows.length).toBeLessThanOrEqual(mostRows);
      expect(rows.reduce((sum, { folded = 1 }) => sum + folded, 0)).toBe(whole.rows.length);
      const signs = rows.map(({ bracket }) => bracket.sign[0]).join('');
      expect(signs).toMatch(/^(?:n|tm*b)*$/);
    }),
    { numRuns: 30 },
  );
});

describe('a ladder that is folded while its rows come', () => {
  const rows = (count: number, every: number): readonly LadderRow[] =>
    Array.from({ length: count }, (_, at) =>
      row(`${at % 2 === 0 ? 'DATA' : 'ACK'} ${at + 1}`, {
        packet: at + 1,
        unusual: at % every === every - 1,
      }),
    );

  test.each([
    ['without trouble', 20_000],
    ['with some', 1777],
  ] as const)('%s: is the same as folded at once', (_, every) => {
    const all = rows(10_000, every);
    const fold = new GrowingFold();
    for (let from = 0; from < all.length; from += 999) fold.add(all.slice(from, from + 999), false);
    expect(fold.result(empty, false).rows).toEqual(foldLadder({ ...empty, rows: all }).rows);
  });

  test('it has at most 2,000 rows, and says how many were left out', () => {
    const fold = new GrowingFold();
    for (let part = 0; part < 20; part += 1) fold.add(rows(5000, 2), true);
    const drawn = fold.result(empty, true).rows;
    expect(drawn.length).toBeLessThanOrEqual(mostRows);
    const out = drawn.find(({ kind }) => kind === 'fold');
    expect((out?.folded ?? 0) + drawn.length - 1).toBe(100_000);
  });
});
