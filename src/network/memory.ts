// A network inside the process: hosts with addresses, and datagrams that the clock delivers in the order they were sent.
// The lab runs on it. Rule: it behaves like UDP on the loopback interface. For loss see impair.ts.
import { isMulticast } from '../wire/multicast.ts';
import { sameTid, tid, type Tid } from '../wire/tid.ts';
import type { Clock } from './clock.ts';
import type { Network, Port, PortOptions } from './network.ts';

export interface MemoryOptions {
  /** Octets that may wait at a port. Further datagrams are lost, as with a full receive buffer. Default: no limit. */
  readonly queueCap?: number;
  /** Octets that a datagram may have. A larger one is refused. Default: the limit of UDP. */
  readonly largest?: number;
  /** Milliseconds from one host to another. Default: 0. */
  readonly transit?: number;
}

/**
 * Hosts in one process. Used as a {@link Network} it is the host `localhost` with 127.0.0.1 and ::1. It can also open
 * ports on the addresses of other hosts.
 */
export interface MemoryNetwork extends Network {
  /** Adds a host with these numeric addresses. @returns the network of that host: `0.0.0.0` and `::` mean its addresses. */
  host(...addresses: string[]): Network;
  /** Ports open on all hosts. */
  readonly ports: number;
}

/** Creates a network without loss and delay. A timer of `clock` delivers a datagram, never `send` itself. */
export function memoryNetwork(clock: Clock, options: MemoryOptions = {}): MemoryNetwork {
  const wire = new Wire(clock, options);
  const localhost = wire.host(['127.0.0.1', '::1']);
  return {
    open: (port) => wire.open(port, wire.hostOf(tid(port.address, 0).address) ?? localhost),
    host: (...addresses) => {
      const host = wire.host(addresses);
      return { open: (port) => wire.open(port, host) };
    },
    get ports() {
      return wire.ports;
    },
  };
}

/** The length fields of IPv4 and UDP have 16 bits; the headers take 20 and 8 octets (RFC 791, RFC 768). */
const largestDatagram = 65_507;

/** The first ephemeral port (RFC 6335 §6). Ports are taken in turn, so that a run can be repeated. */
const firstEphemeral = 49_152;

class Host {
  readonly addresses: readonly string[];
  /** Open ports by address and port number. */
  readonly ports = new Map<string, MemoryPort>();
  #next = firstEphemeral;

  constructor(addresses: readonly string[]) {
    this.addresses = addresses.map((address) => tid(address, 0).address);
  }

  /** The open port that a datagram to `to` reaches. A port bound to the address wins over one bound to all addresses. */
  find({ address, port }: Tid): MemoryPort | undefined {
    return this.ports.get(keyOf(address, port)) ?? this.ports.get(keyOf(wildcardOf(address), port));
  }

  /** The source address of a datagram to `to`: the same address if it is ours, else our first one of its family. */
  sourceFor(to: string): string | undefined {
    if (this.addresses.includes(to)) return to;
    return this.addresses.find((address) => wildcardOf(address) === wildcardOf(to));
  }

  draw({ address, port: wanted, multicast }: PortOptions): Tid {
    const local = tid(address, 0).address;
    if (multicast?.way === 'receive' && typeof wanted === 'number') return { address: local, port: wanted };
    if (local !== wildcardOf(local) && !this.addresses.includes(local))
      throw failure(`${local} is not an address of this host`, 'EADDRNOTAVAIL');
    if (wanted === 0) return this.#draw(local);
    const { from, to } = typeof wanted === 'number' ? { from: wanted, to: wanted } : wanted;
    for (let port = from; port <= to; port++)
      if (!this.#isTaken(local, port)) return { address: local, port };
    const ports = from === to ? `port ${from} is` : `all ${to - from + 1} ports of the range are`;
    throw failure(`${ports} in use on ${local}`, 'EADDRINUSE');
  }

  #draw(address: string): Tid {
    for (let tried = firstEphemeral; tried < 65_536; tried++) {
      const port = this.#next;
      this.#next = port === 65_535 ? firstEphemeral : port + 1;
      if (!this.#isTaken(address, port)) return { address, port };
    }
    throw failure('all ephemeral ports are in use', 'EADDRINUSE');
  }

  #isTaken(address: string, port: number): boolean {
    const wildcard = wildcardOf(address);
    if (address !== wildcard) return this.find({ address, port }) !== undefined;
    return [wildcard, ...this.addresses].some(
      (own) => wildcardOf(own) === wildcard && this.ports.has(keyOf(own, port)),
    );
  }
}

class Wire {
  readonly #clock: Clock;
  readonly #cap: number;
  readonly #largest: number;
  readonly #transit: number;
  readonly #hosts = new Map<string, Host>();
  /** Ports that get what is sent to a multicast group: any number for each. */
  readonly #members = new Set<MemoryPort>();
  #arriving: (() => void)[] = [];

