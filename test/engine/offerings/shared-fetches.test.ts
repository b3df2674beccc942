// One fetch for several clients: the same octets for each at its own pace, bounded memory, and no mixture of two versions.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Source } from '../../../src/files/file.ts';
import { problem } from '../../../src/files/problem.ts';
import { memorySource } from '../../../src/files/streams/stream.ts';
import { SharedFetches } from '../../../src/engine/offerings/shared-fetches.ts';
import { pattern } from '../../support/script.ts';
import { problemOf, readAll } from '../../files/disk.ts';

/** Another server: its file, and what was asked of it. */
class Upstream {
  content: Uint8Array;
  opened = 0;
  closed = 0;
  now = 0;
  readonly #fetches = new SharedFetches(() => this.now);

  constructor(content: Uint8Array) {
    this.content = content;
  }

  /** The signal of the client lives on, as that of a program may: nothing may listen to it in the end. */
  ask(): Promise<Source> {
    return this.#fetches.open('f', () => this.#open(), new AbortController().signal);
  }

  #open(): Promise<Source> {
    this.opened += 1;
    const source = memorySource(this.content);
    const close = async (): Promise<void> => {
      this.closed += 1;
    };
    return Promise.resolve({ size: source.size, read: (into) => source.read(into), close });
  }
}

/** Reads `length` octets. */
async function take(source: Source, length: number): Promise<Buffer> {
  const into = Buffer.alloc(length);
  let got = 0;
  while (got < length) got += await source.read(into.subarray(got));
  return into;
}

const large = pattern(3 * 1024 * 1024);

describe('clients that ask for one name at the same time', () => {
  test('R15: 300 of them share one fetch, which ends with the last one', async () => {
    const there = new Upstream(large);
    const readers = await Promise.all(Array.from({ length: 300 }, () => there.ask()));
    expect(there).toMatchObject({ opened: 1, closed: 0 });
    expect(new Set(readers.map(({ size }) => size))).toEqual(new Set([large.length]));
    for (const reader of readers) await reader.close();
    await Promise.resolve();
    expect(there).toMatchObject({ opened: 1, closed: 1 });
  });

  test('each gets the whole file, whatever the paces are', async () => {
    const paces = fc.array(fc.integer({ min: 1, max: 1_500_000 }), { minLength: 1, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(
        fc.nat(3),
        paces,
        fc.integer({ min: 0, max: large.length }),
        async (more, steps, size) => {
          const there = new Upstream(large.subarray(0, size));
          const readers = await Promise.all(Array.from({ length: more + 1 }, () => there.ask()));
          const got = readers.map(() => [] as Buffer[]);
          for (const [turn, pace] of steps.entries()) {
            const at = (turn * 7 + pace) % readers.length;
            const into = Buffer.alloc(pace);
            const count = (await readers[at]?.read(into)) ?? 0;
            got[at]?.push(into.subarray(0, count));
          }
          for (const [at, reader] of readers.entries()) got[at]?.push(await readAll(reader, 65_536));
          for (const parts of got) expect(Buffer.concat(parts).equals(there.content)).toBe(true);
          expect(there.opened).toBeLessThanOrEqual(readers.length);
          await Promise.resolve();
          expect(there.closed).toBe(there.opened);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('R15: one that falls behind asks again only when it reads, and gets the same file', async () => {
    const there = new Upstream(large);
    const [slow, fast] = [await there.ask(), await there.ask()];
    const first = await take(slow, 1000);
    expect((await readAll(fast, 65_536)).equals(large)).toBe(true);
    expect(there.opened).toBe(1);
    expect(Buffer.concat([first, await readAll(slow, 65_536)]).equals(large)).toBe(true);
    expect(there.opened).toBe(2);
  });

  test('F28: one that falls behind never gets the end of another version', async () => {
    for (const next of [large.map((octet) => octet ^ 1), large.subarray(1), new Uint8Array(0)]) {
      const there = new Upstream(large);
      const [slow, fast] = [await there.ask(), await there.ask()];
      await take(slow, 1000);
      await readAll(fast, 65_536);
      there.content = next;
      expect(await problemOf(slow.read(new Uint8Array(10)))).toBe('changed');
      await slow.close();
    }
  });

  test('a later request does not get an old version: after 5 s, or when nobody reads any more', async () => {
    const there = new Upstream(pattern(10));
    const first = await there.ask();
    there.content = pattern(20);
    expect((await there.ask()).size).toBe(10);
    there.now += 5000;
    expect((await there.ask()).size).toBe(20);
    there.content = pattern(30);
    await first.close();
    expect((await there.ask()).size).toBe(20);
  });

  test('a failure of the other server reaches each of them, also one that is behind', async () => {
    const fetches = new SharedFetches(() => 0);
    let left = 3;
    const open = async (): Promise<Source> => ({
      size: undefined,
      read: async (into) => {
        if (left === 0) return 0; // a source that has failed may look as if it had ended
        if (--left === 0) throw problem('io');
        return into.fill(1).length;
      },
      close: async () => undefined,
    });
    const readers = [await fetches.open('f', open, undefined), await fetches.open('f', open, undefined)];
    for (const reader of readers) expect(await problemOf(readAll(reader, 1000))).toBe('io');
  });

  test('R15: who leaves while it is opened leaves alone; the last one ends the work', async () => {
    const fetches = new SharedFetches(() => 0);
    const signals: AbortSignal[] = [];
    const open = (signal: AbortSignal): Promise<Source> =>
      new Promise((_, reject) => {
        signals.push(signal);
        signal.addEventListener('abort', () => reject(problem('broken-pipe')));
      });
    const [one, two] = [new AbortController(), new AbortController()];
    const waiting = [fetches.open('f', open, one.signal), fetches.open('f', open, two.signal)].map(problemOf);
    one.abort();
    expect(await waiting[0]).toBe('broken-pipe');
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
    two.abort();
    expect(await waiting[1]).toBe('broken-pipe');
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    // Somebody who asks now begins anew, and one that has left already asks nobody.
    expect(await problemOf(fetches.open('g', open, AbortSignal.abort()))).toBe('broken-pipe');
    const three = new AbortController();
    const anew = problemOf(fetches.open('f', open, three.signal));
    expect(signals).toHaveLength(3);
    three.abort();
    expect(await anew).toBe('broken-pipe');
  });
});
