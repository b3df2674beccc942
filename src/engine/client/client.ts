// Our client: one call, one transfer. Imports all rooms below.
import { ClientTransfer } from './client-transfer.ts';
import { Get } from './get.ts';
import { Put } from './put.ts';
import { Stat } from './stat.ts';
import type { Tower } from '../tower.ts';
import type { Transfer } from '../transfer.ts';
import type { GetRequest, PutRequest, StatResult, TransferRequest } from './requests.ts';

/** Gets, puts and asks. Nothing is kept between calls: TFTP has no connections. */
export class Client {
  readonly #tower: Tower;

  constructor(tower: Tower) {
    this.#tower = tower;
  }

  /** @throws TftpError `by: 'usage'` where the expected digest is none; all else rejects `done`. */
  get(request: GetRequest): Transfer {
    return new ClientTransfer(this.#tower, request, new Get(request));
  }

  /** @throws as {@link Client.get}. */
  put(request: PutRequest): Transfer {
    return new ClientTransfer(this.#tower, request, new Put(request));
  }

  /** RRQ with tsize, then ERROR 0: nothing is moved. Rejects with TftpError. */
  async stat(request: TransferRequest): Promise<StatResult> {
    const direction = new Stat();
    await new ClientTransfer(this.#tower, request, direction).done;
    return direction.result;
  }
}
