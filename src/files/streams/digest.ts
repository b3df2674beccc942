// SHA-256 of octets, computed while they pass.
import type * as crypto from 'node:crypto';
import { createRequire } from 'node:module';

export interface Digest {
  /** Adds the next octets of the file. They are not kept. */
  update(octets: Uint8Array): void;
  /** Another digest that has seen the same octets. */
  copy(): Digest;
  /** The digest in lower-case hexadecimal. Nothing may be added afterwards. */
  hex(): string;
}

export function createDigest(): Digest {
  // Loaded here and not at the start: few transfers are hashed, and every start would take longer.
  const { createHash } = createRequire(import.meta.url)('node:crypto') as typeof crypto;
  return digestOf(createHash('sha256'));
}

function digestOf(hash: crypto.Hash): Digest {
  let result: string | undefined;
  return {
    update: (octets) => void hash.update(octets),
    copy: () => digestOf(hash.copy()),
    hex: () => (result ??= hash.digest('hex')),
  };
}
