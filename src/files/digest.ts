// SHA-256 of octets as they pass. Imports nothing of ours.
import { createHash } from 'node:crypto';

export interface Digest {
  /** Octets in the order of the file. They are not kept. */
  update(octets: Uint8Array): void;
  /** Lower-case hexadecimal of all so far; nothing may be added after. */
  hex(): string;
}

export function createDigest(): Digest {
  const hash = createHash('sha256');
  let result: string | undefined;
  return {
    update: (octets) => void hash.update(octets),
    hex: () => (result ??= hash.digest('hex')),
  };
}
