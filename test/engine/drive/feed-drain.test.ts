// Read-ahead and write-behind: the right octets in the right pieces, errors once, publishing last.
import { describe, expect, test } from 'vitest';
import type { ReadNow, Sink, Source } from '../../../src/files/file.ts';
import { problem } from '../../../src/files/problem.ts';
import { Drain } from '../../../src/engine/drive/drain.ts';
import { Feed, largestPiece, smallestPiece } from '../../../src/engine/drive/feed.ts';
import { ReadAhead } from '../../../src/engine/drive/read-ahead.ts';
import { NetasciiDecoder, NetasciiEncoder } from '../../../src/wire/netascii.ts';
import { pattern } from '../../support/script.ts';
import { latin } from '../../support/raw-peer.ts';

/** A clock that stands still: every piece is used up at once. */
const now = (): number => 0;

/** A source that gives at most `most` octets a read, and `fails` behind its end. */
function source(octets: Uint8Array, most = Infinity, fails?: Error): Source {
  let at = 0;
  return {
    size: octets.length,
    async read(into) {
      const part = octets.subarray(at, at + Math.min(into.length, most));
      if (part.length === 0 && fails !== undefined) throw fails;
      into.set(part);
      at += part.length;
      return part.length;
    },
    close: async () => undefined,
  };
}

/** All chunks of pulls of `length`, until one is short; each is copied only when the next window was taken. */
async function pullAll(feed: Feed, length: number): Promise<Uint8Array[]> {
  const chunks: Uint8Array[] = [];
  let held: Uint8Array | undefined;
  for (;;) {
    let chunk = feed.take(length, () => undefined);
    while (chunk === undefined) {
      await new Promise(setImmediate);
      chunk = feed.take(length, () => undefined);
    }
    if (held !== undefined) chunks.push(held.slice());
    held = chunk;
    feed.prepare();
    if (chunk.length < length) return [...chunks, chunk];
  }
}

