// What happened, as plain data: every view, figure, capture and export is a fold over these events.
// Rule: payload octets are borrowed from the datagram, so copy what you keep.
import type { Malformed, Packet } from '../../wire/packet.ts';
import type { Tid } from '../../wire/tid.ts';
import type { Untrusted } from '../../wire/text.ts';
import type { Instant, Outcome } from '../../transfer/machine.ts';
import type { Note } from '../../transfer/note.ts';

/** The end that saw it. */
export type Side = 'client' | 'server';

/** Whose socket it is: the transfer's number (0: the listening port, before a transfer exists) and the side. */
export interface Tag {
  readonly transfer: number;
  readonly side: Side;
  /** It comes from a capture: neither side is local. */
  readonly overheard?: true;
}

/** One end of one transfer as a key. */
export function endKey({ side, transfer }: Pick<Tag, 'side' | 'transfer'>): string {
  return `${side} ${transfer}`;
}

/** A datagram that the engine sent to the network or received from it. */
export interface DatagramEvent {
  readonly type: 'sent' | 'received';
  /** Unique in a run; joins a datagram with its fate. */
  readonly id: number;
  readonly at: Instant;
  readonly tag: Tag;
  readonly local: Tid;
  readonly peer: Tid;
  readonly packet: Packet | Malformed;
  /** Octets in the datagram. */
  readonly length: number;
}

/** What a datagram became on its way: all of its octets, or the beginning of `length`. */
export interface Became {
  readonly octets: Uint8Array;
  readonly length: number;
}

/** What the impaired network did to a datagram. */
export interface FateEvent {
  readonly type: 'fate';
  readonly id: number;
  readonly at: Instant;
  readonly tag: Tag;
  readonly direction: 'outgoing' | 'incoming';
  readonly fate:
    | 'lost'
    | 'duplicated'
    | 'delayed'
    | 'reordered'
    | 'corrupted'
    | 'truncated'
    /** Its fields were changed. */
    | 'altered'
    /** Another packet follows it. */
    | 'followed'
    /** It left from another port. */
    | 'misrouted'
    /** No machine sent it. */
    | 'injected';
  /** The rule that did it, or what was changed, in our words. */
  readonly reason?: string;
  /** Milliseconds of delay, where it is delayed or reordered. */
  readonly delay?: number;
  /** Before any fate. Of an incoming datagram that was lost, this event is the only trace. */
  readonly packet: Packet | Malformed;
  /** Of an incoming datagram that was lost: all of its octets, or the beginning. */
  readonly octets?: Uint8Array;
  /** What travels on, where that is something else; of `followed`: what follows. */
  readonly became?: Became;
  /** Of `misrouted`: the port that it left from. */
  readonly local: Tid;
  readonly peer: Tid;
  readonly length: number;
}

/** What a machine noticed. */
export interface NoteEvent {
  readonly type: 'note';
  /** The `id` of the datagram that the note is about. Undefined: the note is about no packet (a timer). */
  readonly datagram: number | undefined;
  readonly at: Instant;
  readonly tag: Tag;
  readonly note: Note;
}

/** A transfer began: the local client sent a request, or the local server accepted one. */
export interface BeganEvent {
  readonly type: 'began';
  readonly at: Instant;
  readonly tag: Tag;
  readonly op: 'RRQ' | 'WRQ';
  readonly file: Untrusted;
  readonly mode: 'octet' | 'netascii';
  readonly peer: Tid;
}

export interface EndedEvent {
  readonly type: 'ended';
  readonly at: Instant;
  readonly tag: Tag;
  readonly outcome: Outcome;
}

/** Why a datagram did not arrive, as the network says: an ICMP error, or fragments that are missing in a capture. */
export type ReportKind =
  | 'port-unreachable'
  | 'host-unreachable'
  | 'prohibited'
  | 'too-big'
  | 'time-exceeded'
  | 'reassembly-time-exceeded'
  | 'fragments';

/** The network reports a datagram that did not arrive. Only captures have such events. */
export interface ReportEvent {
  readonly type: 'report';
  readonly at: Instant;
  readonly tag: Tag;
  readonly kind: ReportKind;
  /** Who sent the datagram that did not arrive. */
  readonly from: Side;
  /** Numeric address of the reporter; of fragments, of the sender. */
  readonly by: string;
  /** Of fragments: octets that were captured. */
  readonly octets?: number;
}

export type TraceEvent = ReportEvent | DatagramEvent | FateEvent | NoteEvent | BeganEvent | EndedEvent;
