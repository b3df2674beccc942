// A listening port on all addresses that answers each peer from the address which that peer asked, by the native door.
// Rule: everything that has arrived is read at each signal, a bounded number in one turn of the event loop.
import { formatTid, tid, type Tid } from '../wire/tid.ts';
import { realClock, soon, type Timer } from './clock.ts';
import { errno } from './native/layout.ts';
import type { Libc } from './native/libc.ts';
import { openWildcardSocket, type WildcardSocket } from './native/wildcard-socket.ts';
import { isWildcard, type PortEvents, type PortOptions, type Wildcard } from './network.ts';
import { firstFree, portsOf } from './port-range.ts';
import type { Random } from './random.ts';
import { systemError } from './sockets.ts';
import type { UdpPort } from './udp.ts';

/** Calls of the system for receiving in one turn. */
const batches = 8;
/** Peers whose address of ours is remembered. */
const remembered = 4096;

export interface WildcardOptions {
  readonly random: Random;
  /** Counts received octets. */
  readonly count: (octets: number) => void;
  /** See `UdpOptions`. */
  readonly onInputSignal: ((listener: () => void) => void) | undefined;
}

/** The ports on all addresses of one network. */
export class WildcardPorts {
  readonly #options: WildcardOptions;
  readonly #open = new Set<WildcardPort>();
  #hears = false;

  constructor(options: WildcardOptions) {
    this.#options = options;
  }

  /** Undefined where the port is of another kind, or the system or the caller does not have what it needs. */
  open(port: PortOptions, findLibc: () => Libc | undefined): WildcardPort | undefined {
    const { onInputSignal } = this.#options;
    if (onInputSignal === undefined || port.role !== 'listen' || port.fd !== undefined) return undefined;
    const { address } = port;
    const libc = isWildcard(address) ? findLibc() : undefined;
    if (!isWildcard(address) || libc === undefined) return undefined;
    // Before the first socket reports: without a listener the signal would end the process.
    if (!this.#hears) onInputSignal(() => this.#open.forEach((one) => one.read()));
    this.#hears = true;
    const { random, count } = this.#options;
    const onClose = (): void => void this.#open.delete(made);
    const made = new WildcardPort(address, port, { libc, random, count, onClose });
    this.#open.add(made);
    return made;
  }
}

interface PortParts extends Pick<WildcardOptions, 'random' | 'count'> {
  readonly libc: Libc;
  readonly onClose: () => void;
}

export class WildcardPort implements UdpPort {
  readonly local: Tid;
  readonly receiveBuffer = 0;
  unsent = 0;
  readonly #socket: WildcardSocket;
  readonly #events: PortEvents;
  readonly #parts: PortParts;
  /** Which of our addresses each peer asked last; the oldest is forgotten first. */
  readonly #asked = new Map<string, string>();
  #alive: Timer | undefined;
  #isClosed = false;

  /** Throws an `Error` with the system's `code`. */
  constructor(address: Wildcard, { port, events }: PortOptions, parts: PortParts) {
    const open = (one: number): WildcardSocket => {
      const socket = openWildcardSocket(parts.libc, address, one);
      if (typeof socket === 'number') throw systemError(socket);
      return socket;
    };
    this.#socket = firstFree(address, portsOf(port, parts.random), open);
    this.local = tid(address, this.#socket.port);
    this.#events = events;
    this.#parts = parts;
    this.#stayAlive();
    // What arrived before the kernel was told to report it.
    soon(() => this.read());
  }

  readonly addressFor = (peer: Tid): string => this.#asked.get(formatTid(peer)) ?? this.local.address;

  /** Something may have arrived. */
  readonly read = (): void => {
    for (let batch = 0; batch < batches; batch++) {
      if (this.#isClosed) return;
      const arrived = this.#socket.receive();
      if (arrived.length === 0) return;
      for (const { octets, from, to } of arrived) this.#take(octets, from, to);
    }
    soon(this.read);
  };

  #take(octets: Uint8Array, from: Tid, to: string | undefined): void {
    // No answer could be sent to port 0: RFC 768 has it mean `no port`.
    if (this.#isClosed || from.port === 0) return;
    this.#remember(from, to);
    this.#parts.count(octets.length);
    this.#events.datagram(octets, from);
  }

  #remember(from: Tid, to: string | undefined): void {
    const key = formatTid(from);
    this.#asked.delete(key);
    if (to === undefined) return;
    this.#asked.set(key, to);
    if (this.#asked.size <= remembered) return;
    const oldest = this.#asked.keys().next();
    if (oldest.done !== true) this.#asked.delete(oldest.value);
  }

  send(to: Tid, head: Uint8Array, tail?: Uint8Array): void {
    if (this.#isClosed || to.port === 0) {
      this.unsent++;
      return;
    }
    const reason = this.#socket.send(
      to,
      this.#asked.get(formatTid(to)),
      tail === undefined ? [head] : [head, tail],
    );
    if (reason === 0) return;
    this.unsent++;
    if (reason === errno.messageTooLong) soon(() => this.#isClosed || this.#events.tooLarge?.());
  }

  flush(): void {
    // Each datagram left when it was sent.
  }

  pin(): void {
    // A listening port has many peers.
  }

  /** Nothing of the runtime waits for the socket: a timer keeps the process running. */
  #stayAlive(): void {
    this.#alive = realClock.after(Infinity, () => this.#stayAlive());
  }

  unref(): void {
    this.#alive?.cancel();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#alive?.cancel();
    this.#socket.close();
    this.#parts.onClose();
  }
}
