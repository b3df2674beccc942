// Round-trip times measured on packets, by Karn's rule: a packet that was sent twice is not measured (RFC 1123 §4.2.3.2).
// The rule: durations are counted in a fixed number of classes, so that memory is bounded.
import type { Instant } from '../../transfer/machine.ts';
import type { PacketRec } from '../record/side-log.ts';

/** Milliseconds; undefined where nothing was measured. */
export interface RoundTripFigures {
  readonly count: number;
  readonly min: number | undefined;
  readonly average: number | undefined;
  /** 99 of 100 were not longer; accurate to 5 %. */
  readonly p99: number | undefined;
}

const classes = 512;
const growth = 1.05;
/** The limit of the first class: one microsecond. */
const shortest = 0.001;

/** Durations counted by class. */
export class Durations {
  readonly #counts = new Uint32Array(classes);
  #count = 0;
  #sum = 0;
  #min: number | undefined;
  #max = 0;

  add(duration: number): void {
    this.#count += 1;
    this.#sum += duration;
    this.#min = Math.min(this.#min ?? duration, duration);
    this.#max = Math.max(this.#max, duration);
    const place = Math.floor(Math.log(Math.max(duration, shortest) / shortest) / Math.log(growth));
    const at = Math.min(classes - 1, place);
    this.#counts[at] = (this.#counts[at] ?? 0) + 1;
  }

  figures(): RoundTripFigures {
    if (this.#count === 0) return { count: 0, min: undefined, average: undefined, p99: undefined };
    return {
      count: this.#count,
      min: this.#min,
      average: this.#sum / this.#count,
      p99: this.#percentile(0.99),
    };
  }

  #percentile(share: number): number {
    let left = Math.ceil(this.#count * share);
    for (let at = 0; at < classes; at += 1) {
      left -= this.#counts[at] ?? 0;
      if (left <= 0) return Math.min(this.#max, shortest * growth ** (at + 1));
    }
    return this.#max;
  }
}

/** Measures one round trip at a time, like the machines. */
export class RoundTrips {
  readonly #durations = new Durations();
  #awaited: { readonly key: string; readonly at: Instant } | undefined;

  sent(rec: PacketRec): void {
    const key = answerTo(rec);
    if (rec.again) this.#awaited = undefined;
    // The last of a window draws the answer.
    else if (key !== undefined) this.#awaited = { key, at: rec.at };
  }

  received(rec: PacketRec): void {
    const awaited = this.#awaited;
    const { op } = rec.packet;
    const isAnswer =
      awaited !== undefined && (awaited.key === 'first' || awaited.key === `${op} ${rec.index}`);
    if (!isAnswer || rec.again) return;
    this.#awaited = undefined;
    this.#durations.add(rec.at - awaited.at);
  }

  figures(): RoundTripFigures {
    return this.#durations.figures();
  }
}

/** The packet that will answer ours. */
function answerTo({ packet, index = 0 }: PacketRec): string | undefined {
  switch (packet.op) {
    case 'RRQ':
    case 'WRQ':
    case 'OACK':
      return 'first';
    case 'DATA':
      return `ACK ${index}`;
    case 'ACK':
      return `DATA ${index + 1}`;
    case 'ERROR':
    case 'malformed':
      return undefined;
  }
}
