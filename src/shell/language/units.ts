// Numbers as people write and read them: 500ms, 2s, 64k; 4,102 B, 12 ms, 342 kB/s. Pure, and total: any text gives an answer.
// Never imports the session.
import type { Printable } from '../../wire/text.ts';
import { printable, say } from '../../wire/text.ts';

/** Strict decimal digits with an optional binary unit: `1468`, `64k` (× 1,024), `2M`. Undefined for anything else. */
export function readCount(text: string): number | undefined {
  const match = /^([0-9]{1,15})([kKmMgG]?)$/.exec(text);
  if (match === null) return undefined;
  const power = ['', 'k', 'm', 'g'].indexOf((match[2] ?? '').toLowerCase());
  const value = Number(match[1]) * 1024 ** power;
  return Number.isSafeInteger(value) ? value : undefined;
}

/** `500ms`, `2s`, `1.5`, `2m`, `1h` in milliseconds; without a unit they are seconds. Undefined for anything else. */
export function readDuration(text: string): number | undefined {
  const match = /^([0-9]{1,9}(?:\.[0-9]{1,6})?)(ms|s|m|h)?$/.exec(text);
  if (match === null) return undefined;
  const factor = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[match[2] ?? 's'] ?? 1000;
  return Math.round(Number(match[1]) * factor * 1000) / 1000;
}

/** `1024:2047`: two ports in order. Undefined for anything else. */
export function readRange(text: string): { readonly from: number; readonly to: number } | undefined {
  const match = /^([0-9]{1,5}):([0-9]{1,5})$/.exec(text);
  if (match === null) return undefined;
  const from = Number(match[1]);
  const to = Number(match[2]);
  return from >= 1 && from <= to && to <= 65_535 ? { from, to } : undefined;
}

/** `4,102`. By hand: the first `toLocaleString` of a process loads its tables for 30 ms. */
export function grouped(n: number): Printable {
  return printable(String(Math.round(n)).replace(/\B(?=(?:[0-9]{3})+$)/g, ','));
}

/** Octets with their unit: exact below 100,000 (`4,102 B`), then `342 kB`, `14.7 MB`, `5.4 GB`. */
export function octetsText(octets: number): Printable {
  return octets < 100_000 ? say`${grouped(octets)} B` : decimalText(octets);
}

/** A rate: `342 kB/s`, `11.2 MB/s`. */
export function rateText(octetsPerSecond: number): Printable {
  return octetsPerSecond < 1000
    ? say`${grouped(octetsPerSecond)} B/s`
    : say`${decimalText(octetsPerSecond)}/s`;
}

function decimalText(value: number): Printable {
  const units = ['kB', 'MB', 'GB', 'TB', 'PB'];
  let scaled = value / 1000;
  let unit = 0;
  // 999.96 would be written as 1000.0: step up before it is rounded.
  while (scaled >= 999.5 && unit < units.length - 1) {
    scaled /= 1000;
    unit++;
  }
  return printable(`${scaled < 99.95 ? scaled.toFixed(1) : scaled.toFixed(0)} ${units[unit] ?? ''}`);
}

/** A span of milliseconds: `0.4 ms`, `12 ms`, `2.34 s`, `25 s`, `4:05`, `1:02:03`. */
export function durationText(ms: number): Printable {
  if (ms < 9.95) return printable(`${trimZero(ms.toFixed(1))} ms`);
  if (ms < 999.5) return printable(`${ms.toFixed(0)} ms`);
  if (ms < 9_995) return printable(`${trimZero((ms / 1000).toFixed(2))} s`);
  if (ms < 59_950) return printable(`${trimZero((ms / 1000).toFixed(1))} s`);
  const seconds = Math.round(ms / 1000);
  const two = (n: number) => String(n).padStart(2, '0');
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return printable(`${minutes}:${two(seconds % 60)}`);
  return printable(`${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`);
}

/** A span as a setting is written: `25 s`, `500 ms`; {@link readDuration} reads it without the blank. */
export function spanText(ms: number): Printable {
  return ms % 1000 === 0 ? say`${ms / 1000} s` : say`${ms} ms`;
}

/** `1 block`, `9 blocks`. */
export function counted(n: number, one: string, many = `${one}s`): Printable {
  return say`${grouped(n)} ${printable(n === 1 ? one : many)}`;
}

function trimZero(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}
