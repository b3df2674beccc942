// What is checked while the octets of a file pass: digest, announced size, signs of a binary file in netascii.
import { counted, grouped } from '../../wire/counts.ts';
import { createDigest, type Digest } from '../../files/streams/digest.ts';
import { LocalProblem } from '../failure-texts.ts';
import { usageError } from '../tftp-error.ts';

export interface Expected {
  /** 64 hexadecimal digits, or undefined. */
  readonly sha256: string | undefined;
  /** Compute the digest even if no digest is expected. */
  readonly hash: boolean;
  readonly mode: 'octet' | 'netascii';
}

/** Gets every octet of the local file once, in order. */
export class Checks {
  readonly #expected: Expected;
  readonly #digest: Digest | undefined;
  #hex: string | undefined;
  #binary = false;
  octets = 0;

  /** @throws TftpError `by: 'usage'` where the expected digest is malformed. */
  constructor(expected: Expected) {
    if (expected.sha256 !== undefined && !/^[0-9a-fA-F]{64}$/.test(expected.sha256))
      throw usageError('a SHA-256 digest has 64 hexadecimal digits');
    this.#expected = expected;
    this.#digest = expected.hash || expected.sha256 !== undefined ? createDigest() : undefined;
  }

  add(octets: Uint8Array): void {
    this.octets += octets.length;
    this.#digest?.update(octets);
    if (this.#expected.mode === 'netascii' && !this.#binary) this.#binary = octets.includes(0);
  }

  /** All octets were seen: throws LocalProblem where they are not what was expected. */
  finish(size: number | undefined): void {
    if (size !== undefined && this.octets !== size)
      throw new LocalProblem({
        by: 'integrity',
        reason: 'size-mismatch',
        message: `size mismatch: ${counted(this.octets, 'octet')} instead of the announced ${grouped(size)}`,
      });
    const hex = this.digest();
    const wanted = this.#expected.sha256?.toLowerCase();
    if (wanted !== undefined && hex !== wanted)
      throw new LocalProblem({
        by: 'integrity',
        reason: 'digest-mismatch',
        message: `SHA-256 mismatch: the file has ${hex ?? 'unknown'}`,
      });
  }

  digest(): string | undefined {
    this.#hex ??= this.#digest?.hex();
    return this.#hex;
  }

  get warnings(): readonly string[] {
    return this.#binary
      ? ['this looks like a binary file: netascii changes its size, and hashes cannot match (use octet)']
      : [];
  }
}
