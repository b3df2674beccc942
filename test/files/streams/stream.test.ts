// Streams and memory as sources and sinks.
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { PassThrough, Readable, Writable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDigest } from '../../../src/files/streams/digest.ts';
import { MemorySink, memorySource, streamSink, streamSource } from '../../../src/files/streams/stream.ts';
import { errorOf, problemOf, readAll, store } from '../disk.ts';

async function* pieces(...parts: readonly (Uint8Array | string)[]): AsyncGenerator<Uint8Array | string> {
  yield* parts;
}

describe('sources', () => {
  it('case 117: a stream gives the same octets in whatever pieces they come and are asked for', async () => {
    const parts = fc.array(fc.uint8Array({ maxLength: 9 }), { maxLength: 9 });
    await fc.assert(
      fc.asyncProperty(parts, fc.integer({ min: 1, max: 20 }), async (given, piece) => {
        const whole = Buffer.concat(given);
        for (const source of [
          streamSource(pieces(...given)),
          streamSource(Readable.from(given, { objectMode: true })),
          streamSource(pieces(...given), whole.length),
          memorySource(whole),
        ])
          expect((await readAll(source, piece)).equals(whole)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it('a read gives what came and waits for no more; 0 only at the end', async () => {
    const source = streamSource(pieces('ab', '', 'cdefgh', 'i'));
    for (const octets of [2, 5, 1, 1, 0]) expect(await source.read(new Uint8Array(5))).toBe(octets);
    expect(source.size).toBeUndefined();
  });

  it('a stream that is not as long as announced is `changed`', async () => {
    for (const announced of [2, 4])
      expect(await problemOf(readAll(streamSource(pieces('abc'), announced)))).toBe('changed');
    // What came is no end: the end itself is the error.
    const short = streamSource(pieces('abc'), 4);
    expect(await short.read(new Uint8Array(10))).toBe(3);
    expect(await problemOf(short.read(new Uint8Array(10)))).toBe('changed');
  });

  it('a stream that fails is a FileError whose words are ours', async () => {
    const failing = new Readable({ read: () => undefined });
    const source = streamSource(failing);
    const reading = errorOf(source.read(new Uint8Array(4)));
    failing.destroy(new Error('secret \u001b[2J'));
    expect(await reading).toMatchObject({ problem: 'io', message: 'The stream failed' });
    const cut = new PassThrough();
    const waiting = problemOf(streamSource(cut).read(new Uint8Array(4)));
    cut.destroy();
    expect(await waiting).toBe('broken-pipe');
    const odd = streamSource(Readable.from([{ not: 'octets' }]));
    expect(await problemOf(odd.read(new Uint8Array(4)))).toBe('io');
  });

  it('closing does not wait for a stream that gives nothing', async () => {
    const silent = new PassThrough();
    const source = streamSource(silent);
    const reading = source.read(new Uint8Array(4)).catch(() => 0);
    await source.close();
    await reading;
    expect(silent.destroyed).toBe(true);
    const never = streamSource({
      [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => undefined) }),
    });
    void never.read(new Uint8Array(1));
    await never.close();
  });
});

describe('sinks', () => {
  it('case 117: a stream gets the octets in order and is not ended', async () => {
    const stream = new PassThrough();
    const sink = streamSink(stream);
    await sink.write([Buffer.from('a'), Buffer.alloc(0), Buffer.from('bc')]);
    await sink.write([]);
    await sink.publish();
    expect(stream.read()).toEqual(Buffer.from('abc'));
    expect(stream.writableEnded).toBe(false);
    expect(stream.listenerCount('error')).toBe(new PassThrough().listenerCount('error'));
    expect(stream.listenerCount('close')).toBe(new PassThrough().listenerCount('close'));
  });

  it('a write resolves only when the stream has taken it: what is borrowed is not touched after', async () => {
    const taken: (() => void)[] = [];
    const slow = new Writable({ write: (_chunk, _encoding, done) => void taken.push(done) });
    let resolved = false;
    const writing = streamSink(slow)
      .write([Buffer.from('a'), Buffer.from('b')])
      .then(() => (resolved = true));
    taken.shift()?.();
    await new Promise(setImmediate);
    expect(resolved).toBe(false);
    taken.shift()?.();
    await writing;
    expect(resolved).toBe(true);
  });

  it.skipIf(process.platform !== 'linux')('C05: /dev/full is `full`, not a success', async () => {
    const sink = streamSink(createWriteStream('/dev/full'), { end: true });
    expect(await problemOf(sink.write([Buffer.from('x')]))).toBe('full');
    expect(await problemOf(sink.publish())).toBe('full');
    await sink.discard();
  });

  it('C05: a closed pipe is `broken-pipe`, whenever it closes', async () => {
    const refusing = new Writable({
      write: (_chunk, _encoding, done) => done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })),
    });
    const sink = streamSink(refusing);
    expect(await problemOf(sink.write([Buffer.from('x')]))).toBe('broken-pipe');
    expect(await problemOf(sink.publish())).toBe('broken-pipe');
    const stuck = new Writable({ write: () => undefined });
    const waiting = problemOf(streamSink(stuck).write([Buffer.from('x')]));
    stuck.destroy();
    expect(await waiting).toBe('broken-pipe');
    const gone = new PassThrough();
    gone.destroy();
    expect(await problemOf(streamSink(gone).write([Buffer.from('x')]))).toBe('broken-pipe');
  });

  it('a stream of its own is ended by publish and destroyed by discard', async () => {
    const written: string[] = [];
    const make = (): Writable =>
      new Writable({
        write: (chunk: Buffer, _encoding, done) => {
          written.push(chunk.toString());
          done();
        },
      });
    const whole = make();
    await store(streamSink(whole, { end: true }), 'x');
    expect([whole.writableFinished, written]).toEqual([true, ['x']]);
    const failed = make();
    await streamSink(failed, { end: true }).discard();
    expect(failed.destroyed).toBe(true);
    const failing = new Writable({ final: (done) => done(new Error('no')) });
    expect(await problemOf(streamSink(failing, { end: true }).publish())).toBe('io');
  });

  it('memory keeps its own copy, and nothing before it is published', async () => {
    const sink = new MemorySink(4);
    const part = Buffer.from('ab');
    await sink.write([part, part]);
    part.fill('z');
    expect(sink.octets).toBeUndefined();
    await sink.publish();
    expect(Buffer.from(sink.octets!).toString()).toBe('abab');
    expect(await problemOf(new MemorySink(4).write([Buffer.alloc(5)]))).toBe('too-large');
  });
});

describe('digest', () => {
  it('C08: is the same in whatever pieces the octets pass', () => {
    const digest = createDigest();
    for (const part of ['a', '', 'bc']) digest.update(Buffer.from(part));
    expect(digest.hex()).toBe(createHash('sha256').update('abc').digest('hex'));
    expect(digest.hex()).toMatch(/^ba7816bf/);
  });
});
