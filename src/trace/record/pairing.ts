// Which transfers of the local client and the local server are two ends of one. The addresses tell: no packet is decoded.
import { formatTid, sameTid, type Tid } from '../../wire/tid.ts';
import type { Instant } from '../../transfer/machine.ts';
import type { Tag } from './event.ts';

/** One local port and the peer it exchanged packets with. */
export interface Link {
  readonly tag: Tag;
  /** Undefined for the begin of a transfer: that event names only the peer. */
  readonly local: Tid | undefined;
  readonly peer: Tid;
  /** When it was first seen. */
  readonly at: Instant;
}

/** The time in which a port belongs to a client: from the first instant up to, not including, `until`. */
export interface Span {
  readonly from: Instant;
  readonly until: Instant;
}

/** Both ends of one transfer. A client that asks twice has two transfers at the server. */
export interface Pairing {
  readonly client: number;
  readonly servers: ReadonlySet<number>;
  /** The client's TIDs as the server sees them, by {@link formatTid}: their packets at the listening port belong to it. */
  readonly peers: ReadonlyMap<string, Span>;
}

interface Client {
  readonly number: number;
  readonly targets: Tid[];
  readonly servers: Set<number>;
  readonly peers: Map<string, Span>;
}

/** The client that has a port now. Ports are reused. */
interface Holder {
  readonly local: Tid;
  readonly client: Client;
  readonly from: Instant;
  /** Its TID as the server sees it, once the server has received from it. */
  peer: Tid | undefined;
}

/** The pair that transfer `number` belongs to; undefined: the other end is not local. `links`: oldest first. */
export function pairingOf(number: number, links: Iterable<Link>): Pairing | undefined {
  const clients = new Map<number, Client>();
  const holders = new Map<number, Holder>();
  const taken = new Map<number, Client>();
  for (const { tag, local, peer, at } of links) {
    if (tag.side === 'client') {
      if (local === undefined) continue;
      const client = clients.get(tag.transfer) ?? newClient(tag.transfer);
      clients.set(tag.transfer, client);
      client.targets.push(peer);
      const holder = holders.get(local.port);
      if (holder?.client === client) continue;
      if (holder?.peer !== undefined)
        holder.client.peers.set(formatTid(holder.peer), { from: holder.from, until: at });
      holders.set(local.port, { local, client, from: at, peer: undefined });
    } else if (!taken.has(tag.transfer)) {
      const holder = holders.get(peer.port);
      if (holder === undefined || !isOpposite(holder, local, peer)) continue;
      holder.peer = peer;
      holder.client.peers.set(formatTid(peer), { from: holder.from, until: Infinity });
      if (tag.transfer === 0) continue;
      holder.client.servers.add(tag.transfer);
      taken.set(tag.transfer, holder.client);
    }
  }
  const found = clients.get(number) ?? taken.get(number);
  return found === undefined || found.peers.size === 0 ? undefined : { ...found, client: found.number };
}

function newClient(number: number): Client {
  return { number, targets: [], servers: new Set(), peers: new Map() };
}

/** Whether `peer`, as a server sees it, is this client: it must have sent to a port that the server received at. */
function isOpposite({ local: own, client, peer: known }: Holder, local: Tid | undefined, peer: Tid): boolean {
  if (known !== undefined) return sameTid(known, peer);
  return isAt(own, peer) && local !== undefined && client.targets.some((target) => isAt(local, target));
}

/** Whether a socket bound to `local` appears to others as `outer`. */
function isAt({ address, port }: Tid, outer: Tid): boolean {
  return port === outer.port && (address === outer.address || address === '0.0.0.0' || address === '::');
}
