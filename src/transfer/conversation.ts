// What both machines share: the outputs being gathered, the peer, the timer, the measured round trip and the
// ways to end. It knows nothing of blocks. Imports wire.
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
/** What may go to an address that never answered us: a forged request must not be worth more. */
const mostUnheard = 3;
const betweenRepeats = 10;
const betweenRoundTripNotes = 100;

/** One side's dealings with the other, whichever way the file goes. */
export class Conversation {
  now: Instant = 0;
  terms: Terms = classicTerms;
  /** Whether a valid packet of the peer ever came. */
  heard = false;
  /** Whether the outcome is out. */
  over = false;
  readonly timer: Retransmit;
  readonly #start: Start;
  readonly #peer: Peer;
  #out: Output[] = [];
  #sends = 0;
  #unheard = 0;
  #sentAt: Instant = -Infinity;
  #timed: number | undefined;
  #timedAt: Instant = 0;
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

  /** What was gathered since the last call. */
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

  /** Sends to the peer, or before it is known to where the request goes. */
  send(packet: Packet, repeat: boolean): void {
    const to = this.#peer.tid ?? (this.#start.role === 'client' ? this.#start.to : this.#start.peer);
    if (this.#start.role === 'server' && !this.heard) {
      if (this.#unheard >= mostUnheard) return;
      this.#unheard += 1;
    }
    this.#sends += 1;
    this.#sentAt = this.now;
    this.#out.push({ type: 'send', packet, to, repeat });
  }

  /** A server before the peer's first answer. */
  get isHalfOpen(): boolean {
    return this.#start.role === 'server' && !this.heard;
  }

  /** Whether the peer's repeated request may draw the first reply once more, apart from the timer. */
  mayRepeatFirst(): boolean {
    return this.isHalfOpen && this.#unheard > 0 && this.now - this.#sentAt >= betweenRepeats;
  }

  // --- the peer ---

  /** RFC 1350 §4: from here on only `from` counts. */
  pin(from: Tid): void {
    if (this.#peer.tid !== undefined) return;
    this.#peer.tid = from;
    this.note({ type: 'pinned', peer: from });
  }

  /** Whether `from` is the pinned peer. */
  isPeer(from: Tid): boolean {
    return this.#peer.standing(from) === 'peer';
  }

  /** Whether a datagram is this transfer's business; a stranger is dealt with here and changes nothing. */
  admits(packet: Packet | Malformed, from: Tid): boolean {
    const standing = this.#peer.standing(from);
    if (standing === 'peer' || standing === 'candidate') return true;
    // RFC 1350 §4: ERROR 5 to the stranger; an ERROR is never answered (§7), nor is what is no packet.
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
  hear(): void {
    this.heard = true;
    this.#sends = 0;
  }

  /** A packet of the peer brought the transfer forward. */
  advance(): void {
    this.hear();
    this.timer.progress(this.now);
  }

  /** How a server begins: who asked is its peer, and the terms hold. */
  answer({ peer, terms, refused }: ServerStart): void {
    this.pin(peer);
    this.agree(terms, refused);
    this.timer.progress(this.now);
  }

  /** From here on both sides hold to `terms`. */
  agree(terms: Terms, refused: readonly string[]): void {
    this.terms = terms;
    this.timer.agree(terms.timeout);
    this.note({ type: 'negotiated', terms, refused });
  }

  // --- round trips ---

  /** Starts to measure: the packet that answers is known by `key`. */
  beginRoundTrip(key: number): void {
    this.#timed = key;
    this.#timedAt = this.now;
  }

  /** Karn's rule: what was sent twice is not measured. */
  spoilRoundTrip(): void {
    this.#timed = undefined;
  }

  endRoundTrip(key: number): void {
    if (this.#timed !== key) return;
    this.#timed = undefined;
    const rtt = this.now - this.#timedAt;
    this.timer.measure(rtt);
    if (this.now - this.#notedAt < betweenRoundTripNotes) return;
    this.#notedAt = this.now;
    this.note({ type: 'round-trip', rtt, interval: this.timer.interval });
  }

  // --- time ---

  /** Judges a timeout; `repeat` is noted already. A half-open server gives up after its third wait. */
  expire(): Verdict {
    const { deadline, attempts } = this.timer;
    if (deadline === undefined || this.now < deadline) return 'early';
    if (this.isHalfOpen && attempts >= mostUnheard - 1) return 'give-up';
    const verdict = this.timer.expire(this.now);
    if (verdict === 'repeat') {
      this.spoilRoundTrip();
      this.note({ type: 'timed-out', attempt: this.timer.attempts, interval: this.timer.waited });
    }
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

  /** We were stopped, or the socket failed. */
  stop(ending: Ending): void {
    if (ending.type === 'abort') this.failLocally(ending.code, ending.message);
    else this.fail({ by: 'network', reason: ending.reason, message: ending.message });
  }

  /** RFC 1350 §7: the peer's ERROR ends it and is never answered. */
  failByPeer(packet: ErrorPacket): void {
    this.fail({ by: 'peer', code: packet.code, message: packet.message, first: !this.heard });
  }

  /** Tells the peer, where there is one, and ends. */
  failLocally(code: ErrorCode, message: string): void {
    if (this.#peer.tid !== undefined) this.#sendError(code, message);
    this.fail({ by: 'local', code, message });
  }

  /** RFC 1350 §5: a valid packet of the peer that has no place in this transfer. */
  failByBreach(what: string): void {
    this.hear();
    this.failLocally(4, `Illegal TFTP operation: ${what}`);
  }

  /** Patience is used up: a peer that had answered is told once. */
  failBySilence(): void {
    const sends = this.#sends;
    if (this.heard) this.#sendError(0, 'Timed out');
    this.fail({ by: 'silence', sends, heard: this.heard });
  }

  #sendError(code: ErrorCode, message: string): void {
    this.send({ op: 'ERROR', code, message: untrusted(message) }, false);
  }
}
