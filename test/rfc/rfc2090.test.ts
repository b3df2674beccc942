// RFC 2090: one file for a group of clients, as packet traces of one side.
import { describe, expect, test } from 'vitest';
import { raw } from '../../src/wire/text.ts';
import { tid } from '../../src/wire/tid.ts';
import { member, offer, role } from '../support/group-script.ts';
import {
  ack,
  client,
  data,
  elsewhere,
  error,
  group,
  joining,
  oack,
  pattern,
  request,
  sharing,
  stranger,
  type Script,
} from '../support/script.ts';

const file = pattern(36);
/** Block `number` of that file, in blocks of 8 octets: the fifth is the last. */
const block = (number: number) => data(number, file.subarray((number - 1) * 8, number * 8));

describe('RFC 2090: the master client', () => {
  test('joins the group and asks for the first block by ACK 0', () => {
    const get = joining({ offer });
    expect(get.start()).toEqual(['RRQ']);
    expect(get.receive(role(1))).toEqual(['ACK 0']);
    expect(get.group).toEqual(group);
    expect(get.noted('group')).toEqual([{ type: 'group', group, isMaster: true }]);
  });

  test('case 201: nothing is asked for before the group is joined', () => {
    const get = member(1, { hold: true });
    expect(get.sent).toHaveLength(1);
    expect(get.input({ type: 'joined' })).toEqual(['ACK 0']);
  });

  test('asks for block after block, and the last ACK ends the transfer', () => {
    const get = member(1);
    expect([1, 2, 3, 4, 5].flatMap((number) => get.receive(block(number)))).toEqual([
      ...['ACK 1', 'ACK 2', 'ACK 3', 'ACK 4', 'ACK 5'],
    ]);
    expect(get.outcome).toEqual({ ok: true, octets: 36, confirmed: true });
    expect(get.received).toEqual([...file]);
  });

  test('case 202: the last ACK waits until the file is published', () => {
    const held = member(1, { hold: true });
    held.input({ type: 'joined' });
    for (const number of [1, 2, 3, 4]) {
      held.receive(block(number));
      held.store();
    }
    expect(held.receive(block(5))).toEqual([]);
    expect(held.last).toBe(true);
    expect(held.outcome).toBeUndefined();
    expect(held.store()).toEqual(['ACK 5']);
  });

  test('a block that comes again gets no ACK, so that nothing is ever sent twice for it', () => {
    const get = member(1);
    get.receive(block(1));
    expect(get.receive(block(1))).toEqual([]);
    expect(get.noted('duplicate')).toHaveLength(1);
    expect(get.received).toHaveLength(8);
  });

  test('asks again after a second', () => {
    const get = member(1);
    expect(get.wait(1000)).toEqual(['ACK 0 again']);
    get.receive(block(1));
    expect(get.wait(2000)).toEqual(['ACK 1 again']);
  });

  test('an OACK that comes again means that the ACK was lost', () => {
    const get = member(1);
    get.receive(block(1));
    expect(get.receive(role(1))).toEqual(['ACK 1 again']);
  });

  test('case 203: where no block arrives, it gives up after a few seconds: multicast does not reach it', () => {
    const get = member(1);
    expect(get.timeline(10_000)).toEqual(['1010 ACK 0 again', '3010 ACK 0 again', '7010 ERROR 0']);
    expect(get.outcome).toMatchObject({ ok: false, failure: { by: 'silence', heard: true } });
  });
});

