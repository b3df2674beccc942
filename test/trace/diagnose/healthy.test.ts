// Transfers without trouble: no cause is claimed, whoever looks and whatever was agreed.
import { describe, expect, test } from 'vitest';
import { explainTransfer } from '../../../src/trace/explain/explain.ts';
import type { Offer } from '../../../src/transfer/negotiate.ts';
import { play, recordPair, type RecordOptions } from '../recorded.ts';
import { oack as oackOf, pattern } from '../../support/script.ts';
import {
  ack,
  asked,
  c,
  client,
  data,
  error,
  oack,
  read,
  rrq,
  s,
  wrq,
  type Line,
} from '../capture/scripts.ts';
import { at, captured, found } from './cases.ts';

const offers: readonly (readonly [string, Offer])[] = [
  ['without options', {}],
  ['with blksize', { blksize: 1468 }],
  ['with a window', { windowsize: 4 }],
  ['with everything', { blksize: 1024, windowsize: 8, tsize: 0, timeout: 2 }],
];
const lengths = [0, 1, 511, 512, 513, 1024, 5000, 40_000];

describe('real machines', () => {
  for (const kind of ['get', 'put'] as const)
    for (const [name, offer] of offers)
      test.each(lengths)(`a ${kind} ${name} of %i octets`, (length) => {
        const file = pattern(length);
        const options: RecordOptions = {
          ...{ kind, file, delay: [2, 2] },
          offer: kind === 'put' && offer.tsize !== undefined ? { ...offer, tsize: length } : offer,
        };
        const { client: one, server: two } = recordPair(options);
        expect([found(one), found(two)]).toEqual([[], []]);
      });

  test('a long line: each answer takes 300 ms', () => {
    const { client: one, server: two } = recordPair({ kind: 'get', file: pattern(9000), delay: [150, 150] });
    expect([found(one), found(two)]).toEqual([[], []]);
  });

  test('only the size is asked for', () => {
    const { script, transcript } = play('probing', { offer: { tsize: 0 } });
    script.start();
    script.receive(oackOf('tsize 2000'));
    expect(found(transcript())).toEqual([]);
  });

  test('a file of more blocks than a number has', () => {
    const { client: one } = recordPair({
      kind: 'get',
      file: pattern(65_540 * 8 + 3),
      offer: { blksize: 8, windowsize: 32 },
    });
    expect(found(one)).toEqual([]);
  });
});

const kinds: readonly (readonly [string, readonly Line[]])[] = [
  ['a read', read],
  ['a write', [c(wrq(), asked), s(ack(0)), c(data(1, 100)), s(ack(1))]],
  [
    'a read with options',
    [
      c(rrq({ blksize: '1024', tsize: '0' }), asked),
      s(oack({ blksize: '1024', tsize: '1500' })),
      c(ack(0)),
      s(data(1, 1024)),
      c(ack(1)),
      s(data(2, 476)),
      c(ack(2)),
    ],
  ],
  [
    'a write with options',
    [c(wrq({ tsize: '100' }), asked), s(oack({ tsize: '100' })), c(data(1, 100)), s(ack(1))],
  ],
  [
    'a size probe that ends with ERROR 8',
    [c(rrq({ tsize: '0' }), asked), s(oack({ tsize: '9' })), c(error(8, 'User aborted'))],
  ],
  [
    'a size probe that ends with ERROR 0',
    [c(rrq({ tsize: '0' }), asked), s(oack({ tsize: '9' })), c(error(0, 'TFTP Aborted'))],
  ],
  ['answers from port 69', [c(rrq(), asked), [asked, client, data(1, 3)], [client, asked, ack(1)]]],
  ['a capture that ends while blocks move', [c(rrq(), asked), s(data(1)), c(ack(1)), s(data(2)), c(ack(2))]],
  [
    'a capture that begins in the middle',
    [s(data(7)), c(ack(7)), s(data(8)), c(ack(8)), s(data(9, 10)), c(ack(9))],
  ],
  ['an empty file', [c(rrq(), asked), s(data(1, 0)), c(ack(1))]],
  ['a pause before the first block', [at(0, c(rrq(), asked)), at(3, s(data(1, 8))), at(3.1, c(ack(1)))]],
];

describe('captures of other programs', () => {
  test.each(kinds)('%s', (_, lines) => {
    expect(found(captured(lines))).toEqual([]);
  });
});

test('an accepted smaller value is a note, not a cause', () => {
  const lines = [
    c(rrq({ blksize: '8192' }), asked),
    s(oack({ blksize: '512' })),
    c(ack(0)),
    s(data(1, 9)),
    c(ack(1)),
  ];
  expect(found(captured(lines))).toEqual(['options-lowered: The server lowered blksize from 8192 to 512.']);
});

test.each([
  ['ACK 0', [c(rrq({ tsize: '0' }), asked), s(oack({ tsize: '9' })), c(ack(0))]],
  ['DATA 1', [c(rrq({ tsize: '0' }), asked), s(data(1))]],
  ['OACK', [c(rrq({ blksize: '600' }), asked), s(oack({ blksize: '600' }))]],
])('a client that gives up after %s with ERROR 0 does not count as a size probe', (_, before) => {
  const log = captured([...before, c(error(0, 'TFTP Aborted'))]);
  expect(found(log)).toContainEqual(
    expect.stringMatching(/^error-in-the-middle: The client ended the transfer/),
  );
  expect(explainTransfer(log).map(({ rule }) => rule)).not.toContain('size-probe');
});

test.each([0, 8])('a client that answers the size with ERROR %i is a size probe', (code) => {
  const log = captured([c(rrq({ tsize: '0' }), asked), s(oack({ tsize: '9' })), c(error(code, 'Aborted'))]);
  expect(found(log)).toEqual([]);
  expect(explainTransfer(log).map(({ rule }) => rule)).toContain('size-probe');
});
