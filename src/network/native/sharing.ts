// The sockets of ours on one local port: an open one, and those that are connected to a peer.
// Rule: Linux lets every user of the machine join a port, and take its datagrams, while all sockets on it permit sharing.
// So ours permit it only within the call that opens another one of ours.
import type { Tid } from '../../wire/tid.ts';
import { datagramSocket, errno, family, level, Memory, option, socketAddress } from './layout.ts';
import type { Libc } from './libc.ts';

export class Sharing {
  readonly #libc: Libc;
  readonly #fds = new Set<number>();

  constructor(libc: Libc) {
    this.#libc = libc;
  }

  /** Opens a socket on `local`: the first has the port alone, others join. @returns its descriptor, or the errno, negative. */
  open(local: Tid): number {
    const libc = this.#libc;
    const place = socketAddress(local, (name) => libc.if_nametoindex(name));
    if (place === undefined) return -errno.invalid;
    const isFour = place.length === 16;
    const fd = libc.socket(isFour ? family.ipv4 : family.ipv6, datagramSocket, 0);
    if (fd < 0) return -libc.errno();
    const isReady = isFour || this.#set(fd, level.ipv6, option.ipv6Only, 1);
    const reason = isReady ? this.#bind(fd, place) : libc.errno();
    if (reason === 0) return fd;
    libc.close(fd);
    return -reason;
  }

  /** The runtime listens on `fd` now. With that it let others share the port: they may not. */
  keep(fd: number): void {
    this.#fds.add(fd);
    this.#permit(fd, false);
  }

  /** `fd` is about to be closed: its number may soon be that of another socket. */
  leave(fd: number): void {
    this.#fds.delete(fd);
  }

  /** Answers the errno, or 0. */
  #bind(fd: number, place: Uint8Array): number {
    const all = this.#fds.size === 0 ? [] : [...this.#fds, fd];
    for (const one of all) this.#permit(one, true);
    const reason = this.#libc.bind(fd, place, place.length) === 0 ? 0 : this.#libc.errno();
    for (const one of all) this.#permit(one, false);
    return reason;
  }

  #permit(fd: number, isShared: boolean): void {
    this.#set(fd, level.socket, option.reuseAddress, isShared ? 1 : 0);
  }

  #set(fd: number, at: number, name: number, value: number): boolean {
    const memory = new Memory(4);
    memory.set32(0, value);
    return this.#libc.setsockopt(fd, at, name, memory.octets, 4) === 0;
  }
}
