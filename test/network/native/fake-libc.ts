// A C library of the test's own: memory has made-up addresses, and what the kernel answers is scripted.
import type { Libc } from '../../../src/network/native/libc.ts';
import { control, message, vector } from '../../../src/network/native/layout.ts';

/** What one received message is to look like, true or not. */
export interface FakeMessage {
  /** Octets that are written to the offered memory, as far as they fit. */
  readonly octets: Uint8Array;
  /** The length that is reported; default: that of `octets`. */
  readonly length?: number;
  readonly name: Uint8Array;
  readonly nameLength?: number;
  readonly flags?: number;
  /** The size of joined datagrams that is reported. */
  readonly joined?: number;
  readonly controlLength?: number;
}

export class FakeLibc implements Libc {
  readonly #memories: { readonly start: number; readonly octets: Uint8Array }[] = [];
  #next = 4096;
  /** Answers of `recvmmsg`, in turn: messages, or a negative errno. Afterwards there is nothing (EAGAIN). */
  readonly arriving: (readonly FakeMessage[] | number)[] = [];
  /** Answers of sends, in turn: a negative errno; afterwards all is sent. */
  readonly refusing: number[] = [];
  /** Datagrams that were sent, each whole; with `cut`, as the kernel cuts them. */
  readonly sent: Uint8Array[] = [];
  /** System calls for sending. */
  sends = 0;
  #errno = 0;

  addressOf(memory: Uint8Array): number {
    const start = this.#next;
    this.#next += Math.ceil((memory.length + 1) / 4096) * 4096;
    this.#memories.push({ start, octets: memory });
    return start;
  }

  /** The memory at an address; throws where `length` octets are not ours from there on. */
  at(address: number, length: number): Uint8Array {
    const found = this.#memories.find(
      ({ start, octets }) => address >= start && address + length <= start + octets.length,
    );
    if (found === undefined) throw new Error(`${length} octets at ${address} are nobody's`);
    return found.octets.subarray(address - found.start, address - found.start + length);
  }

  recvmmsg(_fd: number, messages: Uint8Array, count: number): number {
    const answer = this.arriving.shift();
    if (answer === undefined) return this.#fail(11);
    if (typeof answer === 'number') return this.#fail(-answer);
    const came = answer.slice(0, count);
    if (answer.length > count) this.arriving.unshift(answer.slice(count));
    for (const [at, one] of came.entries()) this.#deliver(new View(messages, at * message.size), one);
    return came.length;
  }

  #deliver(header: View, one: FakeMessage): void {
    let rest = one.octets;
    const vectors = header.get64(message.vectors);
    for (let at = 0; at < header.get64(message.vectorCount); at++) {
      const part = new View(this.at(vectors + at * vector.size, vector.size), 0);
      const length = part.get64(vector.length);
      const room = length === 0 ? new Uint8Array(0) : this.at(part.get64(vector.base), length);
      room.set(rest.subarray(0, room.length));
      rest = rest.subarray(Math.min(rest.length, room.length));
    }
    const name = this.at(header.get64(message.name), header.get32(message.nameLength));
    name.set(one.name.subarray(0, name.length));
    header.set32(message.nameLength, one.nameLength ?? one.name.length);
    header.set32(message.flags, one.flags ?? 0);
    header.set32(message.octets, one.length ?? one.octets.length);
    const offered = header.get64(message.controlLength);
    if (one.joined !== undefined && offered >= control.size) {
      const beside = new View(this.at(header.get64(message.control), control.size), 0);
      beside.set64(control.length, 20);
      beside.set32(control.level, 17);
      beside.set32(control.type, 104);
      beside.set32(control.value, one.joined);
      header.set64(message.controlLength, one.controlLength ?? control.size);
    } else header.set64(message.controlLength, one.controlLength ?? 0);
  }

  send(_fd: number, octets: Uint8Array, length: number): number {
    this.sends += 1;
    const refusal = this.refusing.shift() ?? 0;
    if (refusal < 0) return this.#fail(-refusal);
    this.sent.push(octets.slice(0, length));
    return length;
  }

  sendmsg(_fd: number, octets: Uint8Array): number {
    this.sends += 1;
    const refusal = this.refusing.shift() ?? 0;
    if (refusal < 0) return this.#fail(-refusal);
    const header = new View(octets, 0);
    const whole = this.#gather(header);
    const size = new View(this.at(header.get64(message.control), control.size), 0).get16(control.value);
    for (let at = 0; at < whole.length; at += size) this.sent.push(whole.slice(at, at + size));
    return whole.length;
  }

  sendmmsg(_fd: number, messages: Uint8Array, count: number): number {
    this.sends += 1;
    for (let at = 0; at < count; at++) {
      const refusal = this.refusing.shift() ?? 0;
      if (refusal < 0) return at === 0 ? this.#fail(-refusal) : this.#putBack(refusal, at);
      this.sent.push(this.#gather(new View(messages, at * message.size)));
    }
    return count;
  }

  #putBack(refusal: number, sent: number): number {
    this.refusing.unshift(refusal);
    return sent;
  }

  #gather(header: View): Uint8Array {
    const vectors = header.get64(message.vectors);
    const parts: Uint8Array[] = [];
    for (let at = 0; at < header.get64(message.vectorCount); at++) {
      const part = new View(this.at(vectors + at * vector.size, vector.size), 0);
      const length = part.get64(vector.length);
      if (length > 0) parts.push(this.at(part.get64(vector.base), length));
    }
    return new Uint8Array(Buffer.concat(parts));
  }

  #fail(reason: number): number {
    this.#errno = reason;
    return -1;
  }

  errno(): number {
    return this.#errno;
  }

  ppoll(): number {
    return 0;
  }

  readonly preadv2: Libc['preadv2'] = undefined;
  readonly socket = (): number => 3;
  readonly bind = (): number => 0;
  readonly connect = (): number => 0;
  readonly setsockopt = (): number => 0;
  readonly duplicate = (): number => 4;
  readonly close = (): number => 0;
  readonly getsockname = (): number => 0;
  readonly fcntl = (): number => 0;
  readonly getpid = (): number => 1;
  readonly sched_yield = (): number => 0;
  readonly interfaceName = (): string => '';
  readonly if_nametoindex = (): number => 0;
}

/** Numbers within memory of somebody else. */
class View {
  readonly #view: DataView;

  constructor(octets: Uint8Array, at: number) {
    this.#view = new DataView(octets.buffer, octets.byteOffset + at, octets.length - at);
  }

  get16(at: number): number {
    return this.#view.getUint16(at, true);
  }

  get32(at: number): number {
    return this.#view.getUint32(at, true);
  }

  get64(at: number): number {
    return Number(this.#view.getBigUint64(at, true));
  }

  set32(at: number, value: number): void {
    this.#view.setUint32(at, value, true);
  }

  set64(at: number, value: number): void {
    this.#view.setBigUint64(at, BigInt(value), true);
  }
}
