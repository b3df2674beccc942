// Numbers as people read them: commas between thousands, and a noun that agrees with its number.
import { printable, say, type Printable } from './text.ts';

/** `1,234,567`. */
export function grouped(count: number): Printable {
  // Not toLocaleString: its first call costs 30 ms, and each later one microseconds; a ladder has thousands of numbers.
  return String(Math.round(count)).replace(/\B(?=(?:\d{3})+$)/g, ',') as Printable;
}

/** `1 block`, `9 blocks`. */
export function counted(count: number, one: string, many = `${one}s`): Printable {
  return say`${grouped(count)} ${printable(count === 1 ? one : many)}`;
}
