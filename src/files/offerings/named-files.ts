// Offerings without a directory on disk: single files by name, memory, handlers of a program that uses the library.
// Rule: they refuse the same names as a directory does, so that a handler never sees `..` or a backslash.
import type { Writable } from 'node:stream';
import { platform as systemPlatform } from 'node:os';
import type { OfferedFile, Offering, Sink, Source } from '../file.ts';
import type { ReadOptions } from '../disk/source.ts';
import { assertCreatable, componentsOf } from './name.ts';
import { holdFile, type OfferedFileHandle } from './offered-file.ts';
import { problem, problemFrom } from '../problem.ts';
import { MemorySink, memorySource, streamSink, streamSource, type OctetStream } from '../streams/stream.ts';

/** Octets of one upload at most, by default: 1 GiB. */
const defaultLimit = 1024 * 1024 * 1024;

/** Single read-only files. The set may change while it is offered. */
export interface OfferedFiles extends Offering {
  /** Offers `path` as `name`, and replaces a file of that name. Rejects with FileError. */
  add(name: string, path: string): Promise<void>;
  /** Withdraws a file; running transfers continue. @returns false if no file has that name. */
  drop(name: string): boolean;
}

/** Only the names that were added exist. A file is opened and checked again for each request. */
export function offeredFiles(options: ReadOptions = {}): OfferedFiles {
  const files = new Map<string, OfferedFileHandle>();
  const drop = (key: string): boolean => {
    void files.get(key)?.close();
    return files.delete(key);
  };
  return {
    async add(name, path) {
      const key = plainName(name);
      const file = await holdFile(path);
      drop(key);
      files.set(key, file);
    },
    drop: (name) => drop(plainName(name)),
    async open(name) {
      const file = files.get(plainName(name));
      if (file === undefined) throw problem('missing');
      return file.open(options);
    },
    create: () => Promise.reject(problem('read-only')),
    withPlaces: (use) => use([...files.values()].map(({ place }) => ({ path: place, isWritten: false }))),
    async assertUsable() {
      for (const [, file] of files) {
        const source = await file.open(options).catch((error: unknown) => {
          throw problem('denied', files.size === 1 ? 'read the file' : 'read one of the files', error);
        });
        await source.close();
      }
    },
    list: (limit) => listHeld(files, limit),
    async close() {
      await Promise.all([...files.values()].map((file) => file.close()));
    },
  };
}

async function listHeld(
  files: ReadonlyMap<string, OfferedFileHandle>,
  limit: number,
): Promise<readonly OfferedFile[]> {
  const listed: OfferedFile[] = [];
  for (const [name, file] of byName(files)) {
    if (listed.length >= limit) break;
    const source = await file.open({}).catch(() => undefined);
    if (source === undefined) continue;
    listed.push({ name, size: source.size ?? 0 });
    await source.close();
  }
  return listed;
}

/** What may be done with files in memory. */
export interface MemoryOptions {
  /** Clients may create new files. Default: false. */
  readonly write?: boolean;
  /** Clients may replace existing files. Default: false. */
  readonly overwrite?: boolean;
  /** Octets of one upload at most. Default: 1 GiB. */
  readonly maxUpload?: number;
}

/** Offers `files`, whose keys are names with `/`, and stores uploads in it. */
export function memoryOffering(files: Map<string, Uint8Array>, options: MemoryOptions = {}): Offering {
  const { write = false, overwrite = false, maxUpload = defaultLimit } = options;
  const writing = new Set<string>();
  const mayPublish = (name: string): void => {
    if (files.has(name) ? !overwrite : !write) throw problem(files.has(name) ? 'exists' : 'read-only');
  };
  const create = (name: string, size: number | undefined): Sink => {
    if (!write && !overwrite) throw problem('read-only');
    const key = newName(name);
    if (size !== undefined && size > maxUpload) throw problem('too-large');
    if (writing.has(key)) throw problem('busy');
    mayPublish(key);
    writing.add(key);
    const publish = (octets: Uint8Array): void => {
      mayPublish(key);
      writing.delete(key);
      files.set(key, octets);
    };
    return new MemorySink(maxUpload, publish, () => void writing.delete(key));
  };
  return {
    async open(name) {
      const octets = files.get(plainName(name));
      if (octets === undefined) throw problem('missing');
      return Promise.resolve(memorySource(octets));
    },
    create: async (name, size) => Promise.resolve(create(name, size)),
    list: (limit) =>
      Promise.resolve(
        [...byName(files)].slice(0, limit).map(([name, { length }]) => ({ name, size: length })),
      ),
    close: () => Promise.resolve(),
  };
}

/** What a read handler may answer: octets, a stream, or a stream with its length. */
export type Readout = Uint8Array | OctetStream | { readonly size: number; readonly stream: OctetStream };

/**
 * Functions that answer requests. They get names as `a/b`, never with `..`. They return undefined if the file does not
 * exist, or if it may not be written.
 */
export interface Handlers {
  read?(name: string): Readout | undefined | Promise<Readout | undefined>;
  /** The stream is ended when the upload is complete, and destroyed if it fails. */
  write?(name: string, size: number | undefined): Writable | undefined | Promise<Writable | undefined>;
  list?(limit: number): readonly OfferedFile[] | Promise<readonly OfferedFile[]>;
  /** Octets of one upload at most. Default: 1 GiB. */
  readonly maxUpload?: number;
}

/** Offers what handlers return. An error that they throw becomes a FileError: by its system code if it has one, else `io`. */
export function handlerOffering(handlers: Handlers): Offering {
  const limit = handlers.maxUpload ?? defaultLimit;
  return {
    async open(name) {
      const key = plainName(name);
      const readout = await guarded(async () => handlers.read?.(key));
      if (readout === undefined) throw problem('missing');
      return sourceOf(readout);
    },
    async create(name, size) {
      const key = newName(name);
      if (handlers.write === undefined) throw problem('read-only');
      if (size !== undefined && size > limit) throw problem('too-large');
      const stream = await guarded(async () => handlers.write?.(key, size));
      if (stream === undefined) throw problem('denied');
      return limited(streamSink(stream, { end: true }), limit);
    },
    list: (most) => guarded(async () => (await handlers.list?.(most))?.slice(0, most) ?? []),
    close: () => Promise.resolve(),
  };
}

function sourceOf(readout: Readout): Source {
  if (readout instanceof Uint8Array) return memorySource(readout);
  if (isMeasured(readout)) return streamSource(readout.stream, readout.size);
  return streamSource(readout);
}

/** A stream may have fields of any name, also `size`: a value that can be iterated is the stream itself. */
function isMeasured(
  readout: OctetStream | { readonly size: number; readonly stream: OctetStream },
): readout is { readonly size: number; readonly stream: OctetStream } {
  return !(Symbol.asyncIterator in readout);
}

function limited(sink: Sink, limit: number): Sink {
  let written = 0;
  return {
    async write(parts) {
      for (const part of parts) written += part.length;
      if (written > limit) throw problem('too-large');
      await sink.write(parts);
    },
    publish: () => sink.publish(),
    discard: () => sink.discard(),
  };
}

async function guarded<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw problemFrom(error);
  }
}

function newName(name: string): string {
  const components = componentsOf(name, systemPlatform());
  assertCreatable(components);
  return components.join('/');
}

function plainName(name: string): string {
  return componentsOf(name, systemPlatform()).join('/');
}

function byName<T>(map: ReadonlyMap<string, T>): readonly (readonly [string, T])[] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1));
}
