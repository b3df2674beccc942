// The timer by itself (RFC 1123 §4.2.3.2): when it expires, what that means, and what the interval follows.
import { describe, expect, test } from 'vitest';
import { Retransmit } from '../../src/transfer/retransmit.ts';
import { defaultPace, type Pace } from '../../src/transfer/terms.ts';

/** A timer that runs since 0. */
function started(pace: Partial<Pace> = {}): Retransmit {
  const timer = new Retransmit({ ...defaultPace, ...pace });
  timer.progress(0);
  timer.start(0);
  return timer;
}

/** The intervals of repetitions, each at its deadline. */
function intervals(timer: Retransmit, count: number): readonly number[] {
  return Array.from({ length: count }, () => {
    expect(timer.expire(timer.deadline!)).toBe('repeat');
    return timer.waited;
  });
}

describe('a timeout', () => {
  test('before its deadline means nothing, and a timer that is stopped has none', () => {
    const timer = started();
    expect([timer.deadline, timer.expire(999), timer.attempts]).toEqual([1000, 'early', 0]);
    expect([timer.expire(1000), timer.attempts, timer.deadline]).toEqual(['repeat', 1, 3000]);
    timer.stop();
    expect([timer.deadline, timer.expire(9000), timer.attempts]).toEqual([undefined, 'early', 1]);
  });

  test('waits on if nothing may be sent yet', () => {
    const timer = started();
    expect([timer.expire(1000, 1200), timer.deadline, timer.attempts]).toEqual(['early', 1200, 0]);
    expect([timer.expire(1200, 1200), timer.attempts]).toEqual(['repeat', 1]);
  });

  test('case 124: five intervals late is silence, more is a process that slept', () => {
    expect(started({ giveUp: 3000 }).expire(6000)).toBe('give-up');
    const slept = started({ giveUp: 3000 });
    expect(slept.expire(6001)).toBe('repeat');
    expect(slept.deadline).toBe(8001);
  });
});

describe('the interval', () => {
  test('doubles up to the cap', () => {
    expect(intervals(started({ giveUp: 100_000 }), 6)).toEqual([1000, 2000, 4000, 8000, 8000, 8000]);
  });

  test('stays short for a client that waits for a server, but not below a second', () => {
    for (const [first, expected] of [
      [400, [400, 800, 1000, 1000]],
      [3000, [3000, 3000, 3000, 3000]],
    ] as const) {
      const timer = started({ first, steady: true, wait: 60_000 });
      timer.awaitFirst(true);
      timer.start(0);
      expect(intervals(timer, 4)).toEqual(expected);
    }
  });

  test.each([
    [undefined, 2000],
    [249, 2000],
    [250, 250],
    [600, 600],
  ])(
    'case 125: a peer that repeated its request every %s ms: the second interval is %d',
    (rhythm, second) => {
      const timer = started();
      timer.answered(rhythm);
      timer.start(0);
      expect(intervals(timer, 2).at(-1)).toBe(second);
    },
  );
});

test('the smallest round trip is kept', () => {
  const timer = started();
  expect(timer.smallest).toBeUndefined();
  const smallest = [30, 20, 40, 20].map((rtt) => {
    timer.measure(rtt);
    return timer.smallest;
  });
  expect(smallest).toEqual([30, 20, 20, 20]);
});
