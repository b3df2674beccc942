// The library's server: it offers a directory, two functions or an offering, and emits events.
import { EventEmitter } from 'node:events';
import type { Offering } from '../../files/file.ts';
import { openJail } from '../../files/offerings/jail.ts';
import { handlerOffering, type Handlers } from '../../files/offerings/named-files.ts';
import { reasonError, nameError } from '../failure-texts.ts';
import {
  localAddressFor,
  Server,
  type ServerEvent,
  type ServerSettings,
  type ServerStatus,
} from '../server/server.ts';
import { systemTower } from '../system.ts';
import type { Tower } from '../tower.ts';
import { usageError } from '../tftp-error.ts';

export interface TftpServerOptions extends Omit<ServerSettings, 'hosts' | 'port'> {
  /** Let clients create files; false. */
  readonly write?: boolean;
  /** Let clients replace files; false. */
  readonly overwrite?: boolean;
  /** Create directories that an upload names; false. */
  readonly mkdir?: boolean;
  /** Network, clock and randomness to use, for tests and simulations; the machine's own. */
  readonly tower?: Tower;
}

export interface ListenOptions {
  /** Numeric local address; `127.0.0.1`. `0.0.0.0` is every IPv4 address of this machine. */
  readonly host?: string;
  /** UDP port; 6969. 0 draws a free one. */
  readonly port?: number;
}

/** The arguments of an event's listeners, by the name of the event. */
export type TftpServerEvents = {
  readonly [Type in ServerEvent['type']]: [event: Extract<ServerEvent, { readonly type: Type }>];
};

/**
 * A TFTP server for a directory, for two functions, or for an offering, which `close` closes too. By default it is
 * read-only and listens on loopback.
 *
 * @example
 * const server = new TftpServer('./tftpboot');
 * const { port } = await server.listen({ port: 0 });
 */
export class TftpServer extends EventEmitter<TftpServerEvents> {
  readonly #root: string | Handlers | Offering;
  readonly #options: TftpServerOptions;
  readonly #tower: Tower;
  #server: Server | undefined;
  #isListening = false;
  #local: { readonly address: string; readonly port: number } | undefined;

  constructor(root: string | Handlers | Offering, options: TftpServerOptions = {}) {
    super();
    this.#root = root;
    this.#options = options;
    this.#tower = options.tower ?? systemTower();
  }

  /**
   * Listens, once. Rejects with {@link TftpError}: `by: 'listen'`, or `by: 'file'` where the directory cannot be
   * offered.
   */
  async listen({ host = '127.0.0.1', port = 6969 }: ListenOptions = {}): Promise<{
    readonly address: string;
    readonly port: number;
  }> {
    if (this.#isListening) throw usageError('the server is already listening');
    this.#isListening = true;
    let offering: Offering | undefined;
    try {
      offering = await this.#offering();
      return await this.#listen(offering, host, port);
    } catch (error) {
      this.#isListening = false;
      await offering?.close();
      throw error;
    }
  }

  async #listen(
    offering: Offering,
    host: string,
    port: number,
  ): Promise<{ readonly address: string; readonly port: number }> {
    const server = new Server(this.#tower, offering, { ...this.#options, hosts: [host], port });
    server.subscribe((event) => this.#emitEvent(event));
    const [local] = await server.listen();
    this.#server = server;
    this.#local = local;
    if (local === undefined) throw nameError(host, undefined);
    return local;
  }

  /** The UDP port that the server listens on. @throws Error before `listen`. */
  get port(): number {
    if (this.#local === undefined) throw new Error('the server is not listening yet');
    return this.#local.port;
  }

  /**
   * Our address as `relativeHost` would reach it, by routing; by default the address that the server listens on.
   * Rejects with {@link TftpError}.
   */
  async address(relativeHost?: string): Promise<string> {
    if (relativeHost !== undefined) return localAddressFor(this.#tower, relativeHost);
    return this.#local?.address ?? '127.0.0.1';
  }

  /** Current transfers and counts; undefined before `listen`. */
  status(): ServerStatus | undefined {
    return this.#server?.status();
  }

  /** Takes no new requests; running transfers may continue for `grace` (5 s), then they get ERROR 0. Never rejects. */
  async close(): Promise<void> {
    await this.#server?.close();
  }

  async #offering(): Promise<Offering> {
    if (typeof this.#root !== 'string')
      return isOffering(this.#root) ? this.#root : handlerOffering(this.#root);
    const { write = false, overwrite = false, mkdir = false } = this.#options;
    try {
      return await openJail(this.#root, { write, overwrite, mkdir });
    } catch (error) {
      throw reasonError(error);
    }
  }

  #emitEvent(event: ServerEvent): void {
    // Each type has its own listeners, but the compiler cannot follow the union through `emit`.
    (this.emit as (type: string, event: ServerEvent) => boolean).call(this, event.type, event);
  }
}

function isOffering(root: Handlers | Offering): root is Offering {
  return 'open' in root && 'create' in root;
}
