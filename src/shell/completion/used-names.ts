// Remote files and hosts that were used in this session, for completion.
// Rule: local files are not kept here; completion reads them from the disk.
import type { Candidate } from './candidates.ts';
import { formatTid } from '../../wire/tid.ts';
import type { Tid } from '../../wire/tid.ts';

/** A file on a server, as it was requested. */
export interface RemoteName {
  readonly host: string;
  readonly port: number;
  readonly file: string;
}

const most = 500;

export class UsedNames {
  readonly #remote = new Map<string, RemoteName>();
  readonly #ports = new Map<string, number>();

  /** Files on servers; the one used last is the last. */
  get remote(): readonly RemoteName[] {
    return [...this.#remote.values()];
  }

  /** Hosts; the one used last is the first. Before them our own server, where it listens at `own`. */
  hosts(own: Tid | undefined): readonly Candidate[] {
    const used = [...this.#ports].reverse();
    return [
      ...(own === undefined ? [] : [{ text: 'self', note: `our own server, ${formatTid(own)}` }]),
      ...used.map(([text, port]) => ({ text, ...(port !== 69 && { note: `port ${port}` }) })),
    ];
  }

  /** The port that was used with the host, unless it is 69. */
  portsOf(host: string): readonly Candidate[] {
    const port = this.#ports.get(host) ?? 69;
    return port === 69 ? [] : [{ text: String(port) }];
  }

  remember(name: RemoteName): void {
    put(this.#remote, `${name.host}\0${name.port}\0${name.file}`, name);
    this.rememberHost(name);
  }

  rememberHost({ host, port }: Pick<RemoteName, 'host' | 'port'>): void {
    put(this.#ports, host, port);
  }
}

function put<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key);
  map.set(key, value);
  if (map.size > most) map.delete(map.keys().next().value ?? '');
}
