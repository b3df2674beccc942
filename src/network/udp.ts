// Ports over UDP: an open socket, and a half that is connected to the peer once it is known.
// Rule: whatever the system answers, `send` neither throws nor waits; what was not sent counts as lost.
import { platform } from 'node:os';
import { sameTid, tid, type Tid } from '../wire/tid.ts';
import { realClock, soon } from './clock.ts';
import type { Half, HalfEvents } from './half.ts';
import { openNativeDoor } from './native/door.ts';
import { openLibc, type Libc, type Obstacle } from './native/libc.ts';
import { readNowOver, type ReadNow } from './native/page-cache.ts';
import { openNativeHalf, type NativeDoor } from './native/native-half.ts';
import { Sharing } from './native/sharing.ts';
import type { Network, Port, PortEvents, PortOptions } from './network.ts';
import { firstFree, portsOf } from './port-range.ts';
import { realRandom, type Random } from './random.ts';
import { counter } from './received.ts';
import {
  askForBuffers,
  claim,
  connectedHalf,
  inherit,
  isPassing,
  joinGroup,
  Scratch,
  sendToGroups,
  watch,
  type Place,
  type Socket,
} from './sockets.ts';
import { WildcardPorts } from './wildcard-port.ts';

export interface UdpOptions {
  /**
   * Whether `pin` opens a second socket on the port of a transfer, connected to the peer. Default: on Linux,
   * where the connected socket gets the peer's datagrams and the open one the strangers'. It takes the native door to
   * share the port with ourselves alone; without it there is one socket.
   */
  readonly paired?: boolean;
  /** Where in a range of ports the search begins. */
  readonly random?: Random;
  /**
   * Frees what nobody holds any more; called after every 8 MiB received. Each datagram comes in memory of its own,
   * and the runtime by itself lets 32 MiB of it pile up. Default: left to the runtime.
   */
  readonly collect?: () => void;
  /**
   * Datagrams to and from a pinned peer after which a port changes over to system calls of our own, where the system and
   * the installation permit it; 64. `Infinity`: never.
   */
  readonly nativeAfter?: number;
  /**
   * Has the function called whenever this process receives SIGIO, from now on; called once. With it and the native door a
   * port that listens on all addresses answers from the address that was asked. Default: it cannot know that address.
   */
  readonly onInputSignal?: (listener: () => void) => void;
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
  /** The door that busy transfers use. Loads the native one if nothing has loaded it yet. */
  door(): Door;
  /** Reads a file within the call as far as the system holds it in memory; undefined where the native door is not used. */
  readNow(): ReadNow | undefined;
}

/** A way to the sockets, and for the runtime's own the reason why it is not the native one. */
export type Door =
  { readonly name: 'native' } | { readonly name: 'node:dgram'; readonly why: Obstacle | 'switched-off' };

// Datagrams after which a transfer is worth the native door: loading it takes as long as it saves on about as many.
const worthwhile = 64;

/** UDP of this machine. IPv4 and IPv6 are apart: an IPv6 port never hears IPv4. */
export function udpNetwork(options: UdpOptions = {}): UdpNetwork {
  const paired = options.paired ?? platform() === 'linux';
  const random = options.random ?? realRandom;
  const count = counter(options.collect);
  const nativeAfter = options.nativeAfter ?? worthwhile;
  const loaded = once(() => (nativeAfter === Infinity ? 'switched-off' : openLibc()));
  const libc = (): Libc | undefined => {
    const found = loaded();
    return typeof found === 'string' ? undefined : found;
  };
  const native = once(() => {
    const found = loaded();
    return found === 'switched-off' ? found : openNativeDoor(turns, watch, found);
  });
  const wildcards = new WildcardPorts({ random, count, onInputSignal: options.onInputSignal });
  return {
    door() {
      const door = native();
      return typeof door === 'string' ? { name: 'node:dgram', why: door } : { name: 'native' };
    },
    readNow: once(() => readNowOver(libc())),
    // eslint-disable-next-line @typescript-eslint/require-await -- async turns what the system throws into a rejection
    open: async (port) =>
      wildcards.open(port, libc) ??
      new PairedPort(port, {
        sharing: mayShare(port, paired) ? sharingBy(libc()) : undefined,
        ...{ random, count, native, nativeAfter },
      }),
  };
}

/** Whether a second socket of ours may come to the port. The peers of a multicast port are many. */
function mayShare({ role, fd, multicast }: PortOptions, paired: boolean): boolean {
  return multicast === undefined && ((paired && role === 'transfer') || fd !== undefined);
}

function sharingBy(libc: Libc | undefined): Sharing | undefined {
  return libc && new Sharing(libc);
}

/** What a port needs from its network. */
interface Parts {
  /** How a second socket of ours comes to the port; undefined: none does. */
  readonly sharing: Sharing | undefined;
  readonly random: Random;
  readonly count: (octets: number) => void;
  /** The native door, opened when it is first asked for. */
  readonly native: () => NativeDoor | Obstacle | 'switched-off';
  readonly nativeAfter: number;
}

const turns = { now: () => realClock.now(), soon };

/**
 * Calls `action` once the sockets were read. The kernel reports the error of a socket before the datagrams that came
 * earlier and still wait in it: an ERROR of a peer that then closed its port. The next turn of the event loop reads them.
 */
