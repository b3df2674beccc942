// Asks for the size of a file without reading it: an RRQ with tsize (RFC 2349), then ERROR 0 to any answer.
// Servers know such clients, because boot ROMs do the same.
import type { Tid } from '../wire/tid.ts';
import { untrusted } from '../wire/text.ts';
import { Opening } from './opening.ts';
import { Conversation } from './conversation.ts';
import type { Input, Instant, Machine, Output } from './machine.ts';
import type { ClientStart } from './side.ts';

/** Succeeds with the first answer, with or without options. The `negotiated` note has the terms. */
export class Probe implements Machine {
  /** A probe delivers nothing. */
  readonly index = 0;
  readonly #talk: Conversation;
  readonly #opening: Opening;

  constructor(start: ClientStart) {
    this.#talk = new Conversation(start);
    this.#opening = new Opening(this.#talk, start);
  }

  get deadline(): Instant | undefined {
    return this.#talk.over ? undefined : this.#talk.timer.deadline;
  }

  get peer(): Tid | undefined {
    return this.#talk.peer;
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
        if (this.#opening.receive(input.packet, input.from) !== undefined) this.#decline();
        return;
      case 'timeout': {
        const verdict = this.#talk.expire();
        if (verdict === 'repeat') this.#opening.send(true);
        else if (verdict === 'give-up') this.#talk.failBySilence();
        return;
      }
      case 'abort':
      case 'network-failed':
        this.#talk.stop(input);
        return;
      case 'chunk':
      case 'stored':
        return;
    }
  }

  /** RFC 2349: a client that only wanted the size ends the transfer with an ERROR. */
  #decline(): void {
    this.#talk.send({ op: 'ERROR', code: 0, message: untrusted('Only the size was asked for') }, false);
    this.#talk.end({ ok: true, octets: 0, confirmed: true });
  }
}
