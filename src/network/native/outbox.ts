// Where datagrams leave from: those of one window by one call.
// Rule: octets are not copied; a datagram is a head and a tail, named by their addresses for the length of one call.
import type { Libc } from './libc.ts';
import {
  control,
  errno,
  flag,
  level,
  Memory,
  message,
  option,
  pollEntry,
  pollEvent,
  vector,
} from './layout.ts';

/** Datagrams by one call at most: the kernel cuts one send into no more than 64. */
export const mostAtOnce = 64;
/** Octets that one send may hold, whatever the family. */
const mostOctets = 65_000;
const headLength = 4;
/** Milliseconds to wait for room in a send buffer that is full. */
const patience = 5;

/** Datagrams that were gathered for one connected socket. */
export interface Batch {
  readonly fd: number;
  /** Four octets for each datagram, and where they lie. */
  readonly heads: Uint8Array;
  readonly headsAddress: number;
  /** What follows each head; undefined: nothing. */
  readonly tails: readonly (Uint8Array | undefined)[];
  readonly count: number;
  /** Whether the kernel may cut one send into datagrams (UDP_SEGMENT). */
  isSegmenting: boolean;
}

/** What became of a batch. */
export interface Outcome {
  /** Datagrams that did not leave. */
  readonly unsent: number;
  /** Why the last of them did not; 0: all left. */
  readonly errno: number;
  /** The host has said that nothing listens there, to this send or to one before it. */
  readonly isRefused: boolean;
}

const done: Outcome = { unsent: 0, errno: 0, isRefused: false };

/** Memory for sending, shared by all sockets of a network: it is only used within one call. */
export class Outbox {
  readonly #libc: Libc;
  readonly #messages = new Memory(mostAtOnce * message.size);
  readonly #vectors = new Memory(mostAtOnce * 2 * vector.size);
  readonly #vectorsAddress: number;
  readonly #control = new Memory(control.size);
  readonly #controlAddress: number;
  readonly #poll = new Memory(pollEntry.size);
  readonly #patience = new Memory(16);
  #lastBuffer: ArrayBufferLike | undefined;
  #lastAddress = 0;
  #isRefused = false;

  constructor(libc: Libc) {
    this.#libc = libc;
    this.#vectorsAddress = libc.addressOf(this.#vectors.octets);
    this.#controlAddress = libc.addressOf(this.#control.octets);
    this.#control.set64(control.length, control.value + 2);
    this.#control.set32(control.level, level.udp);
    this.#control.set32(control.type, option.segment);
    this.#patience.set64(8, patience * 1_000_000);
  }

