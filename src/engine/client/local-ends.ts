// Opens the source or sink that a client's request names.
import type { Sink, Source } from '../../files/file.ts';
import { createLocal, openLocal, type Experience } from '../../files/local/user-file.ts';
import { memorySource, MemorySink, streamSink, streamSource } from '../../files/streams/stream.ts';
import type { Destination, Origin } from './requests.ts';

/** Rejects with FileError. */
export async function openDestination(to: Destination, experience?: Experience): Promise<Sink> {
  switch (to.type) {
    case 'file':
      return createLocal(
        to.path,
        { overwrite: to.overwrite ?? false, durable: to.durable ?? false },
        experience,
      );
    case 'stream':
      return streamSink(to.stream);
    case 'memory':
      return new MemorySink(Infinity, (octets) => {
        to.octets = octets;
      });
    case 'sink':
      return to.sink;
  }
}

/** Rejects with FileError. */
export async function openOrigin(from: Origin): Promise<Source> {
  switch (from.type) {
    case 'file':
      return openLocal(from.path, from);
    case 'stream':
      return streamSource(from.stream, from.size);
    case 'memory':
      return memorySource(from.octets);
    case 'source':
      return from.source;
  }
}
