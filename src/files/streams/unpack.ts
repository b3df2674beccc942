// Compressed files, unpacked while they are read: gzip, and zstd where this Node has it.
// Rule: memory is bounded, whatever a file unpacks to. All octets before a damaged place are read.
import { once } from 'node:events';
import type { Transform } from 'node:stream';
import * as zlib from 'node:zlib';
import type { Source } from '../file.ts';
import { codeOf } from '../problem.ts';

/** A source of unpacked octets. */
export interface UnpackedSource extends Source {
  /** Why the unpacked octets end early, in words; undefined while all is well. */
  readonly damage: string | undefined;
}

/** The unpackers of this Node: zstd came with Node 22.15. */
export interface Unpackers {
  readonly createGunzip: () => Transform;
  readonly createZstdDecompress?: () => Transform;
}

/** Compressed octets that are unpacked at once. One octet of gzip becomes up to 1,032, one of zstd up to 32,768. */
const pieceLength = 2048;
const magicLength = 4;

/** Unpacks `source` where its first octets say that it is compressed; other octets pass unchanged. */
export function unpack(source: Source, unpackers: Unpackers = zlib): UnpackedSource {
  return new Unpack(source, unpackers);
}

class Unpack implements UnpackedSource {
  readonly size = undefined;
  damage: string | undefined;
  readonly #source: Source;
  readonly #unpackers: Unpackers;
  #unpacker: Transform | undefined;
  #hasBegun = false;
  #hasEnded = false;
  /** What waits for the reader, in order. */
  readonly #parts: Uint8Array[] = [];

  constructor(source: Source, unpackers: Unpackers) {
    this.#source = source;
    this.#unpackers = unpackers;
  }

  async read(into: Uint8Array): Promise<number> {
    if (!this.#hasBegun) await this.#begin();
    while (this.#parts.length === 0) {
      if (this.#hasEnded) return 0;
      if (this.#unpacker === undefined) return this.#source.read(into);
      await this.#more(this.#unpacker);
    }
    const [first = into] = this.#parts;
    const part = first.subarray(0, into.length);
    into.set(part);
    if (part.length === first.length) this.#parts.shift();
    else this.#parts[0] = first.subarray(part.length);
    return part.length;
  }

  async close(): Promise<void> {
    this.#hasEnded = true;
    this.#unpacker?.destroy();
    await this.#source.close();
  }

  /** Reads the first octets, and chooses the unpacker by them. */
  async #begin(): Promise<void> {
    this.#hasBegun = true;
    const room = new Uint8Array(magicLength);
    let length = 0;
    for (let got = 1; got > 0 && length < magicLength; length += got)
      got = await this.#source.read(room.subarray(length));
    const head = room.subarray(0, length);
    const unpacker = unpackerFor(head, this.#unpackers);
    if (unpacker === undefined) {
      if (length > 0) this.#parts.push(head);
      return;
    }
    this.#unpacker = unpacker;
    unpacker.on('data', (part: Uint8Array) => this.#parts.push(part));
    unpacker.on('error', (error) => this.#fail(error));
    await this.#feed(unpacker, head);
  }

  async #more(unpacker: Transform): Promise<void> {
    const piece = new Uint8Array(pieceLength);
    const length = await this.#source.read(piece);
    if (length > 0) return this.#feed(unpacker, piece.subarray(0, length));
    const closed = once(unpacker, 'close').catch(() => undefined);
    unpacker.end();
    await closed;
    this.#hasEnded = true;
  }

  /** Resolves when all that `piece` unpacks to has come, or an error. */
  async #feed(unpacker: Transform, piece: Uint8Array): Promise<void> {
    if (unpacker.destroyed) return;
    await new Promise<void>((resolve) => {
      unpacker.once('close', resolve);
      unpacker.write(piece, () => {
        unpacker.off('close', resolve);
        resolve();
      });
    });
  }

  #fail(error: unknown): void {
    this.#hasEnded = true;
    const isCut = codeOf(error) === 'Z_BUF_ERROR';
    this.damage = isCut ? 'the compressed file ends too early' : 'the compressed file is damaged';
  }
}

function unpackerFor(head: Uint8Array, unpackers: Unpackers): Transform | undefined {
  const [a, b, c, d] = head;
  // RFC 1952 §2.3.1.
  if (a === 0x1f && b === 0x8b) return unpackers.createGunzip();
  // RFC 8878 §3.1.1.
  if (a === 0x28 && b === 0xb5 && c === 0x2f && d === 0xfd) return unpackers.createZstdDecompress?.();
  return undefined;
}
