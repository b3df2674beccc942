// Memory goes back once, after a busy time, and never while something runs.
import { expect, test } from 'vitest';
import { Rest } from '../../../src/engine/server/rest.ts';
import { VirtualClock } from '../../../src/network/virtual-clock.ts';

function started(): { readonly rest: Rest; readonly clock: VirtualClock; readonly tidied: () => number } {
  const clock = new VirtualClock();
  let count = 0;
  return { rest: new Rest(clock, () => (count += 1)), clock, tidied: () => count };
}

test('memory goes back three seconds after the last of many transfers, once', async () => {
  const { rest, clock, tidied } = started();
  for (const count of [1, 40, 1, 0]) rest.running(count);
  await clock.advance(2999);
  expect(tidied()).toBe(0);
  await clock.advance(1);
  expect(tidied()).toBe(1);
  rest.running(1);
  rest.running(0);
  await clock.advance(10_000);
  expect(tidied()).toBe(1);
});

test('a transfer that begins meanwhile is not disturbed', async () => {
  const { rest, clock, tidied } = started();
  for (const count of [40, 0]) rest.running(count);
  await clock.advance(2000);
  rest.running(1);
  await clock.advance(10_000);
  expect(tidied()).toBe(0);
  rest.running(0);
  await clock.advance(3000);
  expect(tidied()).toBe(1);
});

test('after a few transfers nothing is done', async () => {
  const { rest, clock, tidied } = started();
  for (const count of [1, 5, 0]) rest.running(count);
  await clock.advance(10_000);
  expect(tidied()).toBe(0);
});
