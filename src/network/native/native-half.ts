// A connected half over system calls of our own: windows leave and arrive in batches.
// Rule: while datagrams come in quick succession it is waited for in the kernel (hot). Otherwise an ordinary socket of the
// runtime listens on the same descriptor (cold), so that an idle transfer costs nothing.
import { formatTid, type Tid } from '../../wire/tid.ts';
import type { Half, HalfEvents } from '../half.ts';
import type { HotLoop, HotSocket } from './hot-loop.ts';
import type { Inbox, Receiver } from './inbox.ts';
import { errno, level, Memory, option, socketAddress } from './layout.ts';
import type { Libc } from './libc.ts';
import { mostAtOnce, type Outbox, type Outcome } from './outbox.ts';
import { Sharing } from './sharing.ts';

/** What listens on a descriptor while its half is cold. */
export interface Watcher {
  unref(): unknown;
  close(): unknown;
}

/** What all native halves of a network share. */
export interface NativeDoor {
  readonly libc: Libc;
  readonly inbox: Inbox;
  readonly outbox: Outbox;
  readonly loop: HotLoop;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
  /** Takes the descriptor over and listens there, on the event loop. */
  readonly watch: (
    fd: number,
    peer: Tid,
    events: Pick<HalfEvents, 'datagram' | 'refused' | 'failed'>,
  ) => Watcher;
}

/** Datagrams within `dense` milliseconds that make a cold half hot. */
const heating = 4;
const dense = 10;
/** Batches that a half receives at most before it is cold. */
const partings = 16;
const bufferSizes = [4 * 1024 * 1024, 1024 * 1024, 256 * 1024];

export interface NativeHalfOptions {
  readonly local: Tid;
  readonly peer: Tid;
  /** Whether datagrams may leave and arrive joined. */
  readonly offload: boolean;
  readonly events: HalfEvents;
  /** The other sockets on the port. Default: there are none. */
  readonly sharing?: Sharing;
}

/** A socket on `local`, connected to `peer`; undefined where the system refuses. */
export function openNativeHalf(
  door: NativeDoor,
  { local, peer, offload, events, sharing = new Sharing(door.libc) }: NativeHalfOptions,
): NativeHalf | undefined {
  const { libc } = door;
  const theirs = socketAddress(peer, (name) => libc.if_nametoindex(name));
  if (theirs === undefined) return undefined;
  const fd = sharing.open(local);
  if (fd < 0) return undefined;
  if (libc.connect(fd, theirs, theirs.length) !== 0) {
    libc.close(fd);
    return undefined;
  }
  const set = switches(libc, fd);
  for (const name of [option.receiveBuffer, option.sendBuffer])
    bufferSizes.some((size) => set(level.socket, name, size));
  return new NativeHalf(door, { fd, peer, source: theirs, offload, events });
}

function switches(libc: Libc, fd: number): (at: number, name: number, value: number) => boolean {
  const memory = new Memory(4);
  return (at, name, value) => {
    memory.set32(0, value);
    return libc.setsockopt(fd, at, name, memory.octets, 4) === 0;
  };
}

interface Connected {
  readonly fd: number;
  readonly peer: Tid;
  readonly source: Uint8Array;
  readonly offload: boolean;
  readonly events: HalfEvents;
}

export class NativeHalf implements Half, HotSocket, Receiver {
  readonly fd: number;
  readonly peer: Tid;
  readonly source: Uint8Array;
  expectedLength = 2048;
  expectedCount = 2;
  isJoining = false;
  isClosed = false;
  isLeaving = false;
  isSegmenting: boolean;
  readonly heads = new Uint8Array(new ArrayBuffer(mostAtOnce * 4));
  readonly headsAddress: number;
  readonly tails: (Uint8Array | undefined)[] = [];
  count = 0;
  readonly #mayJoin: boolean;
  readonly #door: NativeDoor;
  readonly #events: HalfEvents;
  readonly #set: (at: number, name: number, value: number) => boolean;
  #watcher: Watcher | undefined;
  #recent = 0;
  #since = 0;

  constructor(door: NativeDoor, { fd, peer, source, offload, events }: Connected) {
    this.fd = fd;
    this.peer = peer;
    this.source = source;
    this.#mayJoin = offload;
    this.isSegmenting = offload;
    this.#door = door;
    this.#events = events;
    this.#set = switches(door.libc, fd);
    this.headsAddress = door.libc.addressOf(this.heads);
    this.#heat();
  }

