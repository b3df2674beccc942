// The local file of one transfer of our server: what a download reads, or what an upload writes, and how it is closed.
import { NetasciiDecoder, NetasciiEncoder } from '../../wire/netascii.ts';
import type { Copying, Sink, Source } from '../../files/file.ts';
import { Checks } from '../drive/checks.ts';
import { Drain } from '../drive/drain.ts';
import { Feed } from '../drive/feed.ts';
import type { ReadAhead } from '../drive/read-ahead.ts';
import type { Tower } from '../tower.ts';
import type { Requested } from './open-request.ts';
import type { ServerSettings } from './types.ts';

export interface ServedFileOptions {
  readonly tower: Pick<Tower, 'clock' | 'readNow'>;
  readonly settings: Pick<ServerSettings, 'exactSize'>;
  readonly readAhead: ReadAhead;
  readonly mode: 'octet' | 'netascii';
}

export class ServedFile {
  readonly #options: ServedFileOptions;
  readonly #checks: Checks;
  #source: Source | undefined;
  #sink: Sink | undefined;
  #size: number | undefined;
  #feed: Feed | undefined;
  #drain: Drain | undefined;

  constructor(options: ServedFileOptions) {
    this.#options = options;
    this.#checks = new Checks({ sha256: undefined, hash: false, mode: options.mode });
  }

  /** Octets on the wire: the file's size, or what the client announced; undefined where unknown. */
  get size(): number | undefined {
    return this.#size;
  }

  /** Octets of the file that were read or written. */
  get octets(): number {
    return this.#checks.octets;
  }

  /** Set if the file that is read is still being copied. */
  get copying(): Copying | undefined {
    return this.#source?.copying;
  }

  /** Where the file is on the local disk; undefined: it is not on it. */
  get path(): string | undefined {
    return this.#sink?.path ?? this.#source?.path;
  }

  /** False: nothing tells that the source was not cut. */
  get hasCertainEnd(): boolean {
    return this.#source?.hasCertainEnd !== false;
  }

  opened({ source, sink, size }: Requested): void {
    this.#source = source;
    this.#sink = sink;
    this.#size = size;
  }

  /** A group reads the source and closes it: the transfer only keeps what it has to know of it. */
  lend(): void {
    if (this.#source === undefined) return;
    const { size, path } = this.#source;
    this.#source = { size, path, read: () => Promise.resolve(0), close: () => Promise.resolve() };
  }

  /** Begins to read or to write. `stored`: the file is published. `failed`: it cannot be read or written. */
  start(
    stored: () => void,
    failed: (error: unknown) => void,
  ): { readonly feed: Feed | undefined; readonly drain: Drain | undefined } {
    this.#feed = this.#source && this.#feedOf(this.#source, failed);
    this.#drain = this.#sink && this.#drainOf(this.#sink, stored, failed);
    return { feed: this.#feed, drain: this.#drain };
  }

  #feedOf(source: Source, failed: (error: unknown) => void): Feed {
    const { tower, readAhead, mode } = this.#options;
    return new Feed({
      ...{ source, readAhead, now: () => tower.clock.now(), readNow: tower.readNow },
      conversion: mode === 'netascii' ? new NetasciiEncoder() : undefined,
      observe: (octets) => this.#checks.add(octets),
      failed,
    });
  }

  #drainOf(sink: Sink, stored: () => void, failed: (error: unknown) => void): Drain {
    const { settings, mode } = this.#options;
    return new Drain({
      sink,
      conversion: mode === 'netascii' ? new NetasciiDecoder() : undefined,
      observe: (octets) => this.#checks.add(octets),
      // RFC 2349: the size of an upload lets the server refuse what does not fit; it is a hint otherwise.
      check: () => this.#checks.finish(settings.exactSize === true ? this.#size : undefined),
      stored,
      failed,
    });
  }

  /** Whether an upload has appeared under its name. */
  async isPublished(): Promise<boolean> {
    return (await this.#drain?.isPublished()) === true;
  }

  /** Closes it; an upload that is not complete (`ok`) leaves nothing. Never rejects. */
  async close(ok: boolean): Promise<void> {
    if (!ok) this.#drain?.cancel();
    this.#feed?.close();
    await Promise.allSettled([this.#source?.close(), ok ? undefined : this.#sink?.discard()]);
  }
}
