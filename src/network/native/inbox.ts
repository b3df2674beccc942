// Where datagrams are received: many by one call, into memory that is filled from front to back and then replaced.
// Rule: what the kernel answers is checked against what was offered to it. A wrong source, a cut datagram and a length
// beyond the memory are dropped; nothing outside of a message's own octets is ever handed on.
import type { Libc } from './libc.ts';
import {
  addressRoom,
  control,
  errno,
  flag,
  largestMessage,
  level,
  Memory,
  message,
  option,
  pollEntry,
  pollEvent,
  vector,
} from './layout.ts';

/** Who receives: a connected socket, and how its datagrams have been so far. */
export interface Receiver {
  readonly fd: number;
  /** The address that datagrams must come from, as the kernel writes it. */
  readonly source: Uint8Array;
  /** Octets that a message is expected to have at most; learned from those that came. */
  expectedLength: number;
  /** Messages that are expected by one call; learned likewise. */
  expectedCount: number;
  /** Whether datagrams may come joined (UDP_GRO). */
  readonly isJoining: boolean;
  readonly isClosed: boolean;
  /** One datagram. The octets belong to the receiver from now on. */
  datagram(octets: Uint8Array): void;
}

/** Messages by one call at most. */
const most = 32;
/** Datagrams in one message at most (the kernel's UDP_MAX_SEGMENTS). */
const mostJoined = 128;
/** Octets of memory that is filled before new memory is taken. */
const slabLength = 512 * 1024;

/** Memory for receiving, shared by all sockets of a network: it is only used within one call. */
export class Inbox {
  readonly #libc: Libc;
  readonly #messages = new Memory(most * message.size);
  readonly #vectors = new Memory(most * 2 * vector.size);
  readonly #names = new Memory(most * addressRoom);
  readonly #controls = new Memory(most * control.size);
  /** For the part of a message that is longer than expected. Pages that nothing reaches take no memory. */
  readonly #overflow = new Uint8Array(new ArrayBuffer(most * largestMessage));
  readonly #poll = new Memory(pollEntry.size);
  readonly #atOnce = new Memory(16);
  #slab = new ArrayBuffer(0);
  #slabAddress = 0;
  #used = 0;

  constructor(libc: Libc) {
    this.#libc = libc;
    const [names, controls, vectors, overflow] = [
      this.#names.octets,
      this.#controls.octets,
      this.#vectors.octets,
      this.#overflow,
    ].map((memory) => libc.addressOf(memory)) as [number, number, number, number];
    for (let at = 0; at < most; at++) {
      const header = at * message.size;
      this.#messages.set64(header + message.name, names + at * addressRoom);
      this.#messages.set64(header + message.vectors, vectors + at * 2 * vector.size);
      this.#messages.set64(header + message.vectorCount, 2);
      this.#messages.set64(header + message.control, controls + at * control.size);
      const second = (at * 2 + 1) * vector.size;
      this.#vectors.set64(second + vector.base, overflow + at * largestMessage);
      this.#vectors.set64(second + vector.length, largestMessage);
    }
  }