describe('Feed', () => {
  test.each([
    [0, 512, Infinity],
    [511, 512, Infinity],
    [512, 512, Infinity],
    [100_000, 512, Infinity],
    [100_000, 512, 7],
    [300_000, 1468 * 16, 1000],
    [200_000, 65_464, Infinity],
  ])('%i octets in pulls of %i from reads of at most %i', async (size, length, most) => {
    const feed = new Feed({ source: source(pattern(size), most), now, failed: () => undefined });
    const chunks = await pullAll(feed, length);
    expect(Buffer.concat(chunks).equals(Buffer.from(pattern(size)))).toBe(true);
    expect(chunks.slice(0, -1).every((chunk) => chunk.length === length)).toBe(true);
  });

  test('what lies within a window is never overwritten, what lies behind it is used again', async () => {
    const octets = pattern(400_000);
    // A window of 16 blocks that is taken block by block after the first pull.
    const feed = new Feed({ source: source(octets), now, failed: () => undefined });
    const memory = new Set<ArrayBufferLike>();
    const held: Uint8Array[] = [];
    let at = 0;
    for (let length = 16 * 512; at < octets.length - 512; length = 512) {
      let chunk = feed.take(length, () => undefined);
      while (chunk === undefined) {
        await new Promise(setImmediate);
        chunk = feed.take(length, () => undefined);
      }
      memory.add(chunk.buffer);
      held.push(chunk);
      at += chunk.length;
      if (held.length > 16) held.shift();
      const seen = Buffer.concat(held);
      expect(seen.equals(octets.subarray(at - seen.length, at))).toBe(true);
    }
    expect(memory.size).toBeLessThan(6);
  });

  test('a slow pipe: what is asked for is given when it is there, not when a piece is full', async () => {
    let reads = 0;
    const slow: Source = {
      size: undefined,
      read: (into) => {
        if (reads++ > 0) return new Promise(() => undefined);
        into.fill(1, 0, 600);
        return Promise.resolve(600);
      },
      close: async () => undefined,
    };
    const feed = new Feed({ source: slow, now, failed: () => undefined });
    const wanted = new Promise<void>((resolve) => expect(feed.take(512, resolve)).toBeUndefined());
    await wanted;
    expect(feed.take(512, () => undefined)).toHaveLength(512);
  });

  test('an error comes after the octets before it, once', async () => {
    const errors: unknown[] = [];
    const feed = new Feed({
      ...{ source: source(pattern(70_000), Infinity, problem('io')), now },
      failed: (error) => errors.push(error),
    });
    let octets = 0;
    while (errors.length === 0) {
      const chunk = feed.take(512, () => undefined);
      octets += chunk?.length ?? 0;
      if (chunk === undefined) await new Promise(setImmediate);
    }
    // Never the short pull that would look like the end of the file.
    expect(octets % 512).toBe(0);
    expect(octets).toBeGreaterThanOrEqual(64 * 1024);
    expect(errors).toEqual([problem('io')]);
  });

  test('C10: a check that fails at the end of the file, while nobody waits, is no short last block', async () => {
    const errors: unknown[] = [];
    const feed = new Feed({
      ...{ source: source(pattern(70_000)), now: () => 0 },
      atEnd: () => {
        throw problem('changed');
      },
      failed: (error) => errors.push(error),
    });
    await feed.ready(512);
    await new Promise(setImmediate);
    let octets = 0;
    while (errors.length === 0) {
      const chunk = feed.take(512, () => undefined);
      octets += chunk?.length ?? 0;
      if (chunk === undefined) await new Promise(setImmediate);
    }
    expect(octets % 512).toBe(0);
    expect(errors).toEqual([problem('changed')]);
  });

  test('netascii: the last octets of the conversion are not lost', async () => {
    const feed = new Feed({
      ...{
        source: source(latin('a\nb\r')),
        now,
        conversion: new NetasciiEncoder(),
        failed: () => undefined,
      },
    });
    expect(Buffer.concat(await pullAll(feed, 512)).toString('latin1')).toBe('a\r\nb\r\0');
  });

  /** A source of zeros without end, and the lengths of the reads from it. */
  function endless(): { readonly source: Source; readonly reads: number[] } {
    const reads: number[] = [];
    const read = ({ length }: Uint8Array): Promise<number> => {
      reads.push(length);
      return Promise.resolve(length);
    };
    return { source: { size: undefined, read, close: async () => undefined }, reads };
  }

  async function pull(feed: Feed, octets: number): Promise<void> {
    for (let got = 0; got < octets;) {
      const chunk = feed.take(1024, () => undefined);
      if (chunk === undefined) await new Promise(setImmediate);
      else got += chunk.length;
    }
  }

  describe('a file that the system holds in memory', () => {
    /** A source of `octets`; `holds` says whether its octets from there on are in memory. */
    function cached(octets: Uint8Array, holds: (at: number) => boolean) {
      const reads = { now: 0, waited: 0, largest: 0 };
      let at = 0;
      const read = (into: Uint8Array): number => {
        reads.largest = Math.max(reads.largest, into.length);
        const part = octets.subarray(at, at + into.length);
        into.set(part);
        at += part.length;
        return part.length;
      };
      const made: Source = {
        size: octets.length,
        read: async (into) => {
          reads.waited += 1;
          return read(into);
        },
        readNow: (into, by) => {
          const count = at + into.length < octets.length && holds(at) ? by(3, into, at) : 0;
          if (count === 0) return 0;
          reads.now += 1;
          return read(into.subarray(0, count));
        },
        close: async () => undefined,
      };
      return { reads, source: made };
    }
    const whole: ReadNow = (_, into) => into.length;
    const size = 3_000_001;
    const feedOf = (from: Source, by: ReadNow): Feed =>
      new Feed({ source: from, now, readNow: () => by, failed: () => undefined });

    test('most of it is read within the calls, and all of it arrives', async () => {
      const { reads, source: from } = cached(pattern(size), () => true);
      const chunks = await pullAll(feedOf(from, whole), 1468);
      expect(Buffer.concat(chunks).equals(Buffer.from(pattern(size)))).toBe(true);
      expect(reads.now).toBeGreaterThan(4);
      // The pieces before it is worth it, the last one, and the end of the file.
      expect(reads.waited).toBeLessThan(8);
    });

    test('a pull is answered at once, without a turn of the event loop', async () => {
      const { source: from } = cached(pattern(size), () => true);
      const feed = feedOf(from, whole);
      await pull(feed, 1024 * 1024);
      for (let taken = 0; taken < 1024 * 1024; taken += 1024)
        expect(feed.take(1024, () => undefined)).toHaveLength(1024);
    });

    test('what the next pull needs is read when the octets before it have left', async () => {
      const { reads, source: from } = cached(pattern(size), () => true);
      const feed = feedOf(from, whole);
      await pull(feed, 1024 * 1024);
      const before = reads.now;
      let whileTaking = 0;
      for (let taken = 0; taken < 1024 * 1024; taken += 1024) {
        const read = reads.now;
        feed.take(1024, () => undefined);
        whileTaking += reads.now - read;
        feed.prepare();
      }
      expect({ whileTaking, all: reads.now - before }).toEqual({ whileTaking: 0, all: 8 });
    });

    test('pieces grow no further than the processor can keep at hand; from a disk they do', async () => {
      const inMemory = cached(pattern(size), () => true);
      await pullAll(feedOf(inMemory.source, whole), 1024);
      expect(inMemory.reads.largest).toBe(128 * 1024);
      const onDisk = cached(pattern(size), () => false);
      await pullAll(feedOf(onDisk.source, whole), 1024);
      expect(onDisk.reads.largest).toBe(largestPiece);
    });

    test.each([
      ['never in memory', () => false],
      ['in memory in parts', (at: number) => at % 5 !== 0],
      ['only its beginning in memory', (at: number) => at < 1_000_000],
    ] as const)('%s: it arrives all the same', async (_, holds) => {
      const { source: from } = cached(pattern(size), holds);
      const chunks = await pullAll(feedOf(from, whole), 1000);
      expect(Buffer.concat(chunks).equals(Buffer.from(pattern(size)))).toBe(true);
    });

    test('read in odd parts it arrives whole, and nothing of a window is overwritten', async () => {
      const { source: from } = cached(pattern(size), () => true);
      const odd: ReadNow = (_, into) => Math.max(1, Math.floor(into.length / 3));
      const chunks = await pullAll(feedOf(from, odd), 1468 * 16);
      expect(Buffer.concat(chunks).equals(Buffer.from(pattern(size)))).toBe(true);
    });

    test('a small file never asks for the way to read so', async () => {
      const { source: from } = cached(pattern(100_000), () => true);
      const asked = (): never => expect.unreachable();
      await pullAll(new Feed({ source: from, now, readNow: asked, failed: () => undefined }), 512);
    });
  });

  test('pieces grow while the peer takes them quickly', async () => {
    const { source: zeros, reads } = endless();
    await pull(new Feed({ source: zeros, now, failed: () => undefined }), 4 * 1024 * 1024);
    expect(reads.slice(0, 5)).toEqual([1, 2, 4, 8, 16].map((times) => times * smallestPiece));
    expect(Math.max(...reads)).toBe(largestPiece);
  });

  test('pieces stay small while the peer takes them slowly', async () => {
    const { source: zeros, reads } = endless();
    let time = 0;
    await pull(new Feed({ source: zeros, now: () => (time += 100), failed: () => undefined }), 1024 * 1024);
    expect(new Set(reads)).toEqual(new Set([smallestPiece]));
  });

  test('500 quick transfers hold 4 MiB in all beyond their smallest pieces, and give it back', async () => {
    const readAhead = new ReadAhead();
    const feeds = Array.from({ length: 500 }, () => {
      const { source: zeros, reads } = endless();
      return { reads, feed: new Feed({ source: zeros, readAhead, now, failed: () => undefined }) };
    });
    for (const { feed } of feeds) await pull(feed, 256 * 1024);
    expect(readAhead.held).toBeGreaterThan(3 * 1024 * 1024);
    expect(readAhead.held).toBeLessThanOrEqual(4 * 1024 * 1024);
    // The last ones have to do with what everybody has.
    expect(Math.max(...feeds.at(-1)!.reads)).toBe(smallestPiece);
    for (const { feed } of feeds) feed.close();
    expect(readAhead.held).toBe(0);
  });

  test('a small file takes no more memory than it needs', async () => {
    const lengths: number[] = [];
    const small = source(pattern(1000));
    const counted: Source = { ...small, read: (into) => (lengths.push(into.length), small.read(into)) };
    await pullAll(new Feed({ source: counted, now, failed: () => undefined }), 512);
    expect(lengths[0]).toBe(1001);
  });
});

