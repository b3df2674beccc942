// The runtime's own sockets: the only file that opens them. They are bound within the call, and connected halves are made of them.
// Rule: addresses are numeric, so that nothing waits for a name.
import { createSocket, type Socket, type SocketOptions } from 'node:dgram';
import { getSystemErrorName } from 'node:util';
import { platform } from 'node:os';
import { tid, type Tid } from '../wire/tid.ts';
import type { Half, HalfEvents } from './half.ts';
import type { Watcher } from './native/native-half.ts';
import type { Sharing } from './native/sharing.ts';

export type { Socket };

// A window of 64 blocks of 1,468 octets takes half of Linux' default buffer: two such peers on one port overrun it.
const wantedBuffer = 4 * 1024 * 1024;

// Errors of one datagram. Anything else that a socket reports ends it.
const passing: ReadonlySet<string> = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN', 'ENETDOWN', 'ENETRESET'],
  ...['ENOBUFS', 'ENOMEM', 'EMSGSIZE', 'EPERM', 'EACCES', 'EINTR', 'EINVAL', 'EADDRNOTAVAIL'],
]);

/** Whether an error that a socket reports is of one datagram only. */
export function isPassing({ code }: NodeJS.ErrnoException): boolean {
  return passing.has(code ?? '');
}

/**
 * Our address as the host at the numeric `address` would see it, by routing: a socket is connected there and
 * nothing is sent. Rejects with the system's error (`ENETUNREACH`).
 */
export function routeTo(address: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = newSocket(address);
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

/** A connected half over node:dgram; undefined where the system refuses: pinning is a hint. */
export function connectedHalf(
  local: Tid,
  peer: Tid,
  { events, sharing }: { readonly events: HalfEvents; readonly sharing: Sharing },
): Half | undefined {
  let place: Place | undefined;
  try {
    place = claim(local.address, local.port, sharing);
    const { socket } = place;
    askForBuffers(socket);
    const half = new DgramHalf(place, peer, events);
    socket.connect(peer.port, peer.address);
    socket.remoteAddress(); // throws unless the connection took effect within the call
    return half;
  } catch {
    place?.close();
    return undefined;
  }
}

class DgramHalf implements Half {
  #peer: Tid;
  /** Datagrams that left for the present peer. */
  #count = 0;
  readonly #place: Place;
  readonly #socket: Socket;
  readonly #events: HalfEvents;
  readonly #scratch = new Scratch();

  constructor(place: Place, peer: Tid, events: HalfEvents) {
    const { socket } = place;
    this.#place = place;
    this.#socket = socket;
    this.#peer = peer;
    this.#events = events;
    hear(socket, this, events);
  }

  get peer(): Tid {
    return this.#peer;
  }

  turnTo(peer: Tid): boolean {
    // Of several datagrams one may be answered and another refused, and the refusal may still be on its way.
    if (this.#count > 1 || peer.address !== this.#peer.address) return false;
    if (!this.#place.connect(peer)) return false;
    this.#peer = peer;
    this.#count = 0;
    return true;
  }

  send(head: Uint8Array, tail: Uint8Array | undefined, heed: boolean): void {
    const message = this.#scratch.message(this.#socket, head, tail);
    this.#count += 1;
    if (heed) this.#socket.send(message, this.#sent);
    else this.#socket.send(message);
  }

  readonly #sent = (error: NodeJS.ErrnoException | null): void => {
    if (error === null) return;
    this.#events.unsent(1, error.code === 'EMSGSIZE');
    if (error.code === 'ECONNREFUSED') this.#events.refused(this.peer);
  };

  flush(): void {
    // Each datagram left when it was sent.
  }

  unref(): void {
    this.#socket.unref();
  }

  close(): void {
    this.#place.close();
  }
}

/** What a connected socket hears, its own peer alone: until it was connected anybody could send to it. */
function hear(
  socket: Socket,
  half: Pick<Half, 'peer'>,
  { datagram, refused, failed }: Pick<HalfEvents, 'datagram' | 'refused' | 'failed'>,
): void {
  socket.on('message', (octets, from) => {
    const { peer } = half;
    if (from.port === peer.port && from.address === peer.address) datagram(octets, peer);
  });
  socket.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'ECONNREFUSED') refused(half.peer);
    else if (!isPassing(error)) failed(error.message);
  });
}

