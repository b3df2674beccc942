// The only door for sockets: ports over node:dgram.
// Rule: whatever the system answers, `send` neither throws nor waits; what was not sent counts as lost.
// Never imported here: the engine, machines, names (addresses are numeric; see resolve.ts).
import { createSocket, type RemoteInfo, type Socket, type SocketOptions } from 'node:dgram';
import { platform } from 'node:os';
import { sameTid, tid, type Tid } from '../wire/tid.ts';
import type { Network, Port, PortEvents, PortOptions } from './network.ts';
import { firstFree, portsOf } from './port-range.ts';
import { realRandom, type Random } from './random.ts';
import { counter } from './received.ts';

export interface UdpOptions {
  /**
   * Whether `pin` opens a second socket on the port of a transfer, connected to the peer. Default: on Linux,
   * where the connected socket gets the peer's datagrams and the open one the strangers'.
   */
  readonly paired?: boolean;
  /** Where in a range of ports the search begins. */
  readonly random?: Random;
  /**
   * Frees what nobody holds any more; called after every 8 MiB received. Each datagram comes in memory of its own,
   * and the runtime by itself lets 32 MiB of it pile up. Default: left to the runtime.
   */
  readonly collect?: () => void;
}

/** A port with what the system told about it. */
export interface UdpPort extends Port {
  /**
   * Datagrams that never left: addressed to port 0 or refused by the system. Of those sent while a datagram is
   * handled, refusals go uncounted.
   */
  readonly unsent: number;
  /** Octets that the system grants for waiting datagrams (Linux counts its own book-keeping in). */
  readonly receiveBuffer: number;
}

export interface UdpNetwork extends Network {
  open(options: PortOptions): Promise<UdpPort>;
}

// A window of 64 blocks of 1,468 octets takes half of Linux' default buffer: two such peers on one port overrun it.
const wantedBuffer = 4 * 1024 * 1024;

// Errors of one datagram. Anything else that a socket reports ends it.
const passing = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN', 'ENETDOWN', 'ENETRESET'],
  ...['ENOBUFS', 'ENOMEM', 'EMSGSIZE', 'EPERM', 'EACCES', 'EINTR', 'EINVAL', 'EADDRNOTAVAIL'],
]);

/** UDP of this machine. IPv4 and IPv6 are apart: an IPv6 port never hears IPv4. */
export function udpNetwork(options: UdpOptions = {}): UdpNetwork {
  const paired = options.paired ?? platform() === 'linux';
  const random = options.random ?? realRandom;
  const count = counter(options.collect);
  // `async` turns what the system throws into a rejection.
  return {
    // eslint-disable-next-line @typescript-eslint/require-await -- async turns what the system throws into a rejection
    open: async (port) => new PairedPort(port, { paired: paired && port.role === 'transfer', random, count }),
  };
}

/** What the ports of a network have in common. */
interface Shared {
  readonly paired: boolean;
  readonly random: Random;
  readonly count: (octets: number) => void;
}

/**
 * Our address as the host at the numeric `address` would see it, by routing: a socket is connected there and
 * nothing is sent. Rejects with the system's error (`ENETUNREACH`).
 */
export function routeTo(address: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = newSocket(address, false);
    socket.on('error', (error) => {
      socket.close();
      reject(error);
    });
    socket.once('connect', () => {
      resolve(tid(socket.address().address, 0).address);
      socket.close();
    });
    socket.connect(69, address);
  });
}

class PairedPort implements UdpPort {
  readonly local: Tid;
  readonly receiveBuffer: number;
  unsent = 0;
  readonly #events: PortEvents;
  readonly #paired: boolean;
  readonly #open: Socket;
  #head = Buffer.allocUnsafeSlow(4);
  #closed = false;
  // Whether a datagram is being handled. A send's outcome costs 2 µs to hear (a callback in a tick of its own), so it
  // is asked for only where silence may be due to it: in requests and retransmissions, which no datagram sets off.
  #answering = false;
  #peer: Tid | undefined;
  #half: Half | undefined;

  readonly #count: (octets: number) => void;

  constructor({ address, port, fd, events }: PortOptions, { paired, random, count }: Shared) {
    const open =
      fd === undefined
        ? firstFree(address, portsOf(port, random), (one) => claim(address, one, paired))
        : adopt(address, fd);
    this.receiveBuffer = askForBuffers(open);
    // The address is the one bound to. Behind a wildcard Node cannot tell where a datagram was sent to.
    const bound = open.address();
    this.local = tid(bound.address, bound.port);
    this.#open = open;
    this.#paired = paired;
    this.#events = events;
    this.#count = count;
    this.#listen(open, undefined);
  }

