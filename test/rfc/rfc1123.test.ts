// RFC 1123 §4.2.3: the Sorcerer's Apprentice, and timers that adapt.
import { describe, expect, test } from 'vitest';
import { ack, data, getting, malformed, pattern, putting, serving, stranger } from '../support/script.ts';

describe('RFC 1123 §4.2.3.1: a duplicate ACK never sends DATA in lockstep', () => {
  test('case 63 N16: ACK 1 twice, ten times: DATA 2 goes out once', () => {
    const served = serving({ file: pattern(5000) });
    served.start();
    expect(served.receive(ack(1))).toEqual(['DATA 2']);
    for (let copy = 0; copy < 10; copy += 1) {
      served.now += 50;
      expect(served.receive(ack(1))).toEqual([]);
    }
    expect(served.noted('duplicate')[0]).toMatchObject({ op: 'ACK', index: 1, answered: false });
    expect(served.receive(ack(2))).toEqual(['DATA 3']);
  });

  test('case 63: a duplicate ACK 0 after a WRQ does not repeat DATA 1', () => {
    const put = putting({ file: pattern(5000) });
    put.start();
    expect(put.receive(ack(0))).toEqual(['DATA 1']);
    expect(put.receive(ack(0))).toEqual([]);
  });

  test('case 70: an ACK of a block that was never sent is ignored', () => {
    const served = serving({ file: pattern(5000) });
    served.start();
    served.receive(ack(1));
    expect(served.receive(ack(5))).toEqual([]);
    expect(served.noted('outside')).toEqual([{ type: 'outside', op: 'ACK', block: 5 }]);
    expect(served.receive(ack(2))).toEqual(['DATA 3']);
  });

  test('N24: duplicates, strangers and junk neither postpone the timer nor use up attempts', () => {
    const served = serving({ file: pattern(5000) });
    served.start();
    served.receive(ack(1));
    const { deadline } = served.machine;
    for (let packet = 0; packet < 200; packet += 1) {
      served.now += 1;
      served.receive(ack(1));
      served.receive(ack(4), stranger);
      served.receive(malformed('unknown-opcode', 77));
    }
    expect(served.machine.deadline).toBe(deadline);
    expect(served.wait(deadline! - served.now)).toEqual(['DATA 2 again']);
    const get = getting();
    get.start();
    get.receive(data(1));
    for (let times = 0; times < 300 && get.outcome === undefined; times += 1) {
      get.receive(data(1));
      get.wait(100);
    }
    expect(get.outcome).toMatchObject({ failure: { by: 'silence' } });
    expect(get.now).toBe(25_000);
  });
});

describe('RFC 1123 §4.2.3.2: an adaptive timeout with exponential back-off', () => {
  test('case 90: the interval follows the round trip, and doubles with each repetition', () => {
    const served = serving({ file: pattern(50_000) });
    served.start();
    for (let block = 1; block <= 20; block += 1) {
      served.now += 400;
      served.receive(ack(block));
    }
    const interval = served.machine.deadline! - served.now;
    // Four times the deviation, which began at half a round trip and lost a quarter with each of 19 more measurements.
    expect(interval).toBeCloseTo(400 + 4 * 200 * 0.75 ** 19, 6);
    const instants = served.timeline(8 * interval).map((line) => Number(line.split(' ')[0]) - 8000);
    expect(instants.map((instant) => Math.round(instant / interval))).toEqual([1, 3, 7]);
    expect(served.noted('round-trip')[0]).toMatchObject({ rtt: 400 });
  });

  test('case 90: the interval is never below the floor and never above the cap', () => {
    const served = serving({ file: pattern(50_000) });
    served.start();
    served.now = 1;
    served.receive(ack(1));
    served.now = 2;
    served.receive(ack(2));
    expect(served.machine.deadline! - served.now).toBe(250);
    const slow = serving({ file: pattern(50_000), pace: { giveUp: 100_000 } });
    slow.start();
    slow.now = 900;
    slow.receive(ack(1));
    const at = slow.timeline(90_000).map((line) => Number(line.split(' ')[0]));
    const waits = at.slice(1).map((instant, index) => instant - at[index]!);
    expect(Math.max(...waits)).toBe(8000);
  });

  test("case 90: Karn's rule: a repeated packet is not measured, and the longer interval stays until a measurement", () => {
    const served = serving({ file: pattern(50_000) });
    served.start();
    expect(served.wait(1000)).toEqual(['DATA 1 again']);
    served.now = 1001;
    served.receive(ack(1));
    expect(served.noted('round-trip')).toEqual([]);
    expect(served.machine.deadline! - served.now).toBe(2000);
    served.now = 1021;
    served.receive(ack(2));
    expect(served.noted('round-trip')).toMatchObject([{ rtt: 20 }]);
    expect(served.machine.deadline! - served.now).toBe(250);
  });

  /** A sender that knows a round trip of 20 ms; DATA 2 is on its way. */
  function measured(): ReturnType<typeof serving> {
    const served = serving({ file: pattern(50_000) });
    served.start();
    served.now = 20;
    served.receive(ack(1));
    return served;
  }

  test('case 90: once a round trip is known, a lost packet does not lengthen the wait for the next one', () => {
    const served = measured();
    for (let block = 2; block <= 4; block += 1) {
      expect(served.wait(750)).toEqual([`DATA ${block} again`, `DATA ${block} again`]);
      served.receive(ack(block));
      expect(served.machine.deadline! - served.now).toBe(250);
    }
    // After a new measurement the same number of packets may be lost again.
    served.now += 20;
    served.receive(ack(5));
    expect(served.wait(250)).toEqual(['DATA 6 again']);
    served.receive(ack(6));
    expect(served.machine.deadline! - served.now).toBe(250);
  });

  test('case 90: if round trips grow, the longer interval stays after a few repetitions, and the new round trip is measured', () => {
    const served = measured();
    const repeated: number[] = [];
    for (let block = 2; block <= 12; block += 1) {
      if (served.wait(400).length > 0) repeated.push(block);
      served.receive(ack(block));
    }
    expect(repeated).toEqual([2, 3, 4, 5]);
    expect(served.noted('round-trip').at(-1)).toMatchObject({ rtt: 400 });
  });

  test('case 124 S14: a gap of the clock causes one repetition, not a burst, and does not end the transfer', () => {
    const served = serving({ file: pattern(50_000) });
    served.start();
    served.now = 10;
    served.receive(ack(1));
    served.now = 3_600_000;
    expect(served.input({ type: 'timeout' })).toEqual(['DATA 2 again']);
    expect(served.machine.deadline!).toBe(served.now + 500);
    expect(served.input({ type: 'timeout' })).toEqual([]);
    expect(served.receive(ack(2))).toEqual(['DATA 3']);
  });

  test('a timeout that comes early does nothing', () => {
    const get = getting();
    get.start();
    get.now = 999;
    expect(get.input({ type: 'timeout' })).toEqual([]);
  });

  test('waiting for a slow disk does not count as silence of the peer', () => {
    const served = serving({ file: pattern(5000), hold: true });
    served.start();
    expect(served.machine.deadline).toBeUndefined();
    served.now = 100_000;
    expect(served.answerPull()).toEqual(['DATA 1']);
    expect(served.machine.deadline).toBe(101_000);
  });
});
