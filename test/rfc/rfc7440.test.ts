// RFC 7440: windows of blocks, as packet traces of one side.
import { describe, expect, test } from 'vitest';
import { ack, data, getting, oack, pattern, putting, serving, type Script } from '../support/script.ts';

/** A server that sent its first window of blocks of 8 octets. */
function sending(windowsize: number, blocks = 100): Script {
  const served = serving({
    file: pattern(blocks * 8 - 1),
    terms: { blksize: 8, windowsize },
    oack: ['blksize 8', `windowsize ${windowsize}`],
  });
  served.start();
  served.now = 10;
  served.receive(ack(0));
  return served;
}

/** A client that awaits DATA 1. */
function receiving(windowsize: number, hold = false): Script {
  const get = getting({ offer: { blksize: 8, windowsize }, hold });
  get.start();
  get.now = 10;
  get.receive(oack('blksize 8', `windowsize ${windowsize}`));
  return get;
}

const full = (...blocks: readonly number[]) => blocks.map((block) => data(block, 8));

describe('RFC 7440 §4: the receiver', () => {
  test('one ACK per window, for its last block', () => {
    const get = receiving(4);
    expect(full(1, 2, 3).flatMap((packet) => get.receive(packet))).toEqual([]);
    expect(get.receive(data(4, 8))).toEqual(['ACK 4']);
    expect(full(5, 6, 7, 8).flatMap((packet) => get.receive(packet))).toEqual(['ACK 8']);
  });

  test('case 94: 1, 2, 4 of 4: ACK 2 at once, 4 is discarded, the window starts at 3', () => {
    const get = receiving(4);
    get.receive(data(1, 8));
    get.receive(data(2, 8));
    expect(get.receive(data(4, 8))).toEqual(['ACK 2']);
    expect(get.received).toHaveLength(16);
    expect(get.noted('gap')).toEqual([{ type: 'gap', expected: 3, got: 4 }]);
    expect(full(3, 4, 5, 6).flatMap((packet) => get.receive(packet))).toEqual(['ACK 6']);
  });

  test('case 99: a short block inside the window is acknowledged at once', () => {
    const get = receiving(4);
    get.receive(data(1, 8));
    expect(get.receive(data(2, 3))).toEqual(['ACK 2']);
    expect(get.outcome).toMatchObject({ ok: true, octets: 11 });
    expect(get.receive(data(3, 3))).toEqual([]);
  });

  test('case 98: if the last block of the window is lost, the timer acknowledges the last good block', () => {
    const get = receiving(4);
    full(1, 2, 3).forEach((packet) => get.receive(packet));
    const { deadline } = get.machine;
    expect(get.wait(deadline! - get.now)).toEqual(['ACK 3']);
    expect(full(4, 5, 6, 7).flatMap((packet) => get.receive(packet))).toEqual(['ACK 7']);
  });

  test('N17: blocks in reverse order, or with a hole: one ACK per gap; blocks are written only in order', () => {
    const get = receiving(4);
    expect(full(4, 3, 2).flatMap((packet) => get.receive(packet))).toEqual(['ACK 0 again']);
    expect(full(1, 2, 3, 4).flatMap((packet) => get.receive(packet))).toEqual(['ACK 4']);
    expect(get.received).toEqual(
      full(1, 2, 3, 4).flatMap((packet) => ('data' in packet ? [...packet.data] : [])),
    );
    expect(full(6, 7, 8).flatMap((packet) => get.receive(packet))).toEqual(['ACK 4 again']);
  });

  test('N17: after the timer a new gap is acknowledged again', () => {
    const get = receiving(4);
    get.receive(data(1, 8));
    expect(get.receive(data(3, 8))).toEqual(['ACK 1']);
    expect(get.wait(get.machine.deadline! - get.now)).toEqual(['ACK 1 again']);
    expect(get.receive(data(4, 8))).toEqual(['ACK 1 again']);
    expect(get.receive(data(5, 8))).toEqual([]);
  });

  test('case 64 case 65: a repeated window causes one ACK, at its end', () => {
    const get = receiving(4);
    full(1, 2, 3, 4).forEach((packet) => get.receive(packet));
    expect(full(1, 2, 3, 4).flatMap((packet) => get.receive(packet))).toEqual(['ACK 4 again']);
    expect(get.receive(data(5, 8))).toEqual([]);
    expect(get.receive(data(4, 8))).toEqual([]);
  });

  test('P15: a block beyond the window is ignored', () => {
    const get = receiving(4);
    expect(get.receive(data(5, 8))).toEqual([]);
    expect(get.receive(data(40_000, 8))).toEqual([]);
    expect(get.noted('outside')).toHaveLength(2);
  });

  test('W12: the ACK waits until every block of the window is stored', () => {
    const get = receiving(3, true);
    expect(full(1, 2, 3).flatMap((packet) => get.receive(packet))).toEqual([]);
    expect([get.store(), get.store()]).toEqual([[], []]);
    expect(get.store()).toEqual(['ACK 3']);
    get.receive(data(4, 8));
    expect(get.receive(data(6, 8))).toEqual([]);
    expect(get.receive(data(4, 8))).toEqual([]);
    expect(get.store()).toEqual(['ACK 4']);
  });
});

