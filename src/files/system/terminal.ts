// Terminals as the system sees them: the one that started the program, and the one that a descriptor leads to.
import { fstatSync, openSync, writeSync } from 'node:fs';

/** Opens the controlling terminal. @returns its descriptor; undefined without a terminal. */
export function openTerminal(): number | undefined {
  try {
    return openSync('/dev/tty', 'r+');
  } catch {
    return undefined;
  }
}

/**
 * Identifies the terminal of a descriptor: the number of its device, and the time when the device was created in
 * milliseconds, because numbers are reused. Undefined if the descriptor is not a terminal.
 */
export function terminalOf(
  descriptor: number,
): { readonly number: number; readonly made: number } | undefined {
  const stats = fstatSync(descriptor);
  return stats.isCharacterDevice() ? { number: stats.rdev, made: Math.floor(stats.ctimeMs) } : undefined;
}

/** Whether a descriptor still leads to an existing terminal. Writes nothing. */
export function mayWrite(descriptor: number): boolean {
  try {
    return writeSync(descriptor, '') === 0;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'EIO';
  }
}

/** Writes to a descriptor synchronously, for a process that is about to end. @returns the octets that were written. */
export function writeNow(descriptor: number, text: string): number {
  return writeSync(descriptor, text);
}
