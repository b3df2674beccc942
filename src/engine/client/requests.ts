// What a caller asks of our client, and what the client answers.
import type { Readable, Writable } from 'node:stream';
import type { Sink, Source } from '../../files/file.ts';
import type { TransferSettings } from '../transfer.ts';

/** Where a get goes. */
export type Destination =
  /** Published whole under `path` or not at all. An existing file is refused unless `overwrite`. */
  | { readonly type: 'file'; readonly path: string; readonly overwrite?: boolean; readonly durable?: boolean }
  /** Octets as they come; the stream is not ended. */
  | { readonly type: 'stream'; readonly stream: Writable }
  /** Kept in memory: `octets` is filled when the transfer is done. */
  | { readonly type: 'memory'; octets?: Uint8Array }
  /** Whatever takes octets. */
  | { readonly type: 'sink'; readonly sink: Sink };

/** What a put sends. */
export type Origin =
  | { readonly type: 'file'; readonly path: string }
  | { readonly type: 'stream'; readonly stream: Readable | AsyncIterable<Uint8Array>; readonly size?: number }
  | { readonly type: 'memory'; readonly octets: Uint8Array }
  /** Whatever gives octets. Nothing is read before the server has agreed. */
  | { readonly type: 'source'; readonly source: Source };

export interface Remote {
  /** Name or numeric address. */
  readonly host: string;
  /** Default 69. */
  readonly port?: number;
  readonly file: string;
}

export interface TransferRequest {
  readonly remote: Remote;
  readonly settings?: TransferSettings;
  /** Expected digest, 64 hexadecimal digits: anything else is not published. */
  readonly sha256?: string;
  /** Compute the digest and tell it; false. */
  readonly hash?: boolean;
}

export interface GetRequest extends TransferRequest {
  readonly to: Destination;
}

export interface PutRequest extends TransferRequest {
  readonly from: Origin;
}

export interface StatResult {
  /** Octets, or undefined where the server told none. */
  readonly size: number | undefined;
  /** The options that the server accepted, as text. */
  readonly options: Readonly<Record<string, string>>;
}
