// Decimal numbers, read strictly: a lenient reader would accept a value that nobody wrote.

/**
 * A number of 1 to 16 ASCII digits and nothing else. Undefined for any other text, and for a number above 2^53 − 1,
 * where numbers stop being exact. The caller checks the range.
 */
export function parseDecimal(text: string): number | undefined {
  if (!/^[0-9]{1,16}$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : undefined;
}
