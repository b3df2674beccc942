// Numbers for people: amounts, rates, times. Decimal units, as disks and networks count.
// The rule: pure, and the width of what is given back changes as little as can be.
import { grouped } from '../../shell/language/units.ts';

const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const;

function scale(octets: number): { readonly by: number; readonly unit: string } {
  let power = 0;
  // 999,950 would print as 1000.0 kB: the limit is where the rounding turns.
  while (power < units.length - 1 && octets >= (power === 0 ? 1000 : 999.95 * 1000 ** power)) power += 1;
  return { by: 1000 ** power, unit: units[power] ?? 'B' };
}

function digits(octets: number, by: number): string {
  return by === 1 ? String(Math.round(octets)) : (octets / by).toFixed(1);
}

/** `14.7 MB`. */
export function amount(octets: number): string {
  const { by, unit } = scale(octets);
  return `${digits(octets, by)} ${unit}`;
}

/** `9.1/14.7 MB`: both in the unit of the whole, padded so that it does not grow while the file does. */
export function amountOf(octets: number, size: number): string {
  const { by, unit } = scale(size);
  const whole = digits(size, by);
  return `${digits(octets, by).padStart(whole.length)}/${whole} ${unit}`;
}

/** `11.2 MB/s`. */
export function rate(octetsPerSecond: number): string {
  return `${amount(octetsPerSecond)}/s`;
}

/** `0:07`, `12:03`, `1:02:03`; empty beyond four days, where a forecast is a joke. */
export function clockTime(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1000);
  if (!Number.isFinite(seconds) || seconds < 0 || seconds >= 345_600) return '';
  const pad = (value: number): string => String(value).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours > 0 ? `${hours}:${pad(minutes)}:${pad(seconds % 60)}` : `${minutes}:${pad(seconds % 60)}`;
}

/** `6,390`. */
export function count(value: number): string {
  return grouped(value);
}

/** `0.42 ms`, `31 ms`, `1.20 s`. */
export function duration(milliseconds: number): string {
  if (milliseconds >= 1000) return `${(milliseconds / 1000).toFixed(2)} s`;
  return `${milliseconds < 10 ? milliseconds.toFixed(2) : milliseconds.toFixed(0)} ms`;
}

/** Whole percent, rounded down: 100 means all of it. Undefined where the size is not known or was wrong. */
export function percentOf(octets: number, size: number | undefined): number | undefined {
  if (size === undefined || octets > size) return undefined;
  return size === 0 ? 100 : Math.floor((octets / size) * 100);
}
