// Packet lines: what they look like, and what is folded away when there are too many.
import { describe, expect, it } from 'vitest';
import { classicLine } from '../../../src/trace/lines/classic.ts';
import { emptyFold, foldRows, isHolding, skipText } from '../../../src/trace/lines/fold.ts';
import { endKey } from '../../../src/trace/record/event.ts';
import type { FoldState } from '../../../src/trace/lines/fold.ts';
import { octetLines, packetLines } from '../../../src/trace/lines/line.ts';
import type { PacketRow } from '../../../src/trace/lines/line.ts';
import { summary } from '../../../src/wire/summary.ts';
import type { Packet } from '../../../src/wire/packet.ts';
import { printable, untrusted } from '../../../src/wire/text.ts';

const tag = { transfer: 1, side: 'client' } as const;
const peer = { address: '10.0.0.1', port: 40_001 };
const style = { columns: 79, sides: false, numbers: false, ascii: false };

const textsOf = (lines: readonly { readonly text: string }[]): readonly string[] =>
  lines.map(({ text }) => text);

function data(block: number, length = 1468): Packet {
  return { op: 'DATA', block, data: new Uint8Array(length) };
}

function row(packet: Packet, more: Partial<PacketRow> = {}): PacketRow {
  const length = packet.op === 'DATA' ? packet.data.length + 4 : 4;
  return {
    ...({
      id: 1,
      tag,
      direction: 'received',
      since: 0,
      op: packet.op,
      text: packet.op === 'DATA' || packet.op === 'ACK' ? undefined : summary(packet),
      remark: undefined,
    } as const),
    ...{
      isTrouble: false,
      unusual: false,
      peer,
      length,
      octets: undefined,
      hidden: false,
      classic: undefined,
    },
    block: packet.op === 'DATA' || packet.op === 'ACK' ? packet.block : undefined,
    ...more,
  };
}

