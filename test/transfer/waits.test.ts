// What a machine waits for: step mode shows it, and a user decides by it which packet goes next.
import { describe, expect, test } from 'vitest';
import { asksForMulticast } from '../../src/transfer/side.ts';
import {
  ack,
  data,
  error,
  getting,
  oack,
  options,
  pattern,
  probing,
  putting,
  request,
  serving,
  taking,
} from '../support/script.ts';

test('a client that reads: the answer, each block, its own disk, then repetitions of the last DATA', () => {
  const get = getting({ hold: true });
  get.start();
  expect(get.machine.waits).toEqual({ for: 'answer', op: 'RRQ' });
  get.receive(data(1));
  expect(get.machine.waits).toEqual({ for: 'file' });
  get.store();
  expect(get.machine.waits).toEqual({ for: 'DATA', index: 2 });
  get.receive(data(2, 5));
  get.store();
  expect(get.machine.waits).toEqual({ for: 'repetition' });
});

test('a server that takes a file: a block from the beginning, and nothing after an ERROR', () => {
  const take = taking();
  take.start();
  expect(take.machine.waits).toEqual({ for: 'DATA', index: 1 });
  take.receive(error(3));
  expect(take.machine.waits).toEqual({ for: 'nothing' });
});

test('a client that writes: the answer, its file, the ACK of what it sent, then nothing', () => {
  const put = putting({ file: pattern(5), hold: true });
  put.start();
  expect(put.machine.waits).toEqual({ for: 'answer', op: 'WRQ' });
  put.receive(ack(0));
  expect(put.machine.waits).toEqual({ for: 'file' });
  put.answerPull();
  expect(put.machine.waits).toEqual({ for: 'ACK', from: 1, to: 1 });
  put.receive(ack(1));
  expect(put.machine.waits).toEqual({ for: 'nothing' });
});

test('RFC 7440 §4: a server that sends a window: ACK 0 of its OACK, then the ACK of any block of the window', () => {
  const served = serving({ file: pattern(5000), terms: { windowsize: 3 }, oack: ['windowsize 3'] });
  served.start();
  expect(served.machine.waits).toEqual({ for: 'ACK', from: 0, to: 0 });
  served.receive(ack(0));
  expect(served.machine.waits).toEqual({ for: 'ACK', from: 1, to: 3 });
  served.receive(ack(2));
  expect(served.machine.waits).toEqual({ for: 'ACK', from: 3, to: 5 });
});

test('a client that asks for the size: the answer, DATA 1 where the OACK has no size, then nothing', () => {
  const probe = probing({ offer: { tsize: 0, blksize: 1468 } });
  probe.start();
  expect(probe.machine.waits).toEqual({ for: 'answer', op: 'RRQ' });
  probe.receive(oack('blksize 1468'));
  expect(probe.machine.waits).toEqual({ for: 'DATA', index: 1 });
  probe.receive(data(1, 7));
  expect(probe.machine.waits).toEqual({ for: 'nothing' });
});

describe('RFC 2090', () => {
  test('a request asks for multicast if it has the option', () => {
    expect(asksForMulticast({ request: request('RRQ') })).toBe(false);
    expect(asksForMulticast({ request: { ...request('RRQ'), options: options('multicast ') } })).toBe(true);
  });
});
