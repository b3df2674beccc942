// Two real machines and the link between them on a virtual clock: packets are encoded, lost, doubled, delayed and
// decoded. Watches after every packet what must always hold. Imports transfer and wire only.
import { decode } from '../../src/wire/decode.ts';
import { encode } from '../../src/wire/encode.ts';
import { sameTid, type Tid } from '../../src/wire/tid.ts';
import type { Packet, RequestPacket } from '../../src/wire/packet.ts';
import type { Input, Instant, Machine, Outcome, Output } from '../../src/transfer/machine.ts';
import { acceptOptions, type Grant, type Offer } from '../../src/transfer/negotiate.ts';
import type { Note } from '../../src/transfer/note.ts';
import { Receiver } from '../../src/transfer/receiver.ts';
import { Sender } from '../../src/transfer/sender.ts';
import type { ClientStart, ServerStart } from '../../src/transfer/side.ts';
import { defaultPace, type Pace } from '../../src/transfer/terms.ts';
import { asked, client as clientTid, peer as serverTid, request } from './script.ts';

export interface Crossing {
  readonly packet: Packet;
  readonly toServer: boolean;
  /** Counts all crossings from 0. */
  readonly count: number;
}

export type Fate = 'pass' | 'drop' | 'double' | 'late';

export interface PairOptions {
  readonly kind: 'get' | 'put';
  readonly file: Uint8Array;
  readonly offer?: Offer;
  readonly grant?: Partial<Grant>;
  readonly rollover?: 0 | 1;
  readonly pace?: Partial<Pace>;
  readonly seed?: number;
  /** Shares of packets, 0…1. */
  readonly loss?: number;
  readonly duplication?: number;
  /** Milliseconds one way, drawn evenly. */
  readonly delay?: readonly [number, number];
  /** Milliseconds that storing and reading take. */
  readonly disk?: number;
  /** Decides before chance does. */
  readonly fate?: (crossing: Crossing) => Fate | undefined;
  readonly makeSender?: (start: ClientStart | ServerStart) => Machine;
  readonly makeReceiver?: (start: ClientStart | ServerStart) => Machine;
}

interface Side {
  readonly tid: Tid;
  machine: Machine | undefined;
  outcome: Outcome | undefined;
  errored: boolean;
  heardAt: Instant;
  readonly lastSent: Map<string, Instant>;
}

interface Event {
  readonly at: Instant;
  readonly order: number;
  readonly run: () => void;
}

/** The same numbers for the same seed. */
export function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const mostEvents = 3_000_000;

export class Pair {
  now: Instant = 0;
  readonly client: Side;
  readonly server: Side;
  readonly notes: Note[] = [];
  /** Every packet that was sent, in words: `> RRQ`, `< DATA 1`. Kept for small transfers only. */
  readonly trace: string[] = [];
  /** What broke a rule that always holds. */
  readonly broken: string[] = [];
  crossings = 0;
  resent = 0;
  readonly received: Uint8Array[] = [];
  #published = false;
  #offset = 0;
  #events: Event[] = [];
  #order = 0;
  readonly #random: () => number;
  readonly #options: PairOptions;
  readonly #dataSeen = new Map<number, string>();

  constructor(options: PairOptions) {
    this.#options = options;
    this.#random = chance(options.seed ?? 1);
    this.client = side(clientTid);
    this.server = side(serverTid);
    const { offer = {}, kind, rollover = 0 } = options;
    const start: ClientStart = {
      role: 'client',
      to: asked,
      request: request(kind === 'get' ? 'RRQ' : 'WRQ', offer),
      offer,
      lenient: false,
      anyAddress: false,
      rollover,
      pace: this.#pace,
    };
    this.client.machine = kind === 'get' ? this.#receiver(start) : this.#sender(start);
  }

  /** Runs until nothing is left to happen. */
  run(): this {
    this.#input(this.client, { type: 'start' });
    for (let steps = 0; this.#step(); steps += 1)
      if (steps > mostEvents) throw new Error(`no end after ${mostEvents} events`);
    return this;
  }

  /** The octets that were published, or undefined. */
  get published(): Uint8Array | undefined {
    if (!this.#published) return undefined;
    const all = new Uint8Array(this.received.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const octets of this.received) {
      all.set(octets, at);
      at += octets.length;
    }
    return all;
  }

  get #pace(): Pace {
    return { ...defaultPace, ...this.#options.pace };
  }

  #sender(start: ClientStart | ServerStart): Machine {
    return this.#options.makeSender?.(start) ?? new Sender(start);
  }

  #receiver(start: ClientStart | ServerStart): Machine {
    return this.#options.makeReceiver?.(start) ?? new Receiver(start);
  }

  #at(at: Instant, run: () => void): void {
    const event = { at, order: this.#order++, run };
    let low = 0;
    let high = this.#events.length;
    // Latest first, so that the next one is popped.
    while (low < high) {
      const mid = (low + high) >>> 1;
      if (this.#events[mid]!.at > at) low = mid + 1;
      else high = mid;
    }
    this.#events.splice(low, 0, event);
  }

  #step(): boolean {
    const next = this.#events.at(-1)?.at ?? Infinity;
    const [first, second] = [this.client, this.server].map(({ machine }) => machine?.deadline ?? Infinity);
    const at = Math.min(next, first!, second!);
    if (at === Infinity) return false;
    this.now = Math.max(this.now, at);
    if (next === at) this.#events.pop()!.run();
    else this.#input(first === at ? this.client : this.server, { type: 'timeout' });
    return true;
  }

