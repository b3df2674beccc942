// What the packets of one transfer are, in order: blocks as indexes without bound, what came before, what is the last.
// Rule: this is the only interpreter of packets; ladder, explain, figures and trace lines all read what it found.
// Terms come from the machine's notes. Without notes (a capture of other programs) they come from the OACK.
import { parseDecimal } from '../../wire/decimal.ts';
import type { RequestPacket } from '../../wire/packet.ts';
import { raw } from '../../wire/text.ts';
import { sameTid, type Tid } from '../../wire/tid.ts';
import { FarBlocks } from './far-blocks.ts';
import { unwrap } from '../../transfer/block.ts';
import type { Note } from '../../transfer/note.ts';
import { classicTerms, termsOf, type Terms } from '../../transfer/terms.ts';
import type { DatagramEvent } from './event.ts';

/** What one packet is within its transfer. */
export interface PacketFacts {
  /** Of DATA and ACK: the block, counted without bound. */
  readonly index: number | undefined;
  /** The same packet went the same way before. */
  readonly again: boolean;
  /** DATA that ends the file (RFC 1350 §6). */
  readonly last: boolean;
  /** The highest block that was known before this packet. */
  readonly before: number;
  /** Of an ACK before the end of a window: how many of its blocks it acknowledges; otherwise 0. */
  readonly place: number;
}

/** What a client asked for. */
export interface AskedTerms {
  /** The port that the request went to. */
  readonly port: number;
  /** Values that are numbers, by the option's name in lower case. */
  readonly options: ReadonlyMap<string, number>;
}

/** How a packet came. */
interface Passage {
  readonly direction: 'sent' | 'received';
  /** False for a stranger's packet and for one that never arrived: they change nothing. */
  readonly counts: boolean;
}

type SeenPacket = Pick<DatagramEvent, 'packet' | 'length' | 'local' | 'peer' | 'tag'>;

/** RFC 1350 §5: opcode and block number. */
const dataHead = 4;
/** Missing blocks that are remembered. */
const mostMissing = 4096;

/** What is known of a transfer before the packets that are read. */
export interface KnownBefore {
  /** The highest block, and the highest that was acknowledged. */
  readonly high: number;
  readonly acked: number;
  /** The block that ended the file. */
  readonly last: number | undefined;
  readonly terms: Terms;
  readonly tid: Tid | undefined;
  /** Where the request went. */
  readonly server: Tid;
  readonly request: RequestPacket | undefined;
  readonly hasOack: boolean;
}

/** Follows one side of one transfer. Memory is bounded. */
export class Numbering {
  terms: Terms = classicTerms;
  /** The peer, once its TID is known (RFC 1350 §4). */
  pinned: Tid | undefined;
  /** The latest request; undefined: none was seen. */
  asked: AskedTerms | undefined;
  /** The highest DATA seen, either way. */
  #highest = 0;
  #highestAck = -1;
  /** The latest ACK: the window begins after it. */
  #acknowledged = 0;
  /** The block that ended the file. */
  #last: number | undefined;
  readonly #ops = new Set<string>();
  /** Blocks that a later one overtook, until an ACK is seen. When they come now they are late, not resent. */
  readonly #missing = new Set<number>();
  readonly #far = new FarBlocks();

  /** @param before of a client's transfer of which earlier packets are not read. */
  constructor(before?: KnownBefore) {
    if (before === undefined) return;
    const { request, server, hasOack } = before;
    this.terms = before.terms;
    this.pinned = before.tid;
    this.#highest = before.high;
    this.#highestAck = before.acked;
    this.#acknowledged = before.acked;
    this.#last = before.last;
    if (request !== undefined) {
      this.asked = askedBy(request, server);
      this.#ops.add(`sent ${request.op}`);
    }
    if (hasOack) this.#ops.add('received OACK');
  }

  pin(peer: Tid): void {
    this.pinned = peer;
  }

  /** The index of the block that ended the file. */
  get last(): number | undefined {
    return this.#last;
  }

  /** Whether the client has got an OACK. */
  get hasOack(): boolean {
    return this.#ops.has('received OACK');
  }

  /** Whether a block or an ACK has been seen. */
  get hasBlocks(): boolean {
    return this.#highest > 0 || this.#highestAck >= 0;
  }

  /** Whether it comes from, or goes to, somebody else than the pinned peer. A request may come from anybody. */
  isStranger({ packet, peer }: Pick<DatagramEvent, 'packet' | 'peer'>): boolean {
    const { pinned } = this;
    if (pinned === undefined || pinned === peer || sameTid(pinned, peer)) return false;
    return packet.op !== 'RRQ' && packet.op !== 'WRQ';
  }

