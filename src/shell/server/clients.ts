// Who asks our server, and how much: one entry for each address.
// Rule: bounded. The address that was quiet longest makes room for a new one.
import type { ServerEvent } from '../../engine/server/server.ts';
import type { Progress } from '../../engine/transfer.ts';
import type { Clock } from '../../network/clock.ts';
import type { Untrusted } from '../../wire/text.ts';

/** What one address has asked for since the server started. */
export interface ServedClient {
  readonly address: string;
  readonly requests: number;
  /** Refused requests too. */
  readonly failed: number;
  /** Octets of files in both directions, those of running transfers included. */
  readonly octets: number;
  /** The file of its last request, and when it came. */
  readonly file: Untrusted;
  readonly at: Date;
}

/** The largest number of addresses that are remembered. */
const most = 1000;

export class ServedClients {
  readonly #clock: Pick<Clock, 'wall'>;
  /** The one that was quiet longest first. */
  readonly #clients = new Map<string, ServedClient>();

  constructor(clock: Pick<Clock, 'wall'>) {
    this.#clock = clock;
  }

  /** Takes what the server did. */
  follow(event: ServerEvent): void {
    if (event.type === 'accepted' || event.type === 'refused') this.#asked(event);
    else if (event.type === 'complete' || event.type === 'failed' || event.type === 'probe')
      this.#ended(event.progress, event.type === 'failed');
  }

  #asked({ type, peer, file }: ServerEvent & { readonly type: 'accepted' | 'refused' }): void {
    const { address } = peer;
    const before = this.#clients.get(address) ?? { requests: 0, failed: 0, octets: 0 };
    this.#clients.delete(address);
    this.#clients.set(address, {
      ...{ address, file, at: this.#clock.wall(), octets: before.octets },
      requests: before.requests + 1,
      failed: before.failed + (type === 'refused' ? 1 : 0),
    });
    const [quiet] = this.#clients.keys();
    if (this.#clients.size > most && quiet !== undefined) this.#clients.delete(quiet);
  }

  #ended({ peer, octets }: Progress, isFailure: boolean): void {
    const client = this.#clients.get(peer?.address ?? '');
    if (client === undefined) return;
    this.#clients.set(client.address, {
      ...client,
      failed: client.failed + (isFailure ? 1 : 0),
      octets: client.octets + octets,
    });
  }

  /** The `count` most active ones: by octets, and by requests where the octets are equal. */
  mostActive(active: readonly Progress[], count: number): readonly ServedClient[] {
    const moving = new Map<string, number>();
    for (const { peer, octets } of active)
      if (peer !== undefined) moving.set(peer.address, (moving.get(peer.address) ?? 0) + octets);
    return [...this.#clients.values()]
      .map((client) => ({ ...client, octets: client.octets + (moving.get(client.address) ?? 0) }))
      .sort((a, b) => b.octets - a.octets || b.requests - a.requests)
      .slice(0, count);
  }
}
