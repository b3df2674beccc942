// RFC 2090: what each end of a group waits for, what it ignores, and how it ends.
import { describe, expect, test } from 'vitest';
import { tid } from '../../src/wire/tid.ts';
import type { GroupSender } from '../../src/transfer/multicast/group-sender.ts';
import { member, role } from '../support/group-script.ts';
import {
  ack,
  client,
  data,
  elsewhere,
  error,
  joining,
  malformed,
  oack,
  pattern,
  request,
  sharing,
  type ClientOptions,
  type Script,
} from '../support/script.ts';

const file = pattern(20);
/** Three blocks of at most 8 octets: the third is the last. */
const block = (number: number) => data(number, file.subarray((number - 1) * 8, number * 8));
const second = tid('192.0.2.3', 50_001);

/** A member that has the file. */
function done(mc: 0 | 1, given: ClientOptions = {}): Script {
  const get = member(mc, given);
  for (const number of [1, 2, 3]) get.receive(block(number));
  expect(get.outcome).toMatchObject({ ok: true, octets: 20 });
  return get;
}

function grouping(given: Parameters<typeof sharing>[0] = {}): Script & { readonly machine: GroupSender } {
  const served = sharing({ file, terms: { blksize: 8 }, oack: ['blksize 8'], ...given });
  served.start();
  served.receive(request('RRQ'));
  return served as Script & { readonly machine: GroupSender };
}

describe('RFC 2090: a client', () => {
  test('says what it waits for', () => {
    const get = member(1, { hold: true });
    const { machine } = get;
    expect(machine.waits).toEqual({ for: 'DATA', index: 1 });
    get.receive(block(1));
    // Before the group is joined nothing of it can be meant for us.
    expect(get.undelivered).toBe(0);
    get.input({ type: 'joined' });
    get.receive(block(1));
    expect([machine.waits, machine.deadline, machine.index]).toEqual([{ for: 'file' }, undefined, 1]);
    get.store();
    for (const number of [2, 3]) {
      get.receive(block(number));
      get.store();
    }
    expect(machine.waits).toEqual({ for: 'repetition' });
    get.wait(60_000);
    expect([machine.waits, machine.deadline]).toEqual([{ for: 'nothing' }, undefined]);
  });

  test('ignores what has no meaning here: an ACK, a request, a broken packet, a store too many', () => {
    const get = member(0);
    for (const packet of [ack(1), request('RRQ'), request('WRQ'), malformed('too-short')])
      expect(get.receive(packet)).toEqual([]);
    expect(get.input({ type: 'stored' })).toEqual([]);
    expect(get.input({ type: 'chunk', octets: new Uint8Array(1) })).toEqual([]);
    expect(get.receive(oack('blksize 8'))).toEqual([]);
    expect(get.receive(oack('multicast nonsense'))).toEqual([]);
    expect(get.outcome).toBeUndefined();
  });

  test('what becomes its turn while the disk is busy is asked for when the disk is done', () => {
    const get = member(0, { hold: true });
    get.input({ type: 'joined' });
    get.receive(block(1));
    expect(get.receive(role(1))).toEqual([]);
    expect(get.wait(5000)).toEqual([]);
    expect(get.store()).toEqual(['ACK 1']);
  });

  test('an OACK before the group is joined sets the role alone', () => {
    const get = member(0, { hold: true });
    expect(get.receive(role(1))).toEqual([]);
    expect(get.input({ type: 'joined' })).toEqual(['ACK 0']);
  });

  test('a storm of OACKs gets eight answers', () => {
    const get = member(1);
    const answers = Array.from({ length: 50 }, () => get.receive(role(1))).flat();
    expect(answers).toHaveLength(8);
    const ended = done(1);
    const late = Array.from({ length: 50 }, () => ended.receive(block(3))).flat();
    expect(late).toHaveLength(8);
  });

  test('after the end: DATA before the last and strangers get nothing, an ERROR ends the wait', () => {
    const get = done(1);
    expect(get.receive(block(2))).toEqual([]);
    expect(get.receive(role(1), elsewhere)).toEqual([]);
    get.input({ type: 'stored' });
    get.receive(error(0));
    expect(get.machine.deadline).toBeUndefined();
    expect(get.receive(role(1))).toEqual([]);
    // A client that only listened repeats its ACK for an OACK alone.
    expect(done(0).receive(block(3))).toEqual([]);
  });

  test.each(['abort', 'network'] as const)('%s ends it, during the transfer and after it', (kind) => {
    const end = (get: Script): string[] =>
      kind === 'abort'
        ? get.abort()
        : get.input({ type: 'network-failed', reason: 'socket-failed', message: 'the socket failed' });
    const running = member(1);
    expect(end(running)).toEqual(kind === 'abort' ? ['ERROR 0'] : []);
    expect(running.outcome).toMatchObject({ ok: false });
    expect(running.machine.waits).toEqual({ for: 'nothing' });
    const over = done(1);
    expect(end(over)).toEqual([]);
    expect(over.machine.deadline).toBeUndefined();
  });

  test('a timeout option of the OACK lengthens the wait after the end', () => {
    const get = joining({ offer: { blksize: 8, timeout: 20 } });
    get.start();
    get.receive(oack('blksize 8', 'timeout 20', 'multicast 239.255.0.1,1758,1'));
    for (const number of [1, 2, 3]) get.receive(block(number));
    get.input({ type: 'timeout' });
    expect(get.machine.deadline).toBe(get.now + 40_000);
  });
});

