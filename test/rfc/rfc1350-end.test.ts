// RFC 1350 §5 to §7: errors, the normal end and the premature end, as packet traces.
import { describe, expect, test } from 'vitest';
import {
  ack,
  data,
  error,
  getting,
  oack,
  pattern,
  peer,
  putting,
  running,
  serving,
  stranger,
} from '../support/script.ts';

describe('RFC 1350 §5 and §7: ERROR', () => {
  test('case 77 L02, invariant 5: an ERROR ends the transfer at once and is never answered', () => {
    const moving = serving({ file: pattern(600) });
    moving.start();
    moving.receive(ack(1));
    for (const machine of [running(), moving]) {
      expect(machine.receive(error(3, 'full'))).toEqual([]);
      expect(machine.outcome).toEqual({
        ok: false,
        failure: { by: 'peer', code: 3, message: 'full', first: false },
      });
      expect(machine.machine.deadline).toBeUndefined();
      expect(machine.receive(data(2))).toEqual([]);
      expect(machine.receive(ack(2))).toEqual([]);
      expect(machine.wait(60_000)).toEqual([]);
    }
  });

  test('case 41: an ERROR as the first answer is marked as first', () => {
    const get = getting({ offer: { tsize: 0 } });
    get.start();
    expect(get.receive(error(8))).toEqual([]);
    expect(get.outcome).toMatchObject({ failure: { by: 'peer', code: 8, first: true } });
    expect(get.machine.peer).toEqual(peer);
  });

  test('case 78: an ERROR with an unknown code and no text is accepted', () => {
    const get = running();
    get.receive(error(0xffff, ''));
    expect(get.outcome).toMatchObject({ failure: { by: 'peer', code: 65_535 } });
  });

  test('if the disk or the user ends the transfer, one ERROR goes to the peer', () => {
    const get = running();
    expect(get.input({ type: 'abort', code: 3, message: 'Disk full' })).toEqual(['ERROR 3']);
    expect(get.outcome).toEqual({ ok: false, failure: { by: 'local', code: 3, message: 'Disk full' } });
    expect(get.abort()).toEqual([]);
    const put = putting({ file: pattern(5) });
    put.start();
    expect(put.abort()).toEqual([]);
    expect(put.outcome).toMatchObject({ failure: { by: 'local' } });
  });

  test('a failed socket ends the transfer', () => {
    for (const machine of [running(), serving({ file: pattern(6) })]) {
      machine.input({ type: 'network-failed', reason: 'socket-failed', message: 'gone' });
      expect(machine.outcome).toEqual({
        ok: false,
        failure: { by: 'network', reason: 'socket-failed', message: 'gone' },
      });
    }
  });

  test('chunk, stored and timeout inputs that were not expected change nothing', () => {
    const get = running();
    expect(get.input({ type: 'chunk', octets: pattern(3) })).toEqual([]);
    expect(get.input({ type: 'stored' })).toEqual([]);
    const served = serving({ file: pattern(600) });
    served.start();
    expect(served.input({ type: 'stored' })).toEqual([]);
    expect(served.input({ type: 'chunk', octets: pattern(3) })).toEqual([]);
    expect(served.input({ type: 'timeout' })).toEqual([]);
    expect(served.receive(ack(1))).toEqual(['DATA 2']);
  });
});

