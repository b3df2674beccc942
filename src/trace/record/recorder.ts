// How every datagram is recorded without an event: the contract between `observe` and the ring.
// Rule: nothing here allocates memory for a packet.
import type { Tid } from '../../wire/tid.ts';
import type { Instant } from '../../transfer/machine.ts';
import type { BeganEvent, EndedEvent, FateEvent, NoteEvent, ReportEvent, Tag, TraceEvent } from './event.ts';

/** Events other than datagrams: rare enough to be objects. */
export type RareEvent = NoteEvent | FateEvent | BeganEvent | EndedEvent | ReportEvent;

/** Records what happens, cheaply enough to be always on. */
export interface Recorder {
  /** A port was opened: its datagrams go to the lane. */
  lane(tag: Tag, local: Tid): Lane;
  /** An event that is not a datagram, in order with the datagrams. Datagrams are ignored here: lanes record them. */
  event(event: TraceEvent): void;
}

/** One port's side of a {@link Recorder}. Octets are read at once and not kept. */
export interface Lane {
  /** Number and instant of the next datagram. Call it before each. */
  stamp(id: number, at: Instant): void;
  /** A datagram leaves, given whole or as head and tail. */
  sent(to: Tid, head: Uint8Array, tail?: Uint8Array): void;
  /** A datagram came. */
  received(from: Tid, octets: Uint8Array): void;
}

/** Whether the event is not a datagram. */
export function isRare(event: TraceEvent): event is RareEvent {
  return event.type !== 'sent' && event.type !== 'received';
}
