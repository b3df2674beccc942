// Copies that a capture made are no repetitions: `tcpdump -i any`, mirror ports, routers. What was sent again still is.
import { describe, expect, test } from 'vitest';
import { Conversations, type ConversationSummary } from '../../../src/trace/capture/conversations.ts';
import { Dissector } from '../../../src/trace/capture/dissect/dissect.ts';
import { concat, ethernet, frame, hex, ipv4, ipv6, latin, udp } from './captures.ts';
import { ack, asked, c, data, datagram, read, s, type Line } from './scripts.ts';

const millisecond = 1_000_000n;

/** Each line with its time in microseconds. */
function follow(lines: readonly (readonly [line: Line, at: number])[]): {
  readonly summaries: readonly ConversationSummary[];
  readonly copies: number;
} {
  const conversations = new Conversations();
  for (const [line, at] of lines) conversations.push(datagram(line, BigInt(at) * 1000n));
  const summaries = conversations.end();
  return { summaries, copies: conversations.copies };
}

const at = ([from, to, packet]: Line, id: number, place: number): Line => [from, to, packet, { id, place }];

describe('case 132: tcpdump -i any', () => {
  test.each([
    ['with identifications', 100],
    ['without, as an unconnected socket of Linux sends', 0],
  ])('three interfaces show one transfer without trouble, %s', (_title, first) => {
    const lines = read.flatMap((line, index) =>
      [1, 2, 3].map((place) => [at(line, first && first + index, place), index * 500 + place * 7] as const),
    );
    const { summaries, copies } = follow(lines);
    expect(summaries).toMatchObject([
      { outcome: 'complete', blocks: 2, octets: 612, resent: 0, duplicates: 0, strangers: 0 },
    ]);
    expect(copies).toBe(10);
  });

  test.each([100, 0])('what was sent again counts once for each time (identification %i)', (first) => {
    const id = (time: number): number => first && first + time;
    const lines: [Line, number][] = [];
    for (const place of [1, 2]) lines.push([at(read[0]!, id(0), place), place]);
    for (const time of [0, 1, 2])
      for (const place of [1, 2])
        lines.push([at(s(data(1, 5)), id(10 + time), place), 500 + time * 1_000_000 + place]);
    for (const place of [1, 2]) lines.push([at(c(ack(1)), id(20), place), 3_000_000 + place]);
    expect(follow(lines)).toMatchObject({ copies: 6 - 1, summaries: [{ outcome: 'complete', resent: 2 }] });
  });
});

test('a mirror port shows a packet twice within microseconds', () => {
  const lines = read.flatMap((line, index) =>
    [0, 3].map((later) => [at(line, 50 + index, 0), index * 1000 + later] as const),
  );
  expect(follow(lines)).toMatchObject({ copies: 5, summaries: [{ outcome: 'complete', resent: 0 }] });
});

describe('what a capture did not make', () => {
  test('on one interface, without an identification: two datagrams are two', () => {
    const lines = [...read.slice(0, 2), s(data(1)), ...read.slice(2)].map(
      (line, index) => [at(line, 0, 0), index * 5] as const,
    );
    expect(follow(lines)).toMatchObject({ copies: 0, summaries: [{ resent: 1 }] });
  });

  test('on one interface, with the same identification, later: a simple boot loader sends again', () => {
    const lines = [
      [at(read[0]!, 7, 0), 0],
      [at(read[0]!, 7, 0), 2_000_000],
      [at(s(data(1, 5)), 0, 0), 2_000_100],
    ] as const;
    expect(follow(lines)).toMatchObject({ copies: 0, summaries: [{ resent: 1 }] });
  });

  test('another identification is another packet, even at once', () => {
    const lines = [
      [at(read[0]!, 7, 1), 0],
      [at(read[0]!, 8, 2), 1],
    ] as const;
    expect(follow(lines)).toMatchObject({ copies: 0, summaries: [{ resent: 1 }] });
  });

  test('copies of other protocols are not counted', () => {
    const other: Line = [{ ...asked, port: 53 }, { ...asked, port: 5353 }, hex('0003000101')];
    expect(follow([1, 2].map((place) => [at(other, 5, place), place] as const))).toEqual({
      copies: 0,
      summaries: [],
    });
  });
});

test('the place is the interface, the link and the hops; the identification is that of IP', () => {
  const dissector = new Dissector();
  const ask = udp(1000, 69, latin('\0\x01a\0octet\0'));
  const whole = ethernet(0x800, ipv4(ask, { id: 77 }));
  const routed = whole.slice();
  routed[22] = 63;
  const elsewhere = concat(hex('020000000001'), whole.subarray(6));
  const tagged = ethernet(0x8100, concat(hex('0005 0800'), ipv4(ask, { id: 77 })));
  const found = [
    frame(1, whole),
    frame(1, whole, whole.length, millisecond),
    frame(1, routed),
    frame(1, elsewhere),
    frame(1, tagged),
    { ...frame(1, whole), face: 1 },
    frame(1, ethernet(0x86dd, ipv6(ask))),
  ].map((one) => dissector.push(one)!);
  expect(found.map(({ id }) => id)).toEqual([77, 77, 77, 77, 77, 77, 0]);
  expect(found[1]!.place).toBe(found[0]!.place);
  expect(new Set(found.map(({ place }) => place)).size).toBe(6);
});

test('memory is bounded: what is forgotten is a packet of its own', () => {
  const conversations = new Conversations();
  const one = datagram(at(read[0]!, 7, 1), 0n);
  conversations.push(one);
  const other = { ...one, payload: hex('00090000') };
  for (let id = 0; id < 40_000; id++) conversations.push({ ...other, id });
  expect(conversations.push({ ...one, place: 2 }).records).toMatchObject([{ transfer: 1, repeat: true }]);
});