  /** Sends one datagram that is given whole. */
  send(fd: number, octets: Uint8Array): Outcome {
    const left = this.#withRoom(fd, () =>
      this.#libc.send(fd, octets, octets.length, flag.dontWait | flag.noSignal),
    );
    return this.#outcome(left < 0 ? 1 : 0, left < 0 ? -left : 0);
  }

  /** Sends the datagrams of `batch`, in order. */
  sendAll(batch: Batch): Outcome {
    this.#describe(batch);
    let unsent = 0;
    let last = 0;
    for (let from = 0; from < batch.count;) {
      const run = batch.isSegmenting ? runOf(batch, from) : 1;
      const { sent, reason } = run > 1 ? this.#sendRun(batch, from, run) : this.#sendEach(batch, from);
      from += sent;
      // A datagram that the system refuses is a lost one; those after it may still leave.
      if (reason === 0) continue;
      unsent += 1;
      last = reason;
      from += 1;
    }
    // What was sent is not held any longer than the call.
    this.#lastBuffer = undefined;
    return this.#outcome(unsent, last);
  }

  #outcome(unsent: number, reason: number): Outcome {
    if (unsent === 0 && !this.#isRefused) return done;
    const outcome = { unsent, errno: reason, isRefused: this.#isRefused };
    this.#isRefused = false;
    return outcome;
  }

  /** One vector for the head and one for the tail of each datagram. */
  #describe({ count, headsAddress, tails }: Batch): void {
    for (let at = 0; at < count; at++) {
      const head = at * 2 * vector.size;
      this.#vectors.set64(head + vector.base, headsAddress + at * headLength);
      this.#vectors.set64(head + vector.length, headLength);
      const tail = tails[at];
      const has = tail !== undefined && tail.length > 0;
      this.#vectors.set64(head + vector.size + vector.base, has ? this.#addressOf(tail) : 0);
      this.#vectors.set64(head + vector.size + vector.length, has ? tail.length : 0);
    }
  }

  /** Blocks of one window mostly lie in one piece of a file: its address is asked for once. */
  #addressOf(tail: Uint8Array): number {
    if (tail.buffer !== this.#lastBuffer) {
      this.#lastBuffer = tail.buffer;
      this.#lastAddress = this.#libc.addressOf(new Uint8Array(tail.buffer));
    }
    return this.#lastAddress + tail.byteOffset;
  }

  /** Datagrams of one length, the last one perhaps shorter, as one send that the kernel cuts. */
  #sendRun(batch: Batch, from: number, run: number): { sent: number; reason: number } {
    this.#control.set16(control.value, lengthOf(batch, from));
    this.#address(0, from, run * 2);
    this.#messages.set64(message.control, this.#controlAddress);
    this.#messages.set64(message.controlLength, control.size);
    const left = this.#withRoom(batch.fd, () =>
      this.#libc.sendmsg(batch.fd, this.#messages.octets, flag.dontWait | flag.noSignal),
    );
    if (left >= 0) return { sent: run, reason: 0 };
    if (!cannotCut.has(-left)) return { sent: run - 1, reason: -left };
    // The way there takes no such send (an interface, a datagram larger than its frame): from now on one by one.
    batch.isSegmenting = false;
    return { sent: 0, reason: 0 };
  }

  /** Datagrams one by one, by one call. */
  #sendEach(batch: Batch, from: number): { sent: number; reason: number } {
    const count = batch.isSegmenting ? 1 : batch.count - from;
    for (let at = 0; at < count; at++) {
      this.#address(at, from + at, 2);
      this.#messages.set64(at * message.size + message.control, 0);
      this.#messages.set64(at * message.size + message.controlLength, 0);
    }
    const left = this.#withRoom(batch.fd, () =>
      this.#libc.sendmmsg(batch.fd, this.#messages.octets, count, flag.dontWait | flag.noSignal),
    );
    return left >= 0 ? { sent: left, reason: 0 } : { sent: 0, reason: -left };
  }

  /** Points message `at` at `count` vectors, those of datagram `from` first. */
  #address(at: number, from: number, count: number): void {
    const header = at * message.size;
    this.#messages.set64(header + message.vectors, this.#vectorsAddress + from * 2 * vector.size);
    this.#messages.set64(header + message.vectorCount, count);
  }

  /**
   * What `send` answers, or the negative errno. It is tried once more where the send buffer was full, and where the
   * system reported what came of an earlier datagram in place of this one.
   */
  #withRoom(fd: number, send: () => number): number {
    const left = send();
    if (left >= 0) return left;
    const reason = this.#libc.errno();
    if (reason === errno.again) this.#waitForRoom(fd);
    else if (reason === errno.refused) this.#isRefused = true;
    else if (reason !== errno.interrupted) return -reason;
    const second = send();
    return second >= 0 ? second : -this.#libc.errno();
  }

  #waitForRoom(fd: number): void {
    this.#poll.set32(pollEntry.fd, fd);
    this.#poll.set32(pollEntry.events, pollEvent.out);
    this.#libc.ppoll(this.#poll.octets, 1, this.#patience.octets, null);
  }
}

/** Reasons for which the kernel does not cut a send where it would take the datagrams one by one. */
const cannotCut = new Set<number>([
  errno.invalid,
  errno.io,
  errno.messageTooLong,
  errno.protocolOption,
  errno.notSupported,
]);

function lengthOf({ tails }: Batch, at: number): number {
  return headLength + (tails[at]?.length ?? 0);
}

/** How many datagrams from `from` on one send may hold: of one length, and the last one may be shorter. */
function runOf(batch: Batch, from: number): number {
  const length = lengthOf(batch, from);
  let octets = length;
  let at = from + 1;
  for (; at < batch.count; at++) {
    const next = lengthOf(batch, at);
    if (next > length || octets + next > mostOctets) break;
    octets += next;
    if (next < length) return at + 1 - from;
  }
  return at - from;
}
