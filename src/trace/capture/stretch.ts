// What the packets between two marks of a transfer are, as far as a search can do without reading them: usual DATA and
// ACKs in order, or anything else. Rule: bounded, and a search never misses what is there.
import { wireBlock } from '../../transfer/block.ts';
import type { PacketRecord } from './record.ts';

/** Usual packets, of which only the block numbers differ. */
export interface PlainPackets {
  /** Indexes of the first and the last block. */
  readonly from: number;
  readonly to: number;
  /** Octets of each DATA in its datagram; 0 without DATA. */
  readonly length: number;
  /** The block number after 65535. */
  readonly rollover: 0 | 1;
}

export class Stretch {
  #isPlain = true;
  #from = Infinity;
  #to = -Infinity;
  #length = 0;
  #rollover: 0 | 1 | undefined;
  /** The latest DATA and the latest ACK. */
  #data: number | undefined;
  #ack: number | undefined;
  /** The packet after an unusual one may refer to it. */
  #isAfterUnusual = false;

  /** @param before the stretch before it. */
  constructor(before?: Stretch) {
    if (before === undefined) return;
    this.#data = before.#data;
    this.#ack = before.#ack;
    this.#isAfterUnusual = before.#isAfterUnusual;
  }

  /** The packets, if all are usual; undefined: some are not, or there are none. */
  get plain(): PlainPackets | undefined {
    if (!this.#isPlain || this.#to < this.#from) return undefined;
    return { from: this.#from, to: this.#to, length: this.#length, rollover: this.#rollover ?? 0 };
  }

  add(record: PacketRecord): void {
    const { packet, index, length } = record;
    const isUsual = this.#isUsual(record);
    if (!isUsual || this.#isAfterUnusual) this.#isPlain = false;
    this.#isAfterUnusual = !isUsual;
    if (index === undefined || (packet.op !== 'DATA' && packet.op !== 'ACK')) return;
    this.#number(index, packet.block);
    if (packet.op === 'DATA') {
      if (this.#length !== 0 && this.#length !== length) this.#isPlain = false;
      this.#length = length;
      this.#data = index;
    } else this.#ack = index;
    this.#from = Math.min(this.#from, index);
    this.#to = Math.max(this.#to, index);
  }

  /** The number of a block shows what follows 65535. */
  #number(index: number, block: number): void {
    const rollover = wireBlock(index, 0) === block ? 0 : 1;
    if (index < 65_536) return;
    if (this.#rollover !== undefined && this.#rollover !== rollover) this.#isPlain = false;
    this.#rollover = rollover;
  }

  /** The packets of `next`, which follow, become part of this one. */
  join(next: Stretch): void {
    const isAlike = this.#length === next.#length || this.#length === 0 || next.#length === 0;
    const isSame =
      this.#rollover === undefined || next.#rollover === undefined || this.#rollover === next.#rollover;
    this.#isPlain &&= next.#isPlain && isAlike && isSame;
    this.#rollover ??= next.#rollover;
    this.#from = Math.min(this.#from, next.#from);
    this.#to = Math.max(this.#to, next.#to);
    this.#length ||= next.#length;
    this.#data = next.#data;
    this.#ack = next.#ack;
    this.#isAfterUnusual = next.#isAfterUnusual;
  }

  /** Whether a ladder says nothing of it but its block number. */
  #isUsual({ packet, index, repeat, stranger, last, notes, ended }: PacketRecord): boolean {
    if (index === undefined || repeat || stranger || last || notes.length > 0 || ended !== undefined)
      return false;
    if (packet.op === 'DATA') return this.#data === undefined || index === this.#data + 1;
    return packet.op === 'ACK' && (this.#ack === undefined || index > this.#ack);
  }
}