describe('RFC 2090: the server', () => {
  test('says what it waits for, how many clients it has, and who asks', () => {
    const served = grouping({ hold: true });
    const { machine } = served;
    expect([machine.size, machine.peer, machine.index]).toEqual([1, undefined, 0]);
    expect([machine.isAsking(client), machine.waits]).toEqual([false, { for: 'ACK', from: 0, to: 0 }]);
    served.receive(ack(0));
    expect([machine.isAsking(client), machine.isAsking(second)]).toEqual([true, false]);
    expect([machine.waits, machine.deadline]).toEqual([{ for: 'file' }, undefined]);
    expect(served.input({ type: 'timeout' })).toEqual([]);
    served.answerPull();
    served.receive(ack(3));
    expect([machine.waits, machine.deadline]).toEqual([{ for: 'nothing' }, undefined]);
    expect(served.receive(ack(0))).toEqual([]);
  });

  test('the request again gets the OACK again, seldom', () => {
    const served = grouping();
    served.now += 1000;
    expect(served.receive(request('RRQ'))).toEqual(['OACK again']);
    expect(served.receive(request('RRQ'))).toEqual([]);
  });

  test('ignores what has no meaning here, and an ACK beyond the file', () => {
    const served = grouping();
    for (const packet of [data(1), oack('blksize 8'), malformed('too-short')])
      expect(served.receive(packet)).toEqual([]);
    expect(served.receive(malformed('too-short'), elsewhere)).toEqual([]);
    expect(served.receive(ack(9))).toEqual([]);
    expect(served.noted('ignored')).toHaveLength(3);
    expect(served.noted('outside')).toHaveLength(1);
    for (const type of ['stored', 'joined'] as const) expect(served.input({ type })).toEqual([]);
    expect(served.input({ type: 'chunk', octets: new Uint8Array(8) })).toEqual([]);
  });

  test('a block that is read while another one is asked for is not sent', () => {
    const served = grouping({ hold: true });
    served.receive(ack(0));
    served.receive(ack(1));
    expect(served.receive(ack(1))).toEqual([]);
    expect(served.answerPull()).toEqual([]);
    expect(served.answerPull()).toEqual(['DATA 2']);
  });

  test('a block that is read while the master client leaves is not sent either', () => {
    const served = grouping({ hold: true });
    served.receive(request('RRQ'), second);
    served.receive(ack(0));
    served.receive(error(0));
    expect(served.answerPull()).toEqual([]);
    expect(served.receive(ack(0), second)).toEqual([]);
    expect(served.answerPull()).toEqual(['DATA 1']);
  });

  test('a network that fails ends it for all, without a word', () => {
    const served = grouping();
    served.receive(request('RRQ'), second);
    const failed = { type: 'network-failed', reason: 'socket-failed', message: 'the socket failed' } as const;
    expect(served.input({ ...failed, of: second })).toEqual([]);
    expect(served.outcome).toBeUndefined();
    expect(served.input(failed)).toEqual([]);
    expect(served.outcome).toMatchObject({ ok: false, failure: { by: 'network' } });
  });

  test('a master client that was heard and falls silent alone ends it by silence', () => {
    const served = grouping();
    served.receive(ack(0));
    served.wait(60_000);
    expect(served.outcome).toMatchObject({ ok: false, failure: { by: 'silence', heard: true } });
  });
});
