// The terminal that a program was started from, whatever its standard streams are.
import { openSync } from 'node:fs';

/** Opens the controlling terminal. @returns its descriptor; undefined where there is none, or none of that name. */
export function openTerminal(): number | undefined {
  try {
    return openSync('/dev/tty', 'r+');
  } catch {
    return undefined;
  }
}
