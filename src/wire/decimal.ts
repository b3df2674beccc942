// Numbers in options: strict, because a lenient reader agrees to what was never said. Imports nothing.

/**
 * A number as RFC 2348, 2349 and 7440 write it: 1 to 16 ASCII digits and nothing else. Undefined for any other
 * text, and for what is over 2^53 − 1, where numbers stop being exact. Range checks are the caller's.
 */
export function parseDecimal(text: string): number | undefined {
  if (!/^[0-9]{1,16}$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : undefined;
}
