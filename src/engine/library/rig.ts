// For test rigs: copies files into and out of a TFTP server, a temporary one of ours or a remote one.
import { createLocal, openLocal } from '../../files/local/user-file.ts';
import type { Offering, Sink, Source } from '../../files/file.ts';
import { openJail } from '../../files/offerings/jail.ts';
import { makeTemporaryDirectory, removeTree, removeTreeNow } from '../../files/local/directories.ts';
import { nameError, reasonError } from '../failure-texts.ts';
import { localAddressFor, Server } from '../server/server.ts';
import { systemTower } from '../system.ts';
import { TftpClient, type TftpClientOptions } from './tftp-client.ts';
import type { Tower } from '../tower.ts';

/** Copies files to and from a server. Every promise rejects with {@link TftpError} only. */
export interface TftpRig {
  /** UDP port of the server. */
  readonly port: number;
  /** Copies the server's file `src` to the local path `dest`; an existing file is replaced. */
  getFile(src: string, dest: string): Promise<void>;
  /** Copies the local file `src` to the server as `dest`; an existing file is replaced. */
  putFile(src: string, dest: string): Promise<void>;
  /** The server's numeric address as `relativeHost` would reach it; by default as this machine reaches it. */
  address(relativeHost?: string): Promise<string>;
  /** Stops the server if it is ours, and removes its files. A second call does nothing. */
  kill(): Promise<void>;
}

/** A remote server: each call is a transfer. */
export class RemoteTftp implements TftpRig {
  readonly port: number;
  readonly #host: string;
  readonly #client: TftpClient;
  readonly #tower: Tower;

  /** `host`: name or numeric address. `port`: UDP port; 69. */
  constructor(host: string, port = 69, options: Omit<TftpClientOptions, 'port'> = {}) {
    this.port = port;
    this.#host = host;
    this.#tower = options.tower ?? systemTower();
    this.#client = new TftpClient(host, { ...options, tower: this.#tower, port });
  }

  async getFile(src: string, dest: string): Promise<void> {
    await this.#client.get(src, dest, { overwrite: true });
  }

  async putFile(src: string, dest: string): Promise<void> {
    await this.#client.put(src, dest);
  }

  /** The server's own address, which is the same for every host. */
  async address(): Promise<string> {
    try {
      const [first] = await this.#tower.resolve(this.#host, undefined);
      if (first !== undefined) return first.address;
    } catch (error) {
      throw nameError(this.#host, error);
    }
    throw nameError(this.#host, undefined);
  }

  /** Does nothing: the server is not ours. */
  kill(): Promise<void> {
    return Promise.resolve();
  }
}

export interface EmbeddedTftpOptions {
  /** Numeric address to listen on; `127.0.0.1`. `0.0.0.0` lets a device on the network reach it. */
  readonly host?: string;
  /** UDP port; 0 draws a free one. */
  readonly port?: number;
  /** Clients may write; true. */
  readonly write?: boolean;
  readonly tower?: Tower;
}

/** Registers an action for the exit of the process. @returns a function that removes it. */
export type AtExit = (action: () => void) => () => void;

/** A server on a temporary directory and a free port. `kill` removes all of it. */
export class TemporaryServer implements TftpRig {
  /** The temporary directory that the server offers. */
  readonly root: string;
  readonly port: number;
  readonly #parts: Parts;

  protected constructor(parts: Parts) {
    this.root = parts.root;
    this.port = parts.port;
    this.#parts = parts;
  }

  async getFile(src: string, dest: string): Promise<void> {
    await copy(
      () => this.#parts.offering.open(src),
      () => createLocal(dest, { overwrite: true }),
    );
  }

  async putFile(src: string, dest: string): Promise<void> {
    await copy(
      () => openLocal(src),
      () => this.#parts.offering.create(dest, undefined),
    );
  }

  async address(relativeHost?: string): Promise<string> {
    if (relativeHost !== undefined) return localAddressFor(this.#parts.tower, relativeHost);
    return reachable(this.#parts.host);
  }

  async kill(): Promise<void> {
    this.#parts.forget();
    await this.#parts.server.close();
    await this.#parts.offering.close();
    await removeTree(this.root);
  }
}

/** The parts of a {@link TemporaryServer}. */
export interface Parts {
  readonly root: string;
  readonly host: string;
  readonly port: number;
  readonly tower: Tower;
  readonly server: Server;
  /** The rig's own access to the files: it may write even where clients may not. */
  readonly offering: Offering;
  readonly forget: () => void;
}

/** Starts the parts of a {@link TemporaryServer}. Rejects with TftpError. */
export async function startParts(options: EmbeddedTftpOptions, atExit: AtExit): Promise<Parts> {
  const { host = '127.0.0.1', port = 0, write = true, tower = systemTower() } = options;
  const root = await makeTemporaryDirectory().catch(rethrow);
  const forget = atExit(() => removeTreeNow(root));
  try {
    const inside = { write: true, overwrite: true, mkdir: true, reserve: 0, durable: false } as const;
    const offering = await openJail(root, inside);
    const offered = await openJail(root, { ...inside, write, overwrite: write, mkdir: write });
    const server = new Server(tower, offered, { hosts: [host], port, grace: 0 });
    const [local] = await server.listen().catch(async (error: unknown) => {
      await Promise.all([server.close(), offering.close()]);
      throw error;
    });
    return { root, host, port: local?.port ?? port, tower, server, offering, forget };
  } catch (error) {
    forget();
    await removeTree(root);
    throw reasonError(error);
  }
}

/** The address by which this machine reaches a server that listens on `host`. */
export function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  return host === '::' ? '::1' : host;
}

async function copy(from: () => Promise<Source>, to: () => Promise<Sink>): Promise<void> {
  const source = await from().catch(rethrow);
  let sink: Sink | undefined;
  try {
    sink = await to();
    const piece = new Uint8Array(256 * 1024);
    for (let count = await source.read(piece); count > 0; count = await source.read(piece))
      await sink.write([piece.subarray(0, count)]);
    await sink.publish();
  } catch (error) {
    await sink?.discard();
    throw reasonError(error);
  } finally {
    await source.close();
  }
}

function rethrow(error: unknown): never {
  throw reasonError(error);
}
