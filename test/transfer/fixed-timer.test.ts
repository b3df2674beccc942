// Heavy loss and foreign peers with one fixed timer and few tries: we finish at least as often as their own kind does.
import { describe, expect, test } from 'vitest';
import { Receiver } from '../../src/transfer/receiver.ts';
import { Sender } from '../../src/transfer/sender.ts';
import type { Start } from '../../src/transfer/side.ts';
import { FixedReceiver, FixedSender, type FixedTimer } from '../support/fixed-timer.ts';
import { Pair } from '../support/pair.ts';
import { ack, data, pattern, serving, taking } from '../support/script.ts';

/** Eleven blocks. */
const file = pattern(512 * 10 + 7);
const seeds = Array.from({ length: 300 }, (_, seed) => seed);

interface Scene {
  readonly kind: 'get' | 'put';
  readonly loss: number;
  /** In seconds: the timer of the foreign peer, and the option of RFC 2349 if it is used. */
  readonly timer: number;
  readonly timeout: number | undefined;
}

/** How many of the seeds end with the whole file, if our machine plays `ours` and a fixed timer the other side. */
function finished({ kind, loss, timer, timeout }: Scene, ours: 'client' | 'server' | 'neither'): number {
  const fixed: FixedTimer = { interval: 1000 * timer, tries: 5, stay: 5000 };
  return seeds.filter((seed) => {
    const pair = new Pair({
      ...{ kind, file, seed, loss, offer: timeout === undefined ? {} : { timeout } },
      makeSender: (start: Start) => (start.role === ours ? new Sender(start) : new FixedSender(start, fixed)),
      makeReceiver: (start: Start) =>
        start.role === ours ? new Receiver(start) : new FixedReceiver(start, fixed),
    }).run();
    return pair.client.outcome?.ok === true && Buffer.compare(pair.published ?? Buffer.of(), file) === 0;
  }).length;
}

const scenes: Scene[] = (['get', 'put'] as const).flatMap((kind) =>
  [0.25, 0.5].flatMap((loss) =>
    [1, 5].flatMap((timer) => [undefined, 1].map((timeout) => ({ kind, loss, timer, timeout }))),
  ),
);

describe('case 125: heavy loss', () => {
  test.each(scenes)('$kind, $loss lost, a timer of $timer s, timeout option $timeout', (scene) => {
    const theirs = finished(scene, 'neither');
    expect(theirs).toBeGreaterThan(80);
    expect(finished(scene, 'server')).toBeGreaterThanOrEqual(theirs);
    expect(finished(scene, 'client')).toBeGreaterThanOrEqual(theirs);
  });
});

describe('case 125: a peer that repeats itself is alive', () => {
  /** A sender that knows a round trip of 20 ms, and waits for ACK 2 since 20 ms. */
  function measured(): ReturnType<typeof serving> {
    const served = serving({ file: pattern(50_000) });
    served.start();
    served.now = 20;
    served.receive(ack(1));
    return served;
  }

  test('its repeated ACK ends the back-off: DATA follows its rhythm of 1 s', () => {
    const served = measured();
    expect(served.timeline(3980)).toEqual([
      ...['270 DATA 2 again', '770 DATA 2 again', '1770 DATA 2 again', '3770 DATA 2 again'],
    ]);
    expect(served.receive(ack(1))).toEqual([]);
    expect(served.timeline(1000)).toEqual(['4020 DATA 2 again', '4520 DATA 2 again']);
    expect(served.receive(ack(1))).toEqual([]);
    served.now += 200;
    const quiet = served.timeline(4000).map((line) => Number(line.split(' ')[0]));
    expect(quiet.slice(1).every((at, index) => at - quiet[index]! <= 1000)).toBe(true);
  });

  test('in real silence the interval stays at the rhythm of the peer for six repetitions, then doubles up to the cap', () => {
    const served = measured();
    served.wait(980);
    served.receive(ack(1));
    const times = served.timeline(23_000).map((line) => Number(line.split(' ')[0]));
    expect(times.slice(0, 3)).toEqual([1020, 1520, 2500]);
    expect(times.slice(3)).toEqual([3480, 4460, 5440, 6420, 7400, 9360, 13_280, 21_120]);
  });

  test('N24: a flood of repeated ACKs causes no more DATA than the shortest interval allows, and does not save the transfer', () => {
    const served = measured();
    let sent = 0;
    while (served.outcome === undefined && served.now < 60_000) {
      sent += served.wait(10).length + served.receive(ack(1)).length;
    }
    expect(served.outcome).toMatchObject({ ok: false, failure: { by: 'silence' } });
    expect(served.now).toBe(25_020);
    expect(sent).toBe(25_000 / 250);
  });

  test('case 63: an ACK that answers our own repetition is no sign: the longer interval of a slow path stays', () => {
    const served = measured();
    const repeated: number[] = [];
    for (let block = 2; block <= 12; block += 1) {
      served.now += 230;
      if (repeated.at(-1) === block - 1) served.receive(ack(block - 1));
      if (served.wait(170).length > 0) repeated.push(block);
      served.receive(ack(block));
    }
    expect(repeated).toEqual([2, 3, 4, 5]);
  });

  test('a DATA that comes again gets its ACK at once', () => {
    const taken = taking();
    taken.start();
    taken.receive(data(1));
    for (let second = 1; second <= 5; second += 1) {
      taken.now = 1000 * second;
      expect(taken.receive(data(1))).toEqual(['ACK 1 again']);
    }
  });
});

describe('case 126: an agreed timeout is the interval itself (RFC 2349)', () => {
  test('timeout 1: a packet every second for six seconds; only a longer silence doubles the interval', () => {
    const served = serving({ file: pattern(5000), terms: { timeout: 1 }, oack: ['timeout 1'] });
    served.start();
    served.receive(ack(0));
    const times = served.timeline(60_000).map((line) => Number(line.split(' ')[0]));
    expect(times.slice(0, 8)).toEqual([1000, 2000, 3000, 4000, 5000, 6000, 8000, 12_000]);
    expect(times.at(-1)).toBe(25_000);
  });

  test('a lost first request does not lengthen the intervals that were agreed after it', () => {
    const served = serving({ file: pattern(5000), terms: { timeout: 1 }, oack: ['timeout 1'] });
    served.start();
    expect(served.wait(3000)).toEqual(['OACK again', 'OACK again']);
    expect(served.receive(ack(0))).toEqual(['DATA 1']);
    expect(served.timeline(2000)).toEqual(['4000 DATA 1 again', '5000 DATA 1 again']);
  });
});
