// What is remarked about a packet, and that usual packets are not remarked on.
import { beforeEach, describe, expect, it } from 'vitest';
import type { DatagramEvent } from '../../../src/trace/record/event.ts';
import { Remarks } from '../../../src/trace/lines/remarks.ts';
import type { Note } from '../../../src/transfer/note.ts';
import { classicTerms, type Terms } from '../../../src/transfer/terms.ts';
import { encode } from '../../../src/wire/encode.ts';
import { option } from '../../../src/wire/options.ts';
import type { Packet } from '../../../src/wire/packet.ts';
import { untrusted } from '../../../src/wire/text.ts';
import type { Tid } from '../../../src/wire/tid.ts';

const tag = { transfer: 1, side: 'client' } as const;
const peer = { address: '10.0.0.1', port: 40_001 };

function data(block: number, length = 1468): Packet {
  return { op: 'DATA', block, data: new Uint8Array(length) };
}

function event(type: DatagramEvent['type'], packet: Packet, to: Tid = peer): DatagramEvent {
  return { type, id: 1, at: 0, tag, local: peer, peer: to, packet, length: encode(packet).length };
}

const asking: Packet = {
  ...{ op: 'RRQ', filename: untrusted('a'), mode: untrusted('octet'), ignored: 0 },
  options: [
    { name: untrusted('tsize'), value: untrusted('0') },
    { name: untrusted('blksize'), value: untrusted('1468') },
  ],
};

function negotiated(terms: Partial<Terms>): Extract<Note, { type: 'negotiated' }> {
  return { type: 'negotiated', terms: { ...classicTerms, blksize: 1024, tsize: 9, ...terms }, refused: [] };
}

describe('remarks', () => {
  function remarks(...packets: readonly (readonly ['sent' | 'received', Packet])[]) {
    const all = new Remarks('client');
    return packets.map(([type, packet]) => all.packet(event(type, packet))?.words);
  }

  it('usual packets have none', () => {
    const usual = [1, 2, 3].flatMap(
      (block) =>
        [
          ['received', data(block)],
          ['sent', { op: 'ACK', block }],
        ] as const,
    );
    expect(remarks(...usual)).toEqual(Array(6).fill(undefined));
  });

  it('repetitions have one, also across the rollover', () => {
    expect(remarks(['sent', data(65_535)], ['sent', data(0)], ['sent', data(65_535)])).toEqual([
      undefined,
      undefined,
      'resent',
    ]);
    expect(remarks(['received', data(7)], ['received', data(6)])).toEqual([
      undefined,
      'resent by the server',
    ]);
    const ack: Packet = { op: 'ACK', block: 7 };
    expect(remarks(['sent', ack], ['sent', ack])).toEqual([undefined, 'resent']);
  });

  it('a block that a later one overtook is late, not resent', () => {
    const blocks = [5, 7, 6, 6].map((block) => ['received', data(block)] as const);
    expect(remarks(...blocks)).toEqual([undefined, undefined, undefined, 'resent by the server']);
  });

  it('a transfer that is followed from its middle on, beyond block 32767, has usual packets', () => {
    const usual = [40_000, 40_001, 40_002].flatMap(
      (block) => [['received', data(block)] as const, ['sent', { op: 'ACK', block }] as const] as const,
    );
    expect(remarks(...usual)).toEqual(Array(6).fill(undefined));
  });

  it('an acknowledgement after a gap asks for what is missing', () => {
    const remarks = new Remarks('client');
    remarks.note({ type: 'gap', expected: 3, got: 4 });
    const acks = () => remarks.packet(event('sent', { op: 'ACK', block: 2 }))?.words;
    expect([acks(), acks()]).toEqual(['asks the server to resend from 3', 'resent']);
  });

  it.each([
    [{ type: 'gap', expected: 3, got: 4 }, 'out of order: expected 3'],
    [{ type: 'pinned', peer }, 'new TID 40001'],
    [{ type: 'timed-out', attempt: 1, interval: 1000 }, 'resent: no progress for 1 s (attempt 2)'],
    [{ type: 'duplicate', op: 'ACK', index: 3, answered: false }, 'duplicate: not answered'],
    [{ type: 'rollback', to: 2, cause: 'ack' }, 'asks to resend from 3'],
    [{ type: 'outside', op: 'ACK', block: 9 }, 'outside the window: ignored'],
    [
      { type: 'stranger', from: { address: '10.0.0.9', port: 7 }, answered: true },
      'unexpected sender 10.0.0.9:7: ERROR 5',
    ],
    [{ type: 'ignored', what: 'unexpected', op: 'ACK' }, 'ignored: unexpected'],
    [
      { type: 'fallback', code: 8, message: untrusted('x') },
      'without options: the server refused them with ERROR 8',
    ],
    [{ type: 'round-trip', rtt: 1, interval: 250 }, undefined],
    [{ type: 'dallying', until: 1 }, undefined],
  ] as const)('%j', (note, remark) => {
    const remarks = new Remarks('client');
    remarks.packet(event('sent', asking, { ...peer, port: 69 }));
    const words = remarks.note(note)?.words;
    // A note that says why the next packet is sent becomes the remark of that packet.
    expect(words ?? remarks.packet(event('sent', { op: 'OACK', options: [], ignored: 0 }))?.words).toBe(
      remark,
    );
  });

  it('a server that answers from its own port has no new TID', () => {
    const remarks = new Remarks('client');
    remarks.packet(event('sent', asking));
    expect(remarks.note({ type: 'pinned', peer })).toBeUndefined();
  });
});

