// The machine that receives a file: a client's get, a server's answer to a WRQ. Blocks are delivered in order only,
// an ACK tells what was stored, the last ACK what was published. A window of one is RFC 1350's lockstep.
// Imports wire.
import { Asking } from './asking.ts';
import { middle, unwrap, wireBlock } from './block.ts';
import { Conversation } from './conversation.ts';
import type { DataPacket, Malformed, Packet } from '../wire/packet.ts';
import type { Tid } from '../wire/tid.ts';
import type { Input, Instant, Machine, Output } from './machine.ts';
import { RolloverDoubt } from './rollover-doubt.ts';
import type { Start } from './side.ts';

/** Duplicates that draw an ACK within one interval: more are a storm. */
const mostRepeats = 8;

/** Receives one file: `start` first, then whatever happens. */
export class Receiver implements Machine {
  readonly #talk: Conversation;
  readonly #start: Start;
  readonly #asking: Asking | undefined;
  readonly #doubt = new RolloverDoubt();
  #isAsking: boolean;
  /** The block expected. */
  #next = 1;
  /** The block acknowledged last: the window starts behind it. */
  #acked = 0;
  #last: number | undefined;
  #octets = 0;
  /** Deliveries that were not answered yet. */
  #outstanding = 0;
  #owesAck = false;
  #toldGap = false;
  #repeats = 0;
  #repeatsSince: Instant = 0;
  #dallyUntil: Instant | undefined;

  constructor(start: Start) {
    this.#start = start;
    this.#talk = new Conversation(start);
    this.#asking = start.role === 'client' ? new Asking(this.#talk, start) : undefined;
    this.#isAsking = start.role === 'client';
  }

  get deadline(): Instant | undefined {
    if (this.#talk.over) return this.#dallyUntil;
    // While the disk works the peer's silence is our doing.
    return this.#outstanding > 0 ? undefined : this.#talk.timer.deadline;
  }

  get peer(): Tid | undefined {
    return this.#talk.peer;
  }

  get index(): number {
    return this.#next - 1;
  }

  handle(input: Input, now: Instant): readonly Output[] {
    const talk = this.#talk;
    talk.now = now;
    if (talk.over) this.#dally(input);
    else this.#handle(input);
    return talk.take();
  }

  #handle(input: Input): void {
    switch (input.type) {
      case 'datagram':
        if (this.#talk.admits(input.packet, input.from)) this.#hear(input.packet, input.from);
        return;
      case 'stored':
        this.#stored();
        return;
      case 'timeout':
        this.#timeout();
        return;
      case 'start':
        this.#open();
        return;
      case 'abort':
      case 'network-failed':
        this.#talk.stop(input);
        return;
      case 'chunk':
        return;
    }
  }

  #open(): void {
    if (this.#start.role === 'client') {
      this.#asking?.send(false);
      return;
    }
    this.#talk.answer(this.#start);
    this.#acknowledge(false);
  }

  #hear(packet: Packet | Malformed, from: Tid): void {
    if (this.#isAsking && !this.#settle(packet, from)) return;
    switch (packet.op) {
      case 'DATA':
        this.#data(packet);
        return;
      case 'ERROR':
        this.#talk.failByPeer(packet);
        return;
      case 'ACK':
        this.#talk.failByBreach('an ACK came from the side that sends');
        return;
      case 'OACK':
      case 'RRQ':
      case 'WRQ':
        this.#repeatFirst(packet);
        return;
      case 'malformed':
        this.#talk.ignore(packet);
        return;
    }
  }

