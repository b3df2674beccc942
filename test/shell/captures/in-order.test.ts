// Conversations are printed in the order in which they began, and not in the order in which they end.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { InOrder } from '../../../src/shell/captures/in-order.ts';
import type { ConversationSummary } from '../../../src/trace/capture/record.ts';

const summary = (transfer: number): ConversationSummary => ({ transfer }) as ConversationSummary;

test('any order of ends becomes the order of numbers', () => {
  const numbers = Array.from({ length: 30 }, (_, at) => at + 1);
  const shuffled = fc.shuffledSubarray(numbers, { minLength: 30 });
  fc.assert(
    fc.property(shuffled, (ends) => {
      const passed: number[] = [];
      const order = new InOrder(({ transfer }) => passed.push(transfer));
      for (const transfer of ends) order.push(summary(transfer));
      order.end();
      expect(passed).toEqual(numbers);
    }),
  );
});

test('what has ended in order is passed at once', () => {
  const passed: number[] = [];
  const order = new InOrder(({ transfer }) => passed.push(transfer));
  for (const transfer of [2, 1, 4]) order.push(summary(transfer));
  expect(passed).toEqual([1, 2]);
});

test('one that goes on for ever holds back no more than a bounded number, and none is lost', () => {
  const passed: number[] = [];
  const order = new InOrder(({ transfer }) => passed.push(transfer), 10);
  for (let transfer = 2; transfer <= 100; transfer++) order.push(summary(transfer));
  expect(passed.length).toBeGreaterThanOrEqual(99 - 10);
  order.push(summary(1));
  order.end();
  expect(passed.slice().sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, at) => at + 1));
});
