// Transfers found in datagrams: how each may end, whose packets are whose, and what is counted.
import { describe, expect, test } from 'vitest';
import { Conversations } from '../../../src/trace/capture/conversations.ts';
import { traceEvents } from '../../../src/trace/capture/events.ts';
import { conversationObject } from '../../../src/trace/capture/record.ts';
import { latin } from './captures.ts';
import {
  ack,
  asked,
  c,
  client,
  data,
  datagram,
  error,
  follow,
  oack,
  only,
  read,
  request,
  rrq,
  s,
  server,
  stranger,
  wrq,
  type Line,
} from './scripts.ts';

const written = [c(wrq(), asked), s(ack(0)), c(data(1)), s(ack(1)), c(data(2, 0)), s(ack(2))];

describe('how a transfer may end', () => {
  test.each<readonly [string, readonly Line[], object]>([
    [
      'a whole read',
      read,
      { outcome: 'complete', op: 'RRQ', octets: 612, blocks: 2, duration: 4, tid: server, server: asked },
    ],
    ['a whole write', written, { outcome: 'complete', op: 'WRQ', octets: 512, blocks: 2, duration: 5 }],
    [
      'an empty file',
      [c(rrq(), asked), s(data(1, 0)), c(ack(1))],
      { outcome: 'complete', octets: 0, blocks: 1 },
    ],
    [
      'a file that is refused',
      [c(rrq(), asked), s(error(1, 'none'))],
      { outcome: 'refused', error: { code: 1, message: 'none' }, tid: server },
    ],
    [
      'refused from the port asked',
      [c(wrq(), asked), [asked, client, error(2)]],
      { outcome: 'refused', tid: asked },
    ],
    [
      'no answer',
      [c(rrq(), asked), c(rrq(), asked), c(rrq(), asked)],
      { outcome: 'silent', resent: 2, duplicates: 0, tid: undefined, duration: 2 },
    ],
    [
      'silence halfway',
      [...read.slice(0, 3), c(ack(1)), c(ack(1))],
      { outcome: 'silent', resent: 2, octets: 512 },
    ],
    ['a capture that stops', read.slice(0, 4), { outcome: 'unfinished', octets: 612 }],
    [
      'the client stops',
      [...read.slice(0, 3), c(error(0, 'enough'))],
      { outcome: 'aborted', error: { code: 0, message: 'enough' } },
    ],
    [
      'the server stops',
      [...read.slice(0, 3), s(error(3))],
      { outcome: 'aborted', error: { code: 3, message: 'no' } },
    ],
    [
      'a size probe',
      [c(rrq({ tsize: '0' }), asked), s(oack({ tsize: '612' })), c(error(0))],
      { outcome: 'declined', options: oack({ tsize: '612' }) },
    ],
    [
      'a size probe of a server without options',
      [c(rrq({ tsize: '0' }), asked), s(data(1)), c(error(0))],
      { outcome: 'declined' },
    ],
    [
      'an offer turned down',
      [c(wrq({ blksize: '1' }), asked), s(oack({ blksize: '9' })), c(error(8))],
      { outcome: 'declined', error: { code: 8 } },
    ],
    ['ERROR behind the end', [...read, s(error(4))], { outcome: 'complete', error: undefined, duration: 4 }],
    [
      'ACKs that were not captured',
      [c(rrq(), asked), s(data(1)), s(data(2)), s(data(3, 1))],
      { outcome: 'complete', octets: 1025 },
    ],
    [
      'DATA that was not captured',
      [c(rrq(), asked), c(ack(1)), c(ack(2))],
      { outcome: 'silent', blocks: 0, tid: server },
    ],
  ])('%s', (_title, lines, expected) => {
    const got = only(lines);
    const { options, ...rest } = expected as { options?: { options: unknown } };
    expect(got).toMatchObject(rest);
    if (options !== undefined) expect(got.options).toEqual(options.options);
  });
});