describe('RFC 1350 §6: the normal end, and lost packets at the end', () => {
  test('case 80 N18: the receiver dallies and acknowledges the last DATA again', () => {
    const get = running();
    expect(get.receive(data(2, 5))).toEqual(['ACK 2']);
    expect(get.outcome).toMatchObject({ ok: true });
    expect(get.machine.deadline).toBe(12_000);
    get.now = 6000;
    expect(get.receive(data(2, 5))).toEqual(['ACK 2 again']);
    expect(get.receive(data(1))).toEqual([]);
    expect(get.receive(data(2, 5), stranger)).toEqual([]);
    expect(get.receive(ack(2))).toEqual([]);
    expect(get.machine.deadline).toBe(12_000);
    expect(get.wait(6000)).toEqual([]);
    expect(get.machine.deadline).toBeUndefined();
    expect(get.receive(data(2, 5))).toEqual([]);
  });

  test('case 80: dallying lasts at least two agreed timeouts, and an ERROR or an abort ends it', () => {
    for (const last of ['ERROR', 'abort'] as const) {
      const get = getting({ offer: { timeout: 20 } });
      get.start();
      get.receive(oack('timeout 20'));
      get.receive(data(1, 5));
      expect(get.machine.deadline).toBe(40_000);
      expect(get.input({ type: 'stored' })).toEqual([]);
      expect(get.input({ type: 'timeout' })).toEqual([]);
      expect(get.machine.deadline).toBe(40_000);
      if (last === 'abort') get.abort();
      else get.receive(error(0));
      expect(get.machine.deadline).toBeUndefined();
    }
  });

  test('W12: no packet is sent while the file is being published; the last ACK follows', () => {
    const get = getting({ hold: true });
    get.start();
    expect(get.receive(data(1, 5))).toEqual([]);
    expect(get.last).toBe(true);
    expect(get.machine.deadline).toBeUndefined();
    get.now = 5000;
    expect(get.receive(data(1, 5))).toEqual([]);
    expect(get.input({ type: 'timeout' })).toEqual([]);
    expect(get.outcome).toBeUndefined();
    expect(get.store()).toEqual(['ACK 1']);
    expect(get.outcome).toMatchObject({ ok: true });
  });

  test('case 81 N18: without the final ACK the transfer ends unconfirmed after a bounded number of repetitions', () => {
    const put = putting({ file: pattern(5) });
    put.start();
    put.receive(ack(0));
    expect(put.wait(60_000)).toEqual(Array.from({ length: 7 }, () => 'DATA 1 again'));
    expect(put.outcome).toEqual({ ok: true, octets: 5, confirmed: false });
  });

  test('case 81: a client has the whole file and leaves, but its last ACK is lost', () => {
    const read = serving({ file: pattern(5) });
    read.start();
    read.input({ type: 'network-failed', reason: 'port-unreachable', message: 'refused' });
    expect(read.outcome).toMatchObject({ ok: false, failure: { by: 'network' } });
    const heard = serving({ file: pattern(600) });
    heard.start();
    heard.receive(ack(1));
    heard.input({ type: 'network-failed', reason: 'port-unreachable', message: 'refused' });
    expect(heard.outcome).toEqual({ ok: true, octets: 600, confirmed: false });
  });

  test.each(['port-unreachable', 'transfer-port-closed'] as const)(
    'case 81: a server has the whole file and closes its port, but its last ACK is lost (%s)',
    (reason) => {
      const put = putting({ file: pattern(600) });
      put.start();
      put.receive(ack(0));
      put.receive(ack(1));
      put.input({ type: 'network-failed', reason, message: 'refused' });
      expect(put.outcome).toEqual({ ok: true, octets: 600, confirmed: false });
      const unsent = putting({ file: pattern(600) });
      unsent.start();
      unsent.receive(ack(0));
      unsent.input({ type: 'network-failed', reason, message: 'refused' });
      expect(unsent.outcome).toMatchObject({ ok: false, failure: { by: 'network', reason } });
    },
  );

  test('case 81: a socket that fails after everything was sent is a failure', () => {
    const put = putting({ file: pattern(5) });
    put.start();
    put.receive(ack(0));
    put.input({ type: 'network-failed', reason: 'socket-failed', message: 'network is down' });
    expect(put.outcome).toMatchObject({ ok: false, failure: { by: 'network', reason: 'socket-failed' } });
  });

  test('case 91: a peer that repeats its packets is not silent: they are counted, and so are ours', () => {
    const get = getting();
    get.start();
    get.receive(data(1));
    for (let came = 0; came < 7; came += 1) {
      get.now += 3000;
      get.receive(data(1));
    }
    get.wait(60_000);
    expect(get.outcome).toMatchObject({
      ...{ ok: false, failure: { by: 'silence', heard: true, came: 7, sends: 18 } },
    });
  });

  test('case 81: with unsent blocks the transfer fails, and one ERROR goes to the peer (case 91)', () => {
    const put = putting({ file: pattern(5000) });
    put.start();
    put.receive(ack(0));
    expect(put.wait(60_000).at(-1)).toBe('ERROR 0');
    expect(put.outcome).toMatchObject({ ok: false, failure: { by: 'silence', heard: true } });
  });

  test('case 91: if the peer disappears, repetitions are bounded and ERROR 0 is sent once', () => {
    const get = running();
    const words = get.wait(60_000);
    expect(words.filter((word) => word === 'ERROR 0')).toHaveLength(1);
    expect(words.at(-1)).toBe('ERROR 0');
    expect(get.outcome).toMatchObject({ ok: false, failure: { by: 'silence', heard: true } });
    expect(get.machine.deadline).toBeUndefined();
  });

  test('C09: without any answer the sends are counted, and no ERROR is sent', () => {
    const get = getting();
    get.start();
    expect(get.timeline(60_000)).toEqual([
      '1000 RRQ again',
      '3000 RRQ again',
      '7000 RRQ again',
      '15000 RRQ again',
      '23000 RRQ again',
    ]);
    expect(get.outcome).toEqual({ ok: false, failure: { by: 'silence', sends: 6, heard: false } });
  });
});