  #input(side: Side, input: Input): void {
    for (const output of side.machine?.handle(input, this.now) ?? []) this.#perform(side, output);
  }

  #perform(side: Side, output: Output): void {
    switch (output.type) {
      case 'send':
        this.#watch(side, output);
        this.#cross(side, output.packet);
        return;
      case 'pull':
        this.#pull(side, output.length);
        return;
      case 'deliver':
        this.received.push(output.octets.slice());
        if (output.last) this.#published = true;
        this.#at(this.now + (this.#options.disk ?? 0), () => this.#input(side, { type: 'stored' }));
        return;
      case 'note':
        if (this.notes.length < 10_000) this.notes.push(output.note);
        return;
      case 'end':
        side.outcome = output.outcome;
        return;
      case 'join':
        throw new Error('a pair has no group');
    }
  }

  #pull(side: Side, length: number): void {
    const octets = this.#options.file.subarray(this.#offset, this.#offset + length);
    this.#offset += octets.length;
    this.#at(this.now + (this.#options.disk ?? 0), () => this.#input(side, { type: 'chunk', octets }));
  }

  #cross(from: Side, packet: Packet): void {
    const toServer = from === this.client;
    if (this.trace.length < 2000) this.trace.push(`${toServer ? '>' : '<'} ${words(packet)}`);
    const fate = this.#options.fate?.({ packet, toServer, count: this.crossings++ });
    if (fate === 'drop' || (fate === undefined && this.#random() < (this.#options.loss ?? 0))) return;
    const copies = fate === 'double' || this.#random() < (this.#options.duplication ?? 0) ? 2 : 1;
    const octets = encode(packet);
    const [least, most] = this.#options.delay ?? [1, 1];
    for (let copy = 0; copy < copies; copy += 1) {
      const delay = fate === 'late' ? 3000 : least + this.#random() * (most - least);
      this.#at(this.now + delay, () => this.#arrive(toServer, octets));
    }
  }

  #arrive(toServer: boolean, octets: Uint8Array): void {
    const packet = decode(octets);
    const side = toServer ? this.server : this.client;
    side.heardAt = this.now;
    if (packet.op === 'ERROR') side.errored = true;
    if (side === this.server && side.machine === undefined) {
      if (packet.op === 'RRQ' || packet.op === 'WRQ') this.#answer(packet);
      return;
    }
    this.#input(side, { type: 'datagram', packet, from: toServer ? clientTid : serverTid });
  }

  #answer(packet: RequestPacket): void {
    const { file, grant } = this.#options;
    const granted = { blksize: 65464, windowsize: 64, options: true, extensions: true, ...grant };
    const { terms, oack, refused } = acceptOptions(packet, { size: file.length, ...granted });
    const { rollover = 0 } = this.#options;
    const start: ServerStart = {
      role: 'server',
      peer: clientTid,
      terms: { ...terms, rollover },
      oack,
      refused,
      pace: this.#pace,
    };
    this.server.machine = packet.op === 'RRQ' ? this.#sender(start) : this.#receiver(start);
    this.#input(this.server, { type: 'start' });
  }

  /** Invariants 5, 7, 11 and 12. */
  #watch(side: Side, output: Output & { readonly type: 'send' }): void {
    const { packet } = output;
    if (output.repeat) this.resent += 1;
    if (side.errored) this.broken.push(`invariant 5: ${words(packet)} after an ERROR`);
    if (side.outcome !== undefined && packet.op !== 'ACK')
      this.broken.push(`invariant 7: ${words(packet)} at the end`);
    const receives = (side === this.client) === (this.#options.kind === 'get');
    if (receives && packet.op === 'DATA') this.broken.push('invariant 11: a receiver sent DATA');
    if (!sameTid(output.to, side === this.client ? serverTid : clientTid) && !sameTid(output.to, asked))
      this.broken.push('a packet to nobody');
    const key = words(packet);
    const before = side.lastSent.get(key);
    if (before !== undefined && this.now - before < 10 && side.heardAt < before)
      this.broken.push(`invariant 12: ${key} twice within 10 ms`);
    side.lastSent.set(key, this.now);
    if (packet.op === 'DATA') this.#sameOctets(packet.block, packet.data);
  }

  /** Invariant 5: every DATA n has the same octets. Told apart by number alone, so only below the first wrap. */
  #sameOctets(block: number, octets: Uint8Array): void {
    if (this.#options.file.length > 100_000) return;
    const seen = this.#dataSeen.get(block);
    const text = octets.join();
    if (seen !== undefined && seen !== text) this.broken.push(`invariant 5: DATA ${block} differs`);
    this.#dataSeen.set(block, text);
  }
}

function side(tid: Tid): Side {
  return {
    tid,
    machine: undefined,
    outcome: undefined,
    errored: false,
    heardAt: -Infinity,
    lastSent: new Map(),
  };
}

function words(packet: Packet): string {
  if (packet.op === 'DATA' || packet.op === 'ACK') return `${packet.op} ${packet.block}`;
  return packet.op === 'ERROR' ? `ERROR ${packet.code}` : packet.op;
}
