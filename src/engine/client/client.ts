// Our client: each call is one transfer.
import { ClientTransfer, type Direction } from './client-transfer.ts';
import { Get } from './get.ts';
import { Put } from './put.ts';
import { Stat } from './stat.ts';
import type { Experience } from '../../files/local/user-file.ts';
import type { Tower } from '../tower.ts';
import type { Transfer } from '../transfer.ts';
import type { GetRequest, PutRequest, StatRequest, StatResult, TransferRequest } from './requests.ts';

/** TFTP has no connections: between calls only this is kept, which servers answer nothing but plain RFC 1350 requests. */
export class Client {
  readonly #tower: Tower;
  readonly #experience: Experience = { tidied: new Set() };
  readonly #plainServers = new Set<string>();

  constructor(tower: Tower) {
    this.#tower = tower;
  }

  /** @throws TftpError `by: 'usage'` where the expected digest is malformed. Every other failure rejects `done`. */
  get(request: GetRequest): Transfer {
    return this.#transfer(request, new Get(request, this.#experience));
  }

  /** @throws as {@link Client.get} does. */
  put(request: PutRequest): Transfer {
    return this.#transfer(request, new Put(request, this.#tower));
  }

  /** Asks for a file's size: RRQ with tsize, then ERROR 0, so no data is transferred. Rejects with TftpError. */
  async stat(request: StatRequest): Promise<StatResult> {
    const direction = new Stat();
    const transfer = this.#transfer(request, direction);
    request.began?.(transfer.number);
    const abort = (): void => transfer.abort();
    if (request.signal?.aborted === true) abort();
    request.signal?.addEventListener('abort', abort);
    await transfer.done.finally(() => request.signal?.removeEventListener('abort', abort));
    return direction.result;
  }

  #transfer(request: TransferRequest, direction: Direction): ClientTransfer {
    return new ClientTransfer({ tower: this.#tower, plainServers: this.#plainServers }, request, direction);
  }
}