  note(note: Note): void {
    if (note.type === 'negotiated') this.terms = note.terms;
    else if (note.type === 'pinned') this.pinned = note.peer;
    else if (note.type === 'fallback') this.#reset();
  }

  /** What the next packet is. */
  see(event: SeenPacket, { direction, counts }: Passage): PacketFacts {
    const { packet, length } = event;
    switch (packet.op) {
      case 'DATA':
        return this.#data(event, packet.block, length - dataHead, counts);
      case 'ACK':
        return this.#ack(event, packet.block, counts);
      case 'OACK':
        if (counts) this.terms = termsOf(packet.options, this.terms);
        return this.#other(`${direction} OACK`, counts);
      case 'RRQ':
      case 'WRQ':
        if (counts) this.asked = askedBy(packet, direction === 'sent' ? event.peer : event.local);
        return this.#other(`${direction} ${packet.op}`, counts);
      case 'ERROR':
      case 'malformed':
        return { index: undefined, again: false, last: false, before: this.#reached, place: 0 };
    }
  }

  /** The highest block that is known to exist. */
  get #reached(): number {
    return this.#highestAck > this.#highest ? this.#highestAck : this.#highest;
  }

  /** Whether the beginning of the transfer was not seen: the first block tells where it is. */
  get #beganEarlier(): boolean {
    return this.asked === undefined && !this.hasBlocks;
  }

  /** Over a gap of any length: a capture may have lost more than half a round of numbers. */
  #lifted({ tag }: SeenPacket, block: number, index: number, octets: number | undefined): number {
    if (index >= 0 || tag.overheard !== true || !this.hasBlocks) return index;
    return this.#far.see(block, index, octets, this.terms)?.index ?? index;
  }

  #data(event: SeenPacket, block: number, octets: number, counts: boolean): PacketFacts {
    if (counts && this.#beganEarlier) this.#joinAt(block, octets);
    const { blksize, rollover } = this.terms;
    const before = this.#reached;
    const index = this.#lifted(event, block, unwrap(block, Math.max(1, before), rollover), octets);
    const late = this.#missing.size > 0 && this.#missing.delete(index);
    // No block is below 1, so none was sent before.
    const again = index >= 1 && index <= before && !late;
    const last = octets < blksize;
    if (counts && index > before) {
      const from = Math.max(before + 1, index - mostMissing);
      for (let missing = from; missing < index; missing++) this.#missing.add(missing);
      this.#highest = index;
    }
    if (counts && last) this.#last = index;
    return { index, again, last, before, place: 0 };
  }

  /** The first block that is seen of a transfer that is under way. It is not likely to be its last: so large are all. */
  #joinAt(block: number, octets: number): void {
    this.#highest = Math.max(0, block - 1);
    if (block > 1 && octets > 0 && this.terms === classicTerms)
      this.terms = { ...classicTerms, blksize: octets };
  }

  #ack(event: SeenPacket, block: number, counts: boolean): PacketFacts {
    const { windowsize, rollover } = this.terms;
    const before = this.#reached;
    const index = this.#beganEarlier
      ? block
      : this.#lifted(event, block, unwrap(block, before, rollover), undefined);
    const again = index >= 0 && index <= this.#highestAck;
    // RFC 7440 §4: an ACK belongs to the end of a window or of the file.
    const done = index - this.#acknowledged;
    const place = done > 0 && done < windowsize && index !== this.#last ? done : 0;
    if (counts) {
      this.#acknowledged = index;
      this.#highestAck = Math.max(this.#highestAck, index);
      if (this.#missing.size > 0) this.#missing.clear();
    }
    return { index, again, last: false, before, place };
  }

  #other(key: string, counts: boolean): PacketFacts {
    const again = this.#ops.has(key);
    if (counts) this.#ops.add(key);
    return { index: undefined, again, last: false, before: this.#reached, place: 0 };
  }

  /** The request goes out once more, from a new port, and everything begins again. */
  #reset(): void {
    this.terms = classicTerms;
    this.pinned = undefined;
    this.#highest = 0;
    this.#highestAck = -1;
    this.#acknowledged = 0;
    this.#last = undefined;
    this.#ops.clear();
    this.#missing.clear();
  }
}

function askedBy({ options }: RequestPacket, { port }: Tid): AskedTerms {
  const values = options.flatMap(({ name, value }) => {
    const number = parseDecimal(raw(value));
    return number === undefined ? [] : [[raw(name).toLowerCase(), number] as const];
  });
  return { port, options: new Map(values) };
}
