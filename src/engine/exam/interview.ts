// A port with which an exam asks by hand: it sends the packets that it is given, and reads the answers one by one.
// Rule: bounded. Each wait has an end, all interviews of an exam share one budget, and a signal ends them at once.
import type { Malformed, Packet, RequestPacket } from '../../wire/packet.ts';
import { parseMode } from '../../wire/mode.ts';
import { untrusted } from '../../wire/text.ts';
import { formatTid, sameTid, type Tid } from '../../wire/tid.ts';
import type { Side, Tag } from '../../trace/record/event.ts';
import type { ForwardingPort } from '../../network/observe.ts';
import { anyAddressFor } from '../client/attempt.ts';
import { TftpError } from '../tftp-error.ts';
import type { Tower } from '../tower.ts';

/** A packet that arrived. */
export interface HeardPacket {
  readonly type: 'packet';
  readonly packet: Packet | Malformed;
  readonly from: Tid;
  /** Milliseconds since the last packet that we sent. */
  readonly after: number;
  /** Its number in the ladder of the interview. */
  readonly number: number;
}

/** What arrived in the time of a wait. */
export type Heard =
  | HeardPacket
  | { readonly type: 'silence' }
  /** The host answered that nothing listens on the port. */
  | { readonly type: 'unreachable' };

/** What the interviews of one exam share. */
export interface ExamContext {
  readonly tower: Tower;
  /** Where requests go. */
  readonly to: Tid;
  readonly signal: AbortSignal | undefined;
  /** When the exam must be over, on the clock of the tower. */
  readonly deadline: number;
  /** Packets that may still be sent. */
  readonly budget: { packets: number };
  /** Which side we play; `client`. */
  readonly side?: Side;
  /** The local address; by default any that reaches `to`. */
  readonly local?: string;
}

/** Where the packets of an answer are: numbers of the ladder of a transfer. */
export interface Proof {
  readonly transfer: number;
  readonly packets: readonly number[];
}

const silence: Heard = { type: 'silence' };

export class Interview {
  readonly transfer: number;
  /** The TID that answered first. */
  peer: Tid | undefined;
  readonly #context: ExamContext;
  readonly #queue: Heard[] = [];
  /** TIDs that still take part in a transfer. */
  readonly #open = new Map<string, Tid>();
  #port: ForwardingPort | undefined;
  #wake: (() => void) | undefined;
  #sentAt = 0;
  #count = 0;

  constructor(context: ExamContext) {
    this.#context = context;
    this.transfer = context.tower.nextNumber();
    // A server knows its peer from the request.
    if (context.side === 'server') this.peer = context.to;
  }

  /** Opens the port. Rejects with the error of the network. */
  async open(): Promise<this> {
    const { tower, to, local = anyAddressFor(to) } = this.#context;
    this.#port = await tower.network.open({
      ...{ address: local, port: 0, role: 'transfer', tag: this.#tag },
      events: {
        received: ({ packet, from }) => this.#received(packet, from),
        unreachable: () => this.#take({ type: 'unreachable' }),
        failed: () => this.#take(silence),
      },
    });
    this.#port.pin(to);
    return this;
  }

  /** Sends a request. The trace shows it as the beginning of a transfer. */
  ask(request: RequestPacket): void {
    this.begin(request);
    this.send(request, this.#context.to);
  }

  /** Shows in the trace that a transfer begins with this request. */
  begin({ op, filename, mode }: RequestPacket): void {
    const { tower, to } = this.#context;
    if (tower.bus.active)
      tower.bus.emit({
        ...{ type: 'began', at: tower.clock.now(), tag: this.#tag, op, file: filename, peer: to },
        mode: parseMode(mode) === 'netascii' ? 'netascii' : 'octet',
      });
  }

  /** The request of a client came at our listening port: the ladder counts it too. */
  requested(): void {
    this.#count += 1;
  }

  /** Sends one packet, by default to the TID that answered. @throws TftpError where the budget of the exam is used up. */
  send(packet: Packet, to: Tid = this.peer ?? this.#context.to): void {
    this.#spend();
    this.#port?.send(to, packet);
    this.#port?.flush();
    if (packet.op === 'ERROR') this.#open.delete(formatTid(to));
  }

  /** Sends octets that need not be a packet. @throws as {@link Interview.send} does. */
  forward(octets: Uint8Array, to: Tid = this.#context.to): void {
    this.#spend();
    this.#port?.forward(to, octets);
    this.#port?.flush();
  }

  /** What arrives next, within that many milliseconds. Rejects with TftpError if the exam is interrupted or its time is up. */
  async hear(within: number): Promise<Heard> {
    const { signal, tower, deadline } = this.#context;
    const left = deadline - tower.clock.now();
    if (this.#queue.length === 0 && signal?.aborted !== true && left > 0)
      await this.#arrival(Math.min(within, left));
    if (signal?.aborted === true) throw new TftpError('interrupted', { by: 'abort', message: 'interrupted' });
    const heard = this.#queue.shift();
    if (heard === undefined && left <= within) throw exhausted();
    return heard ?? silence;
  }

  /** These packets as a proof; without any, the last packet of the interview. */
  proof(...heard: readonly Heard[]): Proof {
    const numbers = heard.flatMap((one) => (one.type === 'packet' ? [one.number] : []));
    return { transfer: this.transfer, packets: numbers.length === 0 ? [this.#count] : numbers };
  }

  /** The transfer has ended: nobody needs an ERROR. */
  finish(): void {
    this.#open.clear();
  }

  /** Ends what still runs with ERROR 0, and closes the port. */
  close(message = 'Question answered'): void {
    for (const tid of this.#open.values())
      this.#port?.send(tid, { op: 'ERROR', code: 0, message: untrusted(message) });
    this.#port?.close();
    this.#port = undefined;
  }

  get #tag(): Tag {
    return { transfer: this.transfer, side: this.#context.side ?? 'client' };
  }

  #received(packet: Packet | Malformed, from: Tid): void {
    const { tower, to } = this.#context;
    this.#count += 1;
    if (this.peer === undefined && packet.op !== 'malformed') {
      this.peer = from;
      if (!sameTid(from, to)) this.#port?.pin(from);
    }
    if (packet.op === 'ERROR') this.#open.delete(formatTid(from));
    else if (packet.op !== 'malformed') this.#open.set(formatTid(from), from);
    const after = tower.clock.now() - this.#sentAt;
    this.#take({ type: 'packet', packet, from, after, number: this.#count });
  }

  #take(heard: Heard): void {
    this.#queue.push(heard);
    this.#wake?.();
  }

  #arrival(within: number): Promise<void> {
    const { signal, tower } = this.#context;
    return new Promise((resolve) => {
      const end = (): void => {
        timer.cancel();
        signal?.removeEventListener('abort', end);
        this.#wake = undefined;
        resolve();
      };
      const timer = tower.clock.after(within, end);
      signal?.addEventListener('abort', end);
      this.#wake = end;
    });
  }

  #spend(): void {
    const { budget } = this.#context;
    if (budget.packets <= 0) throw exhausted();
    budget.packets -= 1;
    this.#count += 1;
    this.#sentAt = this.#context.tower.clock.now();
  }
}

function exhausted(): TftpError {
  return new TftpError('the packets or the time of the exam are used up', {
    by: 'local',
    code: 0,
    message: 'the packets or the time of the exam are used up',
  });
}

/** Whether an error says that the packets or the time of an exam are used up. */
export function isExhausted(error: unknown): boolean {
  return error instanceof TftpError && error.failure.by === 'local';
}