  send(to: Tid, head: Uint8Array, tail?: Uint8Array): void {
    // Node throws on port 0; nobody can listen there anyway.
    if (this.#closed || to.port === 0) {
      this.unsent++;
      return;
    }
    const half = this.#half;
    if (half !== undefined && sameTid(half.peer, to)) {
      const message = this.#message(half.socket, head, tail);
      if (this.#answering) half.socket.send(message);
      else half.socket.send(message, half.sent);
      return;
    }
    // The scratch head serves one socket: the connected one where there is one.
    const message = half === undefined ? this.#message(this.#open, head, tail) : copyOf(head, tail);
    if (this.#answering) this.#open.send(message, to.port, to.address);
    else this.#open.send(message, to.port, to.address, this.#sent);
  }

  pin(peer: Tid): void {
    if (this.#closed || (this.#peer !== undefined && sameTid(this.#peer, peer))) return;
    this.#peer = peer;
    if (!this.#paired || peer.port === 0) return;
    const former = this.#half?.socket;
    this.#half = undefined;
    // A former scratch head may still stand in the queue of its socket.
    this.#head = Buffer.allocUnsafeSlow(4);
    const socket = this.#connected(peer);
    former?.close();
    if (socket === undefined) return;
    this.#half = { socket, peer, sent: (error) => error === null || this.#unsent(error, peer) };
  }

  unref(): void {
    if (this.#closed) return;
    this.#open.unref();
    this.#half?.socket.unref();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#open.close();
    this.#half?.socket.close();
  }

  /** What to hand to dgram so that the caller may reuse `head` at once, even if the system makes the datagram wait. */
  #message(socket: Socket, head: Uint8Array, tail: Uint8Array | undefined): Uint8Array | Uint8Array[] {
    // With nothing in the queue the datagram before has left and its head is free. Then this one leaves in the same
    // call, or waits alone with the scratch head; those behind it are copied whole until the queue is empty.
    if (head.length !== 4 || socket.getSendQueueCount() > 0) return copyOf(head, tail);
    this.#head.set(head);
    return tail === undefined ? this.#head : [this.#head, tail];
  }

  /** A socket on our port connected to `peer`; undefined where the system refuses: pinning is a hint. */
  #connected(peer: Tid): Socket | undefined {
    let socket: Socket | undefined;
    try {
      socket = bindSync(this.local.address, this.local.port, true);
      askForBuffers(socket);
      this.#listen(socket, peer);
      socket.connect(peer.port, peer.address);
      socket.remoteAddress(); // throws unless the connection took effect within the call
      return socket;
    } catch {
      socket?.close();
      return undefined;
    }
  }

  #listen(socket: Socket, peer: Tid | undefined): void {
    socket.on('message', this.#received);
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (passing.has(error.code ?? '')) this.#refused(error, peer);
      else this.#fail(error);
    });
  }

  readonly #received = (octets: Uint8Array, from: RemoteInfo): void => {
    // No answer could be sent to port 0: RFC 768 has it mean `no port`.
    if (this.#closed || from.port === 0) return;
    this.#count(octets.length);
    const peer = this.#peer;
    const known = peer?.port === from.port && peer.address === from.address;
    this.#answering = true;
    try {
      this.#events.datagram(octets, known ? peer : tid(from.address, from.port));
    } finally {
      this.#answering = false;
    }
  };

  readonly #sent = (error: NodeJS.ErrnoException | null): void => {
    if (error !== null) this.#unsent(error, undefined);
  };

  #unsent(error: NodeJS.ErrnoException, peer: Tid | undefined): void {
    this.unsent++;
    if (error.code === 'EMSGSIZE' && !this.#closed) this.#events.tooLarge?.();
    else this.#refused(error, peer);
  }

  // Only a connected socket hears of a closed port; an error that an open one reports belongs to nobody.
  #refused(error: NodeJS.ErrnoException, peer: Tid | undefined): void {
    if (this.#closed || peer === undefined || error.code !== 'ECONNREFUSED') return;
    this.#events.unreachable(peer);
  }

  #fail(error: Error): void {
    if (this.#closed) return;
    this.close();
    this.#events.failed(error.message);
  }
}

interface Half {
  readonly socket: Socket;
  readonly peer: Tid;
  readonly sent: (error: Error | null) => void;
}

function copyOf(head: Uint8Array, tail: Uint8Array | undefined): Uint8Array {
  return tail === undefined ? Buffer.from(head) : Buffer.concat([head, tail]);
}

// Linux hands a port out again that is shared already, to us or to another process. So a port is drawn alone first,
// when nobody at all may have it, and then bound again as one that our connected half may share.
function claim(address: string, port: number, shared: boolean): Socket {
  const alone = bindSync(address, port, false);
  if (!shared) return alone;
  const drawn = alone.address().port;
  alone.close();
  return bindSync(address, drawn, true);
}

/** The socket that somebody left open for us. Throws where the descriptor is none. */
function adopt(address: string, fd: number): Socket {
  const socket = newSocket(address, false);
  socket.bind({ fd });
  return socket;
}

/** A bound socket, or the system's error: addresses are numeric, so binding takes effect within the call. */
function bindSync(address: string, port: number, shared: boolean): Socket {
  const socket = newSocket(address, shared);
  let failure: Error | undefined;
  const keep = (error: Error): void => {
    failure = error;
  };
  socket.on('error', keep);
  socket.bind({ address, port, exclusive: true });
  if (failure === undefined) return socket;
  socket.close();
  throw failure;
}

function newSocket(address: string, shared: boolean): Socket {
  const six = address.includes(':');
  // Without `lookup` dgram asks the resolver for each datagram, and binds a tick later.
  const lookup: SocketOptions['lookup'] = (host, _, callback) => callback(null, host, six ? 6 : 4);
  return createSocket({ type: six ? 'udp6' : 'udp4', ipv6Only: six, reuseAddr: shared, lookup });
}

/** Asks for room for waiting datagrams, less where the system refuses. */
function askForBuffers(socket: Socket): number {
  for (let size = wantedBuffer; size >= 262_144; size /= 2) {
    try {
      socket.setRecvBufferSize(size);
      socket.setSendBufferSize(size);
      break;
    } catch {
      continue; // some systems refuse instead of granting what they have
    }
  }
  return socket.getRecvBufferSize();
}
