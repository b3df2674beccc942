// Offerings that are no directory: single files by name, memory, a library's own handlers.
// Rule: the same names are refused as in a directory, so that no handler ever sees `..` or a backslash.
import type { Writable } from 'node:stream';
import { platform as systemPlatform } from 'node:os';
import type { OfferedFile, Offering, Sink, Source } from '../file.ts';
import { openLocal } from '../local/user-file.ts';
import { componentsOf } from './name.ts';
import { problem, problemFrom } from '../problem.ts';
import { MemorySink, memorySource, streamSink, streamSource, type OctetStream } from '../streams/stream.ts';

/** Octets of one upload where nothing else is said; 1 GiB. */
const defaultLimit = 1024 * 1024 * 1024;

/** A file of this machine under a name on the wire. */
export interface OfferedEntry {
  readonly name: string;
  readonly path: string;
}

/** Single files, to read only; the set may change while it is served. */
export interface OfferedFiles extends Offering {
  /** Offers `path` as `name`, in place of what had that name. Throws FileError where the name is refused. */
  add(name: string, path: string): void;
  /** @returns false where nothing had that name. Transfers that run go on. */
  drop(name: string): boolean;
}

/** Only these names exist. A file is opened, and judged, when it is asked for. */
export function offeredFiles(entries: readonly OfferedEntry[] = []): OfferedFiles {
  const paths = new Map<string, string>();
  const offered: OfferedFiles = {
    add: (name, path) => void paths.set(plainName(name), path),
    drop: (name) => paths.delete(plainName(name)),
    async open(name) {
      const path = paths.get(plainName(name));
      if (path === undefined) throw problem('missing');
      return openLocal(path).catch((error: unknown) => {
        const known = problemFrom(error);
        throw problem(known.problem, undefined, error); // in the words for the wire
      });
    },
    create: () => Promise.reject(problem('read-only')),
    list: (limit) => listPaths(paths, limit),
    close: () => Promise.resolve(),
  };
  for (const { name, path } of entries) offered.add(name, path);
  return offered;
}

async function listPaths(paths: ReadonlyMap<string, string>, limit: number): Promise<readonly OfferedFile[]> {
  const files: OfferedFile[] = [];
  for (const [name, path] of byName(paths)) {
    if (files.length >= limit) break;
    const source = await openLocal(path).catch(() => undefined);
    if (source === undefined) continue;
    files.push({ name, size: source.size ?? 0 });
    await source.close();
  }
  return files;
}

/** What may be done with files in memory. */
export interface MemoryOptions {
  /** New files may be created; false. */
  readonly write?: boolean;
  /** Existing files may be replaced; false. */
  readonly overwrite?: boolean;
  /** Octets of one upload; 1 GiB. */
  readonly maxUpload?: number;
}

/** Serves `files`, keyed by names with `/`, and puts uploads into it. */
export function memoryOffering(files: Map<string, Uint8Array>, options: MemoryOptions = {}): Offering {
  const { write = false, overwrite = false, maxUpload = defaultLimit } = options;
  const writing = new Set<string>();
  const mayPublish = (name: string): void => {
    if (files.has(name) ? !overwrite : !write) throw problem(files.has(name) ? 'exists' : 'read-only');
  };
  const create = (name: string, size: number | undefined): Sink => {
    if (!write && !overwrite) throw problem('read-only');
    const key = plainName(name);
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

/** A library's own answers. Names come as `a/b`, without `..`. Undefined: there is no such file, or it may not be written. */
export interface Handlers {
  read?(name: string): Readout | undefined | Promise<Readout | undefined>;
  /** The stream is ended when the upload is whole, and destroyed when it failed. */
  write?(name: string, size: number | undefined): Writable | undefined | Promise<Writable | undefined>;
  list?(limit: number): readonly OfferedFile[] | Promise<readonly OfferedFile[]>;
  /** Octets of one upload; 1 GiB. */
  readonly maxUpload?: number;
}

/** Offers what handlers give. What they throw becomes `io`, or what a FileError or a system's code says. */
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
      const key = plainName(name);
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

/** A stream may have fields of any name: what can be iterated is a stream itself. */
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

function plainName(name: string): string {
  return componentsOf(name, systemPlatform()).join('/');
}

function byName<T>(map: ReadonlyMap<string, T>): readonly (readonly [string, T])[] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1));
}