describe('the object of --json', () => {
  test('has exactly these fields', () => {
    const lines = [
      c(rrq({ blksize: '1024' }), asked),
      s(oack({ blksize: '1024' })),
      c(ack(0)),
      s(data(1, 9)),
      c(ack(1)),
    ];
    expect(conversationObject(only(lines))).toEqual({
      event: 'conversation',
      transfer: 1,
      op: 'RRQ',
      file: 'a.cfg',
      mode: 'octet',
      malformed: null,
      client: '10.0.0.1:5000',
      server: '10.0.0.2:69',
      tid: '10.0.0.2:6000',
      options: { blksize: '1024' },
      outcome: 'complete',
      error: null,
      octets: 9,
      blocks: 1,
      missing: 0,
      resent: 0,
      duplicates: 0,
      strangers: 0,
      start: 0,
      duration: 4,
    });
  });
  test('null is what is not known', () => {
    expect(conversationObject(only([c(rrq(), asked)]))).toMatchObject({ tid: null, error: null });
    expect(conversationObject(only([s(data(5)), c(ack(5))]))).toMatchObject({ file: null, mode: null });
    expect(conversationObject(only([c(rrq(), asked), s(error(1, 'x'))]))).toMatchObject({
      error: { code: 1, message: 'x' },
    });
  });
});

describe('whose packets are whose', () => {
  test('requests on any port, answers from the same one', () => {
    const here = { address: '10.0.0.2', port: 6969 };
    const got = only([c(rrq(), here), [here, client, data(1, 5)], c(ack(1), here)]);
    expect(got).toMatchObject({ outcome: 'complete', server: here, tid: here });
  });
  test('on another port only a clean request is one', () => {
    expect(follow([c(request('RRQ', 'a', {}, 'raw'), server)]).summaries).toEqual([]);
    expect(follow([c(request('RRQ', 'a\n', {}), server)]).summaries).toEqual([]);
    expect(follow([c(request('RRQ', 'a', {}, 'raw'), asked)]).summaries).toHaveLength(1);
    expect(follow([c(latin(`\0\x01${'a'.repeat(5000)}\0octet\0`), asked)]).summaries).toEqual([]);
  });
  test('a request sent again, late, and answered twice', () => {
    const got = only([
      c(rrq(), asked),
      c(rrq(), asked),
      s(data(1, 5)),
      [{ ...server, port: 6001 }, client, data(1, 5)],
      c(ack(1)),
    ]);
    expect(got).toMatchObject({ outcome: 'complete', resent: 1, strangers: 1, tid: server });
  });
  test('the server is whom the client answers', () => {
    const other = { ...server, port: 6001 };
    const got = only([c(rrq(), asked), s(data(1, 5)), [other, client, data(1, 5)], c(ack(1), other)]);
    expect(got).toMatchObject({ outcome: 'complete', tid: other });
    const elsewhere = only([c(rrq(), asked), [stranger, client, data(1, 5)], c(ack(1), stranger)]);
    expect(elsewhere).toMatchObject({ tid: stranger });
  });
  test('a broadcast request is answered by anybody', () => {
    const everybody = { address: '255.255.255.255', port: 69 };
    expect(only([c(rrq(), everybody), s(data(1, 5)), c(ack(1))])).toMatchObject({
      outcome: 'complete',
      server: everybody,
      tid: server,
    });
  });
  test('strangers on either side, and the ERROR 5 that they get, change nothing', () => {
    const lines: Line[] = [
      ...read.slice(0, 3),
      [stranger, client, data(2, 5)],
      [client, stranger, error(5)],
      [stranger, server, ack(1)],
      [server, stranger, error(5)],
      ...read.slice(3),
    ];
    const { records, summaries } = follow(lines);
    expect(summaries).toMatchObject([{ outcome: 'complete', octets: 612, strangers: 2, resent: 0 }]);
    expect(records.map((one) => one.stranger)).toEqual([
      false,
      false,
      false,
      true,
      true,
      true,
      true,
      false,
      false,
    ]);
    expect(records.map((one) => one.direction)).toEqual([
      'outgoing',
      'incoming',
      'outgoing',
      'incoming',
      'outgoing',
      'outgoing',
      'incoming',
      'incoming',
      'outgoing',
    ]);
    expect(records[3]!.notes).toEqual([{ type: 'stranger', from: stranger, answered: false }]);
  });
  test('one client port, one file after the other on a server of one port', () => {
    const there = asked;
    const lines: Line[] = ['a', 'a', 'b'].flatMap((name): Line[] => [
      c(request('RRQ', name), there),
      [there, client, data(1, 5)],
      c(ack(1), there),
    ]);
    expect(follow(lines).summaries).toMatchObject([
      { transfer: 1, file: 'a', outcome: 'complete' },
      { transfer: 2, file: 'a', outcome: 'complete' },
      { transfer: 3, file: 'b', outcome: 'complete' },
    ]);
  });
  test('a request again without the options that were refused', () => {
    const { records, summaries } = follow([
      c(rrq({ blksize: '9' }), asked),
      s(error(8)),
      c(rrq(), asked),
      s(data(1, 5)),
      c(ack(1)),
    ]);
    expect(summaries).toMatchObject([{ outcome: 'complete', error: undefined, resent: 0 }]);
    expect(records[2]!.notes).toMatchObject([{ type: 'fallback', code: 8 }]);
  });
  test('two at once stay apart', () => {
    const other = (line: Line): Line => [
      { ...line[0], address: `${line[0].address}0` },
      { ...line[1], address: `${line[1].address}0` },
      line[2],
    ];
    const { summaries } = follow(read.flatMap((line) => [line, other(line)]));
    expect(summaries).toMatchObject([
      { outcome: 'complete', octets: 612 },
      { outcome: 'complete', octets: 612 },
    ]);
  });
  test('what is no TFTP is left alone', () => {
    const noise = [latin('\x81\x80\0\x01'), latin(''), latin('\0\x03\0\x01dns'), latin('\0\x04zz')];
    expect(follow(noise.map((octets): Line => [stranger, client, octets]))).toEqual({
      records: [],
      summaries: [],
    });
  });
});

