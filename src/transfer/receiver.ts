// The machine that receives a file: a client's get, or a server's answer to a WRQ. Blocks are delivered in order only.
// An ACK means that the blocks are stored, the last ACK that the file is published. RFC 1350's lockstep is a window of one.
import { Opening } from './opening.ts';
import { middle, unwrap, wireBlock } from './block.ts';
import { Conversation } from './conversation.ts';
import type { DataPacket, Malformed, Packet } from '../wire/packet.ts';
import type { Tid } from '../wire/tid.ts';
import type { Input, Instant, Machine, Output } from './machine.ts';
import { RolloverCheck } from './rollover-check.ts';
import type { Start } from './side.ts';
import type { Waits } from './waits.ts';

/** Most duplicates that get an ACK within one interval, so that two sides cannot flood each other. */
const maxRepeats = 8;

/** Receives one file. The first input is `start`. */
export class Receiver implements Machine {
  readonly #talk: Conversation;
  readonly #start: Start;
  readonly #opening: Opening | undefined;
  readonly #rolloverCheck = new RolloverCheck();
  #isOpening: boolean;
  /** The block expected. */
  #next = 1;
  /** The block that was acknowledged last; the window starts after it. */
  #acked = 0;
  #last: number | undefined;
  #octets = 0;
  /** Deliveries without an answer so far. */
  #outstanding = 0;
  #ackDue = false;
  #gapReported = false;
  #repeats = 0;
  #repeatsSince: Instant = 0;
  #dallyUntil: Instant | undefined;

  constructor(start: Start) {
    this.#start = start;
    this.#talk = new Conversation(start);
    this.#opening = start.role === 'client' ? new Opening(this.#talk, start) : undefined;
    this.#isOpening = start.role === 'client';
  }