  /**
   * Receives what is there, up to 32 messages, and hands each datagram to `receiver`. Never called from there.
   * @returns messages received; 0 where there was nothing; the negative errno where the socket reports an error.
   */
  receive(receiver: Receiver): number {
    const room = receiver.expectedLength;
    const count = this.#offer(receiver, room);
    const came = this.#libc.recvmmsg(receiver.fd, this.#messages.octets, count, flag.dontWait, null);
    if (came < 0) {
      const reason = this.#libc.errno();
      return reason === errno.again || reason === errno.interrupted ? 0 : -reason;
    }
    const got = Math.min(came, count);
    receiver.expectedCount = got === count ? Math.min(most, count * 2) : got + 1;
    let begin = this.#used;
    for (let at = 0; at < got && !receiver.isClosed; at++, begin += room) {
      const length = this.#messages.get32(at * message.size + message.octets);
      this.#used = begin + ((Math.min(length, room) + 7) & ~7);
      if (this.#isSound(receiver, at, length))
        this.#handOn(receiver, this.#whole(begin, length, at, room), at);
    }
    return got;
  }

  /** Whether the socket has neither a datagram nor an error to report. */
  isEmpty(fd: number): boolean {
    this.#poll.set32(pollEntry.fd, fd);
    this.#poll.set32(pollEntry.events, pollEvent.in);
    return this.#libc.ppoll(this.#poll.octets, 1, this.#atOnce.octets, null) === 0;
  }

  /** Whether the message is whole and comes from the peer. */
  #isSound({ source }: Receiver, at: number, length: number): boolean {
    const header = at * message.size;
    if ((this.#messages.get32(header + message.flags) & flag.truncated) !== 0) return false;
    if (length > largestMessage || this.#messages.get32(header + message.nameLength) !== source.length)
      return false;
    const name = at * addressRoom;
    // Of an IPv6 address the scope counts too; the flow label in between does not.
    for (let octet = 0; octet < source.length; octet++)
      if (this.#names.octets[name + octet] !== source[octet] && !(source.length > 16 && isFlow(octet)))
        return false;
    return true;
  }

  /** The octets of one message; those longer than expected lie in two places and are joined. */
  #whole(begin: number, length: number, at: number, room: number): Uint8Array {
    if (length <= room) return new Uint8Array(this.#slab, begin, length);
    const whole = new Uint8Array(length);
    whole.set(new Uint8Array(this.#slab, begin, room));
    const rest = at * largestMessage;
    whole.set(this.#overflow.subarray(rest, rest + length - room), room);
    return whole;
  }

  /** One message is one datagram, or several of one size with a shorter one at the end (UDP_GRO). */
  #handOn(receiver: Receiver, octets: Uint8Array, at: number): void {
    if (octets.length > receiver.expectedLength)
      receiver.expectedLength = Math.min(largestMessage, (octets.length + 255) & ~255);
    const size = receiver.isJoining ? this.#sizeOf(at) : 0;
    if (size === 0 || size >= octets.length) {
      receiver.datagram(octets);
      return;
    }
    if (octets.length > size * mostJoined) return;
    for (let from = 0; from < octets.length && !receiver.isClosed; from += size)
      receiver.datagram(octets.subarray(from, from + size));
  }

  /** The size of the datagrams that are joined in a message; 0 where nothing is joined. */
  #sizeOf(at: number): number {
    const length = this.#messages.get64(at * message.size + message.controlLength);
    const begin = at * control.size;
    const isSize =
      length >= control.value + 4 &&
      this.#controls.get32(begin + control.level) === level.udp &&
      this.#controls.get32(begin + control.type) === option.joined;
    return isSize ? this.#controls.get32(begin + control.value) : 0;
  }

  /** Points the messages at free memory. @returns how many there are. */
  #offer({ isJoining, expectedCount }: Receiver, room: number): number {
    if (this.#slab.byteLength - this.#used < room) this.#renew();
    const count = Math.min(expectedCount, most, Math.floor((this.#slab.byteLength - this.#used) / room));
    const start = this.#slabAddress + this.#used;
    for (let at = 0; at < count; at++) {
      const header = at * message.size;
      this.#messages.set32(header + message.nameLength, addressRoom);
      this.#messages.set64(header + message.controlLength, isJoining ? control.size : 0);
      const first = at * 2 * vector.size;
      this.#vectors.set64(first + vector.base, start + at * room);
      this.#vectors.set64(first + vector.length, room);
    }
    return count;
  }

  #renew(): void {
    // Not zeroed: only what the kernel has written is ever handed on.
    const memory = Buffer.allocUnsafeSlow(slabLength);
    this.#slab = memory.buffer;
    this.#slabAddress = this.#libc.addressOf(memory);
    this.#used = 0;
  }
}

/** Octets 4 to 7 of a `struct sockaddr_in6`. */
function isFlow(octet: number): boolean {
  return octet >= 4 && octet < 8;
}
