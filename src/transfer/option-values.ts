// The values of the options we know: what each may be on the wire. Strict, so that nothing is guessed.
// Imports wire.
import { parseDecimal } from '../wire/decimal.ts';
import { raw } from '../wire/text.ts';
import type { WireOption } from '../wire/packet.ts';

/** RFC 2348. */
export const blksizeRange = { least: 8, most: 65464 };
/** RFC 7440 §3. */
export const windowsizeRange = { least: 1, most: 65535 };
/** RFC 2349, in seconds. */
export const timeoutRange = { least: 1, most: 255 };
/** tftp-hpa's utimeout, in microseconds. */
export const utimeoutRange = { least: 10_000, most: 255_000_000 };

/** A number of at most ten plain digits, or undefined: no sign, no blank, no exponent, no other script's digits. */
export function smallNumber(option: WireOption): number | undefined {
  const text = raw(option.value);
  return text.length > 10 ? undefined : parseDecimal(text);
}

/** A number within `least` … `most`, or undefined. */
export function numberWithin(
  option: WireOption,
  { least, most }: { readonly least: number; readonly most: number },
): number | undefined {
  const value = smallNumber(option);
  return value === undefined || value < least || value > most ? undefined : value;
}

/**
 * A size in octets (RFC 2349), or undefined. Beyond 2^53 − 1 it is held as 2^53 − 1: larger than any disk,
 * so that whoever compares it refuses it.
 */
export function fileSize(option: WireOption): number | undefined {
  const text = raw(option.value);
  if (text.length > 20) return undefined;
  return parseDecimal(text) ?? (/^[0-9]+$/.test(text) ? Number.MAX_SAFE_INTEGER : undefined);
}
