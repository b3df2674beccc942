// The machine that sends a file: a client's put, or a server's answer to an RRQ. After the opening there is one loop
// for every window; RFC 1350's lockstep is a window of one. Inside, a block is an unbounded index.
import { Opening } from './opening.ts';
import { middle, unwrap, wireBlock } from './block.ts';
import { Conversation } from './conversation.ts';
import type { Malformed, Packet } from '../wire/packet.ts';
import type { Tid } from '../wire/tid.ts';
import type { NetworkReason } from './failure.ts';
import type { Input, Instant, Machine, Output } from './machine.ts';
import { Pacing } from './pacing.ts';
import { SendLimit } from './send-limit.ts';
import type { Start } from './side.ts';
import type { Waits } from './waits.ts';
import { Window } from './window.ts';

/** How much longer the sender waits: the receiver's timer should expire first, because it knows its blocks (RFC 7440 §4). */
const windowTimerFactor = 1.5;

/** Sends one file. The first input is `start`. */
export class Sender implements Machine {
  readonly #talk: Conversation;
  readonly #start: Start;
  readonly #opening: Opening | undefined;
  readonly #pacing = new Pacing();
  #window: Window | undefined;
  /** Every block up to this index is acknowledged. */
  #acked = 0;
  /** Blocks up to this index are in flight; an ACK inside the window lowers it. */
  #sent = 0;
  /** The highest index ever sent. */
  #highest = 0;
  /** When the first block of the window was last sent. */
  #windowAt: Instant = 0;
  #wentBack = false;
  /** Blocks that may still be sent in this burst, and when the next burst begins. */
  #burstLeft = Infinity;
  #resumeAt: Instant | undefined;
  /** Undefined: DATA leaves as fast as the window allows. */
  #limit: SendLimit | undefined;

  constructor(start: Start) {
    this.#start = start;
    this.#talk = new Conversation(start);
    this.#opening = start.role === 'client' ? new Opening(this.#talk, start) : undefined;
  }

