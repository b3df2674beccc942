// Takes the octets of a transferred file out of its packets: in order, each once, netascii decoded.
// Rule: bounded. Blocks ahead of their turn wait within 4 MiB for one file and 32 MiB for all. Missing blocks are reported.
import { NetasciiDecoder } from '../../wire/netascii.ts';
import type { Mode } from '../../wire/mode.ts';
import type { PacketRecord } from './record.ts';

export { harmlessName } from './harmless-name.ts';

const maxWaiting = 4 << 20;
const maxBlocks = 8192;
const maxGaps = 64;

const maxHeld = 32 << 20;
/** Octets that a block takes in memory beside its own, about. */
const blockCost = 256;

/** Blocks that are missing from the file, both ends included. */
export interface Gap {
  readonly from: number;
  readonly to: number;
}

/** What was written. */
export interface Extracted {
  /** Octets handed out. */
  readonly octets: number;
  /** Whether that is all of the file: if not, its name should end in `.partial`. */
  readonly complete: boolean;
  /** Whether the capture holds less of some block than there was. */
  readonly cut: boolean;
  /** The first 64 gaps. */
  readonly missing: readonly Gap[];
  /** Whether gaps were given up for want of memory, so that what fills them may have come later. */
  readonly crowded: boolean;
}

/** Memory that several files share for what waits. Who holds most gives way: small disorder is never what suffers. */
export class WaitingRoom {
  readonly #most: number;
  readonly #holders = new Map<Extractor, number>();
  #held = 0;

  /** @param most - Octets, with what keeping them costs. */
  constructor(most: number = maxHeld) {
    this.#most = most;
  }

  /** Octets that are held now, with what keeping them costs. */
  get held(): number {
    return this.#held;
  }

  /** `who` holds a block more. */
  take(who: Extractor, length: number): void {
    this.#change(who, length + blockCost);
    while (this.#held > this.#most) this.#largest(who).giveWay();
  }

  /** `who` holds a block less. */
  free(who: Extractor, length: number): void {
    this.#change(who, -length - blockCost);
  }

  #change(who: Extractor, octets: number): void {
    const held = (this.#holders.get(who) ?? 0) + octets;
    if (held === 0) this.#holders.delete(who);
    else this.#holders.set(who, held);
    this.#held += octets;
  }

  #largest(who: Extractor): Extractor {
    let found = who;
    let most = 0;
    for (const [one, held] of this.#holders)
      if (held > most) {
        found = one;
        most = held;
      }
    return found;
  }
}

/** One file: `push` every record of its transfer, then `end`. */
export class Extractor {
  readonly #write: (octets: Uint8Array) => void;
  readonly #decoder: NetasciiDecoder | undefined;
  /** Blocks ahead of their turn, in order; copies. */
  readonly #waiting: { readonly index: number; readonly octets: Uint8Array }[] = [];
  readonly #missing: Gap[] = [];
  #held = 0;
  #next = 1;
  #last: number | undefined;
  #octets = 0;
  #cut = false;
  #crowded = false;
  readonly #room: WaitingRoom;

  /**
   * @param write - Takes octets of the file in order; they are borrowed until it returns.
   * @param room - Shared with other files that are taken out at the same time.
   */
  constructor(mode: Mode, write: (octets: Uint8Array) => void, room: WaitingRoom = new WaitingRoom()) {
    this.#write = write;
    this.#room = room;
    this.#decoder = mode === 'netascii' ? new NetasciiDecoder() : undefined;
  }

  /** Octets that wait for their turn: never more than 4 MiB and one block. */
  get waiting(): number {
    return this.#held;
  }

  push({ packet, index, last, stranger, cut, notes }: PacketRecord): void {
    if (stranger || index === undefined || notes.some(({ type }) => type === 'outside')) return;
    // An ACK covers all that came before it: what is not here by then the capture has missed (RFC 7440 §4).
    if (packet.op === 'ACK') this.#flush(index);
    if (packet.op !== 'DATA' || index < this.#next) return;
    if (last) this.#last = index;
    else if (this.#last !== undefined && index > this.#last) this.#last = undefined;
    if (cut) this.#cut = true;
    if (index === this.#next) {
      this.#deliver(packet.data);
      this.#drain();
    } else this.#keep(index, packet.data);
  }

  /** Waits no longer for what would come before that which is held: others need the memory. */
  giveWay(): void {
    this.#crowded = true;
    this.#flush(Number.MAX_VALUE);
  }

  /** No more packets come. */
  end(): Extracted {
    this.#flush(Number.MAX_VALUE);
    if (this.#decoder !== undefined) this.#emit(this.#decoder.end());
    const complete = !this.#cut && this.#missing.length === 0 && this.#last === this.#next - 1;
    return { octets: this.#octets, complete, cut: this.#cut, missing: this.#missing, crowded: this.#crowded };
  }

  #keep(index: number, data: Uint8Array): void {
    let at = this.#waiting.length;
    while (at > 0 && (this.#waiting[at - 1]?.index ?? 0) >= index) at--;
    if (this.#waiting[at]?.index === index) return;
    this.#waiting.splice(at, 0, { index, octets: data.slice() });
    this.#held += data.length;
    this.#room.take(this, data.length);
    if (this.#held > maxWaiting || this.#waiting.length > maxBlocks) this.#skip();
  }

  #flush(acked: number): void {
    while ((this.#waiting[0]?.index ?? Infinity) <= acked) this.#skip();
  }

  /** Continues after a gap. */
  #skip(): void {
    const from = this.#next;
    this.#next = this.#waiting[0]?.index ?? from;
    if (this.#missing.length < maxGaps) this.#missing.push({ from, to: this.#next - 1 });
    this.#drain();
  }

  #drain(): void {
    for (let one = this.#waiting[0]; one?.index === this.#next; one = this.#waiting[0]) {
      this.#waiting.shift();
      this.#held -= one.octets.length;
      this.#room.free(this, one.octets.length);
      this.#deliver(one.octets);
    }
  }

  #deliver(octets: Uint8Array): void {
    this.#next += 1;
    this.#emit(this.#decoder === undefined ? octets : this.#decoder.push(octets));
  }

  #emit(octets: Uint8Array): void {
    if (octets.length === 0) return;
    this.#octets += octets.length;
    this.#write(octets);
  }
}
