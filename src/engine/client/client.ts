// Our client: each call is one transfer.
import { ClientTransfer } from './client-transfer.ts';
import { Get } from './get.ts';
import { Put } from './put.ts';
import { Stat } from './stat.ts';
import type { Tower } from '../tower.ts';
import type { Transfer } from '../transfer.ts';
import type { GetRequest, PutRequest, StatResult, TransferRequest } from './requests.ts';

/** Nothing is kept between calls: TFTP has no connections. */
export class Client {
  readonly #tower: Tower;

  constructor(tower: Tower) {
    this.#tower = tower;
  }

  /** @throws TftpError `by: 'usage'` where the expected digest is malformed. Every other failure rejects `done`. */
  get(request: GetRequest): Transfer {
    return new ClientTransfer(this.#tower, request, new Get(request));
  }

  /** @throws as {@link Client.get} does. */
  put(request: PutRequest): Transfer {
    return new ClientTransfer(this.#tower, request, new Put(request));
  }

  /** Asks for a file's size: RRQ with tsize, then ERROR 0, so no data is transferred. Rejects with TftpError. */
  async stat(request: TransferRequest): Promise<StatResult> {
    const direction = new Stat();
    await new ClientTransfer(this.#tower, request, direction).done;
    return direction.result;
  }
}
