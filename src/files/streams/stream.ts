// Sources and sinks that are not files: a pipe, a stream, memory.
// Rule: a stream is read no faster than asked and written no faster than it takes. Its errors become FileError, never a
// crash.
import type { Readable, Writable } from 'node:stream';
import type { Sink, Source } from '../file.ts';
import { problem, problemFrom } from '../problem.ts';
import type { FileError } from '../file.ts';

/** What can be read as a stream. Text is encoded as UTF-8. */
export type OctetStream = Readable | AsyncIterable<Uint8Array | string>;

/** A source that reads `octets`, which must stay unchanged until the source is closed. */
export function memorySource(octets: Uint8Array): Source {
  let offset = 0;
  return {
    size: octets.length,
    read(into) {
      const part = octets.subarray(offset, offset + into.length);
      into.set(part);
      offset += part.length;
      return Promise.resolve(part.length);
    },
    close: () => Promise.resolve(),
  };
}

/**
 * A source that reads a stream. If the stream does not have exactly `size` octets, reading rejects with `changed`.
 * Closing the source destroys the stream.
 */
export function streamSource(stream: OctetStream, size?: number): Source {
  return new StreamSource(stream, size);
}

class StreamSource implements Source {
  readonly size: number | undefined;
  readonly #stream: OctetStream;
  readonly #chunks: AsyncIterator<unknown>;
  #rest: Uint8Array = new Uint8Array(0);
  #read = 0;
  #ended = false;

  constructor(stream: OctetStream, size: number | undefined) {
    this.#stream = stream;
    this.size = size;
    this.#chunks = (stream as AsyncIterable<unknown>)[Symbol.asyncIterator]();
    // A stream that fails while nobody reads must not end the process. The next read reports the failure.
    if (isNodeStream(stream)) stream.on('error', ignore);
  }

