// What must not be concluded: evidence that fits one cause and is nothing but a sign of another.
import { expect, test } from 'vitest';
import { diagnose } from '../../../src/trace/diagnose/diagnose.ts';
import { explainTransfer } from '../../../src/trace/explain/explain.ts';
import { ack, asked, c, data, error, oack, rrq, s, type Line } from '../capture/scripts.ts';
import { at, captured, found } from './cases.ts';

const ask = c(rrq(), asked);
const askMore = c(rrq({ blksize: '8192' }), asked);
const agree = s(oack({ blksize: '8192' }));

test.each<{ name: string; lines: readonly Line[]; only: readonly string[] }>([
  {
    name: 'a copy counts neither as a loss nor as the apprentice bug',
    lines: [ask, s(data(1)), c(ack(1)), s(data(1)), c(ack(1)), s(data(2, 3)), c(ack(2))],
    only: ['copies'],
  },
  {
    name: 'a sender that doubles all its blocks does not have the apprentice bug',
    lines: [1, 2, 3, 4, 5]
      .flatMap((n) => [s(data(n)), s(data(n)), c(ack(n)), c(ack(n))])
      .toSpliced(0, 0, ask),
    only: ['copies'],
  },
  {
    name: 'the ACK of a copy does not show a loss when it comes after the next block',
    lines: [
      ...[ask, s(data(1)), s(data(1)), c(ack(1)), s(data(2)), s(data(2)), c(ack(1)), c(ack(2))],
      ...[s(data(3, 9)), s(data(3, 9)), c(ack(2)), c(ack(3)), c(ack(3))],
    ],
    only: ['copies'],
  },
  {
    name: 'nobody ignored the options of requests that nobody answered',
    lines: [at(0, askMore), at(1, askMore), at(3, ask), at(6, askMore)],
    only: ['no-answer'],
  },
  {
    name: 'an ACK that answers an RRQ ignored no options',
    lines: [askMore, s(ack(0)), c(error(4, 'unexpected ACK'))],
    only: ['error-in-the-middle'],
  },
  {
    name: 'an OACK that is repeated after its ACK shows lost ACKs, whatever the size of the blocks',
    lines: [
      ...[at(0, askMore), at(0.1, agree), at(0.2, c(ack(0)))],
      ...[at(1.1, agree), at(1.2, c(ack(0))), at(2.1, agree), at(2.2, c(ack(0)))],
      at(4, c(error(0, 'Timed out'))),
    ],
    only: ['went-silent'],
  },
  {
    name: 'packets after the refusal of an OACK do not count for the size',
    lines: [
      c(rrq({ tsize: '0' }), asked),
      ...[s(oack({ tsize: '700', blksize: '9' })), c(error(8, 'blksize')), s(data(1, 9))],
    ],
    only: ['bad-oack'],
  },
])('$name', ({ lines, only }) => {
  expect(found(captured(lines)).map((one) => one.split(':')[0])).toEqual(only);
});

test('the remedy is never a larger block than the one that fails, nor a window where none is used', () => {
  const small = [
    at(0, c(rrq({ blksize: '1400' }), asked)),
    at(0.1, s(oack({ blksize: '1400' }))),
    ...[at(0.2, c(ack(0))), at(1.2, c(ack(0))), at(3.2, c(ack(0)))],
  ];
  const lost = [
    ...[ask, s(data(1)), c(ack(1)), at(1.2, c(ack(1)))],
    ...[at(1.3, s(data(2, 9))), at(1.4, c(ack(2)))],
  ];
  const remedies = [small, lost].map((lines) => diagnose(captured(lines)).findings[0]?.remedy);
  expect(remedies).toEqual([
    'use a smaller block: {blksize 512} fits every network; {probe HOST} finds the largest that passes',
    'look at the link where they are lost',
  ]);
});

test('a block does not end the file just because the agreed size was not seen', () => {
  const small = (block: number): Line => s(data(block, 8));
  const lines = [
    ...[65_534, 65_535].flatMap((block) => [small(block), c(ack(block))]),
    ...[at(1, c(ack(65_535))), at(3, c(ack(65_535)))],
  ];
  expect(found(captured(lines))).toEqual([expect.stringMatching(/^stops-at-65535: /)]);
});

test('the ACK of a copy is due to no timer, and no colon stands before a message that is empty', () => {
  const lines = [ask, s(data(1)), s(data(1)), c(ack(1)), c(ack(1)), s(error(3, ''))];
  const reasons = explainTransfer(captured(lines));
  expect(reasons.map(({ rule }) => rule)).not.toContain('timed-out');
  expect(reasons.at(-1)?.text).toMatch(/ in the middle of the transfer\. An ERROR ends/);
});

test('the time of an apprentice was not spent on waiting', () => {
  const blocks = [2, 3, 4, 5].flatMap((n) => [s(data(n)), s(data(n)), c(ack(n)), c(ack(n))]);
  const lines = [ask, s(data(1)), c(ack(1)), ...blocks, s(data(6, 1)), c(ack(6))];
  const slow = lines.map((line, k) => at(k / 10, line));
  expect(diagnose(captured(slow))).toMatchObject({ findings: [{ cause: 'apprentice' }], time: undefined });
});
