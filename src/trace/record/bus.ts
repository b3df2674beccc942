// One stream of events for every view. With nobody listening no event is built: ask `active` first.
// Imports wire and types of transfer.
import type { Tid } from '../../wire/tid.ts';
import type { Instant } from '../../transfer/machine.ts';
import type { DatagramEvent, Tag, TraceEvent } from './event.ts';
import type { Recorder } from './recorder.ts';

export type TraceListener = (event: TraceEvent) => void;

/** A datagram as its octets, for captures. They are borrowed: copy or lose them. */
export interface TappedDatagram {
  readonly type: DatagramEvent['type'];
  readonly id: number;
  readonly at: Instant;
  readonly tag: Tag;
  readonly local: Tid;
  readonly peer: Tid;
  readonly head: Uint8Array;
  readonly tail: Uint8Array | undefined;
}

export type TapListener = (datagram: TappedDatagram) => void;

/** Hands each event to every listener, in the order of subscription. */
export class Bus {
  /** Takes down everything, datagrams by lanes of its own: for those alone no event is built. */
  readonly recorder: Recorder | undefined;
  #listeners: readonly TraceListener[] = [];
  #bystanders: readonly TraceListener[] = [];
  #taps: readonly TapListener[] = [];
  #lastId = 0;

  constructor(recorder?: Recorder) {
    this.recorder = recorder;
  }

  /** Whether anybody takes what is no datagram: build no event otherwise. */
  get active(): boolean {
    return this.recorder !== undefined || this.#listeners.length + this.#bystanders.length > 0;
  }

  /** Whether anybody listens to datagrams: build no event of them otherwise. */
  get watched(): boolean {
    return this.#listeners.length > 0;
  }

  /** Whether anybody wants the octets of datagrams. */
  get tapped(): boolean {
    return this.#taps.length > 0;
  }

  /** Numbers a datagram: who observes it and who changes its fate share one stream of numbers. */
  nextId(): number {
    return ++this.#lastId;
  }

  emit(event: TraceEvent): void {
    this.recorder?.event(event);
    for (const listener of this.#listeners) listener(event);
    for (const listener of this.#bystanders) listener(event);
  }

  /** @returns a function that ends the subscription. */
  subscribe(listener: TraceListener): () => void {
    this.#listeners = [...this.#listeners, listener];
    return () => {
      this.#listeners = this.#listeners.filter((other) => other !== listener);
    };
  }

  /** As {@link subscribe}, for who does without datagrams: none is built for it. @returns a function that ends it. */
  overhear(listener: TraceListener): () => void {
    this.#bystanders = [...this.#bystanders, listener];
    return () => {
      this.#bystanders = this.#bystanders.filter((other) => other !== listener);
    };
  }

  /** Hands out the octets of a datagram. */
  show(datagram: TappedDatagram): void {
    for (const tap of this.#taps) tap(datagram);
  }

  /** Octets of every datagram; {@link overhear} tells what befell them. @returns a function that ends it. */
  tap(listener: TapListener): () => void {
    this.#taps = [...this.#taps, listener];
    return () => {
      this.#taps = this.#taps.filter((other) => other !== listener);
    };
  }
}