describe('remarks of the end, the size and the terms', () => {
  let asked: Remarks;
  beforeEach(() => {
    asked = new Remarks('client');
    asked.packet(event('sent', asking));
  });

  it('a lowered value has one', () => {
    expect(asked.note(negotiated({}))?.words).toBe('blksize lowered from 1468');
    expect(asked.note({ ...negotiated({}), refused: ['blksize'] })?.words).toBe('server ignored blksize');
  });

  it('the last block is shorter than agreed, or empty', () => {
    asked.note(negotiated({}));
    const remarkOn = (block: number, length: number) =>
      asked.packet(event('received', data(block, length)))?.words;
    expect([remarkOn(1, 1024), remarkOn(2, 1023), remarkOn(3, 0)]).toEqual([
      ...[undefined, 'last block', 'last block, empty'],
    ]);
  });

  it('a client that declines the OACK wanted only the size; one that gets no answer, or a block, gave up', () => {
    const declining: Packet = { op: 'ERROR', code: 0, message: untrusted('') };
    expect(asked.packet(event('sent', declining))).toBeUndefined();
    asked.packet(event('received', { op: 'OACK', options: [option('tsize', '5000')], ignored: 0 }));
    expect(asked.packet(event('sent', declining))?.words).toContain('size probe');
    asked.packet(event('received', data(1, 1468)));
    expect(asked.packet(event('sent', declining))).toBeUndefined();
  });
});

describe('the place of an ACK in its window', () => {
  const ack = (block: number): Packet => ({ op: 'ACK', block });
  const silence = { type: 'timed-out', attempt: 1, interval: 1000 } as const;

  function inWindows(
    windowsize: number,
  ): (type: DatagramEvent['type'], packet: Packet) => string | undefined {
    const remarks = new Remarks('client');
    remarks.note({ type: 'pinned', peer });
    remarks.note(negotiated({ windowsize }));
    return (type, packet) => remarks.packet(event(type, packet))?.words;
  }

  it.each(['sent', 'received'] as const)('%s before the end of the window, the ACK shows it', (type) => {
    const remark = inWindows(16);
    const acks = [0, 16, 19, 35, 36].map((block) => remark(type, ack(block)));
    expect(acks).toEqual([
      undefined,
      undefined,
      '3 of 16 blocks of the window',
      undefined,
      '1 of 16 blocks of the window',
    ]);
  });

  it('a window over the rollover is one window', () => {
    const remark = inWindows(4);
    const blocks = Array.from({ length: 16_384 }, (_, at) => (4 * at + 4) & 0xffff);
    expect(blocks.map((block) => remark('sent', ack(block))).filter((one) => one !== undefined)).toEqual([]);
    expect([2, 6].map((block) => remark('sent', ack(block)))).toEqual([
      '2 of 4 blocks of the window',
      undefined,
    ]);
  });

  it.each([
    ['sent', 'received'],
    ['received', 'sent'],
  ] as const)('the last block, %s, ends a window that is not full', (acked, moved) => {
    const remark = inWindows(16);
    remark(acked, ack(16));
    for (const block of [17, 18]) remark(moved, data(block, 1024));
    remark(moved, data(19, 3));
    expect(remark(acked, ack(19))).toBeUndefined();
  });

  it('a sender that stopped inside a window is remarked on', () => {
    const remarks = new Remarks('client');
    remarks.note(negotiated({ windowsize: 16 }));
    const acks = (block: number) => {
      expect(remarks.note(silence)).toBeUndefined();
      return remarks.packet(event('sent', ack(block)))?.words;
    };
    expect([acks(5), acks(5)]).toEqual([
      '5 of 16 blocks of the window, after 1 s without progress',
      'resent: no progress for 1 s (attempt 2)',
    ]);
    expect(remarks.packet(event('sent', ack(7)))?.words).toBe('2 of 16 blocks of the window');
  });

  it('lockstep has no places, a gap is more important, and a stranger changes nothing', () => {
    const lockstep = inWindows(1);
    expect([1, 2, 3].map((block) => lockstep('sent', ack(block)))).toEqual(Array(3).fill(undefined));
    const remark = inWindows(16);
    const stranger = { ...event('received', ack(5)), peer: { ...peer, port: 7 } };
    const remarks = new Remarks('client');
    remarks.note({ type: 'pinned', peer });
    remarks.note(negotiated({ windowsize: 16 }));
    expect(remarks.packet(stranger)).toBeUndefined();
    expect(remarks.packet(event('received', ack(16)))).toBeUndefined();
    remarks.note({ type: 'gap', expected: 19, got: 20 });
    expect(remarks.packet(event('sent', ack(18)))?.words).toBe('asks the server to resend from 19');
    expect(remark('sent', ack(2))).toBe('2 of 16 blocks of the window');
  });
});