describe('RFC 7440 §4: the sender', () => {
  test('a window at once, the next one after its ACK', () => {
    const served = sending(3);
    expect(served.sent.slice(1)).toHaveLength(3);
    expect(served.receive(ack(3))).toEqual(['DATA 4', 'DATA 5', 'DATA 6']);
  });

  test('case 95: ACK 2 of window 1-4: exactly 3, 4, 5, 6', () => {
    const served = sending(4);
    expect(served.receive(ack(2))).toEqual(['DATA 3 again', 'DATA 4 again', 'DATA 5', 'DATA 6']);
    expect(served.noted('rollback')).toEqual([{ type: 'rollback', to: 2, cause: 'ack' }]);
  });

  test('case 96: an ACK duplicated by the network causes nothing', () => {
    const served = sending(4);
    served.now = 30;
    expect(served.receive(ack(4))).toHaveLength(4);
    for (let copy = 0; copy < 5; copy += 1) expect(served.receive(ack(4))).toEqual([]);
    served.now = 35;
    expect(served.receive(ack(4))).toEqual([]);
  });

  test('case 96: the first block of a window is lost: an ACK repeated after a round trip resends the window once', () => {
    const served = sending(4);
    served.now = 30;
    served.receive(ack(4));
    served.now = 60;
    expect(served.receive(ack(4))).toEqual(['DATA 5 again', 'DATA 6 again', 'DATA 7 again', 'DATA 8 again']);
    expect(served.noted('rollback')).toEqual([{ type: 'rollback', to: 4, cause: 'repeated-ack' }]);
    served.now = 90;
    expect(served.receive(ack(4))).toEqual([]);
    expect(served.receive(ack(8))).toHaveLength(4);
  });

  test('case 96: a repeated ACK resends nothing before a round trip is measured', () => {
    const put = putting({ file: pattern(800), offer: { blksize: 8, windowsize: 4 } });
    put.start();
    put.wait(1000);
    put.receive(oack('blksize 8', 'windowsize 4'));
    put.now += 500;
    expect(put.receive(ack(0))).toEqual([]);
  });

  test('case 97: an ACK for a block before the window is ignored', () => {
    const served = sending(4);
    served.receive(ack(4));
    expect(served.receive(ack(3))).toEqual([]);
    expect(served.receive(ack(0))).toEqual([]);
    expect(served.noted('outside')).toHaveLength(2);
  });

  test('case 70: an ACK beyond what was sent is ignored', () => {
    const served = sending(4);
    expect(served.receive(ack(5))).toEqual([]);
  });

  test('case 101: if the whole window is lost, all of it is resent after the timeout', () => {
    const served = sending(3);
    const { deadline } = served.machine;
    expect(served.wait(deadline! - served.now)).toEqual(['DATA 1 again', 'DATA 2 again', 'DATA 3 again']);
    expect(served.receive(ack(3))).toEqual(['DATA 4', 'DATA 5', 'DATA 6']);
  });

  test("the receiver's timer runs out first: the sender waits half an interval longer, never above the cap", () => {
    const lockstep = sending(1);
    const windowed = sending(4);
    expect(windowed.machine.deadline! - 10).toBe((lockstep.machine.deadline! - 10) * 1.5);
    windowed.wait(20_000);
    expect(
      windowed.noted('timed-out').every((note) => note.type === 'timed-out' && note.interval <= 8000),
    ).toBe(true);
  });

  test('case 99: the file ends inside a window', () => {
    const served = sending(4, 6);
    expect(served.receive(ack(4))).toEqual(['DATA 5', 'DATA 6']);
    expect(served.receive(ack(6))).toEqual([]);
    expect(served.outcome).toEqual({ ok: true, octets: 47, confirmed: true });
  });

  test('octets are pulled for a whole window, one pull at a time, and never twice', () => {
    const served = serving({
      file: pattern(100),
      terms: { blksize: 8, windowsize: 4 },
      oack: ['windowsize 4'],
      hold: true,
    });
    served.start();
    served.receive(ack(0));
    expect(served.pulled).toBe(32);
    expect(served.answerPull()).toHaveLength(4);
    expect(served.receive(ack(2))).toEqual(['DATA 3 again', 'DATA 4 again']);
    expect(served.pulled).toBe(16);
    expect(served.answerPull()).toEqual(['DATA 5', 'DATA 6']);
  });
});

describe('RFC 7440 §6: R10 pacing within the window', () => {
  /** Blocks 7 and 8 of every window of 8 are lost. */
  function losing(rounds: number): Script {
    const served = sending(8, 1000);
    for (let acked = 6, round = 0; round < rounds; acked += 6, round += 1) {
      served.wait(20);
      served.receive(ack(acked));
    }
    return served;
  }

  test('after two lossy rounds the window is sent in halves with a pause between them, without waiting for an ACK', () => {
    expect(losing(1).sent).toHaveLength(1 + 8 + 8);
    const served = losing(2);
    expect(served.sent).toHaveLength(1 + 8 + 8 + 4);
    const { deadline } = served.machine;
    expect(deadline! - served.now).toBe(5);
    expect(served.wait(deadline! - served.now)).toEqual(['DATA 17', 'DATA 18', 'DATA 19', 'DATA 20']);
    expect(served.receive(ack(20))).toEqual(['DATA 21', 'DATA 22', 'DATA 23', 'DATA 24']);
  });

  test('a burst is never smaller than one block', () => {
    const served = losing(20);
    served.wait(20);
    expect(served.receive(ack(126))).toHaveLength(1);
  });

  test('an ACK in the pause starts the next burst; clean rounds restore the window', () => {
    const served = losing(2);
    served.now += 1;
    expect(served.receive(ack(16))).toHaveLength(4);
    for (let acked = 24, round = 0; round < 8; acked += 8, round += 1) {
      served.wait(50);
      served.receive(ack(acked));
    }
    const before = served.sent.length;
    served.receive(ack(88));
    expect(served.sent.length - before).toBe(8);
  });
});
