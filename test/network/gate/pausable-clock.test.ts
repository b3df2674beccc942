// A clock that stands still: timers keep what is left of them, and fire in their order when it goes on.
import { expect, test } from 'vitest';
import { PausableClock } from '../../../src/network/gate/pausable-clock.ts';
import { VirtualClock } from '../../../src/network/virtual-clock.ts';

function clocks(): { readonly base: VirtualClock; readonly clock: PausableClock } {
  const base = new VirtualClock();
  return { base, clock: new PausableClock(base) };
}

test('without a pause it is the clock below', async () => {
  const { base, clock } = clocks();
  const fired: number[] = [];
  clock.after(30, () => fired.push(clock.now()));
  await base.advance(50);
  expect(fired).toEqual([30]);
  expect(clock.now()).toBe(50);
  expect(base.pending).toBe(0);
});

test('a pause does not count: what was left of a timer is left after it', async () => {
  const { base, clock } = clocks();
  const fired: number[] = [];
  clock.after(100, () => fired.push(clock.now()));
  await base.advance(40);
  clock.pause();
  await base.advance(5000);
  expect(clock.now()).toBe(40);
  expect(clock.pausedFor).toBe(5000);
  expect(fired).toEqual([]);
  clock.resume();
  expect(clock.pausedFor).toBe(0);
  await base.advance(59);
  expect(fired).toEqual([]);
  await base.advance(1);
  expect(fired).toEqual([100]);
  expect(base.now()).toBe(5100);
});

test('a timer that is set or cancelled during a pause counts from the instant of the pause', async () => {
  const { base, clock } = clocks();
  const fired: string[] = [];
  const gone = clock.after(10, () => fired.push('gone'));
  clock.pause();
  await base.advance(1000);
  clock.after(20, () => fired.push('set'));
  gone.cancel();
  clock.resume();
  await base.advance(20);
  expect(fired).toEqual(['set']);
});

test('timers of one instant fire in the order in which they were set, after two pauses too', async () => {
  const { base, clock } = clocks();
  const fired: string[] = [];
  for (const name of ['a', 'b', 'c']) clock.after(30, () => fired.push(name));
  for (const wait of [5, 7]) {
    clock.pause();
    clock.pause();
    await base.advance(wait);
    clock.resume();
    clock.resume();
  }
  await base.advance(30);
  expect(fired).toEqual(['a', 'b', 'c']);
});

test('the wall leaves out the pauses too, so that both clocks of a trace agree', async () => {
  const { base, clock } = clocks();
  clock.pause();
  await base.advance(2000);
  expect(clock.wall().getTime()).toBe(0);
  clock.resume();
  await base.advance(500);
  expect(clock.wall().getTime()).toBe(500);
});
