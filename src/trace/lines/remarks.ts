// What is unusual about a packet, as the remark of its trace line: from the numbered record and from the machine's notes.
// Usual packets have no remark, and cost next to nothing. A fold over the events of one side of one transfer.
import { wireBlock } from '../../transfer/block.ts';
import type { Note } from '../../transfer/note.ts';
import { printable, say, type Printable } from '../../wire/text.ts';
import { noteRow, type NoteContext } from '../explain/notes.ts';
import type { DatagramEvent, Side } from '../record/event.ts';
import { Numbering, type PacketFacts } from '../record/numbering.ts';
import { otherSide } from '../record/packet-log.ts';
import { durationText } from '../text/quantities.ts';

/** What a note adds to the packet that it is about. */
export interface NoteRemark {
  readonly words: Printable;
  /** It takes the place of the packet's own remark instead of following it: the machine knows better. */
  readonly replaces: boolean;
}

/** Remarks on the packets of one side of one transfer, in the order of its events. */
export class Remarks implements NoteContext {
  readonly side: Side;
  readonly numbering = new Numbering();
  /** A remark for the packet that is sent next. */
  #next: Printable | undefined;
  /** Milliseconds without progress, where that is why the next packet is sent. */
  #silence: number | undefined;
  /** A block is missing: the next ACK asks for it. */
  #hasGap = false;

  constructor(side: Side) {
    this.side = side;
  }

  /** What a packet shows by itself, before any note about it. Undefined: nothing. */
  packet(event: DatagramEvent): Printable | undefined {
    const counts = !this.numbering.isStranger(event);
    const facts = this.numbering.see(event, { direction: event.type, counts });
    if (event.type === 'received') return counts ? this.#received(event, facts) : undefined;
    const remark = this.#sent(event, facts);
    this.#next = undefined;
    this.#silence = undefined;
    return remark;
  }

  /** What a note says about its packet. Undefined: nothing, or it is kept for the packet that is sent next. */
  note(note: Note): NoteRemark | undefined {
    const { remark, isForNextSent, usual } = noteRow(note);
    const words = remark(note, this);
    this.numbering.note(note);
    if (note.type === 'gap') this.#hasGap = true;
    if (note.type === 'timed-out') this.#silence = note.interval;
    if (words === undefined) return undefined;
    if (isForNextSent !== true) return { words, replaces: !usual };
    this.#next = words;
    return undefined;
  }

  #sent({ packet, length }: DatagramEvent, facts: PacketFacts): Printable | undefined {
    switch (packet.op) {
      case 'DATA':
        return this.#next ?? (facts.again ? say`resent` : endWords(facts, length));
      case 'ACK':
        return this.#ackSent(facts);
      case 'RRQ':
      case 'WRQ':
      case 'OACK':
        return this.#next ?? (facts.again ? say`resent` : undefined);
      case 'ERROR':
        return this.#next ?? this.#probe(packet.code);
      case 'malformed':
        return this.#next;
    }
  }

  #ackSent({ index = 0, again, place }: PacketFacts): Printable | undefined {
    const hadGap = this.#hasGap;
    this.#hasGap = false;
    const { terms } = this.numbering;
    if (hadGap)
      return say`asks the ${printable(otherSide(this.side))} to resend from ${wireBlock(index + 1, terms.rollover)}`;
    // An ACK in the middle of a window is not a repetition, even where a timeout is the reason for it.
    if (place > 0)
      return this.#silence === undefined
        ? this.#placeWords(place)
        : say`${this.#placeWords(place)}, after ${durationText(this.#silence)} without progress`;
    return this.#next ?? (again ? say`resent` : undefined);
  }

  #placeWords(place: number): Printable {
    return say`${place} of ${this.numbering.terms.windowsize} blocks of the window`;
  }

  #received({ packet, length }: DatagramEvent, facts: PacketFacts): Printable | undefined {
    if (packet.op === 'ACK') return facts.place > 0 ? this.#placeWords(facts.place) : undefined;
    if (packet.op !== 'DATA') return undefined;
    return facts.again ? say`resent by the ${printable(otherSide(this.side))}` : endWords(facts, length);
  }

  /** RFC 2349: a client that asks for the size and then declines wanted nothing else. */
  #probe(code: number): Printable | undefined {
    const { asked, hasBlocks } = this.numbering;
    const isProbe = code === 0 && !hasBlocks && asked?.options.has('tsize') === true;
    return isProbe ? say`size probe: only the size was asked for` : undefined;
  }
}

/** RFC 1350 §6: a block shorter than the others ends the file. */
function endWords({ last }: PacketFacts, length: number): Printable | undefined {
  if (!last) return undefined;
  return length === 4 ? say`last block, empty` : say`last block`;
}
