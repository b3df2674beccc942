// Where the packets of each transfer are in a capture: found while it is read, so that any packet can be read again alone.
// Rule: bounded. A capture that grows makes the marks sparser, never more.
import type { Outcome } from '../../transfer/machine.ts';
import { sameTid } from '../../wire/tid.ts';
import type { Instant } from '../../transfer/machine.ts';
import type { BeganEvent } from '../record/event.ts';
import type { HeldConversation } from './conversations.ts';
import { traceEvents } from './events.ts';
import type { CapturePlace } from './file/pcap-read.ts';
import type { PacketRecord } from './record.ts';
import { Stretch } from './stretch.ts';

/** A place from which the packets of one transfer can be read. */
export interface Mark {
  /** Packets of the transfer before it. */
  readonly packets: number;
  /** Octets of the capture before it. */
  readonly offset: number;
  /** Where reading begins: somewhat earlier, because a fragment or a copy may belong to what comes later. */
  readonly place: CapturePlace;
  /** The transfer as it is there; undefined: it begins there. */
  readonly held: HeldConversation | undefined;
}

/** One transfer. Packets are counted as its client saw them. */
export interface Track {
  readonly start: Instant;
  readonly packets: number;
  readonly began: BeganEvent | undefined;
  readonly outcome: Outcome | undefined;
  /** Packets from or to unknown TIDs belong to it. */
  readonly hasStrangers: boolean;
  /** In order; the first one is where it begins. */
  readonly marks: readonly Mark[];
  /** What the packets after each mark are. */
  readonly stretches: readonly Stretch[];
}

type OpenTrack = { -readonly [K in keyof Track]: Track[K] } & {
  marks: Mark[];
  stretches: Stretch[];
};

/** Bounds of a {@link CaptureIndex}. */
export interface IndexBounds {
  /** Transfers that have marks: those with the lowest numbers. */
  readonly transfers: number;
  /** Marks of all transfers, without the first of each. One with many gaps counts several times. */
  readonly marks: number;
  /** Packets from mark to mark at first. */
  readonly stride: number;
}

/** A mark takes about 2 KiB, and so does each further one that its gaps count for: 16 MiB at most. */
export const indexBounds: IndexBounds = { transfers: 20_000, marks: 8192, stride: 2048 };
/** Gaps of a transfer that need as much memory as a mark. */
const gapsOfMark = 16;
/** Places between the start of reading and a mark. */
const placesBefore = 2;

export class CaptureIndex {
  readonly #bounds: IndexBounds;
  readonly #tracks = new Map<number, OpenTrack>();
  /** Transfers that are due for a mark at the next place. */
  readonly #due = new Set<number>();
  #recent: CapturePlace[] = [{ offset: 0, format: undefined }];
  #stride: number;
  #weight = 0;

  constructor(bounds: IndexBounds = indexBounds) {
    this.#bounds = bounds;
    this.#stride = bounds.stride;
  }

  /** What is known of a transfer now. It changes while the capture is read. */
  track(transfer: number): Track | undefined {
    return this.#tracks.get(transfer);
  }

  /** Marks that it has now, as {@link IndexBounds.marks} counts them. */
  get weight(): number {
    return this.#weight;
  }

  /** The next packet of the capture. */
  record(record: PacketRecord): void {
    const { transfer, from, to, client, offset, at } = record;
    if (transfer > this.#bounds.transfers) return;
    const track = this.#tracks.get(transfer) ?? this.#begin(transfer, offset, at);
    track.hasStrangers ||= record.stranger;
    // What the client neither sent nor received has no place in the ladder of a capture.
    if (!sameTid(from, client) && !sameTid(to, client)) return;
    track.packets += 1;
    track.outcome = record.ended ?? track.outcome;
    if (record.packet.op === 'RRQ' || record.packet.op === 'WRQ')
      for (const event of traceEvents(record)) if (event.type === 'began') track.began = event;
    track.stretches.at(-1)?.add(record);
    if (track.packets - (track.marks.at(-1)?.packets ?? 0) >= this.#stride) this.#due.add(transfer);
  }

  /** All before `place` was read. `hold` answers an open transfer as it is there. */
  reached(place: CapturePlace, hold: (transfer: number) => HeldConversation | undefined): void {
    for (const transfer of this.#due) {
      const track = this.#tracks.get(transfer);
      const held = hold(transfer);
      if (track === undefined || held === undefined) continue;
      const [before = place] = this.#recent;
      const mark = { packets: track.packets, offset: place.offset, place: before, held };
      track.marks.push(mark);
      track.stretches.push(new Stretch(track.stretches.at(-1)));
      this.#weight += weightOf(mark);
    }
    this.#due.clear();
    while (this.#weight > this.#bounds.marks) this.#thin();
    this.#recent = [...this.#recent.slice(1 - placesBefore), place];
  }

  #begin(transfer: number, offset: number, at: Instant): OpenTrack {
    // A transfer that its later packets prove begins before the places that are known.
    const place = this.#recent.find((one) => one.offset <= offset) ?? { offset: 0, format: undefined };
    const track: OpenTrack = {
      ...{ start: at, packets: 0, began: undefined, outcome: undefined, hasStrangers: false },
      marks: [{ packets: 0, offset, place, held: undefined }],
      stretches: [new Stretch()],
    };
    this.#tracks.set(transfer, track);
    return track;
  }

  /** Every second mark goes, and from now on they are twice as far apart. */
  #thin(): void {
    this.#stride *= 2;
    this.#weight = 0;
    for (const track of this.#tracks.values()) {
      const joined: Stretch[] = [];
      track.stretches.forEach((stretch, at) => {
        const before = joined.at(-1);
        if (at % 2 === 0 || before === undefined) joined.push(stretch);
        else before.join(stretch);
      });
      track.stretches = joined;
      track.marks = track.marks.filter((_, at) => at % 2 === 0);
      for (const mark of track.marks) this.#weight += weightOf(mark);
    }
  }
}

function weightOf({ held }: Mark): number {
  return held === undefined ? 0 : 1 + Math.floor(held.conversation.standing.gaps / gapsOfMark);
}
