// What a caller asks of our client, and what the client answers.
import type { Readable, Writable } from 'node:stream';
import type { Sink, Source } from '../../files/file.ts';
import type { TransferSettings } from '../transfer.ts';

/** Where a get writes to. */
export type Destination =
  /** Published complete under `path`, or not at all. An existing file is refused unless `overwrite`. */
  | { readonly type: 'file'; readonly path: string; readonly overwrite?: boolean; readonly durable?: boolean }
  /** Octets as they arrive. The stream is not ended. */
  | { readonly type: 'stream'; readonly stream: Writable }
  /** In memory: `octets` is set when the transfer is done. */
  | { readonly type: 'memory'; octets?: Uint8Array }
  /** A sink of the caller. */
  | { readonly type: 'sink'; readonly sink: Sink };

/** What a put sends. */
export type Origin =
  /** `growing`: the file may grow meanwhile, and the octets up to its size at opening are sent; false. */
  | { readonly type: 'file'; readonly path: string; readonly growing?: boolean }
  /** The server is asked when the first window of the stream is at hand, or all of it. */
  | { readonly type: 'stream'; readonly stream: Readable | AsyncIterable<Uint8Array>; readonly size?: number }
  | { readonly type: 'memory'; readonly octets: Uint8Array }
  /** A source of the caller. Nothing is read before the server has agreed. */
  | { readonly type: 'source'; readonly source: Source };

export interface Remote {
  /** Name or numeric address. */
  readonly host: string;
  /** UDP port; 69. */
  readonly port?: number;
  readonly file: string;
}

export interface TransferRequest {
  readonly remote: Remote;
  readonly settings?: TransferSettings;
  /** Expected SHA-256, 64 hexadecimal digits: a file with another digest is not published. */
  readonly sha256?: string;
  /** Compute the SHA-256 for the result; false. */
  readonly hash?: boolean;
}

export interface GetRequest extends TransferRequest {
  readonly to: Destination;
}

export interface PutRequest extends TransferRequest {
  readonly from: Origin;
}

export interface StatRequest extends TransferRequest {
  /** Gets the number of the transfer, before the first packet. */
  readonly began?: (number: number) => void;
  /** Ends it: rejects with TftpError `by: 'abort'`. */
  readonly signal?: AbortSignal;
}

export interface StatResult {
  /** Size in octets; undefined where the server did not say it. */
  readonly size: number | undefined;
  /** The options that the server accepted, as text. */
  readonly options: Readonly<Record<string, string>>;
}
