// Which transfers of our client and of our server are the two ends of one: told by who spoke to whom, without a packet
// decoded. Pure. Imports wire and types.
import { formatTid, sameTid, type Tid } from '../../wire/tid.ts';
import type { Instant } from '../../transfer/machine.ts';
import type { Tag } from './event.ts';

/** Somebody of ours and whom it spoke to, or heard. */
export interface Link {
  readonly tag: Tag;
  /** Undefined where a transfer began, and only its peer is told. */
  readonly local: Tid | undefined;
  readonly peer: Tid;
  /** When it was first seen. */
  readonly at: Instant;
}

/** While a port is a client's: the first instant, and the one behind the last. */
export interface Span {
  readonly from: Instant;
  readonly until: Instant;
}

/** Both ends of one transfer. A client that asks twice has two of the server's. */
export interface Pairing {
  readonly client: number;
  readonly servers: ReadonlySet<number>;
  /** The client's TIDs as our server sees them, by {@link formatTid}: what they say at the listening port is theirs. */
  readonly peers: ReadonlyMap<string, Span>;
}

interface Client {
  readonly number: number;
  readonly targets: Tid[];
  readonly servers: Set<number>;
  readonly peers: Map<string, Span>;
}

/** Who has a port now: ports are used again. */
interface Holder {
  readonly local: Tid;
  readonly client: Client;
  readonly from: Instant;
  /** What our server calls it, once it was heard there. */
  peer: Tid | undefined;
}

/** The pair that transfer `number` is an end of; undefined where the other end is not ours. `links`: oldest first. */
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

/** Whether a server that has `peer` for its client means this one: it was heard at a port that the client spoke to. */
function isOpposite({ local: own, client, peer: known }: Holder, local: Tid | undefined, peer: Tid): boolean {
  if (known !== undefined) return sameTid(known, peer);
  return isAt(own, peer) && local !== undefined && client.targets.some((target) => isAt(local, target));
}

/** Whether a socket bound to `local` is what others call `seen`. */
function isAt({ address, port }: Tid, seen: Tid): boolean {
  return port === seen.port && (address === seen.address || address === '0.0.0.0' || address === '::');
}
