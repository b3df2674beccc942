// What all machines share: the list of outputs, the peer, the timer, the measured round trip and the ways to end.
// It knows nothing about blocks.
import { untrusted } from '../wire/text.ts';
import type { ErrorCode } from '../wire/codes.ts';
import type { ErrorPacket, Malformed, Packet } from '../wire/packet.ts';
import type { Tid } from '../wire/tid.ts';
import type { Failure } from './failure.ts';
import type { Ending, Instant, Outcome, Output } from './machine.ts';
import type { Note } from './note.ts';
import { Peer } from './peer.ts';
import { Retransmit, type Verdict } from './retransmit.ts';
import type { ServerStart, Start } from './side.ts';
import { classicTerms, type Terms } from './terms.ts';

const nothing: readonly Output[] = Object.freeze([]);
/** Most datagrams for one request of an address that never answered: a forged request must not cause more. */
const maxUnheardSends = 3;
/** Milliseconds between two sends of one packet at least. A request that comes again sooner is a copy that the network made. */
const betweenRepeats = 10;
/** After those datagrams, a request that comes again gets one more, at most one in this time. */
const betweenLateRepeats = 750;
const betweenRoundTripNotes = 100;

/** One side's exchange with its peer, in either direction of the file. */
export class Conversation {
  now: Instant = 0;
  terms: Terms = classicTerms;
  /** Whether a valid packet of the peer has come. */
  heard = false;
  /** Whether the transfer has ended. */
  over = false;
  /** A closed port that answered the last request of a client that waits for its server. */
  closedPort: (Failure & { readonly by: 'network' }) | undefined;
  readonly timer: Retransmit;
  readonly #start: Start;
  readonly #peer: Peer;
  #out: Output[] = [];
  /** Datagrams that were sent, and packets of the peer that moved nothing, since the last progress. */
  #sends = 0;
  #came = 0;
  #unheardSends = 0;
  #sentAt: Instant = -Infinity;
  /** When a server last heard the request, and how long after the time before. */
  #requestedAt: Instant = 0;
  #requestRhythm: number | undefined;
  #measured: number | undefined;
  #measuredSince: Instant = 0;
  #notedAt: Instant = -Infinity;

  constructor(start: Start) {
    this.#start = start;
    this.timer = new Retransmit(start.pace);
    this.#peer = new Peer(start.role === 'server' || start.anyAddress ? undefined : start.to);
  }

  /** The pinned peer. */
  get peer(): Tid | undefined {
    return this.#peer.tid;
  }

