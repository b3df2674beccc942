// The blocks of pcapng (draft-ietf-opsawg-pcapng): sections in either byte order, interfaces, and the three kinds of
// block that carry packets. Rule: never throws; every other block is skipped unread, whatever its length.
import { grouped } from '../../../wire/counts.ts';
import { say, untrusted, type Printable, type Untrusted } from '../../../wire/text.ts';
import { maxFrame, type Damage, type Format, type Frame, type Step } from './frame.ts';
import { word16, word32 } from './octets.ts';

const sectionType = 0x0a0d0d0a;
const sectionMagic = 0x1a2b3c4d;
/** Most octets of a block that is read: the largest packet and options without end of reason. */
const maxBlock = maxFrame + (1 << 18);
const maxInterfaces = 65_536;
const maxComment = 4096;

interface Interface {
  readonly link: number;
  readonly snap: number;
  readonly time: (ticks: bigint) => bigint;
}

/** Whether a file that begins with these four octets is pcapng. */
export function isPcapng(octets: Uint8Array): boolean {
  return word32(octets, 0, true) === sectionType;
}

/** Where packet data lies within a block, before the lengths were checked. */
interface PacketPosition {
  readonly face: number;
  readonly ticks: bigint | undefined;
  readonly start: number;
  readonly captured: number;
  readonly length: number;
}

export class Pcapng implements Format {
  #little = true;
  #interfaces: Interface[] = [];
  #last = 0n;

  hold(): () => Format {
    const [little, last, interfaces, count] = [
      this.#little,
      this.#last,
      this.#interfaces,
      this.#interfaces.length,
    ];
    return () => {
      const format = new Pcapng();
      format.#little = little;
      format.#last = last;
      // Interfaces that were read later in the same section are read again.
      format.#interfaces = interfaces.slice(0, count);
      return format;
    };
  }

  next(octets: Uint8Array, offset: number): Step {
    if (octets.length < 12) return { type: 'need', length: 12 };
    // The type of a section reads the same in both byte orders; the octets after its length show which it is.
    if (isPcapng(octets)) {
      const problem = this.#order(octets);
      if (problem !== undefined) return { type: 'damage', offset, message: problem };
    }
    const little = this.#little;
    const type = word32(octets, 0, little);
    const length = word32(octets, 4, little);
    if (length < 12 || length % 4 !== 0)
      return { type: 'damage', offset, message: say`a block of ${grouped(length)} octets cannot be` };
    if (![sectionType, 1, 2, 3, 6].includes(type)) return { type: 'taken', length };
    if (length > maxBlock)
      return { type: 'damage', offset, message: say`a block of ${grouped(length)} octets is too long` };
    if (octets.length < length) return { type: 'need', length };
    const trailer = word32(octets, length - 4, little);
    if (trailer !== length) {
      const message = say`a block of ${grouped(length)} octets says ${grouped(trailer)} octets at its end`;
      return { type: 'damage', offset, message };
    }
    return this.#read(type, octets.subarray(0, length), offset);
  }

