// SHA-256 of octets as they pass.
import type * as crypto from 'node:crypto';
import { createRequire } from 'node:module';

export interface Digest {
  /** Octets in the order of the file. They are not kept. */
  update(octets: Uint8Array): void;
  /** Lower-case hexadecimal of all so far; nothing may be added after. */
  hex(): string;
}

export function createDigest(): Digest {
  // Not imported above: few transfers are hashed, and every start would pay for it.
  const { createHash } = createRequire(import.meta.url)('node:crypto') as typeof crypto;
  const hash = createHash('sha256');
  let result: string | undefined;
  return {
    update: (octets) => void hash.update(octets),
    hex: () => (result ??= hash.digest('hex')),
  };
}
