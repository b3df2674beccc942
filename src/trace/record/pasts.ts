// What is known of each transfer from its first packet on, although the ring has overwritten that packet: how many there
// were, and what was agreed. Without it the rest of a long transfer could not be read.
// Rule: memory is bounded, and nothing is allocated for a packet.
import type { Instant } from '../../transfer/machine.ts';
import { endKey, type BeganEvent, type FateEvent, type NoteEvent, type Tag } from './event.ts';
import type { RareEvent } from './recorder.ts';

/** One end of a transfer, or a listening port. */
export interface Past {
  /** Packets so far, and DATA among them. */
  readonly sent: number;
  readonly received: number;
  readonly blocks: number;
  /** The instant of the first packet. */
  readonly start: Instant | undefined;
  readonly began: BeganEvent | undefined;
  /** Terms and peer, once they are known. */
  readonly notes: readonly NoteEvent[];
}

/** A {@link Past} that grows. */
export type GrowingPast = { -readonly [K in keyof Past]: Past[K] };

/** Ends that are remembered. The ring hardly ever has packets of more ends at the same time. */
const mostEnds = 4096;

/** By end: the latest that were used. */
export class Pasts {
  readonly #byEnd = new Map<string, GrowingPast>();

  find(tag: Tag): Past | undefined {
    return this.#byEnd.get(endKey(tag));
  }

  /** The past of an end that has a new port. */
  of(tag: Tag): GrowingPast {
    const key = endKey(tag);
    const known = this.#byEnd.get(key) ?? {
      ...{ sent: 0, received: 0, blocks: 0, start: undefined, began: undefined, notes: [] },
    };
    this.#byEnd.delete(key);
    this.#byEnd.set(key, known);
    const [oldest] = this.#byEnd.keys();
    if (this.#byEnd.size > mostEnds && oldest !== undefined) this.#byEnd.delete(oldest);
    return known;
  }

  event(event: RareEvent): void {
    if (event.type === 'began') this.of(event.tag).began = event;
    else if (event.type === 'note') this.#note(event);
    else if (event.type === 'fate' && isOnlyTrace(event)) {
      const past = this.of(event.tag);
      past.received += 1;
      if (event.packet.op === 'DATA') past.blocks += 1;
    }
  }

  #note(event: NoteEvent): void {
    const { type } = event.note;
    if (type !== 'negotiated' && type !== 'pinned' && type !== 'fallback') return;
    const past = this.of(event.tag);
    // After a fallback the transfer begins again without options.
    past.notes = type === 'fallback' ? [] : [...past.notes.filter(({ note }) => note.type !== type), event];
  }
}

/** Whether it is the only trace of its packet, which was lost on its way in. */
export function isOnlyTrace({ fate, direction }: FateEvent): boolean {
  return fate === 'lost' && direction === 'incoming';
}