  #order(octets: Uint8Array): Printable | undefined {
    for (const little of [true, false])
      if (word32(octets, 8, little) === sectionMagic) {
        this.#little = little;
        return undefined;
      }
    return say`a section has no byte order`;
  }

  #read(type: number, block: Uint8Array, offset: number): Step {
    const little = this.#little;
    if (block.length < shortest(type))
      return {
        type: 'damage',
        offset,
        message: say`a block of ${grouped(block.length)} octets is too short`,
      };
    if (type === sectionType) {
      const major = word16(block, 12, little);
      if (major !== 1) return { type: 'damage', offset, message: say`version ${major} of pcapng is unknown` };
      this.#interfaces = [];
      return { type: 'taken', length: block.length };
    }
    if (type === 1) {
      if (this.#interfaces.length >= maxInterfaces)
        return { type: 'damage', offset, message: say`more than ${maxInterfaces} interfaces` };
      this.#interfaces.push(readInterface(block, little));
      return { type: 'taken', length: block.length };
    }
    const frame = this.#packet(block, this.#place(type, block), offset);
    return frame.type === 'damage' ? frame : { type: 'taken', length: block.length, frame };
  }

  #place(type: number, block: Uint8Array): PacketPosition {
    const little = this.#little;
    if (type === 3) {
      // A simple packet block has only the length on the link: the interface's limit and the block give the rest.
      const length = word32(block, 8, little);
      const snap = this.#interfaces[0]?.snap ?? 0;
      const captured = Math.min(length, snap === 0 ? length : snap, block.length - 16);
      return { face: 0, ticks: undefined, start: 12, captured, length };
    }
    const high = BigInt(word32(block, 12, little));
    return {
      face: type === 2 ? word16(block, 8, little) : word32(block, 8, little),
      ticks: (high << 32n) | BigInt(word32(block, 16, little)),
      start: 28,
      captured: word32(block, 20, little),
      length: word32(block, 24, little),
    };
  }

  #packet(block: Uint8Array, place: PacketPosition, offset: number): Frame | Damage {
    const { start, captured } = place;
    const face = this.#interfaces[place.face];
    if (face === undefined)
      return { type: 'damage', offset, message: say`a packet of interface ${place.face}, which is unknown` };
    if (start + captured > block.length - 4)
      return {
        type: 'damage',
        offset,
        message: say`a packet of ${grouped(captured)} octets in a smaller block`,
      };
    if (place.ticks !== undefined) this.#last = face.time(place.ticks);
    return {
      type: 'frame',
      link: face.link,
      face: place.face,
      at: this.#last,
      octets: block.subarray(start, start + captured),
      length: Math.max(captured, place.length),
      offset,
      comment: commentOf(block, start + Math.ceil(captured / 4) * 4, this.#little),
    };
  }
}

function shortest(type: number): number {
  if (type === sectionType) return 28;
  if (type === 1) return 20;
  return type === 3 ? 16 : 32;
}

/** Walks the options of a block from `start` on, until `see` has had enough. A broken one ends them. */
function eachOption(
  block: Uint8Array,
  start: number,
  little: boolean,
  see: (code: number, value: Uint8Array) => void,
): void {
  const end = block.length - 4;
  for (let at = start; at + 4 <= end;) {
    const code = word16(block, at, little);
    const length = word16(block, at + 2, little);
    if (code === 0 || at + 4 + length > end) return;
    see(code, block.subarray(at + 4, at + 4 + length));
    at += 4 + Math.ceil(length / 4) * 4;
  }
}

function readInterface(block: Uint8Array, little: boolean): Interface {
  let resolution = 6;
  let offset = 0n;
  eachOption(block, 16, little, (code, value) => {
    if (code === 9 && value.length === 1) resolution = value[0] ?? 6;
    if (code === 14 && value.length === 8) offset = BigInt.asIntN(64, wide(value, little)) * 1_000_000_000n;
  });
  const scale = timeScale(resolution);
  return {
    link: word16(block, 8, little),
    snap: word32(block, 12, little),
    time: (ticks) => offset + scale(ticks),
  };
}

/** Ticks to nanoseconds by if_tsresol: a power of ten, or of two where the highest bit is set. */
function timeScale(resolution: number): (ticks: bigint) => bigint {
  const exponent = BigInt(resolution & 0x7f);
  if (resolution >= 0x80) return (ticks) => (ticks * 1_000_000_000n) >> exponent;
  if (exponent <= 9n) {
    const tick = 10n ** (9n - exponent);
    return (ticks) => ticks * tick;
  }
  const divisor = 10n ** (exponent - 9n);
  return (ticks) => ticks / divisor;
}

function wide(value: Uint8Array, little: boolean): bigint {
  const first = BigInt(word32(value, 0, little));
  const second = BigInt(word32(value, 4, little));
  return little ? (second << 32n) | first : (first << 32n) | second;
}

const lenient = new TextDecoder();

function commentOf(block: Uint8Array, start: number, little: boolean): Untrusted | undefined {
  let comment: Untrusted | undefined;
  if (start + 4 > block.length - 4) return undefined;
  eachOption(block, start, little, (code, value) => {
    if (code === 1) comment ??= untrusted(lenient.decode(value.subarray(0, maxComment)));
  });
  return comment;
}
