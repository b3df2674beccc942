// Figures of real transfers, and that their memory is bounded.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Side, TraceEvent } from '../../../src/trace/record/event.ts';
import { Statistics, type Figures } from '../../../src/trace/figures/statistics.ts';
import { figureLines, plot } from '../../../src/trace/figures/statistics-text.ts';
import { data, pattern, stranger } from '../../support/script.ts';
import { isBlock, play, recordPair, unsafe } from '../recorded.ts';

function figures(side: Side, events: readonly TraceEvent[]): Figures {
  const statistics = new Statistics(side);
  for (const event of events) statistics.add(event);
  return statistics.figures();
}

describe('figures', () => {
  test('of a get without loss', () => {
    const { events } = recordPair({ kind: 'get', file: pattern(1300) });
    const told = figures('client', events.client);
    expect(told).toMatchObject({
      octets: 1300,
      blocks: 3,
      packets: 7,
      peerResent: 0,
      timeouts: 0,
      stalls: 0,
    });
    expect(told.resent).toEqual({ timer: 0, gap: 0, rollback: 0, duplicate: 0, other: 0 });
    // Each way takes 1 ms.
    expect(told.rtt.min).toBeCloseTo(2);
    expect(told.rtt.average).toBeCloseTo(2);
    expect(told.rtt.p99).toBeCloseTo(2, 0);
    expect(told.firstOctet).toBeCloseTo(2);
    expect(told.buckets.reduce((sum, octets) => sum + octets, 0)).toBe(1300);
    const wire = events.client.reduce((sum, event) => ('length' in event ? sum + event.length + 28 : sum), 0);
    expect(told.efficiency).toBeCloseTo(1300 / wire);
  });

  test('of a sender whose window fell back', () => {
    const { events } = recordPair({
      kind: 'put',
      file: pattern(5000),
      offer: { windowsize: 4 },
      drop: isBlock('DATA', 3),
    });
    const told = figures('client', events.client);
    expect(told.resent).toMatchObject({ rollback: 2, timer: 0 });
    expect(told.octets).toBe(5000);
  });

  test('of a sender that was met with silence: the wait is a stall', () => {
    const { events } = recordPair({ kind: 'put', file: pattern(700), drop: isBlock('DATA', 1) });
    const told = figures('client', events.client);
    expect(told).toMatchObject({ timeouts: 1, stalls: 1, octets: 700 });
    expect(told.resent.timer).toBe(1);
    expect(told.stalled).toBeGreaterThan(200);
  });

  test('count duplicates and strangers apart from the file', () => {
    const { script, events } = play('getting');
    script.start();
    script.receive(data(1));
    script.receive(data(1));
    script.receive(data(1), stranger);
    expect(figures('client', events)).toMatchObject({
      octets: 512,
      duplicates: 1,
      peerResent: 1,
      strangers: 1,
    });
  });

  test('however long it takes, there are at most 64 buckets and every octet is in one', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(100_000), { minLength: 1, maxLength: 200 }), (waits) => {
        let at = 0;
        const statistics = new Statistics('client');
        const base = {
          type: 'received',
          tag: { transfer: 1, side: 'client' },
          local: stranger,
          peer: stranger,
        } as const;
        waits.forEach((wait, index) => {
          at += wait;
          statistics.add({ ...base, id: index, at, packet: data(index + 1, 8), length: 12 });
        });
        const { buckets, octets } = statistics.figures();
        expect(buckets.length).toBeLessThanOrEqual(64);
        expect(buckets.reduce((sum, count) => sum + count, 0)).toBe(octets);
        expect(octets).toBe(8 * waits.length);
      }),
    );
  });
});

describe('text', () => {
  test('a plot is as wide as asked, and what moved at all shows', () => {
    expect(plot([0, 10, 5, 1], { columns: 10, ascii: false })).toBe(' █▄▁');
    expect(plot([0, 10, 5, 1], { columns: 10, ascii: true })).toBe(' #=.');
    expect(plot([1, 1, 3, 1], { columns: 2, ascii: true })).toBe('=#');
    expect(plot([], { columns: 10, ascii: true })).toBe('');
  });

  test('invariant 13: every line fits and is harmless', () => {
    const { events } = recordPair({
      kind: 'get',
      file: pattern(20_000),
      loss: 0.2,
      seed: 7,
      offer: { windowsize: 4 },
    });
    for (const ascii of [true, false])
      for (const line of figureLines(figures('server', events.server), { columns: 80, ascii })) {
        expect(line.length).toBeLessThanOrEqual(110);
        expect(line).not.toMatch(unsafe);
        if (ascii) expect(line).toMatch(/^[\x20-\x7e]*$/);
      }
  });

  test('a transfer without octets has no empty row for its goodput over time', () => {
    const style = { columns: 79, ascii: false };
    const silent = recordPair({ kind: 'get', file: pattern(100), drop: () => true });
    expect(figureLines(figures('client', silent.events.client), style).join('\n')).not.toContain('over time');
    const moved = recordPair({ kind: 'get', file: pattern(100) });
    expect(figureLines(figures('client', moved.events.client), style).at(-1)).toMatch(/^over time +█$/);
  });
});
