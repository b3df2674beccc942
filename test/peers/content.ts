// What moves in the peer tests, and how it is compared. Nothing here knows who moves it.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';

/** Octets that follow no pattern and are the same in every run. */
export function noise(size: number): Buffer {
  const words = new Uint32Array(Math.ceil(size / 4));
  let state = 0x9e3779b9;
  for (let at = 0; at < words.length; at++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[at] = state;
  }
  return Buffer.from(words.buffer, 0, size);
}

/**
 * Text that is hard on netascii (RFC 1350 §1, RFC 764): a line feed whose CR is the last octet of a block of 512
 * and of 1468, lone carriage returns, CR LF as it stands in the file, and a carriage return as the last octet.
 */
export function text(lines: number): Buffer {
  const hard = `${'a'.repeat(511)}\n${'b'.repeat(510)}\rlone\rreturns\r\r\n${'c'.repeat(420)}\n`;
  let filler = '';
  for (let line = 0; line < lines; line++) filler += `${'line of text '.repeat(line % 9)}${line}\n`;
  return Buffer.from(`${hard}${filler}end\r`, 'latin1');
}

/** SHA-256 of a file; `absent` where there is none. */
export async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(path), hash);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'absent';
    throw error;
  }
  return hash.digest('hex');
}

export function digest(octets: Uint8Array): string {
  return createHash('sha256').update(octets).digest('hex');
}

export interface Piece {
  /** How tests call it. */
  readonly name: string;
  /** Rows of the protocol's cases that it exercises. */
  readonly cases: string;
  readonly octets: Buffer;
  readonly mode: 'octet' | 'netascii';
  /** Thousands of packets: sent once, not with each set of options. */
  readonly long: boolean;
  /** Moves only where the piece of this many octets is left out. */
  readonly insteadOf?: number;
}

const rollover = 33_553_920; // 65,535 full blocks of 512: the empty last block has the number 0.
const mebi = 1024 * 1024;

/** Everything that moves, in both directions, between us and every peer that can. */
export function pieces(): readonly Piece[] {
  const octet = (size: number, cases: string): Piece => ({
    name: `${size.toLocaleString('en')} octets`,
    cases,
    octets: noise(size),
    mode: 'octet',
    long: size > mebi,
  });
  const netascii = (name: string, lines: number, cases: string): Piece => {
    const octets = text(lines);
    return { name, cases, octets, mode: 'netascii', long: octets.length > mebi };
  };
  return [
    octet(0, 'case 87'),
    octet(1, 'case 89'),
    octet(511, 'case 89'),
    octet(512, 'case 88'),
    octet(513, 'case 89'),
    octet(rollover, 'case 82, case 83'),
    { ...octet(rollover + 1024, 'case 82'), insteadOf: rollover },
    octet(64 * mebi, 'case 82'),
    netascii('a short text', 100, 'case 102, case 103, case 104'),
    netascii('34 MiB of text', 600_000, 'case 82, case 102'),
  ];
}
