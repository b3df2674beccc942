// What tells two files apart, whatever their names are.
import type { BigIntStats } from 'node:fs';

/** Equal for two files exactly if they are the same one. */
export function identityOf({ dev, ino }: Pick<BigIntStats, 'dev' | 'ino'>): string {
  return `${dev.toString()}:${ino.toString()}`;
}