  get deadline(): Instant | undefined {
    const { deadline } = this.#talk.timer;
    if (this.#resumeAt === undefined || this.#talk.over) return deadline;
    return Math.min(this.#resumeAt, deadline ?? Infinity);
  }

  get peer(): Tid | undefined {
    return this.#talk.peer;
  }

  get index(): number {
    return this.#acked;
  }

  get waits(): Waits {
    if (this.#talk.over) return { for: 'nothing' };
    if (this.#window === undefined)
      return this.#start.role === 'client'
        ? { for: 'answer', op: this.#start.request.op }
        : { for: 'ACK', from: 0, to: 0 };
    if (this.#sent === this.#acked) return { for: 'file' };
    return { for: 'ACK', from: this.#acked + 1, to: this.#sent };
  }

  handle(input: Input, now: Instant): readonly Output[] {
    const talk = this.#talk;
    if (talk.over) return talk.take();
    talk.now = now;
    switch (input.type) {
      case 'datagram':
        if (talk.admits(input.packet, input.from)) this.#receive(input.packet, input.from);
        break;
      case 'chunk':
        this.#fill(input.octets);
        break;
      case 'timeout':
        this.#timeout();
        break;
      case 'start':
        this.#open();
        break;
      case 'network-failed':
        // A peer that has the whole file may close its port although its last ACK is lost.
        if (!isClosedPort(input.reason) || !this.#endUnconfirmed()) talk.stop(input);
        break;
      case 'abort':
        talk.stop(input);
        break;
      case 'stored':
      case 'joined':
        break;
    }
    return talk.take();
  }

  #open(): void {
    if (this.#start.role === 'client') {
      this.#opening?.send(false);
      return;
    }
    this.#talk.openServer(this.#start);
    if (this.#start.oack.length === 0) this.#begin();
    else this.#offer(false);
  }

  /** RFC 2347: a server sends the OACK first, and DATA only after ACK 0. */
  #offer(repeat: boolean): void {
    if (this.#start.role === 'client') return;
    this.#talk.send({ op: 'OACK', options: this.#start.oack, ignored: 0 }, repeat);
    if (repeat) return;
    this.#talk.timer.start(this.#talk.now);
    this.#talk.beginRoundTrip(0);
  }

  /** The terms are agreed: sends the first window. */
  #begin(): void {
    const { blksize, windowsize } = this.#talk.terms;
    this.#talk.timer.stop();
    this.#talk.timer.stretch(windowsize > 1 ? windowTimerFactor : 1);
    const { pace } = this.#start;
    if (pace.rate < Infinity || pace.gap > 0) this.#limit = new SendLimit(pace, blksize, this.#talk.now);
    this.#window = new Window(blksize);
    this.#pump(this.#window);
  }

  #receive(packet: Packet | Malformed, from: Tid): void {
    if (this.#opening !== undefined && this.#window === undefined) {
      // RFC 2347: after an OACK to a WRQ, DATA 1 is the acknowledgement.
      if (this.#opening.receive(packet, from) !== undefined) this.#begin();
      return;
    }
    switch (packet.op) {
      case 'ACK':
        if (this.#window === undefined) this.#confirmed(packet.block);
        else this.#acknowledged(packet.block, this.#window);
        return;
      case 'ERROR':
        this.#talk.failByPeer(packet);
        return;
      case 'DATA':
        this.#talk.failByViolation('the receiver of the file sent DATA');
        return;
      case 'RRQ':
      case 'WRQ':
        this.#repeatFirst(packet);
        return;
      case 'OACK':
        this.#repeatedOack();
        this.#talk.ignore(packet);
        return;
      case 'malformed':
        this.#talk.ignore(packet);
        return;
    }
  }

  /** The server has no DATA 1 yet. As a repeated ACK in lockstep, this causes no DATA, but it ends a back-off. */
  #repeatedOack(): void {
    const { terms, timer, now } = this.#talk;
    if (terms.negotiated && this.#acked === 0) timer.peerRepeats(now);
  }

  /** Handles an answer to our OACK. Only ACK 0 is valid (RFC 2347). */
  #confirmed(block: number): void {
    if (block !== 0) {
      this.#talk.note({ type: 'outside', op: 'ACK', block });
      return;
    }
    this.#talk.advance();
    this.#talk.endRoundTrip(0);
    this.#begin();
  }

  /** A request that comes again before the first ACK means that our first reply was lost or is late. */
  #repeatFirst(packet: Packet): void {
    if (!this.#talk.mayRepeatFirst()) {
      this.#talk.ignore(packet);
      return;
    }
    this.#talk.cancelRoundTrip();
    if (this.#window === undefined) this.#offer(true);
    else this.#sendBlock(1, this.#window);
  }

  #acknowledged(block: number, window: Window): void {
    const { windowsize, rollover } = this.#talk.terms;
    const index = unwrap(block, middle(this.#acked, windowsize), rollover);
    if (index === this.#acked) this.#repeatedAck(index, window);
    else if (index > this.#acked && index <= this.#highest) this.#advance(index, window);
    else this.#talk.note({ type: 'outside', op: 'ACK', block });
  }

  #advance(index: number, window: Window): void {
    const talk = this.#talk;
    talk.advance();
    talk.endRoundTrip(index);
    if (index < this.#sent) {
      // RFC 7440 §4: an ACK inside the window means that the blocks after it were lost.
      talk.cancelRoundTrip();
      talk.note({ type: 'rollback', to: index, cause: 'ack' });
      this.#pacing.onLoss(talk.terms.windowsize);
    } else this.#pacing.onCleanRound();
    this.#sent = index;
    this.#acked = index;
    this.#wentBack = false;
    this.#startBurst();
    window.drop(index);
    talk.timer.stop();
    if (index === window.last) talk.end({ ok: true, octets: window.octets, confirmed: true });
    else this.#pump(window);
  }

  /**
   * RFC 1123 §4.2.3.1: in lockstep a duplicate ACK never causes DATA. With larger windows a repeated ACK is the only
   * sign that the first block was lost. So the sender goes back once per window, and only if enough time has passed for
   * the ACK to be an answer to that window.
   */
  #repeatedAck(index: number, window: Window): void {
    const talk = this.#talk;
    const elapsed = talk.now - this.#windowAt;
    const goBack =
      talk.terms.windowsize > 1 &&
      this.#sent > this.#acked &&
      !this.#wentBack &&
      elapsed > 0 &&
      elapsed >= (talk.timer.smallest ?? Infinity);
    talk.noProgress();
    talk.note({ type: 'duplicate', op: 'ACK', index, answered: goBack });
    // The ACK itself causes no DATA. But it ends a back-off, so that the timer may expire sooner.
    if (talk.heard && this.#sent > this.#acked) talk.timer.peerRepeats(talk.now);
    if (!goBack) return;
    talk.markHeard();
    talk.note({ type: 'rollback', to: index, cause: 'repeated-ack' });
    this.#goBack(window);
    this.#wentBack = true;
  }

  /** Sends the window again from the block after the last acknowledged one. */
  #goBack(window: Window): void {
    this.#talk.cancelRoundTrip();
    this.#pacing.onLoss(this.#talk.terms.windowsize);
    this.#sent = this.#acked;
    this.#wentBack = false;
    this.#startBurst();
    this.#pump(window);
  }

  #startBurst(): void {
    this.#resumeAt = undefined;
    this.#burstLeft = this.#pacing.burst;
  }

  #fill(octets: Uint8Array): void {
    const window = this.#window;
    if (window?.isPulling !== true) return;
    window.fill(octets);
    // The time that the disk took is not silence of the peer.
    this.#talk.timer.progress(this.#talk.now);
    this.#pump(window);
  }

  /** Sends as many blocks as the window and the pacing allow, then pulls blocks for the free part of the window. */
  #pump(window: Window): void {
    const talk = this.#talk;
    const end = this.#acked + talk.terms.windowsize;
    const burst = Math.min(this.#burstLeft, this.#limit?.allows(talk.now) ?? Infinity);
    const until = Math.min(end, window.held, this.#sent + burst);
    if (this.#resumeAt === undefined && this.#sent < until) {
      if (this.#sent === this.#acked) this.#windowAt = talk.now;
      for (let index = this.#sent + 1; index <= until; index += 1) this.#sendBlock(index, window);
      this.#burstLeft -= until - this.#sent;
      this.#limit?.spend(until - this.#sent, talk.now);
      this.#sent = until;
      talk.timer.start(talk.now);
      if (this.#burstLeft === 0 && until < Math.min(end, window.last ?? Infinity))
        this.#resumeAt = talk.now + this.#pacing.pause(talk.terms.windowsize, talk.timer.smallest);
    }
    if (this.#limit !== undefined && this.#sent < Math.min(end, window.held)) this.#waitFor(this.#limit);
    const length = window.pull(end);
    if (length > 0) talk.emit({ type: 'pull', length });
  }

  /** Blocks are held back: sending goes on when the limit allows. While packets are in flight, silence counts from then. */
  #waitFor({ nextAt }: SendLimit): void {
    this.#resumeAt = Math.max(this.#resumeAt ?? 0, nextAt);
    if (this.#sent > this.#acked) this.#talk.timer.start(this.#resumeAt);
  }

  #sendBlock(index: number, window: Window): void {
    const talk = this.#talk;
    const block = wireBlock(index, talk.terms.rollover);
    const repeat = index <= this.#highest;
    talk.send({ op: 'DATA', block, data: window.block(index) }, repeat);
    if (repeat) return;
    this.#highest = index;
    // The receiver acknowledges the last block of the window.
    if (index === window.last || index === this.#acked + talk.terms.windowsize) talk.beginRoundTrip(index);
  }

  #timeout(): void {
    const window = this.#window;
    if (this.#resumeAt !== undefined && this.#talk.now >= this.#resumeAt) {
      this.#startBurst();
      if (window !== undefined) this.#pump(window);
      return;
    }
    const verdict = this.#talk.expire();
    if (verdict === 'early') return;
    if (verdict === 'give-up') {
      if (!this.#endUnconfirmed()) this.#talk.failBySilence();
    } else if (window !== undefined) this.#goBack(window);
    else if (this.#opening !== undefined) this.#opening.send(true);
    else this.#offer(true);
  }

  /** RFC 1350 §6: ends the transfer as unconfirmed if all was sent and only the last ACK is missing. False: it goes on. */
  #endUnconfirmed(): boolean {
    const window = this.#window;
    const allSent = window?.last !== undefined && this.#highest === window.last;
    if (window === undefined || !allSent || !this.#talk.heard) return false;
    this.#talk.end({ ok: true, octets: window.octets, confirmed: false });
    return true;
  }
}

function isClosedPort(reason: NetworkReason): boolean {
  return reason === 'port-unreachable' || reason === 'transfer-port-closed';
}
