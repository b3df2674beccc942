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

/** What a trace line says about its packet. */
export interface Remark {
  readonly words: Printable;
  /** It does not happen in a transfer without trouble. */
  readonly isTrouble: boolean;
}

/** Remarks on the packets of one side of one transfer, in the order of its events. */
export class Remarks implements NoteContext {
  readonly side: Side;
  readonly numbering = new Numbering();
  /** A remark for the packet that is sent next. */
  #next: Remark | undefined;
  /** Milliseconds without progress, where that is why the next packet is sent. */
  #silence: number | undefined;
  /** A block is missing: the next ACK asks for it. */
  #hasGap = false;

  constructor(side: Side) {
    this.side = side;
  }

  /** What a packet shows by itself, before any note about it. Undefined: nothing. */
  packet(event: DatagramEvent): Remark | undefined {
    const counts = !this.numbering.isStranger(event);
    const facts = this.numbering.see(event, { direction: event.type, counts });
    if (event.type === 'received') return counts ? this.#received(event, facts) : undefined;
    const remark = this.#sent(event, facts);
    this.#next = undefined;
    this.#silence = undefined;
    return remark;
  }

  /**
   * What a note says about its packet. Undefined: nothing, or it is kept for the packet that is sent next.
   * Trouble takes the place of the packet's own remark instead of following it: the machine knows better.
   */
  note(note: Note): Remark | undefined {
    const { remark, isForNextSent, usual: isUsual } = noteRow(note);
    const words = remark(note, this);
    this.numbering.note(note);
    if (note.type === 'gap') this.#hasGap = true;
    if (note.type === 'timed-out') this.#silence = note.interval;
    if (words === undefined) return undefined;
    const said: Remark = { words, isTrouble: !isUsual };
    if (isForNextSent !== true) return said;
    this.#next = said;
    return undefined;
  }

  #sent({ packet, length }: DatagramEvent, facts: PacketFacts): Remark | undefined {
    switch (packet.op) {
      case 'DATA':
        return this.#next ?? (facts.again ? trouble(say`resent`) : endWords(facts, length));
      case 'ACK':
        return this.#ackSent(facts);
      case 'RRQ':
      case 'WRQ':
      case 'OACK':
        return this.#next ?? (facts.again ? trouble(say`resent`) : undefined);
      case 'ERROR':
        return this.#next ?? this.#probe(packet.code);
      case 'malformed':
        return this.#next;
    }
  }

  #ackSent({ index = 0, again, place }: PacketFacts): Remark | undefined {
    const hadGap = this.#hasGap;
    this.#hasGap = false;
    const { terms } = this.numbering;
    if (hadGap)
      return trouble(
        say`asks the ${printable(otherSide(this.side))} to resend from ${wireBlock(index + 1, terms.rollover)}`,
      );
    // An ACK in the middle of a window is not a repetition, even where a timeout is the reason for it.
    if (place > 0)
      return this.#silence === undefined
        ? this.#placeWords(place)
        : trouble(
            say`${this.#placeWords(place).words}, after ${durationText(this.#silence)} without progress`,
          );
    return this.#next ?? (again ? trouble(say`resent`) : undefined);
  }

  #placeWords(place: number): Remark {
    return usual(say`${place} of ${this.numbering.terms.windowsize} blocks of the window`);
  }

  #received({ packet, length }: DatagramEvent, facts: PacketFacts): Remark | undefined {
    if (packet.op === 'ACK') return facts.place > 0 ? this.#placeWords(facts.place) : undefined;
    if (packet.op !== 'DATA') return undefined;
    return facts.again
      ? trouble(say`resent by the ${printable(otherSide(this.side))}`)
      : endWords(facts, length);
  }

  /** RFC 2349: a client that asks for the size and declines the OACK wanted nothing else. */
  #probe(code: number): Remark | undefined {
    const { asked, hasBlocks, hasOack } = this.numbering;
    const isProbe = code === 0 && hasOack && !hasBlocks && asked?.options.has('tsize') === true;
    return isProbe ? usual(say`size probe: only the size was asked for`) : undefined;
  }
}

/** RFC 1350 §6: a block shorter than the others ends the file. */
function endWords({ last }: PacketFacts, length: number): Remark | undefined {
  if (!last) return undefined;
  return usual(length === 4 ? say`last block, empty` : say`last block`);
}

function usual(words: Printable): Remark {
  return { words, isTrouble: false };
}

function trouble(words: Printable): Remark {
  return { words, isTrouble: true };
}
