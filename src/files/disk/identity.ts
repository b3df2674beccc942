// The identity of a file. It does not depend on its name.
import type { BigIntStats } from 'node:fs';

/** Equal for two files exactly if they are the same one. */
export function identityOf({ dev, ino }: Pick<BigIntStats, 'dev' | 'ino'>): string {
  return `${dev.toString()}:${ino.toString()}`;
}
