// A peer as many boot ROMs and small servers are: RFC 1350 in lockstep, one fixed timer, a few tries, no back-off.
// It is a machine, so that it can stand on either side of a `Pair`. Imports transfer and wire only.
import type { Packet } from '../../src/wire/packet.ts';
import type { Tid } from '../../src/wire/tid.ts';
import type { Input, Instant, Machine, Output } from '../../src/transfer/machine.ts';
import type { Start } from '../../src/transfer/side.ts';

/** The timer in milliseconds, how often a packet is repeated, and how long an ended peer still answers. */
export interface FixedTimer {
  readonly interval: number;
  readonly tries: number;
  readonly stay: number;
}

abstract class FixedPeer implements Machine {
  deadline: Instant | undefined;
  index = 0;
  /** Step mode asks no model. */
  readonly waits = { for: 'nothing' } as const;
  peer: Tid | undefined;
  protected over = false;
  #isGone = false;
  readonly #to: Tid;
  readonly #timer: FixedTimer;
  #tries = 0;
  #last: Packet | undefined;
  #now = 0;
  #out: Output[] = [];

  constructor(start: Start, timer: FixedTimer) {
    this.#to = start.role === 'client' ? start.to : start.peer;
    if (start.role === 'server') this.peer = start.peer;
    this.#timer = timer;
  }

  handle(input: Input, now: Instant): readonly Output[] {
    this.#now = now;
    this.#out = [];
    if (this.#isGone) return [];
    if (input.type === 'timeout') this.#timeout();
    else if (input.type === 'datagram') {
      if (input.packet.op === 'ERROR') this.over = true;
      else if (input.packet.op !== 'malformed') {
        this.peer ??= input.from;
        this.hear(input.packet);
      }
    } else this.act(input);
    return this.#out;
  }

  protected abstract hear(packet: Packet): void;
  protected abstract act(input: Input): void;

  /** Something new: the tries begin anew. */
  protected say(packet: Packet): void {
    this.#last = packet;
    this.#tries = 0;
    this.deadline = this.#now + this.#timer.interval;
    this.#send(packet, false);
  }

  protected again(): void {
    if (this.#last !== undefined) this.#send(this.#last, true);
  }

  protected emit(output: Output): void {
    this.#out.push(output);
  }

  protected succeed(): void {
    this.over = true;
    this.deadline = this.#now + this.#timer.stay;
    this.emit({ type: 'end', outcome: { ok: true, octets: 0, confirmed: true } });
  }

  #send(packet: Packet, repeat: boolean): void {
    this.emit({ type: 'send', packet, to: this.peer ?? this.#to, repeat });
  }

  #timeout(): void {
    if (this.deadline === undefined || this.#now < this.deadline) return;
    if (this.over || this.#tries === this.#timer.tries) {
      this.deadline = undefined;
      this.#isGone = true;
      if (!this.over)
        this.emit({
          type: 'end',
          outcome: { ok: false, failure: { by: 'silence', sends: this.#tries, heard: true } },
        });
      this.over = true;
      return;
    }
    this.#tries += 1;
    this.deadline = this.#now + this.#timer.interval;
    this.again();
  }
}

/** The block as on the wire: these models move small files only. */
const blksize = 512;

/** Sends a file: a server asked by RRQ, or a client's put. Duplicate ACKs change nothing (RFC 1123 §4.2.3.1). */
export class FixedSender extends FixedPeer {
  readonly #start: Start;
  #data: Uint8Array | undefined;
  #isPulling = false;

  constructor(start: Start, timer: FixedTimer) {
    super(start, timer);
    this.#start = start;
  }

  protected act(input: Input): void {
    if (input.type === 'start') {
      if (this.#start.role === 'client') this.say(this.#start.request);
      else if (this.#start.oack.length > 0) this.say({ op: 'OACK', options: this.#start.oack, ignored: 0 });
      else this.#pull();
    } else if (input.type === 'chunk') {
      this.#data = input.octets.slice();
      this.#isPulling = false;
      this.say({ op: 'DATA', block: this.index + 1, data: this.#data });
    }
  }

  protected hear(packet: Packet): void {
    if (this.over) return;
    if (packet.op === 'RRQ') this.again();
    const isOack = packet.op === 'OACK' && this.#start.role === 'client' && this.#data === undefined;
    if (packet.op !== 'ACK' && !isOack) return;
    const block = packet.op === 'ACK' ? packet.block : 0;
    if (this.#isPulling || block !== (this.#data === undefined ? 0 : this.index + 1)) return;
    if (this.#data !== undefined) this.index += 1;
    if (this.#data !== undefined && this.#data.length < blksize) this.succeed();
    else this.#pull();
  }

  #pull(): void {
    this.#isPulling = true;
    this.emit({ type: 'pull', length: blksize });
  }
}

/** Receives a file: a client's get, or a server asked by WRQ. Each DATA that comes again gets its ACK again. */
export class FixedReceiver extends FixedPeer {
  readonly #start: Start;

  constructor(start: Start, timer: FixedTimer) {
    super(start, timer);
    this.#start = start;
  }

  protected act(input: Input): void {
    if (input.type !== 'start') return;
    if (this.#start.role === 'client') this.say(this.#start.request);
    else if (this.#start.oack.length > 0) this.say({ op: 'OACK', options: this.#start.oack, ignored: 0 });
    else this.say({ op: 'ACK', block: 0 });
  }

  protected hear(packet: Packet): void {
    if (packet.op === 'WRQ' && !this.over && this.index === 0) this.again();
    if (packet.op === 'OACK' && this.#start.role === 'client' && this.index === 0)
      this.say({ op: 'ACK', block: 0 });
    if (packet.op !== 'DATA') return;
    if (packet.block === this.index && this.index > 0) this.again();
    if (packet.block !== this.index + 1 || this.over) return;
    this.index += 1;
    const last = packet.data.length < blksize;
    this.emit({ type: 'deliver', octets: packet.data, last });
    this.say({ op: 'ACK', block: this.index });
    if (last) this.succeed();
  }
}
