// A socket on all addresses of this machine that knows which of them each datagram was sent to, and answers from there
// (IP_PKTINFO). The runtime cannot wait for it without reading it: the kernel reports by a signal that something is there.
// Rule: lengths that the kernel answers are checked against what was offered; a cut datagram is dropped.
import type { Tid } from '../../wire/tid.ts';
import type { Wildcard } from '../network.ts';
import {
  addressRoom,
  controlHead,
  datagramSocket,
  errno,
  family,
  flag,
  largestMessage,
  level,
  Memory,
  message,
  option,
  packetInfo,
  readSocketAddress,
  socketAddress,
  vector,
  withZone,
} from './layout.ts';
import type { Libc } from './libc.ts';

/** A datagram, and which of our addresses it was sent to; undefined where the kernel does not say. */
export interface Arrival {
  readonly octets: Uint8Array;
  readonly from: Tid;
  readonly to: string | undefined;
}

/** Datagrams by one call at most. */
const most = 8;
const informationRoom = 64;
const bufferSizes = [4 * 1024 * 1024, 1024 * 1024, 256 * 1024];
/** Commands of fcntl, and the flags of a descriptor that never blocks and reports by SIGIO. */
const setFlags = 4;
const setOwner = 8;
const reporting = 0o4000 | 0o20000;

/** Opens the socket, or answers the errno for which that is not possible. From then on the process receives SIGIO. */
export function openWildcardSocket(libc: Libc, address: Wildcard, port: number): WildcardSocket | number {
  const isFour = address === '0.0.0.0';
  const socket = libc.socket(isFour ? family.ipv4 : family.ipv6, datagramSocket, 0);
  if (socket < 0) return libc.errno();
  const value = new Memory(4);
  const set = (at: number, name: number, to: number): boolean => {
    value.set32(0, to);
    return libc.setsockopt(socket, at, name, value.octets, 4) === 0;
  };
  const place = socketAddress({ address, port }, () => 0) ?? new Uint8Array(0);
  const { level: at, receive } = isFour ? packetInfo.ipv4 : packetInfo.ipv6;
  const isReady =
    (isFour || set(level.ipv6, option.ipv6Only, 1)) &&
    libc.bind(socket, place, place.length) === 0 &&
    set(at, receive, 1) &&
    libc.fcntl(socket, setOwner, libc.getpid()) === 0 &&
    libc.fcntl(socket, setFlags, reporting) === 0;
  if (!isReady) {
    const reason = libc.errno();
    libc.close(socket);
    return reason;
  }
  for (const name of [option.receiveBuffer, option.sendBuffer])
    bufferSizes.some((size) => set(level.socket, name, size));
  return new WildcardSocket(libc, socket, isFour);
}

export class WildcardSocket {
  /** The port that it is bound to. */
  readonly port: number;
  readonly #libc: Libc;
  readonly #fd: number;
  readonly #info: typeof packetInfo.ipv4 | typeof packetInfo.ipv6;
  readonly #messages = new Memory(most * message.size);
  readonly #vectors = new Memory(most * vector.size);
  readonly #names = new Memory(most * addressRoom);
  readonly #controls = new Memory(most * informationRoom);
  /** Pages that nothing reaches take no memory. */
  readonly #octets = new Uint8Array(new ArrayBuffer(most * largestMessage));
  readonly #outgoing = new Memory(message.size);
  readonly #outgoingVectors = new Memory(2 * vector.size);
  readonly #outgoingControl = new Memory(informationRoom);

