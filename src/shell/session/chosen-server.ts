// The server that the user chose with `connect`.
import { printable, say } from '../../wire/text.ts';
import type { Peer } from '../language/remote-file.ts';
import type { Store } from './store.ts';

export class ChosenServer {
  readonly #store: Pick<Store, 'update'>;
  #current: Peer | undefined;

  constructor(store: Pick<Store, 'update'>) {
    this.#store = store;
  }

  /** Undefined until the first `connect`. */
  get current(): Peer | undefined {
    return this.#current;
  }

  /** No server is chosen any more. */
  leave(): void {
    this.#current = undefined;
    this.#store.update({ prompt: say`tftp> ` });
  }

  /** Commands talk to this server from now on, and the prompt shows it, with its port if that is not 69. */
  choose(peer: Peer): void {
    this.#current = peer;
    const host =
      peer.host.includes(':') && peer.port !== 69
        ? say`[${printable(peer.host, 40)}]`
        : printable(peer.host, 40);
    const port = peer.port === 69 ? say`` : say`:${peer.port}`;
    this.#store.update({ prompt: say`tftp ${host}${port}> ` });
  }
}
