// Waiting for the next datagram in the kernel while transfers are busy, instead of going round the event loop.
// Rule: nobody else starves. After a millisecond the event loop has a turn: keys, timers, files, other sockets.
// A socket that hears nothing for a while leaves, so that what is idle costs nothing.
import type { Libc } from './libc.ts';
import { Memory, pollEntry, pollEvent } from './layout.ts';

/** A socket that is waited for here. */
export interface HotSocket {
  readonly fd: number;
  /** Takes what came, one batch of it. @returns whether anything came. */
  receive(): boolean;
  /** Nothing came for a while, or nobody keeps the process running for it: it is waited for elsewhere from now on. */
  cool(): void;
  /** Wants to leave at once. */
  readonly isLeaving: boolean;
}

/** Time and the event loop, as {@link HotLoop} needs them. */
export interface Turns {
  /** Milliseconds, monotonic. */
  now(): number;
  /** Calls `action` after the event loop has had a turn. */
  soon(action: () => void): void;
}

/** Milliseconds until the event loop has its turn. */
const budget = 1;
/** Milliseconds without a datagram after which a socket leaves, and how much longer it may stay for each socket here. */
const idle = 5;
const idleEach = 0.5;
/** Nanoseconds to wait in the kernel at a time: what else is ready waits as long. */
const waiting = 50_000;
/** Looks before the kernel is asked to wait, some 120 µs: to be woken takes longer than a peer's answer to a window. */
const looks = 200;
const looksBetweenYields = 8;
/** Sockets beyond which nobody looks without waiting: with many there is always one that has something. */
const fewSockets = 4;
/** Looks in vain, in a row, after which only every 32nd wait begins with looks. */
const patienceWithLooks = 8;

export class HotLoop {
  readonly #libc: Libc;
  readonly #turns: Turns;
  readonly #sockets = new Map<HotSocket, number>();
  #polled: readonly HotSocket[] = [];
  #entries = new Memory(8 * pollEntry.size);
  readonly #patience = new Memory(16);
  readonly #atOnce = new Memory(16);
  #vain = 0;
  #isScheduled = false;

  constructor(libc: Libc, turns: Turns) {
    this.#libc = libc;
    this.#turns = turns;
    this.#patience.set64(8, waiting);
  }

  add(socket: HotSocket): void {
    this.#sockets.set(socket, this.#turns.now());
    this.#list();
    this.#schedule();
  }

  remove(socket: HotSocket): void {
    if (this.#sockets.delete(socket)) this.#list();
  }

  #list(): void {
    this.#polled = [...this.#sockets.keys()];
    const needed = this.#polled.length * pollEntry.size;
    if (needed > this.#entries.octets.length) this.#entries = new Memory(needed * 2);
    for (const [at, { fd }] of this.#polled.entries()) {
      this.#entries.set32(at * pollEntry.size + pollEntry.fd, fd);
      this.#entries.set32(at * pollEntry.size + pollEntry.events, pollEvent.in);
    }
  }

  #schedule(): void {
    if (this.#isScheduled || this.#sockets.size === 0) return;
    this.#isScheduled = true;
    this.#turns.soon(() => {
      this.#isScheduled = false;
      this.#run();
      this.#schedule();
    });
  }

  #run(): void {
    const end = this.#turns.now() + budget;
    let now = end - budget;
    // Where nothing comes the event loop has its turn at once: a file may be what is waited for.
    while (this.#sockets.size > 0 && now < end) {
      if (this.#wait() <= 0) break;
      now = this.#turns.now();
      this.#serve(now);
    }
    this.#letGo();
  }

  /** How many sockets have something; 0 after a short while without any. */
  #wait(): number {
    if (this.#polled.length <= fewSockets && (this.#vain < patienceWithLooks || this.#vain % 32 === 0)) {
      for (let look = 0; look < looks; look++) {
        const ready = this.#poll(this.#atOnce);
        // Whoever waits for this processor may be the peer, or a thread that writes our file.
        if (ready === 0 && look % looksBetweenYields === 0) this.#libc.sched_yield();
        if (ready === 0) continue;
        this.#vain = 0;
        return ready;
      }
    }
    this.#vain += 1;
    return this.#poll(this.#patience);
  }

  #poll(patience: Memory): number {
    return this.#libc.ppoll(this.#entries.octets, this.#polled.length, patience.octets, null);
  }

  /** One batch for each socket that has something, in turn. */
  #serve(now: number): void {
    const polled = this.#polled;
    const ready = polled.filter(
      (_, at) => this.#entries.get16(at * pollEntry.size + pollEntry.happened) !== 0,
    );
    for (const socket of ready)
      if (this.#sockets.has(socket) && socket.receive() && this.#sockets.has(socket))
        this.#sockets.set(socket, now);
  }

  #letGo(): void {
    const now = this.#turns.now();
    // Where many share the processor their peers answer later: to leave and to come back costs more than to stay.
    const patience = idle + (this.#sockets.size - 1) * idleEach;
    for (const [socket, heard] of this.#sockets) {
      if (!socket.isLeaving && now - heard < patience) continue;
      this.remove(socket);
      socket.cool();
    }
  }
}
