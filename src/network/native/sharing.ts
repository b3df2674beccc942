// The sockets of ours on one local port: an open one, and those that are connected to a peer.
// Rule: they permit sharing only within the call that opens another one of ours, and only by SO_REUSEPORT: Linux then lets
// sockets of the same user join. With SO_REUSEADDR any user could join and take the datagrams. The runtime sets that on
// each descriptor that it adopts.
import type { Tid } from '../../wire/tid.ts';
import {
  addressRoom,
  datagramSocket,
  errno,
  family,
  level,
  Memory,
  option,
  socketAddress,
} from './layout.ts';
import type { Libc } from './libc.ts';

export class Sharing {
  readonly #libc: Libc;
  /** Sockets that forbid SO_REUSEADDR: while there is one, no other user can join. */
  readonly #fds = new Set<number>();
  /** Does the same until the first socket is kept. */
  #guard: number | undefined;

  constructor(libc: Libc) {
    this.#libc = libc;
  }

  /** Opens a socket on `local`: the first has the port alone, others join. @returns its descriptor, or the errno, negative. */
  open(local: Tid): number {
    const place = socketAddress(local, (name) => this.#libc.if_nametoindex(name));
    if (place === undefined) return -errno.invalid;
    if (this.#fds.size > 0) return this.#joined(place, [...this.#fds]);
    const fd = this.#bound(place, false);
    if (fd < 0) return fd;
    this.#guard = this.#guardOf(fd);
    if (this.#guard >= 0) return fd;
    this.#libc.close(fd);
    return this.#guard;
  }

  /** The runtime listens on `fd` now. With that it let others share the port: they may not. */
  keep(fd: number): void {
    this.#set(fd, level.socket, option.reuseAddress, 0);
    this.#fds.add(fd);
    if (this.#guard !== undefined && this.#guard >= 0) this.#libc.close(this.#guard);
    this.#guard = undefined;
  }

  /** Connects the socket `fd` to `peer`, also if it is connected to another peer. */
  connect(fd: number, peer: Tid): boolean {
    const place = socketAddress(peer, (name) => this.#libc.if_nametoindex(name));
    return place !== undefined && this.#libc.connect(fd, place, place.length) === 0;
  }

  /** `fd` is about to be closed: its number may soon be that of another socket. */
  leave(fd: number): void {
    this.#fds.delete(fd);
  }

  /** A socket on the port of `fd` that is connected to that port, so that it gets no datagram of anybody else; or the errno. */
  #guardOf(fd: number): number {
    const libc = this.#libc;
    const place = new Uint8Array(addressRoom);
    const length = new Memory(4);
    length.set32(0, place.length);
    if (libc.getsockname(fd, place, length.octets) !== 0) return -libc.errno();
    const address = place.subarray(0, length.get32(0));
    const guard = this.#joined(address, [fd]);
    // Where the loopback interface is down, it stays unconnected. A datagram that it takes is lost; its sender repeats it.
    if (guard >= 0) libc.connect(guard, address, address.length);
    return guard;
  }

  /** A socket that is bound to `place` together with `others`, or the errno, negative. */
  #joined(place: Uint8Array, others: readonly number[]): number {
    for (const other of others) this.#permit(other, true);
    const fd = this.#bound(place, true);
    for (const one of fd < 0 ? others : [...others, fd]) this.#permit(one, false);
    return fd;
  }

  #permit(fd: number, isShared: boolean): boolean {
    return this.#set(fd, level.socket, option.reusePort, isShared ? 1 : 0);
  }

  /** A socket that is bound to `place`, or the errno, negative. */
  #bound(place: Uint8Array, isShared: boolean): number {
    const libc = this.#libc;
    const isFour = place.length === 16;
    const fd = libc.socket(isFour ? family.ipv4 : family.ipv6, datagramSocket, 0);
    if (fd < 0) return -libc.errno();
    const isReady =
      (isFour || this.#set(fd, level.ipv6, option.ipv6Only, 1)) &&
      (!isShared || this.#permit(fd, true)) &&
      libc.bind(fd, place, place.length) === 0;
    if (isReady) return fd;
    const reason = libc.errno();
    libc.close(fd);
    return -reason;
  }

  #set(fd: number, at: number, name: number, value: number): boolean {
    const memory = new Memory(4);
    memory.set32(0, value);
    return this.#libc.setsockopt(fd, at, name, memory.octets, 4) === 0;
  }
}
