// Each cause, shown by captures of scripted peers: what is concluded, in whose words, and from which packets.
import { describe, expect, test } from 'vitest';
import { causes, diagnose } from '../../../src/trace/diagnose/diagnose.ts';
import { explainTransfer } from '../../../src/trace/explain/explain.ts';
import {
  ack,
  asked,
  c,
  client,
  data,
  error,
  oack,
  request,
  rrq,
  s,
  server,
  stranger,
  wrq,
  type Line,
} from '../capture/scripts.ts';
import { isBlock, recordPair } from '../recorded.ts';
import { pattern } from '../../support/script.ts';
import { at, captured, found } from './cases.ts';

const ask = c(rrq(), asked);
const askMore = c(rrq({ blksize: '8192' }), asked);
const agree = s(oack({ blksize: '8192' }));
const otherPort = { ...server, port: 7001 };

interface Case {
  readonly cause: string;
  readonly lines: readonly Line[];
  readonly text: string;
  readonly packets: readonly number[];
}

const cases: readonly Case[] = [
  {
    cause: 'no-answer',
    lines: [at(0, ask), at(1, ask), at(3, ask)],
    text: 'No answer to 3 requests in 3 s. The host is down, or a firewall drops the request to port 69 or the answer, which comes from a new port.',
    packets: [1],
  },
  {
    cause: 'other-address',
    lines: [
      at(0, ask),
      at(0.1, [stranger, client, data(1)]),
      at(1, ask),
      at(1.1, [stranger, client, data(1)]),
    ],
    text: '10.0.0.2 was asked, but only 10.0.0.3:7000 answers (2 packets): a server with several addresses, or NAT. The answers are ignored (RFC 1350 §4).',
    packets: [2, 4],
  },
  {
    cause: 'answer-not-taken',
    lines: [
      at(0, ask),
      at(0.1, s(data(1))),
      at(1, ask),
      at(1.1, s(data(1))),
      at(3, ask),
      at(3.1, s(data(1))),
    ],
    text: 'The client asked 3 times and took no answer: DATA 1 (packet 2) from port 6000, sent 3 times. A firewall on its side?',
    packets: [1, 2],
  },
  {
    cause: 'answer-not-taken',
    lines: [at(0, askMore), at(0.1, agree), at(1.1, agree)],
    text: 'The client never answered: OACK (packet 2) from port 6000, sent twice. A firewall on its side?',
    packets: [1, 2],
  },
  {
    cause: 'refused',
    lines: [ask, s(error(1, 'File not found'))],
    text: 'The server refused "a.cfg" with ERROR 1: File not found. The server is up and answers, but has no such file or does not offer it.',
    packets: [2],
  },
  {
    cause: 'refused',
    lines: [ask, s(error(1, ''))],
    text: 'The server refused "a.cfg" with ERROR 1: File not found. The server is up and answers, but has no such file or does not offer it.',
    packets: [2],
  },
  {
    cause: 'refused',
    lines: [c(wrq(), asked), s(error(2, 'no'))],
    text: 'The server refused "a.cfg" with ERROR 2: no. The server is up and answers, but does not allow this file to be written.',
    packets: [2],
  },
  {
    cause: 'boot-search',
    lines: [c(request('RRQ', 'pxelinux.cfg/01-aa-bb'), asked), s(error(1, 'no'))],
    text: '"pxelinux.cfg/01-aa-bb" was asked for: a PXE client looks for its configuration under several names. This is normal until the last one.',
    packets: [2],
  },
  {
    cause: 'options-refused',
    lines: [askMore, s(error(8, 'no options')), c(rrq(), asked), s(data(1, 9)), c(ack(1))],
    text: 'The server refused the options with ERROR 8 (packet 2); the client asked again without them (packet 3).',
    packets: [2, 3],
  },
  {
    cause: 'options-ignored',
    lines: [c(rrq({ blksize: '1024', tsize: '0' }), asked), s(data(1, 9)), c(ack(1))],
    text: 'The server ignored blksize and tsize.',
    packets: [1, 2],
  },
  {
    cause: 'bad-oack',
    lines: [c(rrq({ blksize: '1024' }), asked), s(oack({ blksize: '2048' })), c(error(8, 'blksize'))],
    text: 'The client refused the OACK (packet 2) with ERROR 8: blksize.',
    packets: [2, 3],
  },
  {
    cause: 'large-data-lost',
    lines: [at(0, askMore), at(0.1, agree), at(0.2, c(ack(0))), at(1.2, c(ack(0))), at(3.2, c(ack(0)))],
    text: 'The OACK agreed on blksize 8,192, then no DATA came. Small packets pass; datagrams of 8,224 octets do not, more than the 1,500 of Ethernet, so they travel in fragments.',
    packets: [2],
  },
  {
    cause: 'large-data-lost',
    lines: [
      c(wrq({ blksize: '1468' }), asked),
      s(oack({ blksize: '1468' })),
      c(data(1, 1468)),
      at(1, c(data(1, 1468))),
      at(3, c(data(1, 1468))),
    ],
    text: 'The OACK agreed on blksize 1,468, then no ACK for DATA 1 came. Small packets pass; datagrams of 1,500 octets do not.',
    packets: [2],
  },
  {
    cause: 'large-data-lost',
    lines: [
      at(0, c(rrq({ blksize: '1468', windowsize: '4' }), asked)),
      at(0.1, s(oack({ blksize: '1468', windowsize: '4' }))),
      at(0.2, c(ack(0))),
      at(0.3, s(data(3, 916))),
      at(1.3, c(ack(0))),
      at(1.4, s(data(3, 916))),
      at(2.3, c(error(0, 'Timed out'))),
    ],
    text: 'The OACK agreed on blksize 1,468, then only the last, shorter DATA came. Small packets pass; datagrams of 1,500 octets do not.',
    packets: [2],
  },
  {
    cause: 'went-silent',
    lines: [at(0, ask), at(0.1, s(data(1))), at(0.2, c(ack(1))), at(1.2, c(ack(1))), at(3.2, c(ack(1)))],
    text: 'After ACK 1 (packet 3) the server fell silent for 3 s; the client repeated it twice and got nothing.',
    packets: [3],
  },
  {
    cause: 'went-silent',
    lines: [
      at(0, ask),
      at(0.1, s(data(1))),
      at(0.2, c(ack(1))),
      at(1.1, s(data(1))),
      at(1.2, c(ack(1))),
      at(2.1, s(data(1))),
      at(3, c(ack(1))),
      at(4, c(error(0, 'Timed out'))),
    ],
    text: 'After ACK 1 (packet 3) both sides repeat their last packets: what the client sends does not reach the server.',
    packets: [3],
  },
  {
    // The end that gives up says so: its ERROR is not the cause.
    cause: 'went-silent',
    lines: [
      at(0, ask),
      at(0.1, s(data(1))),
      at(0.2, c(ack(1))),
      at(1.2, c(ack(1))),
      at(3.2, c(ack(1))),
      at(4, c(error(0, 'Timed out'))),
    ],
    text: 'After ACK 1 (packet 3) the server fell silent for 3.8 s; the client repeated it twice and got nothing.',
    packets: [3],
  },
  {
    cause: 'error-in-the-middle',
    lines: [ask, s(data(1)), c(ack(1)), s(error(0, 'read failed'))],
    text: 'The server ended the transfer after ACK 1 (packet 3) with ERROR 0: read failed.',
    packets: [4],
  },
  {
    cause: 'error-in-the-middle',
    lines: [ask, s(data(1)), c(ack(1)), s(data(2)), c(error(3, 'disk full'))],
    text: 'The client ended the transfer after DATA 2 (packet 4) with ERROR 3: disk full.',
    packets: [5],
  },
  {
    cause: 'error-in-the-middle',
    lines: [ask, s(ack(0)), c(error(4, 'unexpected ACK'))],
    text: 'The client ended the transfer after ACK 0 (packet 2) with ERROR 4: unexpected ACK.',
    packets: [3],
  },
  {
    cause: 'error-in-the-middle',
    lines: [ask, s(data(1)), c(ack(1)), s(error(3, ''))],
    text: 'The server ended the transfer after ACK 1 (packet 3) with ERROR 3: Disk full or allocation exceeded.',
    packets: [4],
  },
  {
    cause: 'wrong-tid',
    lines: [ask, s(data(1)), c(ack(1)), s(error(5, 'Unknown transfer ID'))],
    text: 'The server does not know this port (ERROR 5, packet 4): NAT or a firewall changed it, or the server forgot the transfer.',
    packets: [4],
  },
  {
    cause: 'two-answers',
    lines: [
      at(0, ask),
      at(0.9, ask),
      s(data(1)),
      c(ack(1)),
      [{ ...server, port: 6001 }, client, data(1)],
      s(data(2, 9)),
      c(ack(2)),
    ],
    text: 'The request was sent twice, and the server began two transfers: the second one at 10.0.0.2:6001.',
    packets: [5],
  },
  {
    cause: 'unexpected-sender',
    lines: [ask, s(data(1)), [stranger, client, data(7)], c(ack(1)), s(data(2, 9)), c(ack(2))],
    text: '1 packet came from 10.0.0.3:7000, which has no part in this transfer.',
    packets: [3],
  },
  {
    cause: 'unexpected-sender',
    lines: [ask, s(data(1)), [otherPort, client, data(1)], c(ack(1)), s(data(2, 9)), c(ack(2))],
    text: `1 packet of the server came from port 7001 instead of ${server.port}: NAT, or a server that changes its port in the middle.`,
    packets: [3],
  },
  {
    cause: 'changed-port',
    lines: [
      at(0, ask),
      at(0.1, s(data(1))),
      at(0.2, c(ack(1))),
      at(0.3, [otherPort, client, data(2)]),
      at(0.4, c(error(5), otherPort)),
      at(1.2, c(ack(1))),
      at(1.3, [otherPort, client, data(2)]),
      at(3, c(error(0, 'Timed out'))),
    ],
    text: 'After ACK 1 (packet 3) the server goes on from port 7001 instead of 6000 (2 packets): NAT, or a program that changes its port.',
    packets: [4, 7],
  },
  {
    cause: 'loss',
    lines: [
      at(0, ask),
      at(0.1, s(data(1))),
      at(0.2, c(ack(1))),
      at(1.2, c(ack(1))),
      at(1.3, s(data(2, 9))),
      at(1.4, c(ack(2))),
    ],
    text: '16.7 % of the packets were lost or late: 1 on one way or the other.',
    packets: [4],
  },
  {
    cause: 'apprentice',
    lines: [
      ask,
      s(data(1)),
      c(ack(1)),
      ...[2, 3, 4, 5].flatMap((block) => [s(data(block)), s(data(block)), c(ack(block)), c(ack(block))]),
      s(data(6, 1)),
      c(ack(6)),
    ],
    text: 'From block 2 on every DATA and every ACK came twice (4 blocks): one side answers each repeated ACK with DATA.',
    packets: [5],
  },
  {
    cause: 'copies',
    lines: [
      ask,
      ...[1, 2, 3, 4, 5].flatMap((block) => [s(data(block)), s(data(block)), c(ack(block)), c(ack(block))]),
      s(data(6, 1)),
      c(ack(6)),
    ],
    text: 'The network, or the server, doubled 5 packets, from packet 3 on.',
    packets: [3, 7, 11, 15],
  },
  {
    cause: 'copies',
    lines: [ask, s(data(1)), c(ack(1)), s(data(1)), c(ack(1)), s(data(2, 3)), c(ack(2))],
    text: 'The network, or the server, doubled 1 packet, from packet 4 on.',
    packets: [4],
  },
  {
    cause: 'copies',
    lines: [ask, s(data(1)), c(ack(1)), s(data(2)), c(ack(1)), c(ack(2)), s(data(3, 3)), c(ack(3))],
    text: 'The network, or the client, doubled 1 packet, from packet 5 on.',
    packets: [5],
  },
  {
    cause: 'oversize-data',
    lines: [ask, s(data(1, 600)), c(ack(1)), s(data(2, 9)), c(ack(2))],
    text: 'DATA 1 (packet 2) has 600 octets, more than the blksize of 512.',
    packets: [2],
  },
  {
    cause: 'short-block',
    lines: [ask, s(data(1, 100)), c(ack(1)), s(data(2)), c(ack(2))],
    text: 'DATA 1 (packet 2) is short, which ends the file, but later blocks follow it.',
    packets: [2],
  },
  {
    cause: 'runt',
    lines: [ask, s(data(1)), s(Uint8Array.of(0, 3, 0)), c(ack(1)), s(data(2, 3)), c(ack(2))],
    text: 'One datagram cannot be read as TFTP (packet 3: too short for its fixed fields).',
    packets: [3],
  },
  {
    cause: 'unconfirmed',
    lines: [
      ...[at(0, c(wrq(), asked)), at(0.1, s(ack(0)))],
      ...[at(0.2, c(data(1, 9))), at(1.2, c(data(1, 9))), at(3.2, c(data(1, 9)))],
    ],
    text: 'All blocks were sent, but no ACK for DATA 1 (packet 5) came.',
    packets: [5],
  },
  {
    cause: 'netascii-binary',
    lines: [
      c(request('RRQ', 'a', {}, 'netascii'), asked),
      s(data(1, Uint8Array.of(127, 69, 76, 70, 1, 1, 0))),
      c(ack(1)),
    ],
    text: 'The mode is netascii, but DATA 1 (packet 2) holds octets of a binary file: line ends were changed, and the file is damaged.',
    packets: [2],
  },
  {
    cause: 'size-mismatch',
    lines: [c(rrq({ tsize: '0' }), asked), s(oack({ tsize: '700' })), c(ack(0)), s(data(1, 9)), c(ack(1))],
    text: '700 octets were announced (tsize), and 9 came.',
    packets: [],
  },
  {
    cause: 'size-mismatch',
    lines: [
      c(rrq({ tsize: '0' }), asked),
      s(oack({ tsize: '100' })),
      c(ack(0)),
      s(data(1)),
      c(error(0, 'more than the announced 100 octets')),
    ],
    text: '100 octets were announced (tsize), and at least 512 came.',
    packets: [],
  },
  {
    cause: 'slow-end',
    lines: [
      ask,
      ...Array.from({ length: 12 }, (_, k): Line[] => [
        at(1 + k * 0.2, s(data(k + 1))),
        at(1 + k * 0.2 + (k === 3 ? 0.001 : 0.15), c(ack(k + 1))),
      ]).flat(),
    ],
    text: 'The client takes 138 ms for an answer on average, 1 ms at best: it is slow, not the network.',
    packets: [],
  },
];