  constructor(libc: Libc, fd: number, isFour: boolean) {
    this.#libc = libc;
    this.#fd = fd;
    this.#info = isFour ? packetInfo.ipv4 : packetInfo.ipv6;
    const at = (memory: Memory): number => libc.addressOf(memory.octets);
    const [names, vectors, controls] = [at(this.#names), at(this.#vectors), at(this.#controls)];
    const octets = libc.addressOf(this.#octets);
    for (let index = 0; index < most; index++) {
      const header = index * message.size;
      this.#messages.set64(header + message.name, names + index * addressRoom);
      this.#messages.set64(header + message.vectors, vectors + index * vector.size);
      this.#messages.set64(header + message.vectorCount, 1);
      this.#messages.set64(header + message.control, controls + index * informationRoom);
      this.#vectors.set64(index * vector.size + vector.base, octets + index * largestMessage);
      this.#vectors.set64(index * vector.size + vector.length, largestMessage);
    }
    this.#outgoing.set64(message.vectors, at(this.#outgoingVectors));
    this.#outgoing.set64(message.control, at(this.#outgoingControl));
    const length = new Memory(4);
    length.set32(0, addressRoom);
    libc.getsockname(fd, this.#names.octets, length.octets);
    this.port = ((this.#names.octets[2] ?? 0) << 8) | (this.#names.octets[3] ?? 0);
  }

  /** What has arrived, up to eight datagrams, whose octets belong to the caller. None: nothing is there now. */
  receive(): readonly Arrival[] {
    for (let index = 0; index < most; index++) {
      this.#messages.set32(index * message.size + message.nameLength, addressRoom);
      this.#messages.set64(index * message.size + message.controlLength, informationRoom);
    }
    const came = this.#libc.recvmmsg(this.#fd, this.#messages.octets, most, flag.dontWait, null);
    const found: Arrival[] = [];
    for (let index = 0; index < Math.min(came, most); index++) {
      const arrival = this.#arrival(index);
      if (arrival !== undefined) found.push(arrival);
    }
    return found;
  }

  #arrival(index: number): Arrival | undefined {
    const header = index * message.size;
    const length = this.#messages.get32(header + message.octets);
    const isCut = (this.#messages.get32(header + message.flags) & flag.truncated) !== 0;
    const name = { at: index * addressRoom, length: this.#messages.get32(header + message.nameLength) };
    const from = readSocketAddress(this.#names, name, (zone) => this.#libc.interfaceName(zone));
    if (isCut || length > largestMessage || from === undefined) return undefined;
    const info = this.#infoOf(index);
    // RFC 1123 §4.2.3.5: a request to a broadcast or multicast address is ignored.
    if (info !== undefined && this.#isToMany(info)) return undefined;
    const begin = index * largestMessage;
    const octets = this.#octets.slice(begin, begin + length);
    return { octets, from, to: info === undefined ? undefined : this.#askedAddress(info) };
  }

  /** Where the kernel's words about a datagram lie; undefined where it said nothing. */
  #infoOf(index: number): number | undefined {
    const { level: at, type, size } = this.#info;
    const begin = index * informationRoom;
    const length = this.#messages.get64(index * message.size + message.controlLength);
    const isInfo =
      length >= controlHead + size &&
      this.#controls.get32(begin + 8) === at &&
      this.#controls.get32(begin + 12) === type;
    return isInfo ? begin + controlHead : undefined;
  }

  /** IPv4 gives our address and the one in the packet, which differ for a broadcast. */
  #isToMany(info: number): boolean {
    const { ipv4 } = packetInfo;
    if (this.#info !== ipv4) return this.#controls.octets[info] === 0xff;
    return this.#controls.get32(info + ipv4.address) !== this.#controls.get32(info + ipv4.destination);
  }

  #askedAddress(info: number): string {
    const { level: at, address, interface: number } = this.#info;
    const octets = this.#controls.octets.subarray(
      info + address,
      info + address + (at === level.ip ? 4 : 16),
    );
    return withZone(octets, this.#libc.interfaceName(this.#controls.get32(info + number)));
  }

  /** Sends one datagram from our address `from`, or from the one that the kernel chooses. @returns 0, or an errno. */
  send(to: Tid, from: string | undefined, [head, tail]: readonly [Uint8Array, Uint8Array?]): number {
    const zone = (name: string): number => this.#libc.if_nametoindex(name);
    const name = socketAddress(to, zone);
    if (name === undefined) return errno.invalid;
    this.#outgoing.set64(message.name, this.#libc.addressOf(name));
    this.#outgoing.set32(message.nameLength, name.length);
    this.#address(0, head);
    if (tail !== undefined) this.#address(1, tail);
    this.#outgoing.set64(message.vectorCount, tail === undefined ? 1 : 2);
    this.#outgoing.set64(message.controlLength, from === undefined ? 0 : this.#comeFrom(from, zone));
    const left = this.#libc.sendmsg(this.#fd, this.#outgoing.octets, flag.dontWait | flag.noSignal);
    return left < 0 ? this.#libc.errno() : 0;
  }

  #address(index: number, octets: Uint8Array): void {
    this.#outgoingVectors.set64(index * vector.size + vector.base, this.#libc.addressOf(octets));
    this.#outgoingVectors.set64(index * vector.size + vector.length, octets.length);
  }

  /** Writes the control message that names our address. @returns its length. */
  #comeFrom(from: string, zone: (name: string) => number): number {
    const source = socketAddress({ address: from, port: 0 }, zone);
    if (source === undefined) return 0;
    const { level: at, type, size, address, interface: number } = this.#info;
    const control = this.#outgoingControl;
    control.octets.fill(0);
    control.set64(0, controlHead + size);
    control.set32(8, at);
    control.set32(12, type);
    const isFour = at === level.ip;
    control.octets.set(source.subarray(isFour ? 4 : 8, isFour ? 8 : 24), controlHead + address);
    if (!isFour) control.octets.set(source.subarray(24, 28), controlHead + number);
    return (controlHead + size + 7) & ~7;
  }

  close(): void {
    this.#libc.close(this.#fd);
  }
}