describe('RFC 2090: a client that listens', () => {
  test('case 204: sends no ACK, whatever it receives, until the file is complete', () => {
    const get = member(0);
    expect([3, 4, 5, 1].flatMap((number) => get.receive(block(number)))).toEqual([]);
    expect(get.receive(block(2))).toEqual(['ACK 5']);
    expect(get.outcome).toEqual({ ok: true, octets: 36, confirmed: true });
    expect(get.received).toEqual([...file]);
  });

  test('case 205: becomes the master client by a later OACK, and asks for each block that it misses', () => {
    const get = member(0);
    [2, 4, 5].forEach((number) => get.receive(block(number)));
    expect(get.receive(oack('multicast ,,1'))).toEqual(['ACK 0']);
    expect(get.receive(block(1))).toEqual(['ACK 2']);
    expect(get.receive(block(3))).toEqual(['ACK 5']);
    expect(get.received).toEqual([...file]);
  });

  test('the role can be taken away again', () => {
    const get = member(1);
    get.receive(block(1));
    expect(get.receive(role(0))).toEqual([]);
    expect(get.receive(block(2))).toEqual([]);
    expect(get.receive(role(1))).toEqual(['ACK 2']);
  });

  test('case 206: where the group falls silent, it repeats its request, and an OACK shows that the server is alive', () => {
    const get = member(0);
    expect(get.wait(1000)).toEqual(['RRQ again']);
    for (let times = 0; times < 20; times += 1) {
      get.receive(role(0));
      get.wait(5000);
    }
    expect(get.outcome).toBeUndefined();
    get.wait(60_000);
    expect(get.outcome).toMatchObject({ ok: false, failure: { by: 'silence', heard: true } });
  });

  test('after the end a repeated OACK gets the last ACK again', () => {
    const get = member(0);
    [1, 2, 3, 4, 5].forEach((number) => get.receive(block(number)));
    expect(get.receive(role(1))).toEqual(['ACK 5 again']);
  });

  test('a slow disk costs blocks, not memory', () => {
    const get = member(0, { hold: true });
    get.input({ type: 'joined' });
    for (let number = 1; number <= 100; number += 1) get.receive(data(number, 8));
    expect(get.undelivered).toBe(64);
    for (let times = 0; times < 64; times += 1) get.store();
    expect(get.receive(role(1))).toEqual(['ACK 64']);
  });
});

describe('RFC 2090: what belongs to the transfer', () => {
  test('case 207: only DATA of the server that answered, from its port', () => {
    const get = member(1);
    expect(get.receive(block(1), stranger)).toEqual(['ERROR 5']);
    expect(get.receive(block(1), elsewhere)).toEqual(['ERROR 5']);
    expect(get.received).toEqual([]);
  });

  test('case 208: an OACK of a host that was not asked joins no group', () => {
    const get = joining({ offer });
    get.start();
    expect(get.receive(role(1), elsewhere)).toEqual([]);
    expect(get.group).toBeUndefined();
    expect(get.receive(role(1))).toEqual(['ACK 0']);
  });

  test.each(['', ',,1', '192.0.2.9,1758,1', '239.255.0.1,1758,2'])(
    'case 200: multicast %j in the first OACK is refused with ERROR 8',
    (value) => {
      const get = joining({ offer });
      get.start();
      expect(get.receive(oack('blksize 8', `multicast ${value}`))).toEqual(['ERROR 8']);
      expect(get.group).toBeUndefined();
      expect(get.outcome).toMatchObject({ ok: false, failure: { by: 'local', code: 8 } });
    },
  );

  test('the other options of the OACK are checked as ever', () => {
    const get = joining({ offer });
    get.start();
    expect(get.receive(oack('blksize 9', 'multicast 239.255.0.1,1758,1'))).toEqual(['ERROR 8']);
  });

  test('case 209: a server that leaves the option out sends the file as to every client', () => {
    const get = joining({ offer });
    get.start();
    expect(get.receive(oack('blksize 8'))).toEqual(['ACK 0']);
    expect(get.noted('negotiated')).toMatchObject([{ refused: ['multicast'] }]);
    expect(get.receive(data(1, 3))).toEqual(['ACK 1']);
    expect(get.outcome).toMatchObject({ ok: true, octets: 3 });
  });

  test('a later OACK that names another group changes nothing', () => {
    const get = member(0);
    expect(get.receive(oack('multicast 239.255.0.2,1758,1'))).toEqual([]);
    expect(get.noted('ignored')).toHaveLength(1);
  });

  test('a block longer than agreed is a violation; a block after the last one is outside', () => {
    const get = member(0);
    get.receive(block(5));
    get.receive(data(6, 8));
    get.receive(data(4, 3));
    expect(get.noted('outside')).toHaveLength(2);
    expect(get.receive(data(1, 9))).toEqual(['ERROR 4']);
  });

  test('case 210: a file of more blocks than numbers is refused, and nothing wraps', () => {
    const get = member(0);
    get.receive(data(65_534, 8));
    expect(get.receive(data(65_535, 8))).toEqual(['ERROR 0']);
    expect(get.receive(data(0, 8))).toEqual([]);
  });

  test('an ERROR of the server ends it', () => {
    const get = member(0);
    get.receive(error(0, 'stopped'));
    expect(get.outcome).toMatchObject({ ok: false, failure: { by: 'peer' } });
  });
});