  async read(into: Uint8Array): Promise<number> {
    // Returns after one chunk: the reader of a slow pipe should not wait for the next one.
    while (this.#rest.length === 0 && (await this.#next()));
    const part = this.#rest.subarray(0, into.length);
    into.set(part);
    this.#rest = this.#rest.subarray(part.length);
    this.#read += part.length;
    if (this.size !== undefined) {
      const tooShort = this.#ended && this.#rest.length === 0 && this.#read < this.size;
      if (tooShort || this.#read > this.size)
        throw problem('changed', 'The stream is not as long as announced');
    }
    return part.length;
  }

  /** Fetches the next chunk, which may be empty. @returns false at the end. */
  async #next(): Promise<boolean> {
    if (this.#ended) return false;
    let result: IteratorResult<unknown>;
    try {
      result = await this.#chunks.next();
    } catch (error) {
      this.#ended = true;
      throw streamProblem(error);
    }
    if (result.done === true) {
      this.#ended = true;
      return false;
    }
    this.#rest = octetsOf(result.value);
    return true;
  }

  close(): Promise<void> {
    this.#ended = true;
    // `return` of a generator waits for a `next` that may never come, so we do not wait for `return`.
    if (isNodeStream(this.#stream)) this.#stream.destroy();
    else void this.#chunks.return?.().catch(ignore);
    return Promise.resolve();
  }
}

function isNodeStream(stream: OctetStream): stream is Readable {
  return 'destroy' in stream && typeof stream.destroy === 'function' && 'on' in stream;
}

function octetsOf(chunk: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk;
  if (typeof chunk === 'string') return Buffer.from(chunk);
  throw problem('io', 'The stream gave a chunk that is not octets');
}

function streamProblem(error: unknown): FileError {
  const known = problemFrom(error);
  return known.problem === 'io' ? problem('io', 'The stream failed', error) : known;
}

function ignore(): void {
  // Reported elsewhere.
}

/**
 * A sink that writes to a stream at once: `discard` cannot take back what was written. With `end`, `publish` ends the
 * stream and `discard` destroys it. Default: false.
 */
export function streamSink(stream: Writable, { end = false }: { readonly end?: boolean } = {}): Sink {
  return new StreamSink(stream, end);
}

class StreamSink implements Sink {
  readonly #stream: Writable;
  readonly #end: boolean;
  #failed: FileError | undefined;
  /** Rejects the pending write or end. */
  #reject: ((error: FileError) => void) | undefined;
  readonly #onError = (error: unknown): void => this.#fail(error);
  readonly #onClose = (): void => this.#fail(problem('broken-pipe'));

  constructor(stream: Writable, end: boolean) {
    this.#stream = stream;
    this.#end = end;
    stream.on('error', this.#onError);
    stream.on('close', this.#onClose);
    if (stream.destroyed || !stream.writable) this.#failed = problem('broken-pipe');
  }

  async write(parts: readonly Uint8Array[]): Promise<void> {
    const filled = parts.filter((part) => part.length > 0);
    const last = filled.at(-1);
    if (this.#failed !== undefined) throw this.#failed;
    if (last === undefined) return;
    // Waits for the callback, not for `drain`: the octets are borrowed until the stream has taken them.
    await this.#settle((done) => {
      if (filled.length > 1) this.#stream.cork();
      for (const part of filled.slice(0, -1)) this.#stream.write(part);
      this.#stream.write(last, done);
      if (filled.length > 1) this.#stream.uncork();
    });
  }

  async publish(): Promise<void> {
    if (this.#failed !== undefined) throw this.#failed;
    try {
      if (this.#end) await this.#settle((done) => this.#stream.end(done));
    } finally {
      this.#detach();
    }
  }

  discard(): Promise<void> {
    if (this.#end && !this.#stream.writableFinished) this.#stream.on('error', ignore).destroy();
    this.#detach();
    return Promise.resolve();
  }

  #settle(start: (done: (error?: Error | null) => void) => void): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      this.#reject = reject;
      start((error) => {
        if (error === undefined || error === null) resolve();
        else this.#fail(error);
      });
    }).finally(() => {
      this.#reject = undefined;
    });
  }

  #fail(error: unknown): void {
    this.#failed ??= streamProblem(error);
    this.#reject?.(this.#failed);
  }

  #detach(): void {
    this.#stream.off('close', this.#onClose);
    // A broken stream emits its error once more, later: that must not end the process.
    if (this.#failed === undefined) this.#stream.off('error', this.#onError);
  }
}

/** A sink in memory; `octets` is set when it is published. Rejects with `too-large` above `limit` octets. */
export class MemorySink implements Sink {
  octets: Uint8Array | undefined;
  readonly #limit: number;
  readonly #onPublish: (octets: Uint8Array) => void;
  readonly #onDiscard: () => void;
  #parts: Uint8Array[] = [];
  #length = 0;

  constructor(
    limit = Infinity,
    onPublish: (octets: Uint8Array) => void = ignore,
    onDiscard: () => void = ignore,
  ) {
    this.#limit = limit;
    this.#onPublish = onPublish;
    this.#onDiscard = onDiscard;
  }

  async write(parts: readonly Uint8Array[]): Promise<void> {
    for (const part of parts) {
      this.#length += part.length;
      if (this.#length > this.#limit) throw problem('too-large');
      this.#parts.push(new Uint8Array(part)); // A copy: a slice of a Buffer would share its memory.
    }
    return Promise.resolve();
  }

  async publish(): Promise<void> {
    const octets = new Uint8Array(this.#length);
    let offset = 0;
    for (const part of this.#parts) {
      octets.set(part, offset);
      offset += part.length;
    }
    this.#parts = [];
    this.#onPublish(octets);
    this.octets = octets;
    return Promise.resolve();
  }

  discard(): Promise<void> {
    this.#parts = [];
    if (this.octets === undefined) this.#onDiscard();
    return Promise.resolve();
  }
}