  send(head: Uint8Array, tail: Uint8Array | undefined): void {
    if (head.length !== 4) {
      this.flush();
      if (!this.isClosed) this.#report(this.#door.outbox.send(this.fd, joined(head, tail)));
      return;
    }
    this.heads.set(head, this.count * 4);
    this.tails[this.count] = tail;
    this.count += 1;
    if (this.count === mostAtOnce) this.flush();
  }

  flush(): void {
    if (this.count === 0 || this.isClosed) return;
    const isShort = this.count === 1 && this.tails[0] === undefined;
    const outcome = isShort
      ? this.#door.outbox.send(this.fd, this.heads.subarray(0, 4))
      : this.#door.outbox.sendAll(this);
    this.count = 0;
    this.tails.length = 0;
    this.#report(outcome);
  }

  #report({ unsent, errno: reason, isRefused }: Outcome): void {
    if (unsent > 0) this.#events.unsent(unsent, reason === errno.messageTooLong);
    if (isRefused) this.#events.refused(this.peer);
  }

  datagram(octets: Uint8Array): void {
    this.#events.datagram(octets, this.peer);
  }

  receive(): boolean {
    if (this.isClosed) return false;
    const got = this.#door.inbox.receive(this);
    if (got >= 0) return got > 0;
    this.#error(-got);
    return true;
  }

  #error(reason: number): void {
    if (this.isClosed) return;
    if (reason === errno.refused) this.#events.refused(this.peer);
    else if (!passing.has(reason))
      this.#events.failed(`the socket to ${formatTid(this.peer)} failed (errno ${reason})`);
  }

  #heat(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
    this.isJoining = this.#mayJoin && this.#set(level.udp, option.joined, 1);
    this.#door.loop.add(this);
  }

  cool(): void {
    this.#recent = 0;
    const isParted = !this.isJoining || this.#part();
    if (this.isClosed) return;
    if (isParted) this.#watch();
    else this.#door.loop.add(this);
  }

  /**
   * Receives what may have come joined, and has the kernel join no more: the runtime's socket cannot tell joined datagrams
   * apart. The kernel says how long they are only while it may join them.
   * @returns false while datagrams keep coming.
   */
  #part(): boolean {
    for (let attempt = 0; attempt < partings; attempt++) {
      if (this.receive()) continue;
      this.#set(level.udp, option.joined, 0);
      this.isJoining = !this.#door.inbox.isEmpty(this.fd);
      if (!this.isJoining) return true;
      this.#set(level.udp, option.joined, 1);
    }
    return false;
  }

  #watch(): void {
    const fd = this.#door.libc.duplicate(this.fd);
    if (fd < 0) {
      this.#events.failed(`no descriptor is left for ${formatTid(this.peer)}`);
      return;
    }
    this.#watcher = this.#door.watch(fd, this.peer, {
      datagram: (octets) => {
        this.datagram(octets);
        this.#countRecent();
      },
      refused: (peer) => this.#events.refused(peer),
      failed: (message) => this.#events.failed(message),
    });
    // The watcher let others share the port.
    this.#set(level.socket, option.reuseAddress, 0);
    if (this.isLeaving) this.#watcher.unref();
  }

  /** Several datagrams within a few milliseconds: the transfer is moving. */
  #countRecent(): void {
    if (this.isClosed || this.isLeaving || this.#watcher === undefined) return;
    const now = this.#door.now();
    if (this.#recent === 0 || now - this.#since > dense) {
      this.#recent = 0;
      this.#since = now;
    }
    this.#recent += 1;
    if (this.#recent >= heating) this.#heat();
  }

  unref(): void {
    this.isLeaving = true;
    this.#watcher?.unref();
  }

  close(): void {
    if (this.isClosed) return;
    this.flush();
    this.isClosed = true;
    this.#door.loop.remove(this);
    this.#watcher?.close();
    this.#watcher = undefined;
    this.#door.libc.close(this.fd);
  }
}

/** Errors of one datagram: ICMP messages, a full buffer, a route that is gone for now. */
const passing = new Set<number>([
  errno.refused,
  errno.again,
  errno.interrupted,
  errno.messageTooLong,
  ...[1, 12, 13, 22, 71, 99, 100, 101, 102, 104, 105, 110, 111, 112, 113],
]);

function joined(head: Uint8Array, tail: Uint8Array | undefined): Uint8Array {
  if (tail === undefined) return head;
  const whole = new Uint8Array(head.length + tail.length);
  whole.set(head);
  whole.set(tail, head.length);
  return whole;
}