  constructor(clock: Clock, { queueCap = Infinity, largest = largestDatagram, transit = 0 }: MemoryOptions) {
    this.#clock = clock;
    this.#cap = queueCap;
    this.#largest = largest;
    this.#transit = transit;
  }

  get ports(): number {
    let sum = 0;
    for (const host of new Set(this.#hosts.values())) sum += host.ports.size;
    return sum + this.#members.size;
  }

  host(addresses: readonly string[]): Host {
    const host = new Host(addresses);
    for (const address of host.addresses) this.#hosts.set(address, host);
    return host;
  }

  hostOf(address: string): Host | undefined {
    return this.#hosts.get(address);
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- async turns what is thrown into a rejection
  async open(options: PortOptions, host: Host): Promise<Port> {
    const port = new MemoryPort(options, host, this);
    if (options.multicast?.way === 'receive') this.#members.add(port);
    else host.ports.set(keyOf(port.local.address, port.local.port), port);
    return port;
  }

  leave(port: MemoryPort): void {
    this.#members.delete(port);
  }

  /** Whether a datagram of `length` octets can be sent. If it is too long, the sender gets `tooLarge`. */
  takes(sender: MemoryPort, length: number): boolean {
    if (length > this.#largest) this.#soon(() => sender.tooLarge());
    return length <= this.#largest;
  }

  carry(sender: MemoryPort, from: Tid, to: Tid, octets: Uint8Array): void {
    // Nobody answers for a group, and each member has a copy of its own.
    if (isMulticast(to.address)) {
      for (const member of this.#members)
        if (sameTid(member.local, to)) this.#deliver(member, from, octets.slice());
      return;
    }
    // A missing host answers nothing. An existing host answers for a closed port, and a pinned sender hears it.
    const host = this.#hosts.get(to.address);
    if (host === undefined) return;
    const receiver = host.find(to);
    if (receiver === undefined) {
      this.#soon(() => sender.refused(to));
      return;
    }
    this.#deliver(receiver, from, octets);
  }

  #deliver(receiver: MemoryPort, from: Tid, octets: Uint8Array): void {
    if (receiver.waiting + octets.length > this.#cap) return;
    receiver.waiting += octets.length;
    this.#soon(() => receiver.arrived(octets, from));
  }

  /** One timer delivers everything that is sent before it fires: the order is kept, and a burst costs one turn. */
  #soon(arrival: () => void): void {
    if (this.#transit > 0) {
      this.#clock.after(this.#transit, arrival);
      return;
    }
    if (this.#arriving.push(arrival) > 1) return;
    this.#clock.after(0, () => {
      const batch = this.#arriving;
      this.#arriving = [];
      for (const arrive of batch) arrive();
    });
  }
}

class MemoryPort implements Port {
  readonly local: Tid;
  /** Octets in the receive queue. */
  waiting = 0;
  readonly #options: PortOptions;
  readonly #host: Host;
  readonly #wire: Wire;
  #peer: Tid | undefined;
  #closed = false;

  constructor(options: PortOptions, host: Host, wire: Wire) {
    this.local = host.draw(options);
    this.#options = options;
    this.#host = host;
    this.#wire = wire;
  }

  send(to: Tid, head: Uint8Array, tail?: Uint8Array): void {
    const length = head.length + (tail?.length ?? 0);
    if (this.#closed || to.port === 0 || !this.#wire.takes(this, length)) return;
    const { address } = this.local;
    const source = address === wildcardOf(address) ? this.#host.sourceFor(to.address) : address;
    if (source === undefined || wildcardOf(address) !== wildcardOf(to.address)) return;
    const octets = new Uint8Array(length);
    octets.set(head);
    if (tail !== undefined) octets.set(tail, head.length);
    this.#wire.carry(this, { address: source, port: this.local.port }, to, octets);
  }

  flush(): void {
    // Each datagram left when it was sent.
  }

  pin(peer: Tid): void {
    if (this.#options.role === 'transfer') this.#peer = peer;
  }

  unref(): void {
    // Only the timer for datagrams on their way keeps the process alive.
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#host.ports.delete(keyOf(this.local.address, this.local.port));
    this.#wire.leave(this);
  }

  arrived(octets: Uint8Array, from: Tid): void {
    this.waiting -= octets.length;
    if (!this.#closed) this.#options.events.datagram(octets, from);
  }

  tooLarge(): void {
    if (!this.#closed) this.#options.events.tooLarge?.();
  }

  refused(peer: Tid): void {
    if (this.#peer === undefined || !sameTid(this.#peer, peer)) return;
    if (!this.#closed) this.#options.events.unreachable(peer);
  }
}

function wildcardOf(address: string): string {
  return address.includes(':') ? '::' : '0.0.0.0';
}

function keyOf(address: string, port: number): string {
  return `${address} ${port}`;
}

function failure(message: string, code: string): Error {
  return Object.assign(new Error(message), { code });
}
