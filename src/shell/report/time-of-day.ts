// The time of day for lines that people read. Pure.
import { printable, type Printable } from '../../wire/text.ts';

/** `12:04:29`, in the time zone of this machine. */
export function timeOfDay(date: Date): Printable {
  const two = (n: number): string => String(n).padStart(2, '0');
  return printable(`${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`);
}
