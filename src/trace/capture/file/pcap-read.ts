// Reads captures of any program, classic pcap and pcapng, in pieces of any size: octets in, frames out.
// Rule: total and bounded. No file makes it throw, and it never holds more than one piece and one record.
import { grouped } from '../../../wire/counts.ts';
import { say, type Printable } from '../../../wire/text.ts';
import type { Damage, Format, Frame } from './frame.ts';
import { classicFormat } from './pcap-classic.ts';
import { isPcapng, Pcapng } from './pcapng-blocks.ts';

export type { Damage, Frame } from './frame.ts';

/** A place in a capture, between two records, from which it can be read on. */
export interface CapturePlace {
  /** Octets before it. */
  readonly offset: number;
  /** Makes the format as it is there; undefined: the file begins there. */
  readonly format: (() => Format) | undefined;
}

/** Reads one capture: `push` each piece, then `end`. After a {@link Damage} nothing more comes. */
export class CaptureReader {
  #format: Format | undefined;
  /** What was pushed and not read yet: `#held` from `#start` to `#end`. */
  #held = new Uint8Array(0);
  #start = 0;
  #end = 0;
  /** Where the octets at `#start` are in the file. */
  #offset = 0;
  /** Octets that must be there before anything can be read. */
  #need = 4;
  /** Octets of a skipped record that are still to come, and where it begins. */
  #skip = 0;
  #skipped = 0;
  #over = false;

  /** @param from the place of the first octet that is pushed. Default: the beginning of the file. */
  constructor(from?: CapturePlace) {
    this.#format = from?.format?.();
    this.#offset = from?.offset ?? 0;
  }

  /** Where the next record begins. */
  get place(): CapturePlace {
    return { offset: this.#offset + this.#skip, format: this.#format?.hold() };
  }

  /** Whether a damage was found: what is pushed now is not looked at. */
  get isOver(): boolean {
    return this.#over;
  }

  /** The frames that are whole now. Their octets are borrowed until the next call. */
  push(chunk: Uint8Array): readonly (Frame | Damage)[] {
    if (this.#over || chunk.length === 0) return [];
    const rest = this.#skipOver(chunk);
    if (this.#end > this.#start) {
      this.#append(rest);
      if (this.#end - this.#start < this.#need) return [];
      const found: (Frame | Damage)[] = [];
      this.#start += this.#read(this.#held.subarray(this.#start, this.#end), found);
      return found;
    }
    // Nothing is held: the piece is read where it lies, and only what is left of it is copied.
    const found: (Frame | Damage)[] = [];
    const used = this.#read(rest, found);
    this.#start = 0;
    this.#end = 0;
    if (!this.isOver) this.#append(rest.subarray(used));
    return found;
  }

  /** The file is at its end: says where it was cut, if it was. */
  end(): readonly Damage[] {
    if (this.#over) return [];
    this.#over = true;
    const left = this.#end - this.#start;
    this.#held = new Uint8Array(0);
    if (this.#skip > 0) {
      const message = say`the file ends ${grouped(this.#skip)} octets before the end of a block`;
      return [{ type: 'damage', offset: this.#skipped, message }];
    }
    if (left === 0 && this.#offset > 0) return [];
    const message = say`the file ends within a record: ${grouped(left)} of at least ${grouped(this.#need)} octets are there`;
    return [{ type: 'damage', offset: this.#offset, message: left === 0 ? say`the file is empty` : message }];
  }

  #skipOver(chunk: Uint8Array): Uint8Array {
    const skipped = Math.min(this.#skip, chunk.length);
    this.#skip -= skipped;
    this.#offset += skipped;
    return chunk.subarray(skipped);
  }

  #append(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    const held = this.#end - this.#start;
    const length = held + chunk.length;
    if (this.#end + chunk.length > this.#held.length) {
      const room = length > this.#held.length ? new Uint8Array(Math.max(length, held * 2, 4096)) : this.#held;
      room.set(this.#held.subarray(this.#start, this.#end));
      this.#held = room;
      this.#start = 0;
      this.#end = held;
    }
    this.#held.set(chunk, this.#end);
    this.#end += chunk.length;
  }

  /** Reads records from `octets` on into `found`; @returns how many octets it used. */
  #read(octets: Uint8Array, found: (Frame | Damage)[]): number {
    let at = 0;
    while (!this.#over) {
      const rest = octets.subarray(at);
      if (rest.length === 0 || rest.length < this.#need) return at;
      const format = (this.#format ??= formatOf(rest));
      const step = format?.next(rest, this.#offset);
      if (step === undefined || step.type === 'damage') {
        this.#over = true;
        found.push(step ?? { type: 'damage', offset: 0, message: unknownWords(rest) });
      } else if (step.type === 'need') this.#need = step.length;
      else {
        if (step.frame !== undefined) found.push(step.frame);
        const used = Math.min(step.length, rest.length);
        this.#skip = step.length - used;
        this.#skipped = this.#offset;
        this.#offset += used;
        this.#need = 0;
        at += used;
      }
    }
    return at;
  }
}

/** Compressed files by their first octets. What can be unpacked here comes unpacked, unless it was compressed twice. */
const packers = [
  { name: say`gzip`, unpack: say`gunzip`, magic: [0x1f, 0x8b] },
  { name: say`zstd, which this Node cannot read`, unpack: say`unzstd`, magic: [0x28, 0xb5, 0x2f, 0xfd] },
  { name: say`bzip2`, unpack: say`bunzip2`, magic: [0x42, 0x5a, 0x68] },
  { name: say`xz`, unpack: say`unxz`, magic: [0xfd, 0x37, 0x7a, 0x58] },
  { name: say`lz4`, unpack: say`unlz4`, magic: [0x04, 0x22, 0x4d, 0x18] },
  { name: say`zip`, unpack: say`unzip`, magic: [0x50, 0x4b, 0x03, 0x04] },
];

function formatOf(octets: Uint8Array): Format | undefined {
  return isPcapng(octets) ? new Pcapng() : classicFormat(octets);
}

function unknownWords(octets: Uint8Array): Printable {
  const packer = packers.find(({ magic }) => magic.every((octet, at) => octets[at] === octet));
  if (packer === undefined) return say`the file is neither pcap nor pcapng`;
  return say`the file is compressed with ${packer.name}: unpack it first (${packer.unpack})`;
}