  get deadline(): Instant | undefined {
    if (this.#talk.over) return this.#dallyUntil;
    // While the disk works, the peer waits for us.
    return this.#outstanding > 0 ? undefined : this.#talk.timer.deadline;
  }

  get peer(): Tid | undefined {
    return this.#talk.peer;
  }

  get index(): number {
    return this.#next - 1;
  }

  get waits(): Waits {
    if (this.#talk.over) return { for: this.#dallyUntil === undefined ? 'nothing' : 'repetition' };
    if (this.#isOpening && this.#start.role === 'client')
      return { for: 'answer', op: this.#start.request.op };
    return this.#outstanding > 0 ? { for: 'file' } : { for: 'DATA', index: this.#next };
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
        if (this.#talk.admits(input.packet, input.from)) this.#receive(input.packet, input.from);
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
      case 'joined':
        return;
    }
  }

  #open(): void {
    if (this.#start.role === 'client') {
      this.#opening?.send(false);
      return;
    }
    this.#talk.openServer(this.#start);
    this.#acknowledge(false);
  }

  #receive(packet: Packet | Malformed, from: Tid): void {
    if (this.#isOpening && !this.#settle(packet, from)) return;
    switch (packet.op) {
      case 'DATA':
        this.#data(packet);
        return;
      case 'ERROR':
        this.#talk.failByPeer(packet);
        return;
      case 'ACK':
        this.#talk.failByViolation('the sender of the file sent an ACK');
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

  /** Handles the first answer. True: it is a DATA 1 that is still to be handled. */
  #settle(packet: Packet | Malformed, from: Tid): boolean {
    const answer = this.#opening?.receive(packet, from);
    if (answer === undefined) return false;
    this.#isOpening = false;
    // RFC 2347: ACK 0 confirms the OACK.
    if (answer === 'oack') this.#acknowledge(false);
    return answer === 'plain';
  }

  /** The OACK (or the request, for a server) came again before any DATA: our first reply was lost or is late. */
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
      // RFC 2348: DATA has at most blksize octets.
      talk.failByViolation(`DATA has more than ${blksize} octets`);
      return;
    }
    const index = unwrap(packet.block, middle(this.#next - 1, windowsize), rollover);
    if (index === this.#next && this.#last === undefined) this.#accept(packet.data);
    else if (this.#rolloverCheck.contradicts(packet.block, this.#next, talk.terms))
      talk.failLocally(0, this.#rolloverCheck.message);
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
    this.#gapReported = false;
    this.#repeats = 0;
    // RFC 7440 §4: one ACK per window; the last block is acknowledged at once.
    if (last || index - this.#acked >= windowsize) this.#ackDue = true;
    talk.emit({ type: 'deliver', octets, last });
  }

  #stored(): void {
    if (this.#outstanding === 0) return;
    this.#outstanding -= 1;
    if (this.#outstanding > 0) return;
    const { timer, now } = this.#talk;
    timer.progress(now);
    if (this.#ackDue) this.#acknowledge(false);
    else timer.start(now);
    if (this.#last !== undefined) this.#finish();
  }

  /** RFC 7440 §4: a block is missing. One ACK says where the next window starts; later blocks of this one get none. */
  #gap(index: number): void {
    const talk = this.#talk;
    talk.markHeard();
    talk.noProgress();
    talk.note({ type: 'gap', expected: this.#next, got: index });
    if (this.#gapReported) return;
    this.#gapReported = true;
    this.#ackDue = true;
    if (this.#outstanding === 0) this.#acknowledge(this.#acked === this.#next - 1);
  }

  /**
   * RFC 1350 §2: a block that comes again means that its ACK was lost. A repeated window gets one ACK, after its last
   * block: an ACK in the middle would make the sender go back once more.
   */
  #duplicate(index: number): void {
    const talk = this.#talk;
    talk.markHeard();
    talk.noProgress();
    const endsWindow = index === this.#acked && index === this.#next - 1;
    const due = this.#outstanding === 0 && (talk.terms.windowsize === 1 || endsWindow);
    const answered = due && this.#mayRepeat();
    talk.note({ type: 'duplicate', op: 'DATA', index, answered });
    if (!answered) return;
    this.#sendAck(index, true);
    // Our ACK was lost, not the next block: the wait for that one begins again.
    if (endsWindow) talk.timer.peerRepeats(talk.now);
  }

  /** Whether a duplicate may get an ACK now: only a few do within one interval. */
  #mayRepeat(): boolean {
    const { now, timer } = this.#talk;
    if (now - this.#repeatsSince >= timer.interval) {
      this.#repeatsSince = now;
      this.#repeats = 0;
    }
    this.#repeats += 1;
    return this.#repeats <= maxRepeats;
  }

  /** Acknowledges the blocks that are stored; the next window starts after them. */
  #acknowledge(repeat: boolean): void {
    const talk = this.#talk;
    this.#acked = this.#next - 1;
    this.#ackDue = false;
    this.#sendAck(this.#acked, repeat);
    talk.timer.start(talk.now);
    if (repeat) talk.cancelRoundTrip();
    else talk.beginRoundTrip(this.#next);
  }

  /** A server that accepted options sends its OACK instead of ACK 0 (RFC 2347). */
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
      if (this.#rolloverCheck.isLikelyWrong) this.#talk.failLocally(0, this.#rolloverCheck.message);
      else this.#talk.failBySilence();
      return;
    }
    this.#gapReported = false;
    if (this.#isOpening) this.#opening?.send(true);
    else this.#acknowledge(this.#acked === this.#next - 1);
  }

  #finish(): void {
    const talk = this.#talk;
    const { dally } = this.#start.pace;
    // RFC 1350 §6: the last ACK may be lost; then the last DATA comes again.
    this.#dallyUntil = talk.now + Math.max(dally, 2000 * (talk.terms.timeout ?? 0));
    talk.note({ type: 'dallying', until: this.#dallyUntil });
    talk.end({ ok: true, octets: this.#octets, confirmed: true });
  }

  /** After the end only a repeated last DATA gets an answer. */
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
