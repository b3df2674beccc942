// Limits of a sender on a virtual clock: when each DATA leaves, that losses do not break them, and that no limit costs nothing.
import { describe, expect, it } from 'vitest';
import { acceptOptions } from '../../src/transfer/negotiate.ts';
import { blksizeAt, SendLimit, windowsizeAt } from '../../src/transfer/send-limit.ts';
import { Receiver } from '../../src/transfer/receiver.ts';
import { Sender } from '../../src/transfer/sender.ts';
import type { ClientStart, ServerStart } from '../../src/transfer/side.ts';
import type { Input, Instant, Machine, Output } from '../../src/transfer/machine.ts';
import type { Pace } from '../../src/transfer/terms.ts';
import { Pair, type PairOptions } from '../support/pair.ts';
import { pattern, request } from '../support/script.ts';

interface Sent {
  readonly at: Instant;
  readonly block: number;
}

/** A sender that keeps when each DATA left. */
class Watched implements Machine {
  readonly #inner: Sender;
  readonly #sent: Sent[];
  constructor(inner: Sender, sent: Sent[]) {
    this.#inner = inner;
    this.#sent = sent;
  }
  get deadline(): Instant | undefined {
    return this.#inner.deadline;
  }
  get peer() {
    return this.#inner.peer;
  }
  get index(): number {
    return this.#inner.index;
  }
  get waits() {
    return this.#inner.waits;
  }
  handle(input: Input, now: Instant): readonly Output[] {
    const outputs = this.#inner.handle(input, now);
    for (const output of outputs)
      if (output.type === 'send' && output.packet.op === 'DATA')
        this.#sent.push({ at: now, block: output.packet.block });
    return outputs;
  }
}

/** Runs a transfer of `blocks` whole blocks and the last, empty one. */
function run(
  blocks: number,
  pace: Partial<Pace>,
  more: Partial<PairOptions> = {},
): { readonly sent: readonly Sent[]; readonly pair: Pair } {
  const sent: Sent[] = [];
  const pair = new Pair({
    kind: 'put',
    file: pattern(blocks * 512),
    offer: { windowsize: 8 },
    ...{ pace, ...more },
    makeSender: (start) => new Watched(new Sender(start), sent),
  }).run();
  return { sent, pair };
}

describe('case 145: a gap', () => {
  it.each(['get', 'put'] as const)('%s: keeps the DATA of a window apart, and windows too', (kind) => {
    const { sent, pair } = run(12, { gap: 20 }, { kind });
    const [first] = sent;
    expect(sent.map(({ at }) => at - first!.at)).toEqual(Array.from({ length: 13 }, (_, at) => at * 20));
    expect(pair.resent).toBe(0);
    expect(pair.published).toEqual(pattern(12 * 512));
  });

  it('in lockstep: the next DATA waits although its ACK is there', () => {
    const { sent } = run(4, { gap: 50 }, { offer: {} });
    expect(sent.map(({ at }) => at - sent[0]!.at)).toEqual([0, 50, 100, 150, 200]);
  });

  it('one that is longer than the retransmission timer resends nothing', () => {
    const patient = (start: ClientStart | ServerStart): Machine =>
      new Receiver({ ...start, pace: { ...start.pace, first: 8000, floor: 8000 } });
    const { pair } = run(20, { gap: 200, first: 10, floor: 10 }, { makeReceiver: patient });
    expect(pair.resent).toBe(0);
    expect(pair.client.outcome).toEqual({ ok: true, octets: 20 * 512, confirmed: true });
  });
});

describe('case 145: a rate', () => {
  it('spaces blocks that take longer than a timer is fine', () => {
    // 512 octets at 25,600 octets per second take 20 ms.
    const { sent } = run(16, { rate: 25_600 });
    expect(sent.map(({ at }) => at - sent[0]!.at)).toEqual(Array.from({ length: 17 }, (_, at) => at * 20));
  });

  it.each([100_000, 1_000_000, 10_000_000])(
    '%d octets per second are never exceeded, over any time',
    (rate) => {
      const { sent, pair } = run(1000, { rate }, { offer: { windowsize: 64 }, delay: [0.1, 0.1] });
      expect(pair.published?.length).toBe(512_000);
      for (const [from, { at }] of sent.entries())
        for (const to of [from + 10, from + 100, from + 1000]) {
          const last = sent[to];
          if (last !== undefined)
            expect(last.at - at).toBeGreaterThanOrEqual(((to - from) * 512_000) / rate - 10.001);
        }
    },
  );

  it('is reached: what is not sent in time is made up for', () => {
    const { sent } = run(2000, { rate: 5_120_000 }, { offer: { windowsize: 64 }, delay: [0.1, 0.1] });
    expect(sent.at(-1)!.at - sent[0]!.at).toBeLessThan(2000 * 0.1 * 1.1);
  });

  it('a pause is not followed by a flood', () => {
    const limit = new SendLimit({ rate: 51_200, gap: 0 }, 512, 0);
    limit.spend(1, 0);
    expect(limit.nextAt).toBe(10);
    expect(limit.allows(9)).toBe(0);
    expect(limit.allows(10)).toBe(1);
    expect(limit.allows(5000)).toBe(2);
  });

  it.each([1, 2, 3, 4, 5])(
    'seed %d: losses, copies and delays break neither the file nor the rate',
    (seed) => {
      const lossy = { seed, loss: 0.1, duplication: 0.05, delay: [1, 40] as const };
      const { sent, pair } = run(200, { rate: 102_400 }, lossy);
      expect(pair.published).toEqual(pattern(200 * 512));
      expect(pair.broken).toEqual([]);
      for (const [at, one] of sent.entries()) {
        const later = sent[at + 20];
        if (later !== undefined) expect(later.at - one.at).toBeGreaterThanOrEqual(20 * 5 - 10.001);
      }
    },
  );
});

describe('case 145: what is agreed at a rate', () => {
  it.each([
    [{ rate: 1024, gap: 0 }, 512, 1],
    [{ rate: 8192, gap: 0 }, 1638, 1],
    [{ rate: 65_536, gap: 0 }, 13_107, 8],
    [{ rate: Infinity, gap: 100 }, Infinity, 2],
    [{ rate: Infinity, gap: 1000 }, Infinity, 1],
    [{ rate: Infinity, gap: 0 }, Infinity, Infinity],
  ])(
    '%j: neither a block nor a window takes more than a fifth of a second',
    (limits, blksize, windowsize) => {
      expect(blksizeAt(limits)).toBe(blksize);
      expect(windowsizeAt(limits, 1468)).toBe(windowsize);
    },
  );

  it('a read gets smaller blocks and windows, an upload does not: its client sends', () => {
    const grant = { blksize: 65464, windowsize: 64, options: true, extensions: false, size: undefined };
    const limits = { rate: 40_960, gap: 0 };
    const offer = { blksize: 8192, windowsize: 16 };
    const read = acceptOptions(request('RRQ', offer), { ...grant, limits }).terms;
    expect({ blksize: read.blksize, windowsize: read.windowsize }).toEqual({ blksize: 8192, windowsize: 1 });
    const large = acceptOptions(request('RRQ', { blksize: 65464 }), { ...grant, limits }).terms;
    expect(large.blksize).toBe(8192);
    const upload = acceptOptions(request('WRQ', { blksize: 65464 }), { ...grant, limits }).terms;
    expect(upload.blksize).toBe(65464);
  });
});
