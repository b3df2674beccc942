// RFC 1350 §2 and §4: lockstep and transfer identifiers, as packet traces.
import { describe, expect, test } from 'vitest';
import {
  ack,
  asked,
  client,
  data,
  elsewhere,
  error,
  getting,
  malformed,
  oack,
  pattern,
  peer,
  putting,
  request,
  running,
  serving,
  stranger,
  taking,
} from '../support/script.ts';

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
    expect(served.receive(ack(2))).toEqual([]);
  });

  test('an accepted WRQ: ACK 0 at once', () => {
    const taken = taking();
    expect(taken.start()).toEqual(['ACK 0']);
    expect(taken.receive(data(1, 3))).toEqual(['ACK 1']);
    expect(taken.outcome).toEqual({ ok: true, octets: 3, confirmed: true });
    expect(taken.machine.index).toBe(1);
  });

  test('case 64: a duplicate DATA n causes one more ACK n and writes nothing', () => {
    const get = running();
    expect(get.receive(data(1))).toEqual(['ACK 1 again']);
    expect(get.received).toHaveLength(512);
    expect(get.receive(data(2))).toEqual(['ACK 2']);
    expect(get.receive(data(1))).toEqual(['ACK 1 again']);
    expect(get.received).toHaveLength(1024);
  });

  test('case 65: a storm of duplicates causes a bounded number of ACKs in one interval', () => {
    const get = running();
    const answers = Array.from({ length: 100 }, () => get.receive(data(1))).flat();
    expect(answers).toEqual(Array.from({ length: 8 }, () => 'ACK 1 again'));
    get.now += 1000;
    expect(get.receive(data(1))).toEqual(['ACK 1 again']);
  });

  test('case 71: DATA 3 after 1 in lockstep is discarded, and the get goes on', () => {
    const get = running();
    expect(get.receive(data(3))).toEqual([]);
    expect(get.noted('outside')).toHaveLength(1);
    expect(get.receive(data(2))).toEqual(['ACK 2']);
  });

  test('case 72 P15: DATA 0 and DATA 40000 are never written, neither first nor later', () => {
    const get = getting();
    get.start();
    expect(get.receive(data(0))).toEqual([]);
    expect(get.receive(data(40_000))).toEqual([]);
    expect(get.machine.peer).toBeUndefined();
    get.receive(data(1));
    expect(get.receive(data(0))).toEqual([]);
    expect(get.receive(data(40_000))).toEqual([]);
    expect(get.received).toHaveLength(512);
    expect(get.receive(data(2, 0))).toEqual(['ACK 2']);
  });

  test('case 73: a packet of one to three octets during a transfer is dropped; the timer does not change', () => {
    const get = running();
    const { deadline } = get.machine;
    get.now += 100;
    expect(get.receive(malformed('too-short', 3))).toEqual([]);
    expect(get.machine.deadline).toBe(deadline);
    expect(get.noted('ignored')).toEqual([{ type: 'ignored', what: 'too-short', op: 'malformed' }]);
  });

  test('case 76: an unknown opcode during a transfer is dropped; the timer does not change', () => {
    const served = serving({ file: pattern(600) });
    served.start();
    const { deadline } = served.machine;
    served.now += 100;
    expect(served.receive(malformed('unknown-opcode', 99))).toEqual([]);
    expect(served.machine.deadline).toBe(deadline);
  });

  test('P05: an ACK of more than four octets does not end a good transfer', () => {
    const served = serving({ file: pattern(600) });
    served.start();
    expect(served.receive(malformed('too-long', 4))).toEqual([]);
    expect(served.receive(ack(1))).toEqual(['DATA 2']);
  });

  test('case 87 N21: an empty file is one DATA 1 without octets', () => {
    const served = serving({ file: pattern(0) });
    expect(served.start()).toEqual(['DATA 1']);
    expect(served.receive(ack(1))).toEqual([]);
    expect(served.outcome).toEqual({ ok: true, octets: 0, confirmed: true });
    const get = getting();
    get.start();
    expect(get.receive(data(1, 0))).toEqual(['ACK 1']);
    expect(get.last).toBe(true);
  });

  test('case 88 N20: an exact multiple ends with an empty DATA, repeated when it is lost', () => {
    const served = serving({ file: pattern(1024) });
    served.start();
    expect(served.receive(ack(1))).toEqual(['DATA 2']);
    expect(served.receive(ack(2))).toEqual(['DATA 3']);
    expect(served.sent.at(-1)).toMatchObject({ packet: { data: new Uint8Array(0) } });
    expect(served.wait(1000)).toContain('DATA 3 again');
    expect(served.receive(ack(3))).toEqual([]);
    expect(served.outcome).toEqual({ ok: true, octets: 1024, confirmed: true });
  });

  test.each([511, 513])('case 89: a file of %i octets ends at its short block', (length) => {
    const served = serving({ file: pattern(length) });
    served.start();
    if (length > 512) expect(served.receive(ack(1))).toEqual(['DATA 2']);
    served.receive(ack(length > 512 ? 2 : 1));
    expect(served.outcome).toEqual({ ok: true, octets: length, confirmed: true });
  });

  test('N22: a repeated DATA carries the same octets', () => {
    const served = serving({ file: pattern(2000) });
    served.start();
    served.receive(ack(1));
    served.wait(8000);
    const blocks = served.sent.flatMap((output) =>
      output.type === 'send' && output.packet.op === 'DATA' && output.packet.block === 2
        ? [[...output.packet.data]]
        : [],
    );
    expect(blocks).toHaveLength(6);
    for (const block of blocks) expect(block).toEqual([...pattern(2000).subarray(512, 1024)]);
  });

  test('N08: a get answered by ACK 0, or a put answered by DATA 1: ERROR 4, nothing is transferred', () => {
    const get = getting();
    get.start();
    expect(get.receive(ack(0))).toEqual(['ERROR 4']);
    expect(get.outcome).toMatchObject({ ok: false, failure: { by: 'local', code: 4 } });
    const put = putting({ file: pattern(10), hold: true });
    put.start();
    expect(put.receive(data(1))).toEqual(['ERROR 4']);
    expect(put.pulled).toBeUndefined();
    expect(put.outcome).toMatchObject({ ok: false, failure: { by: 'local', code: 4 } });
  });

  test('N08: ACK after OACK in a get; a packet of the wrong direction in a running transfer', () => {
    const get = getting({ offer: { tsize: 0 } });
    get.start();
    expect(get.receive(oack('tsize 9'))).toEqual(['ACK 0']);
    expect(get.receive(ack(0))).toEqual(['ERROR 4']);
    const served = serving({ file: pattern(10), oack: ['tsize 10'], hold: true });
    served.start();
    expect(served.receive(data(1))).toEqual(['ERROR 4']);
    expect(served.pulled).toBeUndefined();
    const taken = taking();
    taken.start();
    expect(taken.receive(ack(0))).toEqual(['ERROR 4']);
    const put = putting({ file: pattern(1000) });
    put.start();
    put.receive(ack(0));
    expect(put.receive(data(1))).toEqual(['ERROR 4']);
  });

  test('an ACK or DATA that does not answer the request neither pins the peer nor ends the transfer', () => {
    const put = putting({ file: pattern(10) });
    put.start();
    expect(put.receive(ack(7))).toEqual([]);
    expect(put.receive(request('RRQ'))).toEqual([]);
    expect(put.receive(malformed('empty'))).toEqual([]);
    expect(put.machine.peer).toBeUndefined();
    expect(put.receive(ack(0))).toEqual(['DATA 1']);
  });

  test('a request during a running transfer is ignored', () => {
    const get = running();
    expect(get.receive(request('RRQ'))).toEqual([]);
    const put = putting({ file: pattern(1000) });
    put.start();
    put.receive(ack(0));
    expect(put.receive(request('WRQ'))).toEqual([]);
    expect(put.receive(oack('tsize 1'))).toEqual([]);
    expect(put.noted('ignored')).toHaveLength(2);
  });
});

