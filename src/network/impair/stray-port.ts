// A second port of the same owner, opened when a packet is to come from a wrong one. What it receives is ignored.
import type { Tid } from '../../wire/tid.ts';
import type { Network, Port, PortOptions } from '../network.ts';

export class StrayPort {
  readonly #network: Network;
  readonly #options: PortOptions;
  #port: Promise<Port> | undefined;

  constructor(network: Network, options: PortOptions) {
    this.#network = network;
    this.#options = options;
  }

  /** `leaves` is called before it leaves, with the port that it leaves from; undefined: the port cannot be opened, and it is lost. */
  async send(
    datagram: { readonly octets: Uint8Array; readonly to: Tid; readonly id: number | undefined },
    leaves: (from: Tid | undefined) => void,
  ): Promise<void> {
    const { address, tag } = this.#options;
    const events = { datagram: () => undefined, unreachable: () => undefined, failed: () => undefined };
    this.#port ??= this.#network.open({ address, port: 0, role: 'transfer', tag, events });
    const port = await this.#port.catch(() => undefined);
    leaves(port?.local);
    const { octets, to, id } = datagram;
    port?.send(to, octets, undefined, id);
    port?.flush();
  }

  close(): void {
    void this.#port?.then(
      (port) => port.close(),
      () => undefined,
    );
  }
}