describe('a start that is missing', () => {
  test.each<readonly [string, readonly Line[], object]>([
    [
      'a read',
      [s(data(7)), c(ack(7)), s(data(8, 3)), c(ack(8))],
      { op: 'RRQ', client, tid: server, outcome: 'complete', octets: 515, blocks: 2 },
    ],
    [
      'a read behind the rollover',
      [s(data(0)), c(ack(0)), s(data(1, 3)), c(ack(1))],
      { outcome: 'complete', blocks: 2 },
    ],
    [
      'from an ACK on',
      [c(ack(6)), s(data(7)), c(ack(7))],
      { client: server, outcome: 'unfinished', blocks: 1 },
    ],
    [
      'a write, by its ACK 0',
      [s(ack(0)), c(data(1)), s(ack(1)), c(data(2, 2)), s(ack(2))],
      { op: 'WRQ', client, outcome: 'complete' },
    ],
    [
      'an OACK',
      [s(oack({ blksize: '8' })), c(ack(0)), s(data(1, 8))],
      { op: 'RRQ', client, outcome: 'unfinished', blocks: 1 },
    ],
    ['a window', [s(data(4)), s(data(5)), s(data(6)), c(ack(6))], { blocks: 3, octets: 1536 }],
    [
      'port 69',
      [
        [client, asked, data(3)],
        [asked, client, ack(3)],
      ],
      { op: 'WRQ', client, server: asked },
    ],
    ['only an ERROR', [s(error(1, 'not there'))], { outcome: 'aborted', client, error: { code: 1 } }],
  ])('%s', (title, lines, expected) => {
    const got = only(lines);
    expect(got).toMatchObject(title === 'from an ACK on' ? { ...expected, client } : expected);
  });
  test('the packets before the proof are told as well', () => {
    const { records } = follow([s(data(4)), s(data(5)), c(ack(5))]);
    expect(records.map((one) => [one.id, one.packet.op, one.at])).toEqual([
      [1, 'DATA', 0],
      [2, 'DATA', 1],
      [3, 'ACK', 2],
    ]);
  });
});