  /** Takes the first answer; true where the packet is a DATA 1 that is still to be handled. */
  #settle(packet: Packet | Malformed, from: Tid): boolean {
    const answer = this.#asking?.hear(packet, from);
    if (answer === undefined) return false;
    this.#isAsking = false;
    // RFC 2347: ACK 0 confirms the OACK.
    if (answer === 'oack') this.#acknowledge(false);
    return answer === 'plain';
  }

  /** An OACK, or for a server the request, came again before any DATA: our first reply was lost or is late. */
  #repeatFirst(packet: Packet): void {
    const mayAnswer =
      this.#start.role === 'client'
        ? packet.op === 'OACK' && this.#talk.terms.negotiated && this.#next === 1 && this.#mayRepeat()
        : packet.op !== 'OACK' && this.#talk.mayRepeatFirst();
    if (mayAnswer) this.#sendAck(0, true);
    else this.#talk.ignore(packet);
  }

  #data(packet: DataPacket): void {
    const talk = this.#talk;
    const { blksize, windowsize, rollover } = talk.terms;
    if (packet.data.length > blksize) {
      // RFC 2348: a block larger than agreed is no block of this transfer.
      talk.failByBreach(`DATA carries more than ${blksize} octets`);
      return;
    }
    const index = unwrap(packet.block, middle(this.#next - 1, windowsize), rollover);
    if (index === this.#next && this.#last === undefined) this.#accept(packet.data);
    else if (this.#doubt.sees(packet.block, this.#next, talk.terms)) talk.failLocally(0, this.#doubt.message);
    else if (index > 0 && index < this.#next) this.#duplicate(index);
    else if (index > this.#next && index <= this.#acked + windowsize) this.#gap(index);
    else talk.note({ type: 'outside', op: 'DATA', block: packet.block });
  }

  #accept(octets: Uint8Array): void {
    const talk = this.#talk;
    const { blksize, windowsize } = talk.terms;
    const index = this.#next;
    talk.advance();
    talk.endRoundTrip(index);
    talk.timer.stop();
    // RFC 1350 §6: a block shorter than blksize ends the file.
    const last = octets.length < blksize;
    if (last) this.#last = index;
    this.#next = index + 1;
    this.#octets += octets.length;
    this.#outstanding += 1;
    this.#toldGap = false;
    this.#repeats = 0;
    // RFC 7440 §4: one ACK a window; the last block is acknowledged at once.
    if (last || index - this.#acked >= windowsize) this.#owesAck = true;
    talk.emit({ type: 'deliver', octets, last });
  }

  #stored(): void {
    if (this.#outstanding === 0) return;
    this.#outstanding -= 1;
    if (this.#outstanding > 0) return;
    const { timer, now } = this.#talk;
    timer.progress(now);
    if (this.#owesAck) this.#acknowledge(false);
    else timer.start(now);
    if (this.#last !== undefined) this.#finish();
  }

  /** RFC 7440 §4: a block is missing; tell once where the window has to start again, not once for each that follows. */
  #gap(index: number): void {
    const talk = this.#talk;
    talk.hear();
    talk.note({ type: 'gap', expected: this.#next, got: index });
    if (this.#toldGap) return;
    this.#toldGap = true;
    this.#owesAck = true;
    if (this.#outstanding === 0) this.#acknowledge(this.#acked === this.#next - 1);
  }

  /**
   * RFC 1350 §2: a block that came again means that its ACK was lost. A window that is sent again draws one ACK, at
   * the block that ended it; an ACK in its middle would make the sender go back once more.
   */
  #duplicate(index: number): void {
    const talk = this.#talk;
    talk.hear();
    const endsWindow = index === this.#acked && index === this.#next - 1;
    const due = this.#outstanding === 0 && (talk.terms.windowsize === 1 || endsWindow);
    const answered = due && this.#mayRepeat();
    talk.note({ type: 'duplicate', op: 'DATA', index, answered });
    if (answered) this.#sendAck(index, true);
  }

  /** At most one ACK for each duplicate, and a few in one interval. */
  #mayRepeat(): boolean {
    const { now, timer } = this.#talk;
    if (now - this.#repeatsSince >= timer.interval) {
      this.#repeatsSince = now;
      this.#repeats = 0;
    }
    this.#repeats += 1;
    return this.#repeats <= mostRepeats;
  }

  /** Acknowledges every block that is stored; the next window starts behind it. */
  #acknowledge(repeat: boolean): void {
    const talk = this.#talk;
    this.#acked = this.#next - 1;
    this.#owesAck = false;
    this.#sendAck(this.#acked, repeat);
    talk.timer.start(talk.now);
    if (repeat) talk.spoilRoundTrip();
    else talk.beginRoundTrip(this.#next);
  }

  /** A server's ACK 0 is its OACK, where options were accepted (RFC 2347). */
  #sendAck(index: number, repeat: boolean): void {
    const { role } = this.#start;
    if (role === 'server' && index === 0 && this.#start.oack.length > 0) {
      this.#talk.send({ op: 'OACK', options: this.#start.oack, ignored: 0 }, repeat);
      return;
    }
    this.#talk.send({ op: 'ACK', block: wireBlock(index, this.#talk.terms.rollover) }, repeat);
  }

  #timeout(): void {
    if (this.#outstanding > 0) return;
    const verdict = this.#talk.expire();
    if (verdict === 'early') return;
    if (verdict === 'give-up') {
      if (this.#doubt.isLikely) this.#talk.failLocally(0, this.#doubt.message);
      else this.#talk.failBySilence();
      return;
    }
    this.#toldGap = false;
    if (this.#isAsking) this.#asking?.send(true);
    else this.#acknowledge(this.#acked === this.#next - 1);
  }

  #finish(): void {
    const talk = this.#talk;
    const { dally } = this.#start.pace;
    // RFC 1350 §6: the last ACK may be lost; wait for its DATA to come again.
    this.#dallyUntil = talk.now + Math.max(dally, 2000 * (talk.terms.timeout ?? 0));
    talk.note({ type: 'dallying', until: this.#dallyUntil });
    talk.end({ ok: true, octets: this.#octets, confirmed: true });
  }

  /** After the end only a repeated last DATA draws anything. */
  #dally(input: Input): void {
    if (this.#dallyUntil === undefined) return;
    const { now, terms } = this.#talk;
    const { type } = input;
    if (type === 'datagram') {
      const { packet, from } = input;
      if (!this.#talk.isPeer(from)) return;
      if (packet.op === 'ERROR') this.#dallyUntil = undefined;
      if (packet.op !== 'DATA' || this.#last === undefined) return;
      if (packet.block === wireBlock(this.#last, terms.rollover)) this.#duplicate(this.#last);
    } else if (
      type === 'abort' ||
      type === 'network-failed' ||
      (type === 'timeout' && now >= this.#dallyUntil)
    )
      this.#dallyUntil = undefined;
  }
}
