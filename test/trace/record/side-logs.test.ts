// Streams of events sorted into transfers: live, out of the ring, with the listening port's packets, beyond block 65535.
import { describe, expect, test } from 'vitest';
import type { DatagramEvent, Tag, TraceEvent } from '../../../src/trace/record/event.ts';
import { ladder } from '../../../src/trace/ladder/ladder.ts';
import { ladderText } from '../../../src/trace/ladder/text.ts';
import { Ring } from '../../../src/trace/record/ring.ts';
import { SideLog, type PacketRec } from '../../../src/trace/record/side-log.ts';
import { SideLogs } from '../../../src/trace/record/side-logs.ts';
import { encode } from '../../../src/wire/encode.ts';
import { untrusted } from '../../../src/wire/text.ts';
import { tid, type Tid } from '../../../src/wire/tid.ts';
import { ack, asked, client, data, pattern, peer, request } from '../../support/script.ts';
import { isBlock, recordPair } from '../recorded.ts';

const port: Tag = { transfer: 0, side: 'server' };
const served: Tag = { transfer: 5, side: 'server' };
let id = 0;

function packet(
  type: 'sent' | 'received',
  tag: Tag,
  what: DatagramEvent['packet'],
  from: Tid = client,
): TraceEvent {
  const length = what.op === 'malformed' ? what.length : encode(what).length;
  return { type, id: ++id, at: id, tag, local: asked, peer: from, packet: what, length };
}

function began(tag: Tag, from: Tid = client): TraceEvent {
  return { type: 'began', at: ++id, tag, op: 'RRQ', file: untrusted('a.bin'), mode: 'octet', peer: from };
}

const ops = (transcript: SideLog | undefined): string[] =>
  (transcript?.packets ?? []).map((rec) => rec.packet.op);

/** The same events through a ring, as the observer of a network records them. */
function throughRing(events: readonly TraceEvent[]): SideLog {
  const ring = new Ring();
  for (const event of events) {
    ring.event(event);
    if (event.type !== 'sent' && event.type !== 'received') continue;
    const lane = ring.lane(event.tag, event.local);
    lane.stamp(event.id, event.at);
    if (event.packet.op === 'malformed') continue;
    if (event.type === 'sent') lane.sent(event.peer, encode(event.packet));
    else lane.received(event.peer, encode(event.packet));
  }
  return new SideLog({ transfer: 1, side: 'client' }, ring.read().events);
}

describe('the listening port', () => {
  test('the request belongs to the transfer that it began', () => {
    const all = new SideLogs([
      packet('received', port, request('RRQ')),
      began(served),
      packet('sent', served, data(1)),
    ]);
    expect(ops(all.of(5)[0])).toEqual(['RRQ', 'DATA']);
  });

  test('a request that comes again belongs to it too, and one after its end does not', () => {
    const all = new SideLogs([packet('received', port, request('RRQ')), began(served)]);
    all.add(packet('received', port, request('RRQ')));
    all.add({ type: 'ended', at: ++id, tag: served, outcome: { ok: true, octets: 1, confirmed: true } });
    all.add(packet('received', port, request('RRQ')));
    all.add(began({ ...served, transfer: 6 }));
    expect(ops(all.of(5)[0])).toEqual(['RRQ', 'RRQ']);
    expect(all.of(5)[0]?.packets.map((rec) => rec.again)).toEqual([false, true]);
    expect(ops(all.of(6)[0])).toEqual(['RRQ']);
  });

  test('on a single port each peer has its own transfer', () => {
    const second = tid('192.0.2.3', 50_001);
    const all = new SideLogs([packet('received', port, request('RRQ')), began(served)]);
    all.add(packet('received', port, request('RRQ'), second));
    all.add(began({ ...served, transfer: 6 }, second));
    all.add(packet('sent', port, data(1)));
    all.add(packet('received', port, ack(1), second));
    expect(ops(all.of(5)[0])).toEqual(['RRQ', 'DATA']);
    expect(ops(all.of(6)[0])).toEqual(['RRQ', 'ACK']);
  });
});

describe('the ring', () => {
  test('gives the same ladder as the live events', () => {
    const { client: live, events } = recordPair({
      ...{
        kind: 'get',
        file: pattern(20_000),
        offer: { blksize: 1468, windowsize: 4 },
        drop: isBlock('DATA', 3),
      },
    });
    const style = { columns: 100, ascii: false };
    expect(ladderText(ladder(throughRing(events.client)), style)).toEqual(ladderText(ladder(live), style));
  });
});

describe('numbers', () => {
  test('beyond 65535 the count goes on, and no packet looks resent', () => {
    const { client: seen } = recordPair({
      ...{ kind: 'get', file: pattern(8 * 65_540), offer: { blksize: 8, windowsize: 64 } },
    });
    const blocks = seen.packets.filter((rec): rec is PacketRec => rec.packet.op === 'DATA');
    expect(blocks.at(-1)?.index).toBe(65_541);
    expect(blocks.at(-1)?.packet).toMatchObject({ block: 5 });
    expect(seen.packets.filter((rec) => rec.again)).toEqual([]);
    expect(seen.records.filter((rec) => rec.kind === 'missing')).toEqual([]);
  });

  test('after a fallback everything begins again: the second request is not a repetition', () => {
    const tag: Tag = { transfer: 1, side: 'client' };
    const note = { type: 'fallback', code: 8, message: untrusted('no') } as const;
    const seen = new SideLog(tag, [
      packet('sent', tag, request('RRQ', { blksize: 1468 }), asked),
      { type: 'note', datagram: undefined, at: ++id, tag, note },
      packet('sent', tag, request('RRQ'), asked),
      packet('received', tag, data(1), peer),
    ]);
    expect(seen.packets.map((rec) => rec.again || rec.stranger)).toEqual([false, false, false]);
  });
});