describe('lines', () => {
  it('have octets at the right edge of 79 columns', () => {
    const lines = [
      row({ op: 'ACK', block: 0 }, { direction: 'sent', since: 1.19 }),
      row(data(4, 596), { since: 3.499, isTrouble: true, remark: printable('out of order: expected 3') }),
    ].flatMap((one) => packetLines(one, style));
    expect(lines).toEqual([
      {
        kind: 'sent',
        text: ' 0.001190  → ACK   0                                                        4 B',
      },
      {
        kind: 'unusual',
        text: ' 0.003499  ← DATA  4      596 B  out of order: expected 3                 600 B',
      },
    ]);
    expect(lines.map(({ text }) => text.length)).toEqual([79, 79]);
  });

  it('name the side where both are in view, and need no Unicode', () => {
    const [text] = textsOf(packetLines(row(data(1)), { ...style, sides: true, ascii: true }));
    expect(text).toMatch(/^ 0\.000000 {2}client <- DATA {2}1 {6}1,468 B +1,472 B$/);
  });

  it('name the transfer where several run', () => {
    const [text] = textsOf(packetLines(row(data(1)), { ...style, numbers: true }));
    expect(text).toMatch(/^ 0\.000000 {2}#1 ← DATA {2}1 {6}1,468 B +1,472 B$/);
    const [both] = textsOf(packetLines(row(data(1)), { ...style, numbers: true, sides: true }));
    expect(both).toContain('#1 client ← DATA');
  });

  it('have the colour of trouble for trouble alone: the last block is none', () => {
    const kindOf = (packet: Packet, more: Partial<PacketRow> = {}) =>
      packetLines(row(packet, more), style)[0]?.kind;
    expect(kindOf(data(4, 5), { remark: printable('last block') })).toBe('received');
    expect(kindOf(data(4, 5), { remark: printable('resent by the server'), isTrouble: true })).toBe(
      'unusual',
    );
    expect(kindOf({ op: 'ERROR', code: 1, message: untrusted('') })).toBe('unusual');
  });

  it('of long requests go on in the next line: no option is cut, no word is broken', () => {
    const many: Packet = {
      ...{ op: 'RRQ', filename: untrusted('a-rather-long-name.bin'), mode: untrusted('octet'), ignored: 0 },
      options: ['tsize', 'blksize', 'windowsize'].map((name) => ({
        name: untrusted(name),
        value: untrusted('1468'),
      })),
    };
    const remark = printable('sent again');
    const lines = packetLines(row(many, { remark, length: 77 }), { ...style, sides: true });
    expect(textsOf(lines)).toEqual([
      ' 0.000000  client ← RRQ   "a-rather-long-name.bin" octet tsize=1468        77 B',
      '                      blksize=1468 windowsize=1468',
      '                      sent again',
    ]);
  });

  it('in classic mode have the words of BSD', () => {
    const classic = (packet: Packet): string => classicLine('received', packet);
    expect(classic(data(1, 512))).toBe('received DATA <block=1, 512 bytes>');
    expect(classic({ op: 'ERROR', code: 1, message: untrusted('') })).toBe(
      'received ERROR <code=1, msg=File not found>',
    );
    expect(
      classic({ op: 'OACK', options: [{ name: untrusted('blksize'), value: untrusted('8') }], ignored: 0 }),
    ).toBe('received OACK <blksize=8>');
  });

  it('T07: show names of others and do not obey them', () => {
    const request: Packet = {
      op: 'RRQ',
      filename: untrusted('\u001b[2Jx'),
      mode: untrusted('octet'),
      options: [],
      ignored: 0,
    };
    expect(packetLines(row(request), style)[0]?.text).toContain(String.raw`RRQ   "\x1b[2Jx" octet`);
  });

  it('of octets fit 80 columns: eight in a row, and none is left out', () => {
    const octets = Uint8Array.from({ length: 20 }, (_, at) => at + 0x41);
    const lines = octetLines(octets, 79).map(({ text }) => text);
    expect(lines.map((line) => line.trim())).toEqual([
      '0000  41 42 43 44 45 46 47 48  ABCDEFGH',
      '0008  49 4a 4b 4c 4d 4e 4f 50  IJKLMNOP',
      expect.stringMatching(/^0010 {2}51 52 53 54 +QRST$/),
    ]);
    for (const columns of [79, 83, 84, 119])
      for (const { text } of octetLines(octets, columns)) expect(text.length).toBeLessThanOrEqual(columns);
  });

  it('of octets show offset, hexadecimal and characters', () => {
    const [first, second] = octetLines(
      new TextEncoder().encode('\u0000\u0001boot.cfg\u0000octet\u0000'),
      100,
    );
    expect(first?.text.trim()).toBe(
      '0000  00 01 62 6f 6f 74 2e 63 66 67 00 6f 63 74 65 74  ..boot.cfg.octet',
    );
    expect(second?.text.trim()).toMatch(/^0010 {2}00 +\.$/);
    expect(octetLines(new Uint8Array(600), 100).at(-1)?.text.trim()).toBe('… 88 more octets');
  });
});

describe('folding', () => {
  const pairs = (from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, i) => from + i).flatMap((block) => [
      row(data(block)),
      row({ op: 'ACK', block }, { direction: 'sent' }),
    ]);
  const words = (shown: ReturnType<typeof foldRows>['shown']) =>
    shown.map((one) =>
      one.type === 'row' ? `${one.row.op} ${one.row.block ?? ''}` : skipText(one.skip, false),
    );
  const none = new Set<string>();

  it('shows everything up to two hundred a second', () => {
    let state: FoldState = emptyFold;
    for (let second = 0; second < 3; second++) {
      const folded = foldRows(state, { rows: pairs(1, 100), at: second * 1000, ended: none });
      expect(folded.shown).toHaveLength(200);
      state = folded.state;
    }
    expect(isHolding(state)).toBe(false);
  });

  it('above that: the first eight, what is unusual, and at the end the last eight', () => {
    const rows = pairs(1, 1000).map((one) =>
      one.block === 500 && one.op === 'DATA' ? { ...one, unusual: true } : one,
    );
    const { state, shown } = foldRows(emptyFold, { rows, at: 0, ended: none });
    expect(words(shown)).toEqual([
      ...['DATA 1', 'ACK 1', 'DATA 2', 'ACK 2', 'DATA 3', 'ACK 3', 'DATA 4', 'ACK 4'],
      '⋮ DATA 5…499 ← / ACK 5…499 →  495 blocks, nothing unusual',
      'DATA 500',
    ]);
    expect(isHolding(state)).toBe(true);
    const end = foldRows(state, { rows: [], at: 100, ended: new Set([endKey(tag)]) });
    expect(words(end.shown)).toEqual([
      '⋮ ACK 500…996 → / DATA 501…996 ←  496 blocks, nothing unusual',
      ...['DATA 997', 'ACK 997', 'DATA 998', 'ACK 998', 'DATA 999', 'ACK 999', 'DATA 1000', 'ACK 1000'],
    ]);
    expect(isHolding(end.state)).toBe(false);
  });

  it('forgets the oldest transfers, but never rows that it holds back', () => {
    let state: FoldState = foldRows(emptyFold, { rows: pairs(1, 150), at: 0, ended: none }).state;
    for (let transfer = 2; transfer < 1000; transfer++) {
      const rows = [row(data(1), { tag: { transfer, side: 'server' }, unusual: true })];
      state = foldRows(state, { rows, at: transfer, ended: none }).state;
    }
    expect(state.tracks.size).toBeLessThan(300);
    expect(isHolding(state)).toBe(true);
    const { shown } = foldRows(state, { rows: [], at: 5000, ended: none });
    expect(words(shown).at(-1)).toBe('ACK 150');
  });

  it('shows held rows when no more come, and does not change the state that it was given', () => {
    const first = foldRows(emptyFold, { rows: pairs(1, 150), at: 0, ended: none });
    expect(foldRows(emptyFold, { rows: pairs(1, 150), at: 0, ended: none })).toEqual(first);
    const later = foldRows(first.state, { rows: pairs(151, 151), at: 5000, ended: none });
    expect(words(later.shown).at(-1)).toBe('ACK 151');
    expect(isHolding(later.state)).toBe(false);
  });
});
