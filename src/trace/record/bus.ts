// One stream of events for every view. Rule: while nobody listens no event is built, so ask `active` first.
import type { Tid } from '../../wire/tid.ts';
import type { Instant } from '../../transfer/machine.ts';
import type { DatagramEvent, Tag, TraceEvent } from './event.ts';
import type { Recorder } from './recorder.ts';

export type TraceListener = (event: TraceEvent) => void;

/** A datagram as its octets, for captures. The octets are borrowed: copy what you keep. */
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

/** How a datagram waits that was shown as sent: what happens to it is not known yet. */
export type HoldEvent =
  /** It waits before it leaves: step mode holds it, or its port is being opened. Then it leaves or is lost. */
  | { readonly type: 'held' | 'decided'; readonly id: number }
  /** It leaves for a port of ours, where step mode decides about it again. */
  | { readonly type: 'expected'; readonly id: number }
  /** One has come there and now passes or is lost. `id`: the number there, if it suffered a fate there. */
  | {
      readonly type: 'arrived';
      readonly id: number | undefined;
      readonly local: Tid;
      readonly peer: Tid;
      /** As they came. */
      readonly octets: Uint8Array;
    };

export type HoldListener = (event: HoldEvent) => void;

/** Hands each event to every listener, in the order of subscription. */
export class Bus {
  /** Records everything. Datagrams reach it through lanes of its own, so it needs no events of them. */
  readonly recorder: Recorder | undefined;
  #listeners: readonly TraceListener[] = [];
  #rareListeners: readonly TraceListener[] = [];
  #taps: readonly TapListener[] = [];
  #holdListeners: readonly HoldListener[] = [];
  #lastId = 0;

  constructor(recorder?: Recorder) {
    this.recorder = recorder;
  }

  /** Whether anybody takes events that are not datagrams. Build none otherwise. */
  get active(): boolean {
    return this.recorder !== undefined || this.#listeners.length + this.#rareListeners.length > 0;
  }

  /** Whether anybody listens to datagrams. Build no event of them otherwise. */
  get watched(): boolean {
    return this.#listeners.length > 0;
  }

  /** Whether anything takes the octets of datagrams. */
  get tapped(): boolean {
    return this.#taps.length > 0;
  }

  /** Numbers a datagram. The observer and the impairment share one stream of numbers. */
  nextId(): number {
    return ++this.#lastId;
  }

  emit(event: TraceEvent): void {
    this.recorder?.event(event);
    for (const listener of this.#listeners) listener(event);
    for (const listener of this.#rareListeners) listener(event);
  }

  /** @returns a function that ends the subscription. */
  subscribe(listener: TraceListener): () => void {
    this.#listeners = [...this.#listeners, listener];
    return () => {
      this.#listeners = this.#listeners.filter((other) => other !== listener);
    };
  }

  /** As {@link subscribe}, for listeners that need no datagrams: events of those are not built for them. @returns a function that ends it. */
  overhear(listener: TraceListener): () => void {
    this.#rareListeners = [...this.#rareListeners, listener];
    return () => {
      this.#rareListeners = this.#rareListeners.filter((other) => other !== listener);
    };
  }

  /** Hands out the octets of a datagram. */
  show(datagram: TappedDatagram): void {
    for (const tap of this.#taps) tap(datagram);
  }

  /**
   * `held` and `expected` come before another datagram is shown. The fates of a datagram come before `decided`, or directly
   * after it; those at its arrival come before `arrived`.
   */
  hold(event: HoldEvent): void {
    for (const listener of this.#holdListeners) listener(event);
  }

  /** Reports which datagrams wait. @returns a function that ends the subscription. */
  onHold(listener: HoldListener): () => void {
    this.#holdListeners = [...this.#holdListeners, listener];
    return () => {
      this.#holdListeners = this.#holdListeners.filter((other) => other !== listener);
    };
  }

  /** Hands the octets of every datagram to `listener`; {@link overhear} reports their fates. @returns a function that ends it. */
  tap(listener: TapListener): () => void {
    this.#taps = [...this.#taps, listener];
    return () => {
      this.#taps = this.#taps.filter((other) => other !== listener);
    };
  }
}