/** Listens on a descriptor of a native half while that is cold. */
export function watch(
  fd: number,
  peer: Tid,
  events: Pick<HalfEvents, 'datagram' | 'refused' | 'failed'>,
): Watcher {
  const socket = adopt(peer.address, fd);
  hear(socket, { peer }, events);
  return socket;
}

/** Four octets that are sent before a tail, free for the caller as soon as `message` returns. */
export class Scratch {
  readonly #head = Buffer.allocUnsafeSlow(4);

  /** What to hand to dgram so that the caller may reuse `head` at once, even if the system makes the datagram wait. */
  message(socket: Socket, head: Uint8Array, tail: Uint8Array | undefined): Uint8Array | Uint8Array[] {
    // With nothing in the queue the datagram before has left and its head is free. Then this one leaves in the same
    // call, or waits alone with the scratch head; the ones after it are copied whole until the queue is empty.
    if (head.length !== 4 || socket.getSendQueueCount() > 0) return copyOf(head, tail);
    this.#head.set(head);
    return tail === undefined ? this.#head : [this.#head, tail];
  }
}

function copyOf(head: Uint8Array, tail: Uint8Array | undefined): Uint8Array {
  return tail === undefined ? Buffer.from(head) : Buffer.concat([head, tail]);
}

/** A bound socket. */
export interface Place {
  readonly socket: Socket;
  /** Connects a socket that is connected already to another peer, within the call. False: that is not possible here. */
  connect(peer: Tid): boolean;
  /** Instead of the socket's own `close`. */
  close(): void;
}

/** A socket with a port of its own. With `sharing`, other sockets of ours can join the port. Throws with the system's code. */
export function claim(address: string, port: number, sharing: Sharing | undefined): Place {
  if (sharing === undefined) return alone(bindSync(address, port));
  const fd = sharing.open({ address, port });
  if (fd < 0) throw systemError(-fd);
  return inherit(address, fd, sharing);
}

/** A socket with a descriptor that is there already. Throws if that is not a socket. */
export function inherit(address: string, fd: number, sharing: Sharing | undefined): Place {
  const socket = adopt(address, fd);
  if (sharing === undefined) return alone(socket);
  sharing.keep(fd);
  return {
    socket,
    connect: (peer) => sharing.connect(fd, peer),
    close() {
      sharing.leave(fd);
      socket.close();
    },
  };
}

function alone(socket: Socket): Place {
  return { socket, connect: () => false, close: () => void socket.close() };
}

/** The system refused to open a socket, for the reason that this errno says. */
export function systemError(reason: number): NodeJS.ErrnoException {
  const code = getSystemErrorName(-reason);
  return Object.assign(new Error(`the system refused to open a socket (${code})`), { code });
}

/**
 * A socket that gets what is sent to a multicast group on the interface with the address `via`. Others may share it.
 * Throws the system's error.
 */
export function joinGroup(group: string, port: number, via: string): Place {
  // Bound to the group it hears nothing else. Windows binds to addresses of its own only.
  const socket = bindSync(platform() === 'win32' ? '0.0.0.0' : group, port, true);
  try {
    socket.addMembership(group, via);
    return alone(socket);
  } catch (error) {
    socket.close();
    throw error;
  }
}

/** What the socket sends to groups leaves by the interface with the address `via`, for the network there only. */
export function sendToGroups(socket: Socket, via: string): void {
  socket.setMulticastTTL(1);
  // The wildcard leaves the choice to the routes.
  socket.setMulticastInterface(via);
}

/** The runtime's socket on a descriptor. Throws if that is not a socket. */
function adopt(address: string, fd: number): Socket {
  const socket = newSocket(address);
  socket.bind({ fd });
  return socket;
}

/** A bound socket, or the system's error: addresses are numeric, so binding takes effect within the call. */
function bindSync(address: string, port: number, reuseAddr = false): Socket {
  const socket = newSocket(address, reuseAddr);
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

function newSocket(address: string, reuseAddr = false): Socket {
  const six = address.includes(':');
  // Without `lookup` dgram asks the resolver for each datagram, and binds a tick later.
  const lookup: SocketOptions['lookup'] = (host, _, callback) => callback(null, host, six ? 6 : 4);
  return createSocket({ type: six ? 'udp6' : 'udp4', ipv6Only: six, reuseAddr, lookup });
}

/** Asks for room for waiting datagrams, less where the system refuses. */
export function askForBuffers(socket: Socket): number {
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
