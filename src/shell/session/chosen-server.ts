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

  /** Commands talk to this server from now on, and the prompt shows it. */
  choose(peer: Peer): void {
    this.#current = peer;
    this.#store.update({ prompt: say`tftp ${printable(peer.host, 40)}> ` });
  }
}
