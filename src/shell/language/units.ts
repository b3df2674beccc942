// Reads numbers as users type them: `64k`, `500ms`, `1024:2047`. A text that is not a number gives undefined.
import { say, type Printable } from '../../wire/text.ts';

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

/** `1024:2047`: a range of ports. Undefined for anything else. */
export function readRange(text: string): { readonly from: number; readonly to: number } | undefined {
  const match = /^([0-9]{1,5}):([0-9]{1,5})$/.exec(text);
  if (match === null) return undefined;
  const from = Number(match[1]);
  const to = Number(match[2]);
  return from >= 1 && from <= to && to <= 65_535 ? { from, to } : undefined;
}

/** `8..20`, `8..`, `..20` or `8`: a range of packets, counted from 1. Undefined for anything else. */
export function readSpan(text: string): { readonly from: number; readonly to: number } | undefined {
  const match = /^([0-9]{0,15})(\.\.)?([0-9]{0,15})$/.exec(text);
  const [, first = '', dots, last = ''] = match ?? [];
  if (first === '' && last === '') return undefined;
  const from = first === '' ? 1 : Number(first);
  const to = dots === undefined ? from : last === '' ? Infinity : Number(last);
  return from >= 1 && from <= to ? { from, to } : undefined;
}

/** A duration as settings show it: `25 s`, `500 ms`. Without the blank {@link readDuration} can read it. */
export function settingDuration(ms: number): Printable {
  return ms % 1000 === 0 ? say`${ms / 1000} s` : say`${ms} ms`;
}

/** How fast a ladder is played, as a multiple of the time that the transfer took. */
export const speeds = { from: 0.001, to: 1000 } as const;

/** Reads `0.1x`; undefined if it is no speed. */
export function readSpeed(text: string): number | undefined {
  const [, number] = /^(\d{1,4}(?:\.\d{1,3})?)x$/i.exec(text) ?? [];
  const speed = Number(number);
  return number !== undefined && speed >= speeds.from && speed <= speeds.to ? speed : undefined;
}
