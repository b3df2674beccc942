// The local side of a server's transfer: what reads the file of a download, and what writes the file of an upload.
import { NetasciiDecoder, NetasciiEncoder } from '../../wire/netascii.ts';
import type { Sink, Source } from '../../files/file.ts';
import type { Checks } from '../drive/checks.ts';
import { Drain } from '../drive/drain.ts';
import { Feed } from '../drive/feed.ts';
import type { ReadAhead } from '../drive/read-ahead.ts';
import type { Tower } from '../tower.ts';
import type { ServerSettings } from './types.ts';

interface LocalEnd {
  readonly mode: 'octet' | 'netascii';
  /** Sees the octets of the file. */
  readonly checks: Checks;
  readonly failed: (error: unknown) => void;
}

/** Reads `source` for a download. */
export function feedFor(
  source: Source,
  {
    tower,
    readAhead,
    mode,
    checks,
    failed,
  }: LocalEnd & { readonly tower: Tower; readonly readAhead: ReadAhead },
): Feed {
  return new Feed({
    ...{ source, readAhead, now: () => tower.clock.now(), readNow: tower.readNow },
    conversion: mode === 'netascii' ? new NetasciiEncoder() : undefined,
    observe: (octets) => checks.add(octets),
    failed,
  });
}

/** Writes an upload to `sink`. `size`: the octets that the client announced, if it did. */
export function drainFor(
  sink: Sink,
  {
    settings,
    size,
    mode,
    checks,
    failed,
    stored,
  }: LocalEnd & {
    readonly settings: ServerSettings;
    readonly size: number | undefined;
    readonly stored: () => void;
  },
): Drain {
  return new Drain({
    sink,
    conversion: mode === 'netascii' ? new NetasciiDecoder() : undefined,
    observe: (octets) => checks.add(octets),
    // RFC 2349: the size of an upload lets the server refuse what does not fit; it is a hint otherwise.
    check: () => checks.finish(settings.exactSize === true ? size : undefined),
    stored,
    failed,
  });
}

/** What a transfer still has to know of a source that its group reads and closes. */
export function lent(source: Source | undefined): Source | undefined {
  if (source === undefined) return undefined;
  return {
    size: source.size,
    path: source.path,
    read: () => Promise.resolve(0),
    close: () => Promise.resolve(),
  };
}
