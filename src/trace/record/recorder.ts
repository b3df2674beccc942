// What may listen to every datagram without an event being built: the contract between observe and the ring.
// Rule: nothing here allocates for a packet. Imports wire and types.
import type { Tid } from '../../wire/tid.ts';
import type { Instant } from '../../transfer/machine.ts';
import type { BeganEvent, EndedEvent, FateEvent, NoteEvent, Tag, TraceEvent } from './event.ts';

/** Everything but datagrams: rare enough to be objects. */
export type RareEvent = NoteEvent | FateEvent | BeganEvent | EndedEvent;

/** Takes down what happens, cheaply enough to be always on. */
export interface Recorder {
  /** A port was opened: its datagrams go to the lane. */
  lane(tag: Tag, local: Tid): Lane;
  /** Whatever is no datagram, in order with them; datagrams are ignored here, since lanes tell of them. */
  event(event: TraceEvent): void;
}

/** One port's side of a {@link Recorder}. Octets are read at once and not kept. */
export interface Lane {
  /** Number and instant of the datagram that is told next; a stamp goes before each. */
  stamp(id: number, at: Instant): void;
  /** A datagram leaves, given whole or as head and tail. */
  sent(to: Tid, head: Uint8Array, tail?: Uint8Array): void;
  /** A datagram came. */
  received(from: Tid, octets: Uint8Array): void;
}

/** Whether it is no datagram. */
export function isRare(event: TraceEvent): event is RareEvent {
  return event.type !== 'sent' && event.type !== 'received';
}