describe('from a capture', () => {
  test.each(cases)('$cause: $text', ({ cause, lines, text, packets }) => {
    const finding = diagnose(captured(lines)).findings.find((one) => one.cause === cause);
    expect(finding).toMatchObject({ text, packets });
  });

  test.each(cases)('$cause speaks of client and server, never of us', ({ lines }) => {
    for (const { text } of diagnose(captured(lines)).findings) expect(text).not.toMatch(/\b(we|us|our)\b/i);
  });

  test('the block after 65535 is 1', () => {
    const numbers = [65_533, 65_534, 65_535];
    const lines = [
      ...numbers.flatMap((block) => [s(data(block)), c(ack(block))]),
      s(data(1)),
      at(1, s(data(1))),
    ];
    expect(found(captured(lines))).toContainEqual(
      expect.stringMatching(/^restarts-at-1: After DATA 65535 comes DATA 1 /),
    );
  });

  test('nothing moves after block 65535', () => {
    const numbers = [65_533, 65_534, 65_535];
    const lines = [
      ...numbers.flatMap((block) => [s(data(block)), c(ack(block))]),
      at(1, c(ack(65_535))),
      at(3, c(ack(65_535))),
    ];
    expect(found(captured(lines))).toContainEqual(
      expect.stringMatching(/^stops-at-65535: Nothing moves after block 65535/),
    );
  });

  test('the time that losses cost is told', () => {
    const lines = [
      at(0, ask),
      at(0.01, s(data(1))),
      at(0.02, c(ack(1))),
      at(4.9, c(ack(1))),
      at(4.95, s(data(2, 9))),
      at(5, c(ack(2))),
    ];
    expect(diagnose(captured(lines)).time).toBe('98 % of 5 s waited for lost packets.');
  });

  test('a window that comes again for one lost block is one loss', () => {
    const window = (from: number): Line[] => [1, 2, 3, 4].map((at) => s(data(from + at)));
    const lines = [
      c(rrq({ windowsize: '4' }), asked),
      s(oack({ windowsize: '4' })),
      c(ack(0)),
      ...window(0).filter((_, at) => at !== 1),
      c(ack(1)),
      ...window(1),
      c(ack(5)),
      s(data(6, 9)),
      c(ack(6)),
    ];
    expect(found(captured(lines))).toEqual([
      expect.stringMatching(/^loss: .* were lost or late: 1 on the way to the client\.$/),
    ]);
  });

  test('an old ACK that comes again does not count as a loss', () => {
    const blocks = [2, 3, 4].flatMap((block) => [s(ack(block - 1)), s(ack(0)), c(data(block))]);
    const lines = [c(wrq(), asked), s(ack(0)), c(data(1)), ...blocks, s(ack(4)), c(data(5, 9)), s(ack(5))];
    expect(found(captured(lines)).filter((one) => one.startsWith('loss'))).toEqual([]);
  });

  test('time without an answer is not called a loss', () => {
    const lines = [at(0, ask), at(1, ask), at(3, ask)];
    expect(diagnose(captured(lines)).time).toBe('100 % of 3 s passed without an answer.');
  });

  test('a capture that ends right after the request shows nothing', () => {
    expect(found(captured([ask]))).toEqual([]);
  });

  test('what explain says of a transfer has the first packet and how often it was so, in the order of time', () => {
    const lines = [
      at(0, ask),
      at(0.1, s(data(1))),
      at(0.2, c(ack(1))),
      at(1.2, c(ack(1))),
      at(3.2, c(ack(1))),
      at(3.3, s(data(2, 9))),
      at(3.4, c(ack(2))),
    ];
    const reasons = explainTransfer(captured(lines));
    expect(reasons.map(({ rule, packet, count }) => [rule, packet, count])).toEqual([
      ['pinned', 2, 1],
      ['timed-out', 4, 2],
      ['last', 6, 1],
      ['complete', undefined, 1],
    ]);
    for (const { text } of reasons) expect(text).not.toMatch(/\b(we|us|our)\b/i);
  });

  test('what answers a repeated DATA at once is due to no timer', () => {
    const lines = [
      at(0, ask),
      at(0.1, s(data(1))),
      at(0.2, c(ack(1))),
      at(0.201, s(data(1))),
      at(0.202, c(ack(1))),
      at(0.3, s(data(2, 9))),
      at(0.31, c(ack(2))),
    ];
    expect(explainTransfer(captured(lines)).map(({ rule }) => rule)).not.toContain('timed-out');
  });
});

describe('from both ends', () => {
  test('a lost DATA and a lost ACK are counted by their way', () => {
    const { client: one } = recordPair({
      kind: 'get',
      file: pattern(5000),
      drop: isBlock('DATA', 3),
      reported: true,
    });
    expect(found(one)).toContainEqual(expect.stringMatching(/^loss: .* lost/));
  });
});

test('every row of the table has words for the manual, and no two have one name', () => {
  for (const { cause, evidence, remedy } of causes) expect([cause, evidence, remedy]).not.toContain('');
  expect(new Set(causes.map(({ name }) => name)).size).toBe(causes.length);
});