describe('Drain', () => {
  function sink(overrides: Partial<Sink> = {}) {
    const written: Uint8Array[] = [];
    const calls: string[] = [];
    const made: Sink = {
      write: async (parts) => void written.push(...parts),
      publish: async () => void calls.push('publish'),
      discard: async () => void calls.push('discard'),
      ...overrides,
    };
    return { sink: made, written, calls };
  }
  const turn = (): Promise<void> => new Promise(setImmediate);

  /** Delivers as a drive does whose machine answers each delivery. */
  function deliver(drain: Drain, octets: Uint8Array, last: boolean): boolean {
    const isStored = drain.accept(octets, last);
    drain.write(true);
    return isStored;
  }

  test('octets in order, the check before publishing, then the last delivery is answered', async () => {
    const { sink: to, written, calls } = sink();
    const drain = new Drain({
      sink: to,
      check: () => calls.push('check'),
      stored: () => calls.push('stored'),
      failed: () => calls.push('failed'),
    });
    for (let count = 0; count < 10; count++)
      expect(deliver(drain, new Uint8Array(100_000).fill(count), false)).toBe(true);
    expect(deliver(drain, latin('end'), true)).toBe(false);
    await turn();
    // The peer lost the last ACK: it is sent again.
    drain.write(true);
    await turn();
    expect(calls).toEqual(['check', 'publish', 'stored']);
    expect(Buffer.concat(written)).toHaveLength(1_000_003);
    expect(await drain.isPublished()).toBe(true);
  });

  test('an empty file is published', async () => {
    const { sink: to, calls } = sink();
    const drain = new Drain({
      sink: to,
      stored: () => calls.push('stored'),
      failed: () => calls.push('failed'),
    });
    deliver(drain, new Uint8Array(0), true);
    await turn();
    expect(calls).toEqual(['publish', 'stored']);
  });

  test('a slow disk: with two mebibytes unwritten, deliveries wait', async () => {
    const release: (() => void)[] = [];
    const { sink: to } = sink({ write: () => new Promise((resolve) => release.push(resolve)) });
    let stored = 0;
    const drain = new Drain({ sink: to, stored: () => (stored += 1), failed: () => undefined });
    const answers = Array.from({ length: 10 }, () => deliver(drain, new Uint8Array(256 * 1024), false));
    expect(answers).toEqual([...Array<boolean>(7).fill(true), false, false, false]);
    await turn();
    expect(stored).toBe(0);
    release.shift()?.();
    await turn();
    expect(stored).toBe(3);
  });

  test('no write starts before the answer to a window, unless much is held', () => {
    const lengths: number[] = [];
    const { sink: to } = sink({
      write: async (parts) => void lengths.push(parts.reduce((sum, { length }) => sum + length, 0)),
    });
    const drain = new Drain({ sink: to, stored: () => undefined, failed: () => undefined });
    const piece = 128 * 1024;
    for (let count = 0; count < 3; count++) {
      drain.accept(new Uint8Array(piece), false);
      drain.write(false);
    }
    expect(lengths).toEqual([]);
    drain.write(true);
    expect(lengths).toEqual([3 * piece]);
    const other = new Drain({ sink: to, stored: () => undefined, failed: () => undefined });
    other.accept(new Uint8Array(4 * piece), false);
    other.write(false);
    expect(lengths).toEqual([3 * piece, 4 * piece]);
  });

  test.each(['write', 'publish'] as const)(
    'a failing %s is told once, and nothing is published',
    async (step) => {
      const errors: unknown[] = [];
      const { sink: to } = sink({ [step]: () => Promise.reject(problem('full')) });
      const drain = new Drain({
        sink: to,
        stored: () => errors.push('stored'),
        failed: (error) => errors.push(error),
      });
      deliver(drain, latin('x'), true);
      await turn();
      expect(errors).toEqual([problem('full')]);
      expect(await drain.isPublished()).toBe(false);
    },
  );

  test('a check that fails, or a transfer that ended meanwhile: no publishing', async () => {
    const checked = sink();
    const refusing = (): void => {
      throw new Error('no');
    };
    const refused = new Drain({
      sink: checked.sink,
      check: refusing,
      stored: () => undefined,
      failed: () => undefined,
    });
    deliver(refused, latin('x'), true);
    const cancelled = sink();
    const drain = new Drain({ sink: cancelled.sink, stored: () => undefined, failed: () => undefined });
    deliver(drain, latin('x'), true);
    drain.cancel();
    await turn();
    expect([...checked.calls, ...cancelled.calls]).toEqual([]);
  });

  test('netascii is converted back', async () => {
    const { sink: to, written } = sink();
    const drain = new Drain({
      sink: to,
      conversion: new NetasciiDecoder(),
      stored: () => undefined,
      failed: () => undefined,
    });
    deliver(drain, latin('a\r'), false);
    deliver(drain, latin('\nb\r'), true);
    await turn();
    expect(Buffer.concat(written).toString('latin1')).toBe('a\nb\r');
  });
});
