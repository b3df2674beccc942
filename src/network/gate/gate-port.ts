// One port behind the gate. It closes once everything that is held of what it sent has left.
import { decode } from '../../wire/decode.ts';
import { joined } from '../../wire/encode.ts';
import type { Tag } from '../../trace/record/event.ts';
import type { Tid } from '../../wire/tid.ts';
import type { Port, PortEvents, PortPlace } from '../network.ts';
import { PortRecord, type Observer } from '../port-record.ts';

/** A datagram that passes, up or down. */
export interface PassingDatagram {
  readonly direction: 'sent' | 'received';
  readonly octets: Uint8Array;
  readonly peer: Tid;
  /** Its number in the trace. */
  readonly id: number | undefined;
}

export interface GatePortOptions {
  readonly tag: Tag;
  readonly role: PortPlace['role'];
  readonly events: PortEvents;
  readonly observer: Observer;
  /** Whether everything passes: step mode is off. */
  readonly isOpen: () => boolean;
  /** The owner sends while the gate is not open. */
  readonly sent: (datagram: PassingDatagram) => void;
  readonly closed: () => void;
}

export class GatePort implements Port {
  readonly tag: Tag;
  readonly role: PortPlace['role'];
  readonly local: Tid;
  readonly addressFor: Port['addressFor'];
  /** Everything of this port passes. */
  isReleased = false;
  isClosed = false;
  readonly #inner: Port;
  readonly #options: GatePortOptions;
  #holds = 0;
  #record: PortRecord | undefined;

  constructor(inner: Port, options: GatePortOptions) {
    this.#inner = inner;
    this.#options = options;
    this.local = inner.local;
    this.addressFor = inner.addressFor;
    this.tag = options.tag;
    this.role = options.role;
  }

  send(to: Tid, head: Uint8Array, tail?: Uint8Array, id?: number): void {
    if (this.#options.isOpen()) this.#inner.send(to, head, tail, id);
    else this.#options.sent({ direction: 'sent', octets: joined(head, tail), peer: to, id });
  }

  /** Passes on a datagram: down to the network, or up to the owner. */
  pass({ direction, octets, peer, id }: PassingDatagram): void {
    if (direction === 'received') {
      if (!this.isClosed) this.#options.events.datagram(octets, peer, id);
      return;
    }
    this.#inner.send(peer, octets, undefined, id);
    // It leaves long after the owner flushed the port.
    this.#inner.flush();
  }

  /** Shows a datagram that the owner did not send. @returns its number in the trace. */
  recordSent(to: Tid, octets: Uint8Array): number | undefined {
    this.#record ??= new PortRecord(this.#options.observer, this.local);
    return this.#record.sent(to, decode(octets), octets);
  }

  /** The port stays open below until the function that this returns was called. */
  hold(): () => void {
    this.#holds++;
    return () => {
      this.#holds--;
      this.#closeIfDone();
    };
  }

  flush(): void {
    this.#inner.flush();
  }

  pin(peer: Tid): void {
    this.#inner.pin(peer);
  }

  unref(): void {
    this.#inner.unref();
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.#options.closed();
    this.#closeIfDone();
  }

  #closeIfDone(): void {
    if (this.isClosed && this.#holds === 0) this.#inner.close();
  }
}
