// The library's client of one server.
import { refreshInterval } from '../../trace/text/refresh.ts';
import type { Readable, Writable } from 'node:stream';
import type { Clock } from '../../network/clock.ts';
import { Client } from '../client/client.ts';
import type { StatResult } from '../client/requests.ts';
import { systemTower } from '../system.ts';
import type { Tower } from '../tower.ts';
import type { Progress, Transfer, TransferResult, TransferSettings } from '../transfer.ts';

/** Settings of a {@link TftpClient}; each call may override all but the port. */
export interface TftpClientOptions extends TransferSettings {
  /** UDP port of the server; 69. */
  readonly port?: number;
  /** Network, clock and randomness to use, for tests and simulations; the machine's own. */
  readonly tower?: Tower;
}

/** Options of one call. */
export interface TransferOptions extends TransferSettings {
  /** Aborts the transfer: the server gets ERROR 0, and nothing is published. */
  readonly signal?: AbortSignal;
  /** Called ten times a second during the transfer, and once at its end. */
  readonly onProgress?: (progress: Progress) => void;
  /** Expected SHA-256, 64 hexadecimal digits: a file with another digest is not published. */
  readonly sha256?: string;
  /** Compute the SHA-256 for the result; false. */
  readonly hash?: boolean;
}

export interface GetOptions extends TransferOptions {
  /** Replace an existing file; false: the call is refused, and the file stays as it is. */
  readonly overwrite?: boolean;
  /** Sync file and directory to the disk before the promise resolves; false. */
  readonly durable?: boolean;
}

export interface PutOptions extends TransferOptions {
  /** Octets that a stream will give: announced as tsize (RFC 2349). Undefined where unknown. */
  readonly size?: number;
}

/**
 * A client of one TFTP server (RFC 1350, 2347, 2348, 2349, 7440).
 * Every promise rejects with {@link TftpError} only.
 *
 * @example
 * const client = new TftpClient('192.0.2.1');
 * await client.get('boot.cfg', 'boot.cfg');
 */
export class TftpClient {
  readonly #host: string;
  readonly #options: TftpClientOptions;
  readonly #clock: Clock;
  readonly #client: Client;

  /** `host`: a name or a numeric address; IPv6 with its zone where needed. The constructor sends nothing. */
  constructor(host: string, options: TftpClientOptions = {}) {
    const tower = options.tower ?? systemTower();
    this.#host = host;
    this.#options = options;
    this.#clock = tower.clock;
    this.#client = new Client(tower);
  }

  /**
   * Reads `remote` into a file or a stream. A file appears under its name only when it is complete and checked.
   * A stream is not ended.
   */
  get(remote: string, destination: string | Writable, options: GetOptions = {}): Promise<TransferResult> {
    const to =
      typeof destination === 'string'
        ? ({
            type: 'file',
            path: destination,
            overwrite: options.overwrite ?? false,
            durable: options.durable ?? false,
          } as const)
        : ({ type: 'stream', stream: destination } as const);
    return this.#follow(() => this.#client.get({ ...this.#request(remote, options), to }), options);
  }

  /** Reads `remote` into memory. */
  async getOctets(remote: string, options: TransferOptions = {}): Promise<Uint8Array> {
    const to: { readonly type: 'memory'; octets?: Uint8Array } = { type: 'memory' };
    await this.#follow(() => this.#client.get({ ...this.#request(remote, options), to }), options);
    return to.octets ?? new Uint8Array(0);
  }

  /** Writes a file (by its path), octets or a stream as `remote`. */
  put(
    source: string | Uint8Array | Readable | AsyncIterable<Uint8Array>,
    remote: string,
    options: PutOptions = {},
  ): Promise<TransferResult> {
    const from =
      typeof source === 'string'
        ? ({ type: 'file', path: source } as const)
        : source instanceof Uint8Array
          ? ({ type: 'memory', octets: source } as const)
          : ({
              type: 'stream',
              stream: source,
              ...(options.size === undefined ? {} : { size: options.size }),
            } as const);
    return this.#follow(() => this.#client.put({ ...this.#request(remote, options), from }), options);
  }

  /** Size and options of `remote` without reading it (RFC 2349). The server sees a client that declines. */
  async stat(remote: string, options: TransferSettings = {}): Promise<StatResult> {
    return this.#client.stat(this.#request(remote, options));
  }

  #request(file: string, options: TransferOptions): Parameters<Client['stat']>[0] {
    const { port = 69 } = this.#options;
    const { sha256, hash } = options;
    return {
      remote: { host: this.#host, port, file },
      settings: { ...this.#options, ...options },
      ...(sha256 === undefined ? {} : { sha256 }),
      ...(hash === undefined ? {} : { hash }),
    };
  }

  async #follow(start: () => Transfer, { signal, onProgress }: TransferOptions): Promise<TransferResult> {
    const transfer = start();
    const abort = (): void => transfer.abort();
    if (signal?.aborted === true) abort();
    signal?.addEventListener('abort', abort, { once: true });
    const stop = onProgress === undefined ? undefined : this.#report(transfer, onProgress);
    try {
      const result = await transfer.done;
      onProgress?.(result);
      return result;
    } finally {
      stop?.();
      signal?.removeEventListener('abort', abort);
    }
  }

  #report(transfer: Transfer, onProgress: (progress: Progress) => void): () => void {
    const again = (): void => {
      onProgress(transfer.progress());
      timer = this.#clock.after(refreshInterval, again, false);
    };
    let timer = this.#clock.after(refreshInterval, again, false);
    return () => timer.cancel();
  }
}
