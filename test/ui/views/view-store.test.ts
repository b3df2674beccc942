// A view is renewed as often as its share of time allows, and always once more after the last packet.
import { expect, it } from 'vitest';
import { VirtualClock } from '../../../src/network/virtual-clock.ts';
import { ViewStore } from '../../../src/ui/views/view-store.ts';

const view = { rows: [], color: false };

it('looks once more for packets that came while it had to wait', async () => {
  const clock = new VirtualClock();
  let spent = 0;
  const after = (milliseconds: number, then: () => void): { cancel(): void } =>
    clock.after(milliseconds, then);
  const store = new ViewStore(() => view, { now: () => clock.now() + spent, after });
  const looks: number[] = [];
  const renew = (): boolean => {
    looks.push(clock.now());
    // Each look takes 5 ms.
    spent += 5;
    return looks.length < 3;
  };

  store.refresh(renew);
  store.refresh(renew);
  store.refresh(renew);
  expect(looks).toEqual([0]);
  await clock.advance(1_000);

  expect(looks).toEqual([0, 50]);
});

it.each([
  ['counts', 20, 200],
  ['counts as 40 ms at most, since a busy transfer has its turns meanwhile', 100, 400],
])('the time that its subscribers take to draw %s', async (_, takes, next) => {
  const clock = new VirtualClock();
  let spent = 0;
  const store = new ViewStore(() => view, {
    now: () => clock.now() + spent,
    after: (milliseconds, then) => clock.after(milliseconds, then),
  });
  // Each frame is drawn after the change was told.
  store.subscribe(() => void clock.after(0, () => (spent += takes)));
  const looks: number[] = [];
  const renew = (): boolean => looks.push(clock.now()) < 3;
  store.refresh(renew);
  await clock.advance(1);
  store.refresh(renew);
  await clock.advance(1_000);

  expect(looks).toEqual([0, next]);
});
