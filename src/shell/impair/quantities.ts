// The random faults of `impair` as a table: the word, its unit, and the field of the rules that it sets.
import type { Impairment } from '../../network/impair/impairment.ts';
import { readCount, readDuration } from '../language/units.ts';

/** How a value is written. */
export type Unit = 'chance' | 'time' | 'count' | 'rate';

export interface Quantity {
  readonly word: string;
  readonly field: keyof Impairment;
  readonly unit: Unit;
  /** One phrase without a full stop. */
  readonly meaning: string;
}

export const quantities: readonly Quantity[] = [
  { word: 'loss', field: 'loss', unit: 'chance', meaning: 'datagrams that are lost' },
  { word: 'burst', field: 'burst', unit: 'count', meaning: 'losses in a row, on average' },
  { word: 'delay', field: 'delay', unit: 'time', meaning: 'delay of every datagram' },
  { word: 'jitter', field: 'jitter', unit: 'time', meaning: 'more delay, at random up to this' },
  { word: 'dup', field: 'duplication', unit: 'chance', meaning: 'datagrams that arrive twice' },
  { word: 'reorder', field: 'reordering', unit: 'chance', meaning: 'datagrams that later ones overtake' },
  { word: 'lag', field: 'lag', unit: 'time', meaning: 'delay of a datagram that is overtaken (10 ms)' },
  { word: 'corrupt', field: 'corruption', unit: 'chance', meaning: 'datagrams of which one bit changes' },
  { word: 'truncate', field: 'truncation', unit: 'chance', meaning: 'datagrams of which the end is cut off' },
  { word: 'rate', field: 'rate', unit: 'rate', meaning: 'octets a second that the line carries' },
  { word: 'mtu', field: 'mtu', unit: 'count', meaning: 'octets of the largest IP packet that passes' },
];

/** Reads a value as the rules take it: a probability, milliseconds, a number. Undefined: it is not one. */
export function readQuantity({ unit, field }: Quantity, text: string): number | undefined {
  switch (unit) {
    case 'chance': {
      const match = /^([0-9]{1,3}(?:\.[0-9]{1,6})?) ?%?$/.exec(text);
      const percent = match === null ? undefined : Number(match[1]);
      return percent === undefined || percent > 100 ? undefined : percent / 100;
    }
    case 'time': {
      const time = readDuration(text);
      return time === undefined || time > 600_000 ? undefined : time;
    }
    case 'rate':
    case 'count': {
      const count = readCount(text);
      const least = field === 'mtu' ? leastMtu : 1;
      return count === undefined || (count !== 0 && count < least) ? undefined : count;
    }
  }
}

/** The smallest `mtu` that is not 0: the headers, and the smallest packet of TFTP. */
const leastMtu = 32;

/** What a quantity takes, for a message that refuses something else. */
export function valuesOf({ unit, field }: Quantity): string {
  return field === 'mtu' ? `a whole number from ${leastMtu} on, such as 600` : unitWords[unit];
}

const unitWords: Readonly<Record<Unit, string>> = {
  chance: 'a percentage from 0% to 100%, such as 5%',
  time: 'a time up to 10m, such as 20ms',
  count: 'a whole number, such as 3',
  rate: 'octets a second, such as 1M',
};

/** A value as a user types it; {@link readQuantity} reads it again. */
export function quantityText({ unit }: Quantity, value: number): string {
  switch (unit) {
    case 'chance':
      return `${Number((value * 100).toFixed(6))}%`;
    case 'time':
      return value % 1000 === 0 && value > 0 ? `${value / 1000}s` : `${value}ms`;
    case 'count':
      return String(value);
    case 'rate':
      return rateText(value);
  }
}

/** The largest unit that divides it: `1M`, `64k`, `1500`. */
function rateText(value: number): string {
  if (value % 1024 ** 2 === 0) return `${value / 1024 ** 2}M`;
  return value % 1024 === 0 ? `${value / 1024}k` : String(value);
}