describe('what is counted', () => {
  test('DATA again before its ACK was seen is resent, after it a duplicate too', () => {
    const got = only([
      c(rrq(), asked),
      s(data(1)),
      s(data(1)),
      c(ack(1)),
      s(data(1)),
      s(data(2, 1)),
      c(ack(2)),
      c(ack(2)),
    ]);
    expect(got).toMatchObject({ outcome: 'complete', resent: 3, duplicates: 1, octets: 513, blocks: 2 });
  });
  test('a window, a gap, and back behind the ACK', () => {
    const { records, summaries } = follow([
      c(rrq({ windowsize: '4' }), asked),
      s(oack({ windowsize: '4' })),
      c(ack(0)),
      s(data(1)),
      s(data(3)),
      s(data(4)),
      c(ack(1)),
      s(data(2)),
      s(data(3)),
      s(data(4)),
      s(data(5, 1)),
      c(ack(5)),
    ]);
    expect(
      records.flatMap(({ notes }) => notes).filter(({ type }) => type !== 'pinned' && type !== 'negotiated'),
    ).toEqual([
      { type: 'gap', expected: 2, got: 3 },
      { type: 'duplicate', op: 'DATA', index: 3, answered: false },
      { type: 'duplicate', op: 'DATA', index: 4, answered: false },
    ]);
    expect(summaries).toMatchObject([
      { outcome: 'complete', blocks: 5, resent: 2, duplicates: 0, octets: 2049 },
    ]);
  });
  test('a window sent again from behind an ACK within it', () => {
    const { records } = follow([
      c(wrq({ windowsize: '3' }), asked),
      s(oack({ windowsize: '3' })),
      c(data(1)),
      c(data(2)),
      c(data(3)),
      s(ack(1)),
      c(data(2)),
    ]);
    expect(records.at(-1)!.notes).toContainEqual({ type: 'rollback', to: 1, cause: 'ack' });
  });
  test('a packet that the capture cut counts in full', () => {
    const cut: Line = [server, client, latin('\0\x03\0\x01abc'), { length: 516, cut: true }];
    expect(only([c(rrq(), asked), cut, c(ack(1))])).toMatchObject({ octets: 512, outcome: 'unfinished' });
  });
  test.each<0 | 1>([0, 1])('70,000 blocks, %d behind 65535, in little memory', (rollover) => {
    const conversations = new Conversations();
    let at = 0n;
    const push = (line: Line): void => void conversations.push(datagram(line, at++));
    push(c(rrq(), asked));
    for (let index = 1; index <= 70_000; index++) {
      const block = rollover === 0 ? index % 65_536 : ((index - 1) % 65_535) + 1;
      push(s(data(block, index === 70_000 ? 7 : 512)));
      push(c(ack(block)));
    }
    expect(conversations.end()).toMatchObject([
      { outcome: 'complete', blocks: 70_000, octets: 69_999 * 512 + 7, resent: 0, duplicates: 0 },
    ]);
  });
});

describe('events', () => {
  test('of a read, as its client saw it', () => {
    const { records } = follow(read);
    const events = records.flatMap(traceEvents);
    expect(events.map(({ type }) => type)).toEqual([
      'began',
      'sent',
      'received',
      'note',
      'note',
      'sent',
      'received',
      'sent',
      'ended',
    ]);
    expect(events[0]).toMatchObject({
      op: 'RRQ',
      file: 'a.cfg',
      mode: 'octet',
      peer: asked,
      tag: { transfer: 1, side: 'client' },
    });
    expect(events[2]).toMatchObject({ id: 2, at: 1, local: client, peer: server, length: 516 });
    expect(events[3]).toMatchObject({ note: { type: 'pinned', peer: server } });
    expect(events.filter((event) => 'inferred' in event)).toHaveLength(2);
    expect(events.at(-1)).toMatchObject({ outcome: { ok: true, octets: 612, confirmed: true } });
  });
  test('of failures', () => {
    const outcomeOf = (lines: readonly Line[]): unknown => follow(lines).records.at(-1)!.ended;
    expect(outcomeOf([c(rrq(), asked), s(error(1))])).toEqual({
      ok: false,
      failure: { by: 'peer', code: 1, message: 'no', first: true },
    });
    expect(outcomeOf([...read.slice(0, 3), c(error(99))])).toEqual({
      ok: false,
      failure: { by: 'local', code: 0, message: 'no' },
    });
  });
  test('of strangers to the server, as the server saw them', () => {
    const { records } = follow([
      ...read.slice(0, 3),
      [stranger, server, ack(1)],
      [server, stranger, error(5)],
    ]);
    const tag = { transfer: 1, side: 'server' };
    expect(traceEvents(records[3]!)[0]).toMatchObject({
      type: 'received',
      local: server,
      peer: stranger,
      tag,
    });
    expect(traceEvents(records[4]!)[0]).toMatchObject({ type: 'sent', local: server, peer: stranger, tag });
  });
});
