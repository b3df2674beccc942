// Asks for a file's size: RRQ with tsize (RFC 2349), then ERROR 0. Servers know such a client: boot ROMs do the same.
// If the server gives no size, the first block shows it: a block that is not full is the whole file.
import type { Tid } from '../wire/tid.ts';
import { parseMode } from '../wire/mode.ts';
import type { Malformed, Packet } from '../wire/packet.ts';
import { raw, untrusted } from '../wire/text.ts';
import { Opening } from './opening.ts';
import { Conversation } from './conversation.ts';
import type { Input, Instant, Machine, Output } from './machine.ts';
import type { ClientStart } from './side.ts';
import type { Waits } from './waits.ts';

/** Ends well with the first answer, whatever it says of the options (see the `negotiated` note), or with block 1. */
export class Probe implements Machine {
  /** A probe delivers nothing. */
  readonly index = 0;
  readonly #talk: Conversation;
  readonly #opening: Opening;
  readonly #isOctet: boolean;
  /** Whether the OACK gave no size, so that DATA 1 is awaited. */
  #wantsBlock = false;
  #size: number | undefined;

  constructor(start: ClientStart) {
    this.#isOctet = parseMode(raw(start.request.mode)) === 'octet';
    this.#talk = new Conversation(start);
    this.#opening = new Opening(this.#talk, start);
  }

  /** The size of the file in octets as far as it is known. */
  get size(): number | undefined {
    return this.#size;
  }

  get deadline(): Instant | undefined {
    return this.#talk.over ? undefined : this.#talk.timer.deadline;
  }

  get peer(): Tid | undefined {
    return this.#talk.peer;
  }

  get waits(): Waits {
    if (this.#talk.over) return { for: 'nothing' };
    return this.#wantsBlock ? { for: 'DATA', index: 1 } : { for: 'answer', op: 'RRQ' };
  }

  handle(input: Input, now: Instant): readonly Output[] {
    const talk = this.#talk;
    talk.now = now;
    if (!talk.over) this.#handle(input);
    return talk.take();
  }

  #handle(input: Input): void {
    switch (input.type) {
      case 'start':
        this.#opening.send(false);
        return;
      case 'datagram':
        if (!this.#talk.admits(input.packet, input.from)) return;
        this.#hear(input.packet, input.from);
        return;
      case 'timeout':
        this.#timeout();
        return;
      case 'abort':
      case 'network-failed':
        this.#talk.stop(input);
        return;
      case 'chunk':
      case 'stored':
      case 'joined':
        return;
    }
  }

  #hear(packet: Packet | Malformed, from: Tid): void {
    if (this.#wantsBlock) {
      this.#takeBlock(packet);
      return;
    }
    const answer = this.#opening.receive(packet, from);
    if (answer === undefined) return;
    const { tsize } = this.#talk.terms;
    // A server that does not know the size may send the 0 of the request back.
    if (tsize !== undefined && tsize > 0) this.#size = tsize;
    if (answer === 'plain') this.#takeBlock(packet);
    else if (this.#size !== undefined || !this.#isOctet) this.#decline();
    else this.#askForBlock();
  }

  /** RFC 2347: ACK 0 confirms the OACK, and the server sends DATA 1. */
  #askForBlock(): void {
    this.#wantsBlock = true;
    this.#talk.send({ op: 'ACK', block: 0 }, false);
    this.#talk.timer.start(this.#talk.now);
  }

  #takeBlock(packet: Packet | Malformed): void {
    if (packet.op === 'ERROR') {
      this.#talk.failByPeer(packet);
      return;
    }
    if (packet.op !== 'DATA' || packet.block !== 1) {
      this.#talk.ignore(packet);
      return;
    }
    // RFC 1350 §6: a block that is not full ends the file. In netascii its octets are not those of the file.
    if (this.#isOctet && packet.data.length < this.#talk.terms.blksize) this.#size = packet.data.length;
    this.#decline();
  }

  #timeout(): void {
    const verdict = this.#talk.expire();
    if (verdict === 'repeat' && this.#wantsBlock) this.#talk.send({ op: 'ACK', block: 0 }, true);
    else if (verdict === 'repeat') this.#opening.send(true);
    else if (verdict === 'give-up') this.#talk.failBySilence();
  }

  /** RFC 2349: a client that only wanted the size ends the transfer with an ERROR. */
  #decline(): void {
    this.#talk.send({ op: 'ERROR', code: 0, message: untrusted('Only the size was asked for') }, false);
    this.#talk.end({ ok: true, octets: 0, confirmed: true });
  }
}
