// The blocks of one transfer as an observer reads them: indexes from 16-bit numbers, repeated and missing blocks, the end
// of the file. Rule: bounded memory, whatever the packets contain.
import { middle, unwrap } from '../../transfer/block.ts';
import { FarBlocks } from '../record/far-blocks.ts';
import { Ranges } from './ranges.ts';

/** The meaning of one DATA or ACK. */
export interface BlockReport {
  readonly index: number;
  /** Its sender had sent it before. */
  readonly repeat: boolean;
  /** A repetition of a packet that the other side had evidently received. */
  readonly needless: boolean;
  /** For DATA beyond the one that came next: that one. */
  readonly expected: number | undefined;
  /** DATA that restarts a window after an ACK inside it. */
  readonly rollback: boolean;
  /** Whether it can belong to the transfer at all. */
  readonly outside: boolean;
}

export class Progress {
  /** Octets of a full block; 512 unless more is agreed or seen, 0 where even that is unknown. */
  blksize: number;
  windowsize = 1;
  /** Distinct octets of the file, as they travelled. */
  octets = 0;
  /** Distinct blocks. */
  blocks = 0;
  /** Index of the block that ended the file. */
  last: number | undefined;
  /** Highest index seen. */
  high = 0;
  /** Highest index that was acknowledged. */
  acked = 0;
  #rollover: 0 | 1 | undefined;
  #seen = new Ranges();
  #acks = 0;
  #ackedSince = false;
  #started: boolean;
  /** Blocks before the first that can have been captured. */
  #before = 0;
  #far = new FarBlocks();

  /** Without its start a transfer begins wherever its first packet says. */
  constructor(started: boolean) {
    this.#started = started;
    this.blksize = started ? 512 : 0;
  }

  /** The same state: packets of one do not change the other. */
  copy(): Progress {
    const { blksize, windowsize, octets, blocks, last, high, acked } = this;
    const copy = Object.assign(new Progress(this.#started), {
      ...{ blksize, windowsize, octets, blocks, last, high, acked },
    });
    copy.#rollover = this.#rollover;
    copy.#seen = this.#seen.copy();
    copy.#acks = this.#acks;
    copy.#ackedSince = this.#ackedSince;
    copy.#before = this.#before;
    copy.#far = this.#far.copy();
    return copy;
  }

  /** Gaps between the blocks that were seen: what a copy needs memory for. */
  get gaps(): number {
    return this.#seen.all.length;
  }

  /** Whether the receiver was ever heard. */
  get hasAcks(): boolean {
    return this.#acks > 0;
  }

  /** Whether the last block came and was acknowledged, by an ACK or by what cannot have happened without one. */
  get isComplete(): boolean {
    if (this.last === undefined) return false;
    return this.acked >= this.last || (this.#acks === 0 && this.last > this.windowsize);
  }

  /** Blocks up to the highest that the capture does not have. */
  get missing(): number {
    return Math.max(0, this.high - this.#before - this.blocks);
  }

  get rollover(): 0 | 1 {
    return this.#rollover ?? 0;
  }

  agree(terms: {
    readonly blksize: number;
    readonly windowsize: number;
    readonly rollover: 0 | 1 | undefined;
  }): void {
    this.blksize = terms.blksize;
    this.windowsize = terms.windowsize;
    this.#rollover = terms.rollover ?? this.#rollover;
  }

  /** A DATA packet with `length` octets of the file. */
  data(block: number, length: number): BlockReport {
    this.#begin(block, block - 1);
    this.#decide(block, this.high);
    const index = this.#lifted(block, unwrap(block, this.#near(), this.rollover), length);
    const outside = index < 1;
    const expected = index > this.high + 1 ? this.high + 1 : undefined;
    const repeat = !outside && !this.#seen.add(index);
    const rollback = repeat && this.windowsize > 1 && this.#ackedSince && index === this.acked + 1;
    const seen = { index, repeat, needless: repeat && index <= this.acked, expected, rollback, outside };
    if (!outside) this.#ackedSince = false;
    if (!outside && !repeat) this.#count(index, length);
    return seen;
  }

  /** An ACK. */
  ack(block: number): BlockReport {
    this.#begin(block, block);
    this.#decide(block, this.acked);
    const index = this.#lifted(block, unwrap(block, this.#near(), this.rollover), undefined);
    const repeat = this.#acks > 0 && index <= this.acked;
    const needless = repeat && (index < this.acked || (this.windowsize === 1 && this.high > index));
    const outside = index < 0;
    if (!outside) {
      this.#acks++;
      this.#ackedSince = true;
      this.acked = Math.max(this.acked, index);
    }
    return { index, repeat, needless, expected: undefined, rollback: false, outside };
  }

  /** The index of a block that seems to be below 1, where more are missing than numbers can say. */
  #lifted(block: number, index: number, length: number | undefined): number {
    if (index >= 0 || this.high === 0) return index;
    const lifted = this.#far.see(block, index, length, this);
    if (lifted === undefined) return index;
    this.#seen.add(lifted.before);
    this.#count(lifted.before, lifted.length);
    return lifted.index;
  }

  #count(index: number, length: number): void {
    this.blocks++;
    this.octets += length;
    // A block after a short one shows that all blocks are shorter than assumed.
    if (this.last !== undefined && index > this.last) {
      this.last = undefined;
      this.blksize = length;
    }
    if (length > this.blksize) this.blksize = length;
    // RFC 1350 §6: a block that is not full ends the file.
    else if (length < this.blksize && index >= this.high) this.last = index;
    this.high = Math.max(this.high, index);
  }

  /** Where the blocks are now: the middle of the window, unless ACKs are missing from the capture. */
  #near(): number {
    return this.high > this.acked + this.windowsize ? this.high : middle(this.acked, this.windowsize);
  }

  #begin(block: number, before: number): void {
    if (this.#started) return;
    this.#started = true;
    // DATA 0 follows DATA 65535.
    this.acked = before < 0 ? 65_535 : before;
    this.high = block === 0 && before < 0 ? 65_535 : before;
    this.#before = this.high;
  }

  // The RFCs do not define what follows 65535: the first packet after it shows it, unless it was agreed.
  #decide(block: number, at: number): void {
    if (this.#rollover !== undefined || at < 65_535 || at > 65_536) return;
    if (block === 0) this.#rollover = 0;
    else if (block === 1 && at === 65_535) this.#rollover = 1;
  }
}
