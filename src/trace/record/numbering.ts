// What the packets of one transfer are called: blocks as indexes without bound, what came before, what is the last.
// Terms come from the machine's notes; where there are none (somebody else's capture), from the OACK.
// Memory is bounded. Imports wire and transfer.
import type { Malformed, Packet } from '../../wire/packet.ts';
import type { Tid } from '../../wire/tid.ts';
import { unwrap } from '../../transfer/block.ts';
import type { Note } from '../../transfer/note.ts';
import { classicTerms, termsOf, type Terms } from '../../transfer/terms.ts';

export interface Facts {
  readonly index: number | undefined;
  readonly again: boolean;
  readonly last: boolean;
}

interface Seen {
  readonly direction: 'sent' | 'received';
  /** A stranger's packet, and one that never arrived, change nothing. */
  readonly counts: boolean;
}

const dataHead = 4;
/** Blocks missing behind a gap that are remembered. */
const mostMissing = 4096;

/** Follows one side of one transfer. */
export class Numbering {
  terms: Terms = classicTerms;
  pinned: Tid | undefined;
  /** The highest DATA seen, either way. */
  highest = 0;
  #highestAck = -1;
  readonly #ops = new Set<string>();
  /** Blocks that a later one overtook, until an ACK is seen: when they come now they are late, not sent again. */
  readonly #missing = new Set<number>();

  pin(peer: Tid): void {
    this.pinned = peer;
  }

  note(note: Note): void {
    if (note.type === 'negotiated') this.terms = note.terms;
    else if (note.type === 'pinned') this.pinned = note.peer;
    else if (note.type === 'fallback') this.#reset();
  }

  /** What the next packet is; `length` is that of its datagram. */
  see(packet: Packet | Malformed, length: number, { direction, counts }: Seen): Facts {
    switch (packet.op) {
      case 'DATA':
        return this.#data(packet.block, length - dataHead, counts);
      case 'ACK':
        return this.#ack(packet.block, counts);
      case 'OACK':
        if (counts) this.terms = termsOf(packet.options, this.terms);
        return this.#other(`${direction} OACK`, counts);
      case 'RRQ':
      case 'WRQ':
        return this.#other(`${direction} ${packet.op}`, counts);
      case 'ERROR':
      case 'malformed':
        return { index: undefined, again: false, last: false };
    }
  }

  #data(block: number, octets: number, counts: boolean): Facts {
    const { blksize, rollover } = this.terms;
    const index = unwrap(block, Math.max(1, this.highest), rollover);
    const late = this.#missing.delete(index);
    const again = index <= this.highest && !late;
    if (counts && index > this.highest) {
      const from = Math.max(this.highest + 1, index - mostMissing);
      for (let missing = from; missing < index; missing++) this.#missing.add(missing);
      this.highest = index;
    }
    return { index, again, last: octets < blksize };
  }

  #ack(block: number, counts: boolean): Facts {
    const index = unwrap(block, this.highest, this.terms.rollover);
    const again = index <= this.#highestAck;
    if (counts) {
      this.#highestAck = Math.max(this.#highestAck, index);
      this.#missing.clear();
    }
    return { index, again, last: false };
  }

  #other(key: string, counts: boolean): Facts {
    const again = this.#ops.has(key);
    if (counts) this.#ops.add(key);
    return { index: undefined, again, last: false };
  }

  /** The request goes out once more, from a new port, and everything begins again. */
  #reset(): void {
    this.terms = classicTerms;
    this.pinned = undefined;
    this.highest = 0;
    this.#highestAck = -1;
    this.#ops.clear();
    this.#missing.clear();
  }
}
