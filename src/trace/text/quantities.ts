// Octets, rates and durations as people read them: the only formatter of them in the program.
// The rule: units are decimal (1 kB is 1,000 octets), and exact numbers have commas between thousands.
import { grouped } from '../../wire/counts.ts';
import { printable, say, type Printable } from '../../wire/text.ts';

export { counted, grouped } from '../../wire/counts.ts';

/** `1st`, `2nd`, `3rd`, `11th`. */
export function ordinalText(n: number): Printable {
  const teen = n % 100 >= 11 && n % 100 <= 13;
  const ending = teen ? undefined : { 1: 'st', 2: 'nd', 3: 'rd' }[n % 10];
  return printable(`${grouped(n)}${ending ?? 'th'}`);
}

/** Octets are written exactly below this number. */
const exactBelow = 100_000;

/** Octets with their unit: exact below 100,000 (`4,102 B`), then `342 kB`, `14.7 MB`, `5.4 GB`. */
export function octetsText(octets: number): Printable {
  const scale = scaleOf(octets, exactBelow);
  return say`${scaled(octets, scale)} ${scale.unit}`;
}

/** `9.1/14.7 MB`: both in the unit of `size`, padded, so that the width stays the same while `octets` grows. */
export function octetsOfText(octets: number, size: number): Printable {
  const scale = scaleOf(size, exactBelow);
  const whole = scaled(size, scale);
  return say`${scaled(octets, scale).padStart(whole.length) as Printable}/${whole} ${scale.unit}`;
}

/** A rate: `820 B/s`, `342 kB/s`, `11.2 MB/s`. */
export function rateText(octetsPerSecond: number): Printable {
  const scale = scaleOf(octetsPerSecond, 1000);
  return say`${scaled(octetsPerSecond, scale)} ${scale.unit}/s`;
}

interface Scale {
  readonly divisor: number;
  readonly unit: Printable;
  readonly digits: number;
}

const units = [say`kB`, say`MB`, say`GB`, say`TB`, say`PB`];

function scaleOf(value: number, smallest: number): Scale {
  if (value < smallest) return { divisor: 1, unit: say`B`, digits: 0 };
  let divisor = 1000;
  let at = 0;
  // 999.96 would be written as 1000.0: the next unit begins where rounding reaches it.
  while (value / divisor >= 999.5 && at < units.length - 1) {
    divisor *= 1000;
    at += 1;
  }
  return { divisor, unit: units[at] ?? say`kB`, digits: value / divisor < 99.95 ? 1 : 0 };
}

function scaled(value: number, { divisor, digits }: Scale): Printable {
  return divisor === 1 ? grouped(value) : printable((value / divisor).toFixed(digits));
}

/** Milliseconds with their unit, three digits: `0.42 ms`, `31 ms`, `1.2 s`, `25 s`; from a minute on `4:05`, `1:02:03`. */
export function durationText(ms: number): Printable {
  if (ms < 9.995) return printable(`${withoutZeros(ms.toFixed(2))} ms`);
  if (ms < 999.5) return printable(`${ms.toFixed(0)} ms`);
  if (ms < 9_995) return printable(`${withoutZeros((ms / 1000).toFixed(2))} s`);
  if (ms < 59_950) return printable(`${withoutZeros((ms / 1000).toFixed(1))} s`);
  return clockText(Math.round(ms / 1000));
}

/** Seconds as a clock shows them: `0:07`, `12:03`, `1:02:03`. */
export function clockText(seconds: number): Printable {
  const two = (n: number): string => String(n).padStart(2, '0');
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  if (hours === 0) return printable(`${minutes}:${two(seconds % 60)}`);
  return printable(`${hours}:${two(minutes % 60)}:${two(seconds % 60)}`);
}

/** Milliseconds since the first packet, as seconds with microseconds: `0.004410`. */
export function instantText(ms: number): Printable {
  return printable((ms / 1000).toFixed(6));
}

function withoutZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}
