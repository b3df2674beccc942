// The ring: what it keeps of a datagram, what it forgets, and that events come out of it as they went in.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { headKept, Ring, wholeKept, type KeptEvent } from '../../../src/trace/record/ring.ts';
import type { NoteEvent, Tag } from '../../../src/trace/record/event.ts';
import { decode } from '../../../src/wire/decode.ts';
import { encode } from '../../../src/wire/encode.ts';
import { tid } from '../../../src/wire/tid.ts';
import { ack, data, error, oack, pattern, request } from '../../support/script.ts';

const local = tid('192.0.2.2', 50_000);
const peer = tid('192.0.2.1', 40_000);
const tag: Tag = { transfer: 1, side: 'client' };
const other: Tag = { transfer: 2, side: 'client' };
const note: NoteEvent = { type: 'note', datagram: 7, at: 3, tag, note: { type: 'gap', expected: 3, got: 4 } };
const dataHead = (block: number): Uint8Array => Uint8Array.of(0, 3, block >> 8, block & 255);

function datagrams(ring: Ring): readonly KeptEvent[] {
  return ring.read().events.filter((event): event is KeptEvent => 'octets' in event);
}

describe('what the ring keeps', () => {
  test('of DATA the head, 32 octets and the length; a head and a tail are one datagram', () => {
    const ring = new Ring(4);
    ring.keep(0);
    const lane = ring.lane(tag, local);
    lane.stamp(7, 1.5);
    lane.sent(peer, dataHead(258), pattern(1468));
    const [event] = datagrams(ring);
    expect(event).toMatchObject({
      type: 'sent',
      id: 7,
      at: 1.5,
      tag,
      local,
      peer,
      length: 1472,
    });
    expect(event?.octets).toHaveLength(headKept);
    if (event?.packet.op !== 'DATA') throw new Error('no DATA');
    expect(event.packet.block).toBe(258);
    expect(event.packet.data).toHaveLength(1468);
    expect(event.packet.data.slice(0, 32)).toEqual(pattern(32));
    expect(event.packet.data.slice(32).every((octet) => octet === 0)).toBe(true);
  });

  test.each([
    ack(5),
    error(2, 'x'.repeat(300)),
    oack('tsize 5000', 'blksize 1468'),
    request('RRQ', { blksize: 1468 }),
  ])('the whole of $op', (packet) => {
    const ring = new Ring(4);
    const lane = ring.lane(tag, local);
    const octets = encode(packet);
    lane.received(peer, octets);
    expect(datagrams(ring)[0]).toMatchObject({ packet: decode(octets), octets });
  });

  test('a request longer than 512 octets is cut, and its length remembered', () => {
    const ring = new Ring(4);
    ring.lane(tag, local).received(peer, encode(error(0, 'x'.repeat(900))));
    expect(datagrams(ring)[0]).toMatchObject({ length: 905, octets: { length: wholeKept } });
  });

  test('DATA is kept whole up to half of the budget for one port, then its head', () => {
    const ring = new Ring(64);
    ring.keep(8192);
    const [lane, second] = [ring.lane(tag, local), ring.lane(other, local)];
    for (const block of [1, 2, 3]) lane.received(peer, encode(data(block, pattern(1468))));
    second.sent(peer, dataHead(9), pattern(512));
    expect(datagrams(ring).map(({ octets }) => octets.length)).toEqual([1472, 1472, headKept, 516]);
    expect(datagrams(ring)[1]?.packet).toEqual(data(2, pattern(1468)));
    expect(datagrams(ring)[3]?.octets.slice(4)).toEqual(pattern(512));
  });

  test('the budget is a ring as well: the oldest whole DATA is cut to its head, and says so by its length', () => {
    const ring = new Ring(64);
    ring.keep(4096);
    for (const block of [1, 2, 3, 4])
      ring
        .lane({ transfer: block, side: 'client' }, local)
        .received(peer, encode(data(block, pattern(1468))));
    const kept = datagrams(ring);
    expect(kept.map(({ octets }) => octets.length)).toEqual([headKept, headKept, 1472, 1472]);
    expect(kept.map(({ length }) => length)).toEqual([1472, 1472, 1472, 1472]);
    for (const { packet } of kept.slice(2)) expect(packet).toMatchObject({ data: pattern(1468) });
    ring.keep(65_536);
    expect(datagrams(ring).map(({ octets }) => octets.length)).toEqual(Array(4).fill(headKept));
  });

  test('a smaller budget while a port is open: what does not fit is cut', () => {
    const ring = new Ring(4);
    const lane = ring.lane(tag, local);
    ring.keep(1000);
    lane.received(peer, encode(data(1, pattern(1468))));
    lane.received(peer, encode(data(2, pattern(512))));
    expect(datagrams(ring).map(({ octets }) => octets.length)).toEqual([headKept, 516]);
  });

  test('octets are copied: the owner may write over them', () => {
    const ring = new Ring(4);
    const lane = ring.lane(tag, local);
    const octets = Uint8Array.of(0, 4, 0, 9);
    lane.sent(peer, octets);
    octets.fill(255);
    expect(datagrams(ring)[0]?.packet).toEqual(ack(9));
  });

  test('notes are in order between the datagrams', () => {
    const ring = new Ring(8);
    const lane = ring.lane(tag, local);
    lane.received(peer, encode(ack(1)));
    ring.event(note);
    lane.sent(peer, encode(ack(2)));
    expect(ring.read().events.map(({ type }) => type)).toEqual(['received', 'note', 'sent']);
  });

  test('a fate keeps no borrowed octets', () => {
    const ring = new Ring(2);
    const data = pattern(600);
    const packet = { op: 'DATA', block: 1, data } as const;
    const base = { type: 'fate', id: 1, at: 0, tag, direction: 'incoming', fate: 'lost' } as const;
    ring.event({ ...base, packet, local, peer, length: 604 });
    data.fill(0);
    const [event] = ring.read().events;
    if (event?.type !== 'fate' || event.packet.op !== 'DATA') throw new Error('no fate of DATA');
    expect(event.packet.data).toHaveLength(600);
    expect(event.packet.data.slice(0, 32)).toEqual(pattern(32));
  });
});

