// The opening of a client's transfer: the request and its first answer (RFC 1350 §4, RFC 2347).
// Both directions share it; they differ only in the answer without options: DATA 1 or ACK 0.
import { findOption } from '../wire/options.ts';
import { raw } from '../wire/text.ts';
import type { ErrorCode } from '../wire/codes.ts';
import type { Malformed, OackPacket, Packet } from '../wire/packet.ts';
import type { Tid } from '../wire/tid.ts';
import type { Conversation } from './conversation.ts';
import { confirmOptions } from './negotiate.ts';
import type { ClientStart } from './side.ts';
import { classicTerms } from './terms.ts';

const oackOpcode = 6;
const named = { RRQ: 'an RRQ', WRQ: 'a WRQ' };

/**
 * Unanswered requests after which every second one goes without options: some servers drop a request with options and
 * say nothing, and RFC 2347 makes options a thing that a client can do without.
 */
const plainAfter = 3;

/** `plain`: the server answered without an OACK. */
export type Answer = 'plain' | 'oack';

/** A client that waits for the first answer to its request. */
export class Opening {
  readonly #talk: Conversation;
  readonly #start: ClientStart;
  /** Requests that nothing answered. A closed port is an answer: no server runs yet that could ignore options. */
  #silent = 0;
  #hasAskedPlainly = false;

  constructor(talk: Conversation, start: ClientStart) {
    this.#talk = talk;
    this.#start = start;
  }

  /** Sends the request, or sends it again. */
  send(repeat: boolean): void {
    if (repeat && this.#talk.closedPort === undefined) this.#silent += 1;
    this.#talk.closedPort = undefined;
    const isPlain = repeat && this.#silent >= plainAfter && (this.#silent - plainAfter) % 2 === 0;
    this.#hasAskedPlainly ||= isPlain;
    const { request } = this.#start;
    this.#talk.send(isPlain ? { ...request, options: [] } : request, repeat);
    if (repeat) return;
    this.#talk.timer.awaitFirst(true);
    this.#talk.timer.progress(this.#talk.now);
    this.#talk.timer.start(this.#talk.now);
    this.#talk.beginRoundTrip(0);
  }

  /** Handles a packet from a possible peer. Undefined if it does not answer the request, or ends the transfer. */
  receive(packet: Packet | Malformed, from: Tid): Answer | undefined {
    switch (packet.op) {
      case 'ERROR':
        this.#talk.pin(from);
        this.#talk.failByPeer(packet);
        return undefined;
      case 'OACK':
        return this.#confirm(packet, from);
      case 'DATA':
        if (packet.block === 1) return this.#plain('RRQ', from);
        break;
      case 'ACK':
        if (packet.block === 0) return this.#plain('WRQ', from);
        break;
      case 'malformed':
        // RFC 2347: an OACK has options. Without a complete one nothing is agreed.
        if (packet.opcode !== oackOpcode) break;
        this.#refuse(from, 4, 'Illegal TFTP operation: the OACK has no complete option');
        return undefined;
      case 'RRQ':
      case 'WRQ':
        break;
    }
    this.#talk.ignore(packet);
    return undefined;
  }

  #refuse(from: Tid, code: ErrorCode, message: string): void {
    this.#talk.pin(from);
    this.#talk.failLocally(code, message);
  }

  /** DATA 1 answers an RRQ and ACK 0 a WRQ, without options (RFC 2347). The wrong one of the two ends the transfer. */
  #plain(answers: 'RRQ' | 'WRQ', from: Tid): Answer | undefined {
    const { op, options } = this.#start.request;
    if (op !== answers) {
      this.#refuse(from, 4, `Illegal TFTP operation: ${named[op]} got the answer to ${named[answers]}`);
      return undefined;
    }
    this.#accept(from);
    const refused = options.map(({ name }) => raw(name));
    this.#talk.agree({ ...classicTerms, rollover: this.#start.rollover }, refused, this.#hasAskedPlainly);
    return 'plain';
  }

  #confirm(oack: OackPacket, from: Tid): Answer | undefined {
    const { offer, lenient, request, rollover } = this.#start;
    const confirmed = confirmOptions(offer, oack, lenient, request.op);
    if (!confirmed.ok) {
      this.#refuse(from, confirmed.code, confirmed.message);
      return undefined;
    }
    this.#accept(from);
    const agreed = findOption(oack.options, 'rollover') !== undefined;
    const terms = agreed ? confirmed.terms : { ...confirmed.terms, rollover };
    this.#talk.agree(terms, confirmed.refused);
    return 'oack';
  }

  #accept(from: Tid): void {
    this.#talk.pin(from);
    this.#talk.timer.awaitFirst(false);
    this.#talk.advance();
    this.#talk.endRoundTrip(0);
  }
}