function afterReading(action: () => void): void {
  soon(() => soon(action));
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

class PairedPort implements UdpPort {
  readonly local: Tid;
  readonly receiveBuffer: number;
  unsent = 0;
  readonly #events: PortEvents;
  readonly #place: Place;
  readonly #open: Socket;
  readonly #scratch = new Scratch();
  readonly #parts: Parts;
  readonly #offload: boolean;
  #closed = false;
  // Whether a datagram is being handled. A send's outcome costs 2 µs to hear (a callback in a tick of its own), so it
  // is asked for only where silence may be due to it: in requests and retransmissions, which no datagram sets off.
  #answering = false;
  #peer: Tid | undefined;
  #half: Half | undefined;
  /** Of the half that was replaced by a native one, the datagrams are still to be read. */
  #former: Half | undefined;
  /** Datagrams to and from the peer; undefined once the native door was tried. */
  #traffic: number | undefined = 0;

  constructor({ address, port, fd, offload = true, multicast, events }: PortOptions, parts: Parts) {
    const { random, sharing } = parts;
    const bind = (one: number): Place =>
      multicast?.way === 'receive' ? joinGroup(address, one, multicast.via) : claim(address, one, sharing);
    this.#place =
      fd === undefined ? firstFree(address, portsOf(port, random), bind) : inherit(address, fd, sharing);
    const open = this.#place.socket;
    if (multicast?.way === 'send') sendToGroups(open, multicast.via);
    this.receiveBuffer = askForBuffers(open);
    // The address is the one bound to. Behind a wildcard Node cannot tell where a datagram was sent to.
    const bound = open.address();
    this.local = tid(bound.address, bound.port);
    this.#open = open;
    this.#parts = parts;
    this.#offload = offload;
    this.#events = events;
    this.#listen(open);
  }

  send(to: Tid, head: Uint8Array, tail?: Uint8Array): void {
    // Node throws on port 0; nobody can listen there anyway.
    if (this.#closed || to.port === 0) {
      this.unsent++;
      return;
    }
    const half = this.#half;
    if (half !== undefined && sameTid(half.peer, to)) {
      this.#busy(half).send(head, tail, !this.#answering);
      return;
    }
    const message = this.#scratch.message(this.#open, head, tail);
    if (this.#answering) this.#open.send(message, to.port, to.address);
    else this.#open.send(message, to.port, to.address, this.#sent);
  }

  flush(): void {
    this.#half?.flush();
  }

  pin(peer: Tid): void {
    if (this.#closed || (this.#peer !== undefined && sameTid(this.#peer, peer))) return;
    this.#peer = peer;
    const { sharing } = this.#parts;
    if (sharing === undefined || peer.port === 0) return;
    this.#traffic = 0;
    // The server answers a request from another port: the half follows it there.
    if (this.#half?.turnTo?.(peer) === true) return;
    this.#half?.close();
    this.#half = connectedHalf(this.local, peer, { events: this.#halfEvents, sharing });
  }

  unref(): void {
    if (this.#closed) return;
    this.#open.unref();
    this.#half?.unref();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#place.close();
    this.#half?.close();
    this.#closeFormer();
  }

  /** Once a transfer has moved enough to be worth it, its half changes over to the native door, where there is one. */
  #busy(half: Half): Half {
    if (this.#traffic === undefined || (this.#traffic += 1) < this.#parts.nativeAfter) return half;
    this.#traffic = undefined;
    const door = this.#parts.native();
    if (typeof door === 'string') return half;
    const place = {
      ...{ local: this.local, peer: half.peer, offload: this.#offload },
      ...(this.#parts.sharing && { sharing: this.#parts.sharing }),
    };
    const faster = openNativeHalf(door, { ...place, events: this.#halfEvents });
    if (faster === undefined) return half;
    this.#half = faster;
    // What reached the former half already is still to be read.
    this.#closeFormer();
    this.#former = half;
    afterReading(() => this.#former === half && this.#closeFormer());
    return faster;
  }

  #closeFormer(): void {
    this.#former?.close();
    this.#former = undefined;
  }

  readonly #halfEvents: HalfEvents = {
    datagram: (octets, from) => {
      if (this.#traffic !== undefined) this.#traffic += 1;
      this.#take(octets, from);
    },
    refused: (peer) => {
      afterReading(() => this.#closed || this.#events.unreachable(peer));
    },
    unsent: (count, tooLarge) => {
      this.unsent += count;
      if (tooLarge) soon(() => this.#closed || this.#events.tooLarge?.());
    },
    failed: (message) => this.#fail(message),
  };

  #listen(socket: Socket): void {
    socket.on('message', (octets, from) => {
      const peer = this.#peer;
      const known = peer?.port === from.port && peer.address === from.address;
      // No answer could be sent to port 0: RFC 768 has it mean `no port`.
      if (from.port !== 0) this.#take(octets, known ? peer : tid(from.address, from.port));
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      // An error of one datagram that an open socket reports belongs to nobody: only a connected one hears of a closed port.
      if (!isPassing(error)) this.#fail(error.message);
    });
  }

  #take(octets: Uint8Array, from: Tid): void {
    if (this.#closed) return;
    this.#parts.count(octets.length);
    this.#answering = true;
    try {
      this.#events.datagram(octets, from);
    } finally {
      this.#answering = false;
    }
  }

  readonly #sent = (error: NodeJS.ErrnoException | null): void => {
    if (error === null) return;
    this.unsent++;
    if (error.code === 'EMSGSIZE' && !this.#closed) this.#events.tooLarge?.();
  };

  #fail(message: string): void {
    if (this.#closed) return;
    this.close();
    this.#events.failed(message);
  }
}