// --- the server ---

const second = tid('192.0.2.3', 50_001);
const third = tid('192.0.2.4', 50_002);

/** A group of one client that has not answered yet. */
const grouping = (given: Parameters<typeof sharing>[0] = {}): Script => {
  const served = sharing({ file, terms: { blksize: 8 }, oack: ['blksize 8'], ...given });
  expect([...served.start(), ...served.receive(request('RRQ'))]).toEqual(['OACK']);
  return served;
};

/** What was sent, with the receiver: `OACK 1 :50000`, `DATA 3 group`. */
const told = (script: Script, from = 0): string[] =>
  script.sent.slice(from).flatMap((output) => {
    if (output.type !== 'send') return [];
    const { packet, to } = output;
    const where = to.address === group.address ? 'group' : `:${to.port}`;
    if (packet.op === 'OACK') return [`OACK ${raw(packet.options.at(-1)!.value).slice(-1)} ${where}`];
    return [packet.op === 'DATA' ? `DATA ${packet.block} ${where}` : `${packet.op} ${where}`];
  });

describe('RFC 2090: the server', () => {
  test('the first client becomes the master client, and its ACK 0 starts the blocks', () => {
    const served = grouping();
    expect(served.receive(ack(0))).toEqual(['DATA 1']);
    expect(served.receive(ack(1))).toEqual(['DATA 2']);
    expect(told(served)).toEqual(['OACK 1 :50000', 'DATA 1 group', 'DATA 2 group']);
  });

  test('case 211: before a client has asked for it nothing goes to the group, and three datagrams to the client', () => {
    const served = grouping();
    served.wait(60_000);
    expect(told(served)).toEqual(['OACK 1 :50000', 'OACK 1 :50000', 'OACK 1 :50000']);
    expect(served.outcome).toMatchObject({ ok: false, failure: { by: 'silence', heard: false } });
  });

  test('an ACK asks for the block after it, backwards too', () => {
    const served = grouping();
    served.receive(ack(3));
    served.receive(ack(0));
    served.receive(ack(4));
    expect(told(served, 1)).toEqual(['DATA 4 group', 'DATA 1 group', 'DATA 5 group']);
    expect(served.receive(ack(5))).toEqual([]);
    expect(served.outcome).toEqual({ ok: true, octets: 36, confirmed: true });
  });

  test('the same ACK again causes no DATA; the timer does', () => {
    const served = grouping();
    served.receive(ack(0));
    expect(served.receive(ack(0))).toEqual([]);
    expect(served.wait(1100)).toEqual(['DATA 1 again']);
  });

  test('case 212: a second client listens, and is the master client when the first has the file', () => {
    const served = grouping();
    served.receive(ack(0));
    served.receive(request('RRQ'), second);
    for (const number of [1, 2, 3, 4, 5]) served.receive(ack(number));
    served.receive(ack(0), second);
    served.receive(ack(5), second);
    expect(told(served, 2)).toEqual([
      'OACK 0 :50001',
      ...['DATA 2 group', 'DATA 3 group', 'DATA 4 group', 'DATA 5 group'],
      'OACK 1 :50001',
      'DATA 1 group',
    ]);
    expect(served.outcome).toMatchObject({ ok: true });
    expect(served.noted('member')).toMatchObject([
      { change: 'joined', client, clients: 1 },
      { change: 'joined', client: second, clients: 2 },
      { change: 'done', client, clients: 1 },
      { change: 'master', client: second },
      { change: 'done', client: second, clients: 0 },
    ]);
  });

  test('a client that listens ends its transfer by the ACK of the last block', () => {
    const served = grouping();
    served.receive(request('RRQ'), second);
    served.receive(ack(4));
    expect(served.receive(ack(5), second)).toEqual([]);
    expect(served.noted('member')).toMatchObject([{}, {}, { change: 'done', client: second, clients: 1 }]);
    expect(served.receive(ack(5))).toEqual([]);
    expect(served.outcome).toMatchObject({ ok: true });
  });

  test('an ACK of a client that only listens gets its role again, seldom', () => {
    const served = grouping();
    served.receive(ack(0));
    served.receive(request('RRQ'), second);
    served.now += 1000;
    expect(served.receive(ack(0), second)).toEqual(['OACK again']);
    expect(served.receive(ack(0), second)).toEqual([]);
    expect(told(served).at(-1)).toBe('OACK 0 :50001');
  });

  test('case 213: a master client that falls silent gives way, and is dropped after its third turn', () => {
    const served = grouping();
    served.receive(ack(0));
    served.receive(request('RRQ'), second);
    served.wait(8000);
    expect(told(served).slice(-2)).toEqual(['OACK 0 :50000', 'OACK 1 :50001']);
    for (const number of [0, 1, 2, 3, 4, 5]) served.receive(ack(number), second);
    served.wait(60_000);
    expect(served.noted('member').at(-1)).toMatchObject({
      change: 'lost',
      client,
      failure: { by: 'silence' },
    });
    expect(served.outcome).toMatchObject({ ok: true });
  });

  test('case 214: clients that never answer are forgotten one after the other, three datagrams each', () => {
    const served = grouping();
    served.receive(request('RRQ'), second);
    served.receive(request('RRQ'), third);
    served.wait(300_000);
    for (const { port } of [client, second, third])
      expect(told(served).filter((line) => line.endsWith(`:${port}`))).toHaveLength(3);
    expect(told(served).some((line) => line.endsWith('group'))).toBe(false);
    expect(served.outcome).toMatchObject({ ok: false, failure: { by: 'silence', heard: false } });
  });

  test('an ERROR of one client ends only its transfer', () => {
    const served = grouping();
    served.receive(ack(0));
    served.receive(request('RRQ'), second);
    expect(served.receive(error(0), client)).toEqual(['OACK']);
    expect(told(served).at(-1)).toBe('OACK 1 :50001');
    expect(served.outcome).toBeUndefined();
  });

  test('a stranger gets ERROR 5 and changes nothing', () => {
    const served = grouping();
    expect(served.receive(ack(0), stranger)).toEqual(['ERROR 5']);
    expect(served.receive(error(0), elsewhere)).toEqual([]);
    expect(served.receive(ack(0))).toEqual(['DATA 1']);
  });

  test('an abort reaches every client; one that is meant for one client ends only that', () => {
    const served = grouping();
    served.receive(ack(0));
    served.receive(request('RRQ'), second);
    served.receive(request('RRQ'), third);
    expect(served.input({ type: 'abort', code: 0, message: 'Too slow', of: second })).toEqual(['ERROR 0']);
    expect(served.abort()).toEqual(['ERROR 0', 'ERROR 0']);
    expect(told(served).slice(-3)).toEqual(['ERROR :50001', 'ERROR :50002', 'ERROR :50000']);
    expect(served.outcome).toMatchObject({ ok: false, failure: { by: 'local' } });
  });

  test('a file of whole blocks ends with an empty block, and an empty file is one', () => {
    const served = grouping({ file: pattern(16) });
    expect(served.receive(ack(2))).toEqual(['DATA 3']);
    expect(served.receive(ack(3))).toEqual([]);
    expect(served.outcome).toMatchObject({ ok: true, octets: 16 });
    const empty = grouping({ file: new Uint8Array(0) });
    expect(empty.receive(ack(0))).toEqual(['DATA 1']);
  });

  test('the pace of the server holds for a group too', () => {
    const served = grouping({ pace: { gap: 20 } });
    served.receive(ack(0));
    expect(served.receive(ack(1))).toEqual([]);
    expect(served.wait(19)).toEqual([]);
    expect(served.wait(1)).toEqual(['DATA 2']);
  });
});
