// RFC 1350, section by section, as packet traces.
import { describe, expect, test } from 'vitest';
import { ack, data, getting, pattern, putting, serving, taking } from '../support/script.ts';

describe('RFC 1350 §2: one packet in flight, each acknowledged before the next', () => {
  test('a get: RRQ, DATA 1, ACK 1 … a short DATA ends it', () => {
    const get = getting();
    expect(get.start()).toEqual(['RRQ']);
    expect(get.receive(data(1))).toEqual(['ACK 1']);
    expect(get.receive(data(2))).toEqual(['ACK 2']);
    expect(get.receive(data(3, 511))).toEqual(['ACK 3']);
    expect(get.outcome).toEqual({ ok: true, octets: 1535, confirmed: true });
    expect(get.received).toEqual([...pattern(512), ...pattern(512), ...pattern(511)]);
  });

  test('a put: WRQ, ACK 0, DATA 1 …', () => {
    const put = putting({ file: pattern(1000) });
    expect(put.start()).toEqual(['WRQ']);
    expect(put.receive(ack(0))).toEqual(['DATA 1']);
    expect(put.receive(ack(1))).toEqual(['DATA 2']);
    expect(put.receive(ack(2))).toEqual([]);
    expect(put.outcome).toEqual({ ok: true, octets: 1000, confirmed: true });
  });

  test('a served RRQ: DATA 1 at once', () => {
    const served = serving({ file: pattern(600) });
    expect(served.start()).toEqual(['DATA 1']);
    expect(served.receive(ack(1))).toEqual(['DATA 2']);
    expect(served.receive(ack(2))).toEqual([]);
    expect(served.outcome).toEqual({ ok: true, octets: 600, confirmed: true });
    expect(served.machine.deadline).toBeUndefined();
  });

  test('a taken WRQ: ACK 0 at once', () => {
    const taken = taking();
    expect(taken.start()).toEqual(['ACK 0']);
    expect(taken.receive(data(1, 3))).toEqual(['ACK 1']);
    expect(taken.outcome).toEqual({ ok: true, octets: 3, confirmed: true });
  });
});