  /** The outputs since the last call. */
  take(): readonly Output[] {
    if (this.#out.length === 0) return nothing;
    const out = this.#out;
    this.#out = [];
    return out;
  }

  emit(output: Output): void {
    this.#out.push(output);
  }

  note(note: Note): void {
    this.#out.push({ type: 'note', note });
  }

  ignore(packet: Packet | Malformed): void {
    const what = packet.op === 'malformed' ? packet.reason : 'unexpected';
    this.note({ type: 'ignored', what, op: packet.op });
  }

  /** Sends to the peer; until its TID is known, to the address of the request. */
  send(packet: Packet, repeat: boolean): void {
    const to = this.#peer.tid ?? (this.#start.role === 'client' ? this.#start.to : this.#start.peer);
    if (this.isHalfOpen) {
      if (this.#unheardSends >= maxUnheardSends) return;
      this.#unheardSends += 1;
    }
    this.#sends += 1;
    this.#sentAt = this.now;
    this.#out.push({ type: 'send', packet, to, repeat });
  }

  /** Whether we are a server and the peer has not answered yet. */
  get isHalfOpen(): boolean {
    return this.#start.role === 'server' && !this.heard;
  }

  /**
   * Whether a repeated request gets the first reply again without waiting for the timer. It does while our three
   * datagrams last; afterwards it buys one of its own, so that a client on a bad line gets as many answers as it asks.
   */
  mayRepeatFirst(): boolean {
    if (!this.isHalfOpen || this.#unheardSends === 0) return false;
    this.#requestRhythm = this.now - this.#requestedAt;
    this.#requestedAt = this.now;
    const isSpent = this.#unheardSends >= maxUnheardSends;
    if (this.now - this.#sentAt < (isSpent ? betweenLateRepeats : betweenRepeats)) return false;
    if (isSpent) this.#unheardSends = maxUnheardSends - 1;
    this.timer.start(this.now);
    return true;
  }

  // --- the peer ---

  /** RFC 1350 §4: from here on only packets from this TID belong to the transfer. */
  pin(from: Tid): void {
    if (this.#peer.tid !== undefined) return;
    this.#peer.tid = from;
    this.note({ type: 'pinned', peer: from });
  }

  /** Whether `from` is the pinned peer. */
  isPeer(from: Tid): boolean {
    return this.#peer.standing(from) === 'peer';
  }

  /** Whether a datagram belongs to this transfer. A stranger's datagram is handled here and changes nothing. */
  admits(packet: Packet | Malformed, from: Tid): boolean {
    const standing = this.#peer.standing(from);
    if (standing === 'peer' || standing === 'candidate') return true;
    // RFC 1350 §4: a stranger gets ERROR 5. An ERROR (§7) and a malformed datagram are never answered.
    const mayAnswer = standing === 'stranger' && packet.op !== 'ERROR' && packet.op !== 'malformed';
    const answered = mayAnswer && this.#peer.mayAnswer(from, this.now);
    this.note({ type: 'stranger', from, answered });
    if (answered) {
      const error: ErrorPacket = { op: 'ERROR', code: 5, message: untrusted('Unknown transfer ID') };
      this.#out.push({ type: 'send', packet: error, to: from, repeat: false });
    }
    return false;
  }

  /** A valid packet of the peer came. */
  markHeard(): void {
    const first = !this.heard;
    this.heard = true;
    if (!first) return;
    this.timer.answered(this.#requestRhythm);
    this.timer.agree(this.terms.timeout);
  }

  /** A packet of the peer moved the transfer forward. */
  advance(): void {
    this.markHeard();
    this.#sends = 0;
    this.#came = 0;
    this.timer.progress(this.now);
  }

  /** A valid packet of the peer came that does not move the transfer: a duplicate, or a block after a gap. */
  noProgress(): void {
    this.#came += 1;
  }

  /** Begins a server's transfer: the client is the peer, and the terms are agreed. */
  openServer({ peer, terms, refused }: ServerStart): void {
    this.pin(peer);
    this.#requestedAt = this.now;
    this.agree(terms, refused);
    this.timer.progress(this.now);
  }

  /** From here on both sides keep to `terms`. `isPlainRequest`: a client asked without options in the end. */
  agree(terms: Terms, refused: readonly string[], isPlainRequest = false): void {
    this.terms = terms;
    // RFC 2349: a timeout is agreed once the client has confirmed the OACK. A forged request must not choose our wait.
    if (!this.isHalfOpen) this.timer.agree(terms.timeout);
    this.note({ type: 'negotiated', terms, refused, ...(isPlainRequest && { isPlainRequest }) });
  }

  // --- round trips ---

  /** Starts a measurement; the answer has the same `key`. */
  beginRoundTrip(key: number): void {
    this.#measured = key;
    this.#measuredSince = this.now;
  }

  /** Karn's rule: a packet that was sent twice is not measured. */
  cancelRoundTrip(): void {
    this.#measured = undefined;
  }

  endRoundTrip(key: number): void {
    if (this.#measured !== key) return;
    this.#measured = undefined;
    const rtt = this.now - this.#measuredSince;
    this.timer.measure(rtt);
    if (this.now - this.#notedAt < betweenRoundTripNotes) return;
    this.#notedAt = this.now;
    this.note({ type: 'round-trip', rtt, interval: this.timer.interval });
  }

  // --- time ---

  /**
   * Decides what a timeout means, and notes a repetition. A server without an answer sends nothing in its last wait,
   * which outlasts the timer of a slow client.
   */
  expire(): Verdict {
    const { deadline, attempts } = this.timer;
    if (deadline === undefined || this.now < deadline) return 'early';
    if (this.isHalfOpen && attempts >= maxUnheardSends) return 'give-up';
    // The timer may end just after a duplicate got its answer: that was the repetition.
    const verdict = this.timer.expire(this.now, this.#sentAt + betweenRepeats);
    if (verdict !== 'repeat') return verdict;
    this.cancelRoundTrip();
    if (this.isHalfOpen && this.#unheardSends >= maxUnheardSends) return 'early';
    this.note({ type: 'timed-out', attempt: this.timer.attempts, interval: this.timer.waited });
    return verdict;
  }

  // --- endings ---

  end(outcome: Outcome): void {
    this.over = true;
    this.timer.stop();
    this.#out.push({ type: 'end', outcome });
  }

  fail(failure: Failure): void {
    this.end({ ok: false, failure });
  }

  /** Whether the client waits for a server that does not answer yet. */
  get #mayStillCome(): boolean {
    return this.#start.role === 'client' && this.#start.pace.wait > 0 && this.#peer.tid === undefined;
  }

  /** Ends the transfer because it was aborted or because the network failed. */
  stop(ending: Ending): void {
    if (ending.type === 'abort') this.failLocally(ending.code, ending.message);
    else {
      const failure = { by: 'network', reason: ending.reason, message: ending.message } as const;
      if (failure.reason === 'port-unreachable' && this.#mayStillCome) this.closedPort = failure;
      else this.fail(failure);
    }
  }

  /** RFC 1350 §7: an ERROR of the peer ends the transfer and is never answered. */
  failByPeer(packet: ErrorPacket): void {
    this.fail({ by: 'peer', code: packet.code, message: packet.message, first: !this.heard });
  }

  /** Sends ERROR to the peer, if it is known, and ends the transfer. */
  failLocally(code: ErrorCode, message: string): void {
    if (this.#peer.tid !== undefined) this.#sendError(code, message);
    this.fail({ by: 'local', code, message });
  }

  /** RFC 1350 §5: the peer sent a valid packet that is not allowed in this transfer. */
  failByViolation(what: string): void {
    this.markHeard();
    this.failLocally(4, `Illegal TFTP operation: ${what}`);
  }

  /** The time to give up has passed. A peer that had answered gets one ERROR. A closed port counts as an answer. */
  failBySilence(): void {
    if (this.closedPort !== undefined && this.#peer.tid === undefined) {
      this.fail(this.closedPort);
      return;
    }
    const sends = this.#sends;
    if (this.heard) this.#sendError(0, 'Timed out');
    const came = this.#came === 0 ? {} : { came: this.#came };
    this.fail({ by: 'silence', sends, heard: this.heard, ...came });
  }

  #sendError(code: ErrorCode, message: string): void {
    this.send({ op: 'ERROR', code, message: untrusted(message) }, false);
  }
}