describe('what the ring forgets', () => {
  test('the oldest records, and a reader learns how many it missed', () => {
    const ring = new Ring(3);
    const lane = ring.lane(tag, local);
    for (let block = 1; block <= 5; block++) lane.sent(peer, encode(ack(block)));
    const { events, missed, cursor } = ring.read();
    expect(events.map((event) => 'packet' in event && event.packet)).toEqual([ack(3), ack(4), ack(5)]);
    expect([missed, cursor, ring.size]).toEqual([2, 5, 3]);
    lane.sent(peer, encode(ack(6)));
    expect(ring.read(cursor)).toMatchObject({ events: [{ packet: ack(6) }], missed: 0, cursor: 6 });
  });

  test('whole packets when too many followed: their first 36 octets are left', () => {
    const ring = new Ring(4096);
    const lane = ring.lane(tag, local);
    const long = encode(error(0, 'y'.repeat(500)));
    for (let count = 0; count < 3000; count++) lane.received(peer, long);
    const kept = datagrams(ring).map((event) => event.octets.length);
    expect(new Set(kept)).toEqual(new Set([headKept, long.length]));
    expect(kept.indexOf(long.length)).toBeGreaterThan(0);
    expect(kept.slice(kept.indexOf(long.length)).every((count) => count === long.length)).toBe(true);
  });

  test('other transfers, where only one is asked for', () => {
    const ring = new Ring(8);
    ring.lane(tag, local).sent(peer, encode(ack(1)));
    ring.lane(other, local).sent(peer, encode(ack(2)));
    ring.event(note);
    const { events } = ring.read(0, ({ transfer }) => transfer === 2);
    expect(events).toMatchObject([{ packet: ack(2) }]);
  });
});

test('whatever the octets and however they are cut in two, what comes out begins as what went in', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.uint8Array({ maxLength: 700 }), fc.nat(700)), { maxLength: 40 }),
      (all) => {
        const ring = new Ring(16);
        const lane = ring.lane(tag, local);
        for (const [octets, at] of all) lane.sent(peer, octets.slice(0, at), octets.slice(at));
        const kept = datagrams(ring);
        const last = all.slice(-16);
        expect(kept).toHaveLength(last.length);
        kept.forEach((event, index) => {
          const [octets] = last[index]!;
          expect(event.length).toBe(octets.length);
          expect(event.packet.op).toBe(decode(octets.slice(0, event.octets.length)).op);
        });
      },
    ),
  );
});