describe('RFC 1350 §4: transfer identifiers', () => {
  test('the first answer pins the peer, which is noted before anything is sent to it', () => {
    const get = getting({ hold: true });
    get.start();
    const outputs = get.machine.handle({ type: 'datagram', packet: data(1), from: peer }, 5);
    expect(outputs[0]).toEqual({ type: 'note', note: { type: 'pinned', peer } });
    expect(get.machine.peer).toEqual(peer);
    const served = serving({ oack: ['tsize 1'] });
    expect(served.machine.handle({ type: 'start' }, 0)[0]).toEqual({
      type: 'note',
      note: { type: 'pinned', peer: client },
    });
  });

  test('case 66 N02 N04 N12: another TID gets ERROR 5 and the transfer is untouched', () => {
    const get = running();
    const { deadline } = get.machine;
    expect(get.receive(data(2), stranger)).toEqual(['ERROR 5']);
    expect(get.sent.at(-1)).toMatchObject({ to: stranger });
    expect(get.machine.deadline).toBe(deadline);
    expect(get.received).toHaveLength(512);
    expect(get.receive(data(2))).toEqual(['ACK 2']);
  });

  test('case 20: the second of two servers that answer one RRQ gets ERROR 5', () => {
    const get = getting({ offer: { blksize: 1024 } });
    get.start();
    get.receive(oack('blksize 1024'));
    expect(get.receive(oack('blksize 512'), stranger)).toEqual(['ERROR 5']);
    expect(get.receive(data(1, 10))).toEqual(['ACK 1']);
  });

  test('case 67 N03: a forged ERROR from a wrong TID is ignored and not answered', () => {
    const get = running();
    expect(get.receive(error(0), stranger)).toEqual([]);
    expect(get.receive(error(0), elsewhere)).toEqual([]);
    expect(get.noted('stranger')).toEqual([
      { type: 'stranger', from: stranger, answered: false },
      { type: 'stranger', from: elsewhere, answered: false },
    ]);
    expect(get.outcome).toBeUndefined();
    expect(get.receive(malformed('empty'), stranger)).toEqual([]);
    const served = serving({ file: pattern(600) });
    served.start();
    expect(served.receive(error(0), elsewhere)).toEqual([]);
    expect(served.receive(ack(1), elsewhere)).toEqual(['ERROR 5']);
    expect(served.receive(ack(1))).toEqual(['DATA 2']);
  });

  test('case 68 N01: a first answer from another address is ignored and not answered', () => {
    const get = getting();
    get.start();
    const { deadline } = get.machine;
    expect(get.receive(data(1), elsewhere)).toEqual([]);
    expect(get.machine.peer).toBeUndefined();
    expect(get.machine.deadline).toBe(deadline);
    expect(get.noted('stranger')).toEqual([{ type: 'stranger', from: elsewhere, answered: false }]);
    const relaxed = getting({ anyAddress: true });
    relaxed.start();
    expect(relaxed.receive(data(1), elsewhere)).toEqual(['ACK 1']);
    expect(relaxed.sent.at(-1)).toMatchObject({ to: elsewhere });
  });

  test('case 69: a server that answers from the port of the request is accepted', () => {
    const get = getting();
    get.start();
    expect(get.receive(data(1), asked)).toEqual(['ACK 1']);
    expect(get.machine.peer).toEqual(asked);
  });

  test('L05: ERROR 5 once per stranger, at most ten a second and sixteen in all', () => {
    const get = running();
    const from = (port: number) => get.receive(data(2), { ...stranger, port });
    expect([from(1), from(1)]).toEqual([['ERROR 5'], []]);
    for (let port = 2; port <= 10; port += 1) expect(from(port)).toEqual(['ERROR 5']);
    expect(from(11)).toEqual([]);
    get.now += 1000;
    for (let port = 11; port <= 16; port += 1) expect(from(port)).toEqual(['ERROR 5']);
    get.now += 1000;
    expect(from(17)).toEqual([]);
  });

  test('case 19 N09: a repeated RRQ causes the first reply again; after three sends it buys one reply each', () => {
    for (const oacked of [[], ['tsize 600']]) {
      const served = serving({ file: pattern(600), oack: oacked });
      const [first] = served.start();
      expect(served.receive(request('RRQ'))).toEqual([]); // a duplicate made by the network, not a repeated request
      served.now = 300;
      expect(served.receive(request('RRQ'))).toEqual([`${first} again`]);
      expect(served.wait(1000)).toEqual([`${first} again`]);
      served.now = 1500;
      expect(served.receive(request('RRQ'))).toEqual([]);
      for (const second of [3000, 4000, 5000]) {
        served.now = second;
        expect(served.receive(request('RRQ'))).toEqual([`${first} again`]);
        expect(served.wait(900)).toEqual([]);
      }
      expect(served.wait(60_000)).toEqual([]);
      expect(served.outcome).toMatchObject({ ok: false, failure: { by: 'silence', heard: false } });
    }
  });

  test('case 19 N10: a repeated WRQ causes ACK 0 again; after the first DATA it is ignored', () => {
    const taken = taking();
    taken.start();
    taken.now = 20;
    expect(taken.receive(request('WRQ'))).toEqual(['ACK 0 again']);
    taken.receive(data(1));
    taken.now = 40;
    expect(taken.receive(request('WRQ'))).toEqual([]);
    const served = serving({ file: pattern(600) });
    served.start();
    served.receive(ack(1));
    served.now = 20;
    expect(served.receive(request('RRQ'))).toEqual([]);
  });

  test('L03, invariant 10: an address that never answers gets three first replies, after 0, 1 and 3 s, and no more', () => {
    for (const machine of [serving({ file: pattern(600) }), serving({ oack: ['tsize 5'] }), taking()]) {
      const [first] = machine.start();
      expect(machine.timeline(60_000)).toEqual([`1000 ${first} again`, `3000 ${first} again`]);
      expect(machine.outcome).toEqual({
        ok: false,
        failure: { by: 'silence', sends: 3, heard: false },
      });
      expect(machine.now).toBe(60_000);
    }
  });

  test('L03: an abort counts among the three packets', () => {
    const served = serving({ file: pattern(600) });
    served.start();
    expect(served.wait(3000)).toHaveLength(2);
    expect(served.abort()).toEqual([]);
    expect(served.outcome).toMatchObject({ failure: { by: 'local', code: 0 } });
    const early = serving({ file: pattern(600), hold: true });
    early.start();
    expect(early.abort()).toEqual(['ERROR 0']);
  });
});
