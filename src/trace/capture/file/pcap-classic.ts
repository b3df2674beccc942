// The classic format (draft-ietf-opsawg-pcap): a head of 24 octets, then records, in the byte order of the writer.
// Rule: never throws, and never waits for a record of absurd length.
import { grouped } from '../../../wire/counts.ts';
import { say } from '../../../wire/text.ts';
import { maxFrame, type Format, type Frame, type Step } from './frame.ts';
import { word16, word32 } from './octets.ts';

const headLength = 24;
const recordHead = 16;

/** The magic numbers: microseconds and nanoseconds. */
const magics = [
  { number: 0xa1b2c3d4, tick: 1000n },
  { number: 0xa1b23c4d, tick: 1n },
];

/** The format of a file that begins with these four octets; undefined where they are not its magic number. */
export function classicFormat(octets: Uint8Array): Format | undefined {
  for (const { number, tick } of magics)
    for (const little of [true, false])
      if (word32(octets, 0, little) === number) return new Classic(little, tick);
  return undefined;
}

class Classic implements Format {
  readonly #little: boolean;
  readonly #tick: bigint;
  #link: number | undefined;

  constructor(little: boolean, tick: bigint, link?: number) {
    this.#little = little;
    this.#tick = tick;
    this.#link = link;
  }

  hold(): () => Format {
    const [little, tick, link] = [this.#little, this.#tick, this.#link];
    return () => new Classic(little, tick, link);
  }

  next(octets: Uint8Array, offset: number): Step {
    return this.#link === undefined ? this.#head(octets, offset) : this.#record(octets, offset, this.#link);
  }

  #head(octets: Uint8Array, offset: number): Step {
    if (octets.length < headLength) return { type: 'need', length: headLength };
    const major = word16(octets, 4, this.#little);
    if (major !== 2) return { type: 'damage', offset, message: say`version ${major} of pcap is unknown` };
    // The upper half of the field is about frame check sequences, which are not read here.
    this.#link = word32(octets, 20, this.#little) & 0xffff;
    return { type: 'taken', length: headLength };
  }

  #record(octets: Uint8Array, offset: number, link: number): Step {
    if (octets.length < recordHead) return { type: 'need', length: recordHead };
    const little = this.#little;
    const captured = word32(octets, 8, little);
    if (captured > maxFrame)
      return { type: 'damage', offset, message: say`a packet of ${grouped(captured)} octets cannot be` };
    const length = recordHead + captured;
    if (octets.length < length) return { type: 'need', length };
    const seconds = BigInt(word32(octets, 0, little)) * 1_000_000_000n;
    const frame: Frame = {
      type: 'frame',
      link,
      face: 0,
      at: seconds + BigInt(word32(octets, 4, little)) * this.#tick,
      octets: octets.subarray(recordHead, length),
      length: Math.max(captured, word32(octets, 12, little)),
      offset,
      comment: undefined,
    };
    return { type: 'taken', length, frame };
  }
}
